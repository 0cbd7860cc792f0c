"""A trained adapter, saved and loaded again."""

from ..checks import require_close
from ..errors import NotApplicable


def reload(trial):
    """A saved adapter, loaded onto a fresh base model, must give the logits that were saved."""
    if trial.method is None:
        raise NotApplicable
    trial.model.save_pretrained(str(_adapter_folder(trial)))
    fresh = trial.load_adapter(trial.load(trial.quantizer is not None), str(_adapter_folder(trial)))
    trial.reloaded = fresh
    require_close(
        "reload-differs",
        "logits after save and reload",
        trial.logits(fresh),
        trial.trained_logits,
        trial.tolerance,
    )
    for more in trial.hooks("after_reload"):
        more(trial)


def _adapter_folder(trial):
    return trial.folder / "adapter"


def adapter_files(trial):
    """Files of the saved adapter, by their place in what a cell leaves; none for the control."""
    if trial.method is None:
        return {}
    paths = sorted(_adapter_folder(trial).rglob("*"))
    return {f"adapter/{path.name}": path.read_bytes() for path in paths if path.is_file()}
