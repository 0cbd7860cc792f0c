"""The model alone: as the checkpoint says, and quantized."""

from .. import brought, invariants
from ..errors import NotApplicable, Unsupported


def build(trial):
    if trial.brought:
        return _build_brought(trial)
    model_type = trial.model_type
    if model_type not in trial.transformers.CONFIG_MAPPING:
        raise Unsupported(
            f"transformers {trial.transformers.__version__} has no model type {model_type}"
        )
    trial.model = trial.load(quantized=False)
    trial.weights = invariants.shapes(trial.model)
    attention = getattr(getattr(trial.model, "config", None), "_attn_implementation", None)
    if attention is not None:
        trial.facts["attention"] = str(attention)[:100]


def _build_brought(trial):
    """A checkpoint of the user's own: files that are quantized already are loaded so."""
    trial.brought.require_known(trial.transformers, trial.task.auto)
    if trial.is_stored:
        trial.quantizer.require_floors()
    trial.model = trial.load(quantized=trial.is_stored)
    shapes = brought.shapes if trial.is_stored else invariants.shapes
    trial.weights = shapes(trial.model)
    targets, text = trial.learn()
    trial.facts["targets"] = targets
    trial.facts["text"] = text


def quantize(trial):
    if trial.quantizer is None:
        raise NotApplicable
    trial.quantizer.require_floors()
    trial.model = trial.load(quantized=True)
