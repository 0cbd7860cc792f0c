"""Runs healthy environments and writes how far each invariant strays in them, with a margin.

python bench/bands.py [--write] [--dtype DTYPE] [--cells PATTERN]... PYTHON...
"""

import argparse
import fnmatch
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from cells import WIDTH, probe  # noqa: E402
from healthy import pythons_of, versions_of  # noqa: E402
from peft_probe.invariants import INVARIANTS  # noqa: E402
from peft_probe.invariants.bands import COUNTED  # noqa: E402
from peft_probe.matrix import TASKS  # noqa: E402
from peft_probe.methods import METHODS  # noqa: E402
from peft_probe.models import ARCHITECTURES  # noqa: E402
from peft_probe.quantizers import ENTRIES  # noqa: E402

BANDS = ROOT / "probe" / "peft_probe" / "bands.json"
MARGIN = 4
TOKENS = {"num_virtual_tokens", "cpt_token_ids", "token_indices", "trainable_token_indices"}
"""Arguments of methods that add or train tokens, as `TOKEN_ARGUMENTS` in src/plan/matrix.ts."""
FLOOR = {name: 1e-5 if name == "none" else 1e-4 for name in ENTRIES}
DTYPES = {"float32": "", "bfloat16": "+bf16", "float16": "+fp16"}
"""The code path that loads a model in each."""
MEASURED = re.compile(r"([a-z-]+) (\S+) of ([^;\s]+)")


def arguments_of(method):
    return METHODS[method].arguments if method in METHODS else {}


def all_cells(patterns, dtype="float32"):
    """Cells of the whole matrix that fit one of the patterns, loaded in a dtype."""
    parts = (
        (method, quantization, architecture, task)
        for quantization in ENTRIES
        for architecture, entry in ARCHITECTURES.items()
        for task in entry.tasks
        for method in ("base", *METHODS)
        if quantization in (entry.quantizations or ENTRIES)
        if TASKS[task].without_tokens is None or not TOKENS.intersection(arguments_of(method))
    )
    names = ("method", "quantization", "architecture", "task")
    cells = [
        {
            "id": "/".join((one[0] + DTYPES[dtype], *one[1:])),
            **dict(zip(names, (one[0] + DTYPES[dtype], *one[1:]))),
            "packages": list(ENTRIES[one[1]].packages),
            "thorough": True,
        }
        for one in parts
    ]
    return [
        cell
        for cell in cells
        if any(fnmatch.fnmatch(plain(cell["id"]), pattern) for pattern in patterns or ["*"])
    ]


def plain(identifier):
    """A cell without the code path of its dtype, as checks and patterns name it."""
    return identifier.replace("+bf16/", "/").replace("+fp16/", "/")


def values(record):
    """Check -> (measured, band) of one cell."""
    text = record.get("facts", {}).get("checks", "")
    return {name: (float(value), float(band)) for name, value, band in MEASURED.findall(text)}


OLD, MIDDLE, NEW = (
    "transformers 4.55.4 peft 0.17.1",
    "transformers 4.57.6 peft 0.18.1",
    "transformers 5.24.0 peft 0.21.2",
)
MIXED = "keys, values and layers are mixed"
EACH_STEP = "PEFT puts virtual tokens in again at each step, or leaves a prefix out"
HEAD_LOST = "the head of a merged classifier is saved under a name that nothing loads"
APPLIES = {one.name: one.applies for one in INVARIANTS}
UPSTREAM = (
    (OLD, "prefix-tuning/*/gemma2/*", "*", MIXED),
    (MIDDLE, "prefix-tuning/*/gemma2/*", "*", MIXED),
    (NEW, "*/bnb-*/mixtral/*", "*", "fused experts are not quantized"),
    (NEW, "p*-tuning/*", "padded-generation-differs", EACH_STEP),
    (NEW, "p*-tuning/*", "windowed-generation-differs", EACH_STEP),
    (NEW, "p*-tuning/*", "end-ignored", EACH_STEP),
    ("", "prefix-tuning/*/t5/*", "padded-generation-differs", "it generates unlike its forward"),
    ("", "ln-tuning/*-cls", "merged-reload-differs", HEAD_LOST),
)
"""What is truly broken in an environment that is healthy otherwise, and no measure of what is
healthy: releases, cells, checks and why.
"""


def is_broken(versions, cell, check):
    return any(
        versions.startswith(where)
        and fnmatch.fnmatch(cell, pattern)
        and fnmatch.fnmatch(check, checks)
        for where, pattern, checks, _why in UPSTREAM
    )


def measured(python, patterns, dtype):
    """Prints what does not hold in an environment; returns (quantization, check) -> largest healthy
    value.
    """
    versions = versions_of(python)
    seconds, imports, records = probe(python, all_cells(patterns, dtype), WIDTH)
    print(f"{versions}: {len(records)} cells, {len(records) / (seconds - imports):.2f} a second")
    for record in records:
        said(record)
    return largest(versions, records)


def largest(versions, records):
    """(quantization, check) -> the largest healthy value of some records."""
    most = {}
    for record in records:
        for name, (value, _band) in values(record).items():
            cell = plain(record["cell"])
            if name in APPLIES and APPLIES[name](cell):
                if is_broken(versions, cell, name):
                    continue
                key = (record["cell"].split("/")[1], name)
                most[key] = max(most.get(key, 0.0), value)
    return most


def read(path):
    """The same of records that were kept: a file of `versions` and `records`."""
    kept = json.loads(Path(path).read_text())
    return largest(kept["versions"], kept["records"])


def said(record):
    for failure in record.get("failures", []):
        print(
            f"  {record['cell']:42} {failure['stage']}:",
            f"{failure['type']}: {failure['message'][:150]}",
        )
    for part in (
        record.get("facts", {}).get("unchecked"),
        record.get("output") and record["ended"],
    ):
        if part and part != "exit":
            print(f"  {record['cell']:42} {part[:300]}")


ROUNDING = {"float16": 0.031, "bfloat16": 0.25}
"""Four steps between neighbours of a logit of 8 to 16, since architectures that were not asked
round too. A gradient rounds to zero, and a loss is a mean.
"""


def band_of(dtype, quantization, name, value):
    """The band of a check by its largest healthy value."""
    if dtype == "float32":
        return FLOOR["none"] if name in COUNTED else max(FLOOR[quantization], value * MARGIN)
    fine = {"gradient-zero": 0.01, "loss-differs": FLOOR["none"]}
    exact = FLOOR["none"] if name in COUNTED else ROUNDING[dtype]
    return max(fine.get(name, exact), value * MARGIN)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cells", action="append")
    parser.add_argument("--records", action="append", help="a file of records that were kept")
    parser.add_argument("pythons", nargs="*")
    parser.add_argument(
        "--widen", action="store_true", help="start from the bands that stand there"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32")
    given = parser.parse_args()
    table = "cpu" if given.dtype == "float32" else f"cpu {given.dtype}"
    most = {}
    found = [read(path) for path in given.records or ()] or [
        measured(python, given.cells, given.dtype) for python in given.pythons or pythons_of()
    ]
    for one in found:
        for key, value in one.items():
            most[key] = max(most.get(key, 0.0), value)
    whole = json.loads(BANDS.read_text())
    bands = whole.get(table, {}) if given.widen else {}
    for (quantization, name), value in sorted(most.items()):
        band = band_of(given.dtype, quantization, name, value)
        of = bands.setdefault(quantization, {})
        of[name] = max(of.get(name, 0.0), float(f"{band:.1e}"))
        print(f"  {quantization:10} {name:22} largest healthy {value:.2g}, band {band:.1e}")
    if given.write:
        BANDS.write_text(json.dumps({**whole, table: bands}, indent=2) + "\n")


if __name__ == "__main__":
    main()
