"""An adapter that is switched off, and one that is merged into its model."""

from ..checks import largest_difference, require_close
from ..errors import NotApplicable


def disable(trial):
    """With the adapter disabled, the base model must be what it was before it was attached."""
    if trial.method is None:
        raise NotApplicable
    with trial.disabled():
        logits = trial.logits(trial.model)
    if trial.exempt(trial.method.not_compared, "disable"):
        return
    require_close(
        "disable-differs",
        "logits with the adapter disabled",
        logits,
        trial.base_logits,
        trial.tolerance,
    )


def merge(trial):
    if trial.method is None:
        raise NotApplicable
    tolerance = max(
        trial.floor, trial.quantizer.merge_tolerance if trial.quantizer else trial.tolerance
    )
    trial.merged = trial.model.merge_and_unload()
    merged = trial.logits(trial.merged)
    trial.facts["mergeDifference"] = largest_difference(merged, trial.trained_logits)
    require_close("merge-differs", "logits after merging", merged, trial.trained_logits, tolerance)
    for more in trial.hooks("after_merge"):
        more(trial)
