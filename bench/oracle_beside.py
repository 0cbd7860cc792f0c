"""What the probe takes for cells that leave what the oracle judges: `oracle_beside.py CELL...`.

Prints one line of JSON: cells, seconds, and seconds of processor time.
"""

import json
import resource
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from cells import WIDTH, probe  # noqa: E402
from healthy import HEALTHY, pythons_of  # noqa: E402


def main(identifiers):
    names = ("method", "quantization", "architecture", "task")
    cells = [
        {"id": one, **dict(zip(names, one.split("/"))), "packages": [], "leaves": True}
        for one in identifiers
    ]
    seconds, imports, records = probe(pythons_of(HEALTHY[1:2])[0], cells, WIDTH)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "cells": len(records),
                "seconds": seconds,
                "imports": imports,
                "processor": spent.ru_utime + spent.ru_stime,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
