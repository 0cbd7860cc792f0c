"""One forward pass with the adapter."""

from .. import data
from ..checks import require_close
from ..errors import CheckFailed

PADDING_COUNTS = "padding-counts"
"""A check that says nothing of what comes after it: the cell goes on."""


def forward(trial):
    inputs = trial.batch(padded=True)
    output = trial.model(**inputs)
    trial.first = (inputs, output)
    if not trial.torch.isfinite(output.loss):
        raise CheckFailed("not-finite", f"the loss is {output.loss.item()}")
    trial.facts["firstLoss"] = output.loss.item()
    if trial.brought:
        trial.facts["untrainedLoss"] = trial.loss_now()
    if trial.task.labels is not None and trial.task.inputs == "text":
        _require_padding_is_passed_over(trial)


def _require_padding_is_passed_over(trial):
    """A row must be classified alike with padding on its right and without, which is how many
    tokenizers pad.
    """
    together, alone = data.padded_rows(trial.torch, trial.device, trial.text)
    require_close(
        PADDING_COUNTS,
        "logits of rows that are padded on the right, and of the same rows without padding,",
        trial.logits_of(trial.model, together),
        trial.torch.cat([trial.logits_of(trial.model, row) for row in alone]),
        trial.tolerance,
    )
