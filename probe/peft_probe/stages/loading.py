"""The model alone: as the checkpoint says, and quantized."""

from .. import invariants
from ..errors import NotApplicable, Unsupported


def build(trial):
    model_type = trial.architecture.model_type or trial.cell["architecture"]
    if model_type not in trial.transformers.CONFIG_MAPPING:
        raise Unsupported(
            f"transformers {trial.transformers.__version__} has no model type {model_type}"
        )
    trial.model = trial.load(quantized=False)
    trial.weights = invariants.shapes(trial.model)


def quantize(trial):
    if trial.quantizer is None:
        raise NotApplicable
    trial.quantizer.require_floors()
    trial.model = trial.load(quantized=True)
