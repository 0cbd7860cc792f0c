"""What must hold in one environment alone, with no other to compare with: one entry a check, and
how they are run.

Each measures one number that is 0 where all is well. How far it may stray is in ../bands.json,
which `npm run bands` writes from healthy environments.
"""

from ..errors import ran_out
from . import bands
from .attached import shapes
from .dear import DEAR
from .entry import Invariant
from .table import CHEAP

__all__ = ("INVARIANTS", "Invariant", "broken", "shapes")

OF_TINY_MODELS = ("dropout-differs", "window-ignored", "caps-ignored", "golden-differs")
"""Checks that load the model once more, or know what it computes."""
INVARIANTS = (*CHEAP, *DEAR)


def band(trial, name):
    """The largest number that is still healthy, or in words why nobody knows."""
    device = trial.device.type if hasattr(trial.device, "type") else "cpu"
    dtype, floor = getattr(trial, "dtype", "float32"), getattr(trial, "floor", 0.0)
    return bands.band(device, dtype, trial.cell["quantization"], name, floor)


def broken(trial, stage):
    """The failures of a stage that has come to its end. What was measured, and what could not be,
    become facts.
    """
    failures, identifier = [], trial.plain_id
    for invariant in INVARIANTS:
        if invariant.stage != stage or not invariant.concerns(identifier):
            continue
        why = left_out(invariant, trial, identifier)
        if why is not None:
            trial.facts["exempt"] = joined(trial.facts.get("exempt"), f"{invariant.name}: {why}")
            continue
        allowed = band(trial, invariant.name)
        try:
            measured = invariant.measure(trial)
        except Exception as raised:
            if ran_out(raised):
                raise
            why = f"{invariant.name}: {type(raised).__name__} {raised}"[:90]
            trial.facts["unchecked"] = joined(trial.facts.get("unchecked"), why)
            continue
        if measured is None:
            continue
        value, more = measured if isinstance(measured, tuple) else (measured, "")
        if isinstance(allowed, str):
            why = f"{invariant.name} {value:.2g}: {allowed}"
            trial.facts["unchecked"] = joined(trial.facts.get("unchecked"), why)
            continue
        said = f"{invariant.name} {value:.2g} of {allowed:.2g}"
        trial.facts["checks"] = joined(trial.facts.get("checks"), said)
        if not value <= allowed:
            failures.append(failure_of(invariant, value, allowed, more))
    return failures


def left_out(invariant, trial, identifier):
    """Why a check that concerns a cell is not made of it, or None."""
    if getattr(trial, "brought", None) and (invariant.dear or invariant.name in OF_TINY_MODELS):
        return "it is made of the tiny checkpoints"
    if invariant.dear and getattr(trial, "paths", ()):
        return "it is made of the same cell without this code path"
    if invariant.dear and not trial.cell.get("thorough"):
        return "it costs passes of its own, and is made at both ends"
    for entry in (getattr(trial, "method", None), getattr(trial, "own", None)):
        why = entry.exemption(invariant.name) if entry is not None else None
        if why is not None:
            return why
    if invariant.in_32_bit and getattr(trial, "dtype", "float32") != "float32":
        return "it is said of models that are loaded in 32 bit"
    return invariant.exemption(identifier)


def failure_of(invariant, value, allowed, more):
    said = f"{more or invariant.says} ({value:.3g}, more than {allowed:.2g})"
    return {
        "stage": invariant.stage,
        "kind": "check",
        "type": invariant.name,
        "message": said[:2000],
        "frames": [],
    }


def joined(before, text):
    """A fact that is a list in words, with one more."""
    return "; ".join([*filter(None, [before]), text])[:2000]
