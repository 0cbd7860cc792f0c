"""Compiles Python sources of packages, and nothing else: none of them runs, and none of their words
is believed.

    python -I -S bytecode.py < JOB

JOB is JSON: a list of paths. To file descriptor 3 goes, for each that compiles, a line `INDEX SIZE`
and the bytecode.
"""

import importlib._bootstrap_external as external
import importlib.util
import json
import os
import sys
from multiprocessing import Pool


def main():
    paths = json.load(sys.stdin)
    with os.fdopen(3, "wb") as out, Pool(os.cpu_count()) as pool:
        for index, made in enumerate(pool.imap(compiled, paths, chunksize=32)):
            if made is not None:
                out.write(f"{index} {len(made)}\n".encode() + made)


def compiled(path):
    """Bytecode that is valid for a source whatever its date (PEP 552, unchecked hash), or None
    where it does not compile.
    """
    try:
        with open(path, "rb") as file:
            source = file.read()
        # The name is that of the module it is loaded as: the importer puts the real path in.
        code = compile(source, "module.py", "exec", dont_inherit=True)
        return bytes(external._code_to_hash_pyc(code, importlib.util.source_hash(source), False))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


if __name__ == "__main__":
    main()
