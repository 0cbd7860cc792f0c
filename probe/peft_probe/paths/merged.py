"""A merged model, saved as one of its own."""

from ..checks import require_close
from ..common_path import require_common_path


def save_and_load(trial):
    expected = trial.logits(trial.merged)
    folder = trial.folder / "merged"
    trial.merged.save_pretrained(str(folder))
    loaded = trial.load(quantized=False, folder=str(folder))
    require_common_path(loaded)
    require_close(
        "resaved-differs",
        "logits of the merged model after save and load",
        trial.logits(loaded),
        expected,
        trial.tolerance,
    )
