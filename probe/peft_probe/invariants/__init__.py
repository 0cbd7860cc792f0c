"""What must hold in one environment alone, with no other to compare with: one entry a check, and
how they are run.

Each measures one number that is 0 where all is well. How far it may stray is in ../bands.json,
which
`npm run bands` writes from healthy environments.
"""

import fnmatch
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from ..errors import ran_out
from . import attached, formula, golden, passes, transplant
from .attached import shapes

__all__ = ("INVARIANTS", "broken", "shapes")

BANDS = json.loads((Path(__file__).resolve().parents[1] / "bands.json").read_text())
UNMEASURED_BAND = 1e-3


@dataclass(frozen=True)
class Invariant:
    """`name` is the type of the failure and `says` its first sentence, in a user's words.

    `cells` are the patterns of identifiers that it applies to, `exempt` those that it does not hold
    for by
    design, with the reason. `measure` takes a trial and returns a number, or a pair of one and a
    text that says more.
    `source` is what the check rests on.
    """

    name: str
    stage: str
    says: str
    measure: Callable
    source: str
    cells: tuple = ("*",)
    exempt: dict = field(default_factory=dict)

    def applies(self, identifier):
        wanted = any(fnmatch.fnmatch(identifier, pattern) for pattern in self.cells)
        return wanted and not any(fnmatch.fnmatch(identifier, pattern) for pattern in self.exempt)


NOT_BASE = ("[!b]*", "bnb*")
IN_LAYERS = ("lora/*", "lora+*/*", "ia3/*", "ia3+*/*", "adalora/*", "adalora+*/*")
VIRTUAL = ("prompt-tuning/*", "p-tuning/*", "prefix-tuning/*")
QUANTIZED = ("*/bnb-*/*",)
RELU = "a unit of a ReLU that is off for every token has no gradient"

INVARIANTS = (
    Invariant(
        "not-quantized",
        "quantize",
        "Weights that should be quantized are not",
        attached.unquantized_share,
        "the weights of the same model, loaded without quantization",
        cells=QUANTIZED,
        exempt={"*/bnb-*/t5/*": "transformers keeps `wo` of t5 in 32 bit by design"},
    ),
    Invariant(
        "golden-differs",
        "attach",
        "The model itself does not compute what the same weights give elsewhere",
        golden.moved,
        "logits that several environments agree on, in goldens/",
        cells=("base/none/*",),
    ),
    Invariant(
        "trainable-differs",
        "attach",
        "The adapter does not train what it should",
        attached.missing_trainable,
        "the shapes of the layers that the configuration names",
        cells=(*IN_LAYERS, "prompt-tuning/*"),
        exempt={
            "*+defaults/*": "its modules are the release's own choice",
            "*+all-linear/*": "which layers count as linear differs over releases",
        },
    ),
    Invariant(
        "adapter-dtype",
        "attach",
        "The adapter is not kept in 32 bit",
        attached.narrow_share,
        "PEFT keeps the adapter of a model that is loaded in 32 bit in 32 bit",
        cells=(*IN_LAYERS, *VIRTUAL, "adaption-prompt/*"),
    ),
    Invariant(
        "transplant-differs",
        "forward",
        "Virtual tokens do not act as the real tokens that they are made of",
        transplant.difference,
        "the base model on the real tokens, in front of the same text",
        cells=VIRTUAL,
        exempt={
            "prefix-tuning/*/t5/*": "its prefix stands before a decoder that no real token enters",
            "prefix-tuning/*/gpt_bigcode/*": "its cache holds keys and values in one tensor",
            "prefix-tuning/*/bert/*": "real tokens see the text behind them, a prefix does not",
        },
    ),
    Invariant(
        "mask-ignored",
        "forward",
        "Tokens under the mask change the result: the attention mask is not obeyed",
        passes.reach_of_padding,
        "the definition of an attention mask",
    ),
    Invariant(
        "loss-differs",
        "forward",
        "The loss is not the cross-entropy of the labels",
        passes.loss_difference,
        "cross-entropy, computed from the logits in plain Python",
        exempt={"adalora*/*": "its loss has a second term, for matrices that are orthogonal"},
    ),
    Invariant(
        "eval-differs",
        "train",
        "In evaluation the model computes otherwise than in training, without any dropout",
        passes.mode_difference,
        "there is no dropout in any checkpoint or configuration",
    ),
    Invariant(
        "gradient-zero",
        "train",
        "A part of the adapter never learns: its gradient is zero",
        passes.zero_share,
        "each number of an adapter takes part in the loss of the training batch",
        cells=(*IN_LAYERS, *VIRTUAL, "adaption-prompt/*"),
        exempt={
            "p-tuning/*": RELU,
            "*/t5/*": RELU,
            "ia3*/*/opt/*": RELU,
            "*+all-linear/*/opt/*": RELU,
            "adalora*/*": "ranks that were given up have no gradient",
            "*/mixtral/*": "an expert that no token takes has no gradient",
            "prefix-tuning/*/bert/*": "its loss falls to zero, and the gradient with it",
        },
    ),
    Invariant(
        "reload-unquantized",
        "reload",
        "The model that a saved adapter is loaded onto is not quantized as the first was",
        attached.lost_on_reload,
        "the same model before",
        cells=QUANTIZED,
    ),
    Invariant(
        "merge-unquantized",
        "merge",
        "Merging loses the quantization",
        attached.lost_on_merging,
        "the same model before",
        cells=QUANTIZED,
    ),
    Invariant(
        "formula-differs",
        "reload",
        "The adapter is not applied as its saved file says",
        formula.difference,
        "the formula of the method, on the tensors of the saved file",
        cells=IN_LAYERS,
        exempt={
            "lora+all-linear/*/mixtral/*": "a fused layer holds all experts in a layout of its own"
        },
    ),
)


def band(trial, name):
    """The largest number that is still healthy."""
    device = BANDS.get(trial.device.type if hasattr(trial.device, "type") else "cpu", {})
    return device.get(trial.cell["quantization"], {}).get(name, UNMEASURED_BAND)


def broken(trial, stage):
    """The failures of a stage that has come to its end. What was measured, and what could not be,
    become facts.
    """
    failures = []
    for invariant in INVARIANTS:
        if invariant.stage != stage or not invariant.applies(trial.cell["id"]):
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
        said = f"{invariant.name} {value:.2g} of {allowed:.2g}"
        trial.facts["checks"] = joined(trial.facts.get("checks"), said)
        if not value <= allowed:
            failures.append(failure_of(invariant, value, allowed, more))
    return failures


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
