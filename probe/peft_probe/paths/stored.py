"""A model that was quantized once and saved so: what most people load."""

from ..checks import require_close
from ..common_path import require_common_path


def save_and_load(trial):
    """Saved by this release and loaded by it."""
    _require(trial, _saved(trial), "the quantized model after save and load", trial.base_logits)


def left(trial):
    """For other environments: the files of the quantized model, and its logits."""
    files = {f"stored/{path.name}": path.read_bytes() for path in _saved(trial).iterdir()}
    return files, {"stored": trial.base_logits}


def carried(trial, source, logits):
    what = "the quantized model that the base environment saved"
    _require(trial, source / "stored", what, logits["stored"])


def _saved(trial):
    folder = trial.folder / "stored"
    if not folder.is_dir():
        trial.load(quantized=True).save_pretrained(str(folder))
    return folder


def _require(trial, folder, what, expected):
    # Its configuration says how it is quantized.
    loaded = trial.load(quantized=False, folder=str(folder), device_map=trial.place)
    require_common_path(loaded)
    require_close(
        "stored-differs", f"logits of {what}", trial.logits(loaded), expected, trial.tolerance
    )
