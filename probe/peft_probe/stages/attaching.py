"""The adapter, put onto the model."""

from ..common_path import require_common_path
from ..errors import CheckFailed, NotApplicable


def attach(trial):
    trial.base_logits = trial.logits(trial.model)
    if trial.brought:
        trial.facts["baseLoss"] = trial.loss_now()
    require_common_path(trial.model)
    if trial.method is None:
        trial.padded_logits = trial.logits(trial.model, padded=True)
        raise NotApplicable
    trial.torch.manual_seed(0)
    for prepare in trial.hooks("prepare"):
        trial.model = prepare(trial, trial.model)
    trial.model = trial.attached(trial.model)
    trial.facts["trainable"] = sum(p.numel() for p in trial.model.parameters() if p.requires_grad)
    if trial.facts["trainable"] == 0:
        raise CheckFailed(
            "nothing-trainable", "the adapter has no parameter that requires a gradient"
        )
