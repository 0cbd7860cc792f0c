"""Methods that are put on weights which are no layers of their own: those of fused experts."""

from ..errors import Unsupported


def require(trial, model):
    """Raises Unsupported where this release of transformers stores no weight of such a name."""
    wanted = trial.method.filled(trial.architecture, trial.job["steps"])["target_parameters"]
    names = [name for name, _parameter in model.named_parameters()]
    if not any(name.endswith(target) for name in names for target in wanted):
        raise Unsupported(
            f"transformers {trial.transformers.__version__} stores no weight {', '.join(wanted)}"
        )
    return model
