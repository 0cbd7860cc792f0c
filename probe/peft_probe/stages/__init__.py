"""The stages of one cell, in order: one function of the trial each, with the facts that it tells.

What a stage raises says how it ended.
"""

from dataclasses import dataclass
from typing import Callable

from .. import invariants
from ..errors import CheckFailed, NotApplicable, describe
from .attaching import attach
from .carrying import carry
from .generating import generate
from .loading import build, quantize
from .passing import PADDING_COUNTS, forward
from .removing import disable, merge
from .saving import reload
from .training import train


@dataclass(frozen=True)
class Stage:
    """`measure` takes a trial; `facts` are all that it may set of `trial.facts`."""

    measure: Callable
    facts: tuple = ()

    @property
    def name(self):
        return self.measure.__name__


STAGES = (
    Stage(build, facts=("attention", "targets", "text")),
    Stage(quantize),
    Stage(attach, facts=("trainable", "baseLoss")),
    Stage(forward, facts=("firstLoss", "untrainedLoss")),
    Stage(
        train, facts=("start", "lossRatio", "finalLoss", "curve", "stepMs", "stepNoise", "rates")
    ),
    Stage(generate, facts=("uncachedGenerate",)),
    Stage(reload),
    Stage(carry),
    Stage(disable),
    Stage(merge, facts=("mergeDifference",)),
)


def run(trial, began):
    """Runs the stages; `began` is told each one's name first.

    Up to `train`, an exception ends the cell. The later stages are measured each on its own, so
    that a break in one does not hide a break in another.
    """
    states, failures = {"import": "ok"}, []
    for stage in STAGES:
        began(stage.name)
        states[stage.name], failure = _ended(trial, stage)
        if failure is not None:
            failures.append(failure)
            if _ends_cell(trial, failure):
                break
        if failure is None or failure["kind"] != "raised":
            broken = invariants.broken(trial, stage.name)
            failures.extend(broken)
            if broken:
                states[stage.name] = "fail"
    # One a stage is what a record has room for.
    return {"stages": states, "failures": failures[: len(STAGES) + 1], "facts": trial.facts}


def _ended(trial, stage):
    """How a stage ended: its state, and the failure if it failed."""
    try:
        if trial.not_measured and trial.exempt(trial.not_measured, stage.name):
            raise NotApplicable
        stage.measure(trial)
    except NotApplicable:
        return "na", None
    except CheckFailed as failed:
        what = {"type": failed.check, "message": str(failed)[:2000], "frames": []}
        return "fail", {"stage": stage.name, "kind": "check", **what}
    except BaseException as raised:
        return "fail", {"stage": stage.name, "kind": "raised", **describe(raised)}
    return "ok", None


def _ends_cell(trial, failure):
    """Whether what follows would have nothing to stand on."""
    if trial.on_card and "CUDA error" in failure["message"]:
        return True  # The card goes on failing in this process.
    if failure["type"] == PADDING_COUNTS or (trial.method is None and failure["stage"] == "train"):
        return False
    return trial.trained_logits is None
