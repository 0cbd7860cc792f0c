"""Writes probe/matrix/losses.json: the last loss of each cell that healthy environments agree on.

python bench/losses.py RECORDS.json RECORDS.json...

Without records it runs the environments of healthy.py.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from bands import all_cells  # noqa: E402
from cells import WIDTH, probe  # noqa: E402
from healthy import pythons_of  # noqa: E402

AGREE = 1e-5
"""Loss ratios that differ by no more are the same (docs/measurements.md)."""


def facts_of(records):
    return {
        record["cell"]: record["facts"]
        for record in records
        if record.get("facts", {}).get("finalLoss") is not None and not record["failures"]
    }


def agreed(found):
    """Cell -> last loss, where all that trained it started alike and came to the same."""
    cells = sorted(set.intersection(*(set(one) for one in found)))
    return {
        cell: round(found[0][cell]["finalLoss"], 4)
        for cell in cells
        if all(is_same(found[0][cell], other[cell]) for other in found[1:])
    }


def is_same(one, other):
    start = abs(one["start"] - other["start"]) <= AGREE * abs(one["start"])
    return start and abs(one["lossRatio"] - other["lossRatio"]) <= AGREE


def main():
    kept = [json.loads(Path(path).read_text())["records"] for path in sys.argv[1:]]
    records = kept or [probe(python, all_cells([]), WIDTH)[2] for python in pythons_of()]
    losses = agreed([facts_of(one) for one in records])
    (ROOT / "probe" / "matrix" / "losses.json").write_text(json.dumps(losses, indent=2) + "\n")
    print(f"{len(losses)} cells end at the same loss in {len(records)} environments")


if __name__ == "__main__":
    main()
