"""Where environments of given releases stand in the cache."""

import os
import sys
from pathlib import Path

HEALTHY = (
    ("transformers 4.55.4", "peft 0.17.1", "bitsandbytes 0.47.0"),
    ("transformers 4.57.6", "peft 0.18.1", "bitsandbytes 0.49.1"),
    ("transformers 5.24.0", "peft 0.21.2", "bitsandbytes 0.50.2"),
)


def versions_of(python):
    """The releases in the environment of an interpreter, in words."""
    packages = next(Path(python).parents[1].glob("lib/python*/site-packages"), None)
    names = ("transformers", "peft", "bitsandbytes")
    found = [next(packages.glob(f"{name}-*.dist-info"), None) for name in names] if packages else []
    return " ".join(
        " ".join(path.name.removesuffix(".dist-info").split("-")) for path in found if path
    )


def cache():
    own = os.environ.get("PEFT_SWEEP_CACHE")
    above = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(own) if own else Path(above) / "peft-sweep"


def pythons_of(wanted=HEALTHY):
    """Interpreters of environments that hold these releases. Ends the program, saying how to build
    it, where one lacks.
    """
    standing = {
        versions_of(path): str(path) for path in sorted(cache().glob("environments/*/bin/python"))
    }
    lacking = [" ".join(one) for one in wanted if " ".join(one) not in standing]
    for words in lacking:
        parts = words.split()
        pins = " ".join(
            f"--with {name}=={version}" for name, version in zip(parts[::2], parts[1::2])
        )
        print(
            f"No environment with {words}. Build it:",
            f"node dist/cli.js check {pins} --cells base/bnb-nf4/llama/causal-lm",
        )
    if lacking:
        sys.exit(2)
    return [standing[" ".join(one)] for one in wanted]
