"""The adapter, put onto the model."""

from ..common_path import require_common_path
from ..errors import CheckFailed, NotApplicable
from ..methods import configuration


def attach(trial):
    trial.base_logits = trial.logits(trial.model)
    require_common_path(trial.model)
    if trial.method is None:
        trial.padded_logits = trial.logits(trial.model, padded=True)
        raise NotApplicable
    trial.torch.manual_seed(0)
    config = configuration(
        trial.peft, trial.cell["method"], trial.architecture, trial.cell["task"], trial.job["steps"]
    )
    trial.model = trial.peft.get_peft_model(trial.model, config)
    trial.facts["trainable"] = sum(p.numel() for p in trial.model.parameters() if p.requires_grad)
    if trial.facts["trainable"] == 0:
        raise CheckFailed(
            "nothing-trainable", "the adapter has no parameter that requires a gradient"
        )
