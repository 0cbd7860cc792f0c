"""Runs healthy environments and writes how far each invariant strays in them, with a margin.

python bench/bands.py [--write] [--cells PATTERN]... PYTHON...
"""

import argparse
import fnmatch
import json
import math
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from cells import WIDTH, probe  # noqa: E402
from peft_probe.methods import METHODS  # noqa: E402
from peft_probe.models import ARCHITECTURES  # noqa: E402
from peft_probe.quantizers import ENTRIES  # noqa: E402

BANDS = ROOT / "probe" / "peft_probe" / "bands.json"
MARGIN = 10
FLOOR = {"none": 1e-5, "bnb-int8": 1e-4, "bnb-nf4": 1e-4}
MEASURED = re.compile(r"([a-z-]+) (\S+) of ([^;\s]+)")


def all_cells(patterns):
    """Cells of the whole matrix that fit one of the patterns."""
    parts = (
        (method, quantization, architecture, task)
        for quantization in ENTRIES
        for architecture, entry in ARCHITECTURES.items()
        for task in entry.tasks
        for method in ("base", *METHODS)
    )
    names = ("method", "quantization", "architecture", "task")
    cells = [
        {"id": "/".join(one), **dict(zip(names, one)), "packages": ENTRIES[one[1]].packages}
        for one in parts
    ]
    return [
        cell
        for cell in cells
        if any(fnmatch.fnmatch(cell["id"], pattern) for pattern in patterns or ["*"])
    ]


def values(record):
    """Check -> (measured, band) of one cell."""
    text = record.get("facts", {}).get("checks", "")
    return {name: (float(value), float(band)) for name, value, band in MEASURED.findall(text)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cells", action="append")
    parser.add_argument("pythons", nargs="+")
    given = parser.parse_args()
    for python in given.pythons:
        seconds, imports, records = probe(python, all_cells(given.cells), WIDTH)
        print(
            python[-30:], f"{len(records)} cells, {len(records) / (seconds - imports):.2f} a second"
        )
        for record in records:
            stages = {f["type"]: f["message"][:170] for f in record.get("failures", [])}
            line = {name: value for name, (value, _) in values(record).items()}
            print(
                " ",
                record["cell"],
                record["ended"],
                record.get("stage", ""),
                line,
                stages,
                record["facts"].get("unchecked", "")
                if "facts" in record
                else record.get("output", "")[-300:],
            )


if __name__ == "__main__":
    main()
