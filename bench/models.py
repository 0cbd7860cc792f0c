"""Milliseconds of a cell by architecture, beside those of llama; prints a table.

python bench/models.py PYTHON ARCHITECTURE...
"""

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from bands import all_cells  # noqa: E402
from cells import probe  # noqa: E402
from healthy import versions_of  # noqa: E402

YARDSTICK = "llama"
METHODS = ("base", "lora", "prompt-tuning")
ROUNDS = 3


def milliseconds(python, names):
    """(architecture, task) -> median of what its cells took, each of them run in every round."""
    patterns = [f"{method}/none/{name}/*" for method in METHODS for name in names]
    cells = [{**cell, "thorough": False} for cell in all_cells(patterns)]
    found = {}
    for _round in range(ROUNDS):
        for record in probe(python, cells, 1)[2]:
            _method, _quantization, architecture, task = record["cell"].split("/")
            found.setdefault((architecture, task), []).append(record["seconds"] * 1000)
    return {where: statistics.median(taken) for where, taken in found.items()}


def main():
    python, *names = sys.argv[1:]
    taken = milliseconds(python, [YARDSTICK, *names])
    whole = taken[(YARDSTICK, "causal-lm")]
    print(f"{versions_of(python)}: median of {', '.join(METHODS)}, {ROUNDS} rounds\n")
    print("| architecture | task | ms a cell | of llama's |\n|---|---|---|---|")
    for (architecture, task), one in taken.items():
        print(f"| {architecture} | {task} | {one:.0f} | {one / whole:.2f} |")


if __name__ == "__main__":
    main()
