"""The same weights under another configuration: a window shorter than the text, caps that bind."""

import copy
import json

from .. import data
from ..checks import greedy_gap, largest_difference
from .golden import GOLDENS, gap, sample

WINDOWED = {"sliding_window": 4}
CAPPED = {"attn_logit_softcapping": 1.0, "final_logit_softcapping": 4.0}
VARIANTS = {"window": WINDOWED, "caps": CAPPED}
EAGER = {"attn_implementation": "eager"}
"""PyTorch's own attention leaves soft caps out; which one a model takes, its golden logits say."""


def logits(trial, name):
    how = EAGER if trial.cell["architecture"] == "gemma2" else {}
    return trial.logits(trial.load(quantized=False, **VARIANTS[name], **how))


def path(trial, name):
    return GOLDENS / f"{trial.cell['architecture']}__{trial.cell['task']}__{name}.json"


def moved(name):
    """A measure: largest difference of a logit of a variant to its golden, 1 where the variant is
    the same as the plain model; None where there is no golden.
    """

    def difference(trial):
        file = path(trial, name)
        if not file.is_file():
            return None
        found = logits(trial, name)
        if largest_difference(found, trial.base_logits) < 1e-3:
            return 1.0, SAME[name]
        return gap(sample(found), json.loads(file.read_text())["plain"])

    return difference


SAME = {
    "window": "The sliding window is ignored: each token sees the whole text",
    "caps": "The soft caps of attention and logits are ignored",
}


def windowed_gap(trial):
    """By how much tokens that are made with a window shorter than the text miss the best one."""
    other = copy.copy(trial)
    other.model = trial.load(quantized=False, **WINDOWED)
    if trial.method is not None:
        other.model = trial.load_adapter(other.model, str(trial.folder / "adapter"))
    prompts = trial.prompts()
    other.model.eval()
    with trial.torch.no_grad():
        tokens = other.model.generate(
            **prompts,
            max_new_tokens=data.GENERATED,
            do_sample=False,
        )
    return greedy_gap(other, prompts, tokens)
