"""How far a healthy cell may stray, by device and dtype: ../bands.json, from `npm run bands`."""

import json
from pathlib import Path

BANDS = json.loads((Path(__file__).resolve().parents[1] / "bands.json").read_text())
"""`cpu`, `cpu bfloat16`, `cuda`: quantization -> check -> the largest healthy number, or in words
why there is none.
"""
UNMEASURED_BAND = 1e-3
EXACT = 1e-5
COUNTED = (
    "adapter-dtype",
    "end-ignored",
    "gradient-zero",
    "merge-unquantized",
    "merge-untied",
    "not-quantized",
    "reload-unquantized",
    "reload-untied",
    "trainable-differs",
    "untied",
)
"""Shares of what is counted: one missing is a defect, however small, on whatever device."""


def table_of(device, dtype, bands=BANDS):
    """What was measured on a device in a dtype, or in words why nothing is: never what was measured
    on another device.
    """
    own = bands.get(device, f"{device} has no band of its own yet")
    if dtype == "float32" or isinstance(own, str):
        return own
    return bands.get(f"{device} {dtype}", {})


def band(device, dtype, quantization, name, floor=0.0, bands=BANDS):
    """The largest number that is still healthy; where no band was measured, a text that says so.

    `floor` is the least that is told from none, where rounding in a dtype was not measured.
    """
    table = table_of(device, dtype, bands)
    if isinstance(table, str):
        return EXACT if name in COUNTED else table
    measured = table.get(quantization, {}).get(name)
    if measured is not None and (dtype != "float32" or floor == 0.0):
        return measured
    if dtype != "float32":
        own = bands.get(device, {})
        measured = own.get(quantization, {}).get(name)
    return max(UNMEASURED_BAND if measured is None else measured, floor)
