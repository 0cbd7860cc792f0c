"""A second adapter on the same model."""

from ..checks import require_close

OTHER = "other"


def switch(trial):
    """Switched to and back, saved and loaded together, deleted: the first stays what it was."""
    model = trial.model
    model.add_adapter(OTHER, trial.configuration())
    model.set_adapter(OTHER)
    other = trial.logits(model)
    model.set_adapter("default")
    _require(trial, "after switching to a second adapter and back", model, trial.trained_logits)
    folder = trial.folder / "both"
    model.save_pretrained(str(folder))
    loaded = trial.load_adapter(trial.load(trial.quantizer is not None), str(folder))
    loaded.load_adapter(str(folder / OTHER), adapter_name=OTHER)
    loaded.set_adapter(OTHER)
    _require(trial, "of a second adapter that was saved beside the first", loaded, other)
    loaded.set_adapter("default")
    _require(trial, "of an adapter that was saved beside a second", loaded, trial.trained_logits)
    model.delete_adapter(OTHER)
    _require(trial, "after a second adapter was deleted", model, trial.trained_logits)


def _require(trial, when, model, expected):
    require_close(
        "second-adapter-differs", f"logits {when}", trial.logits(model), expected, trial.tolerance
    )
