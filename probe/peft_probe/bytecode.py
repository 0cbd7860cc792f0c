"""Gives an environment compiled bytecode, shared by all environments that hold the same file of the same wheel.

Compiling does not run what is compiled. It is done once per wheel, since a probe may not write to its
environment and would compile some 2,500 modules, 6 of 9 seconds of its imports, each time anew.

    python -I -S bytecode.py SITE_PACKAGES STORE NAME...
"""

import hashlib
import os
import py_compile
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib.util import cache_from_source
from pathlib import Path


def main():
    site, store, names = Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:])
    work = []
    for folder in sorted(site.glob("*.dist-info")):
        if folder.name.split("-")[0].lower().replace("_", "-") in names and (folder / "RECORD").is_file():
            work += sources(site, store, folder / "RECORD")
    with ProcessPoolExecutor() as pool:
        list(pool.map(compile_and_link, work, chunksize=64))


def sources(site, store, record):
    """(source, stored bytecode, its place in the environment) for each module that a wheel's RECORD lists."""
    digest = hashlib.sha256(record.read_bytes()).hexdigest()[:16]
    kept = store / f"{sys.implementation.cache_tag}-{digest}"
    for line in record.read_text().splitlines():
        name = line.split(",")[0]
        if name.endswith(".py") and not name.startswith(("/", "..")):
            yield site / name, kept / (name + "c"), Path(cache_from_source(str(site / name)))


def compile_and_link(entry):
    source, stored, target = entry
    try:
        if not stored.exists():
            stored.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=stored.parent) as scratch:
                made = py_compile.compile(
                    str(source),
                    cfile=os.path.join(scratch, "made"),
                    dfile=source.name,
                    doraise=True,
                    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                )
                os.replace(made, stored)
        target.parent.mkdir(exist_ok=True)
        os.link(stored, target)
    except (OSError, py_compile.PyCompileError, ValueError, RecursionError):
        return


if __name__ == "__main__":
    main()
