"""What the base environment hands on: a saved adapter, and its logits."""

import json
from pathlib import Path

from ..checks import require_close
from ..errors import HandoverUnreadable, NotApplicable
from ..evidence import evidence_of
from .saving import adapter_files


def carry(trial):
    """An adapter that the base environment saved must mean the same here.

    For the control, the same base logits.
    """
    _leave_behind(trial)
    # What cannot be loaded again here cannot be loaded elsewhere.
    if trial.exempt(trial.not_measured, "reload"):
        raise NotApplicable
    source = _carried(trial)
    if source is None:
        raise NotApplicable
    saved = _read_logits(trial, source)
    if trial.method is None:
        require_close(
            "base-moved",
            "logits of the same weights",
            _kept(trial, trial.base_logits),
            saved["plain"],
            trial.tolerance,
        )
        require_close(
            "base-moved-padded",
            "logits of the same weights, on padded rows",
            _kept(trial, trial.padded_logits),
            saved["padded"],
            trial.tolerance,
        )
        return
    for more in trial.hooks("carried"):
        more(trial, source, saved)
    carried = trial.load_adapter(trial.load(trial.quantizer is not None), str(source / "adapter"))
    what = "logits of the adapter that the base environment saved"
    logits = _kept(trial, trial.logits(carried))
    require_close("carry-differs", what, logits, saved["plain"], trial.tolerance)


def _carried(trial):
    """Folder of what the base environment's cell saved, if there is any."""
    root = trial.job.get("carryFrom")
    folder = Path(root) / trial.cell["id"].replace("/", "__") if root else None
    return folder if folder is not None and folder.is_dir() else None


def _read_logits(trial, folder):
    """Some loaders tell of a file that cannot be read as of one that is not there.

    All are read here first.
    """
    try:
        texts = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        saved = json.loads(texts["logits.json"])
    except (OSError, ValueError, KeyError) as unreadable:
        raise HandoverUnreadable(
            f"what the base environment saved cannot be read: {unreadable}"
        ) from unreadable
    return {name: trial.torch.tensor(values, device=trial.device) for name, values in saved.items()}


COLUMNS = 2048
"""As many logits of a token are handed on: the vocabularies of real models make 100 MB of text."""


def _kept(trial, logits):
    """Evenly chosen logits of a checkpoint of the user's own; all of the tiny ones."""
    if not trial.brought:
        return logits
    return logits[..., :: -(-logits.shape[-1] // COLUMNS)]


def _leave_behind(trial):
    if trial.cell.get("leaves"):
        trial.evidence = evidence_of(trial, adapter_files(trial))
    if not trial.job.get("handover"):
        return
    if trial.method is None:
        whole = {"plain": trial.base_logits, "padded": trial.padded_logits}
    else:
        whole = {"plain": trial.logits(trial.model)}
    logits = {name: _kept(trial, values) for name, values in whole.items()}
    files = adapter_files(trial)
    for more in trial.hooks("left"):
        own_files, own_logits = more(trial)
        files.update(own_files)
        logits.update(own_logits)
    left = {
        "logits.json": json.dumps(
            {name: values.tolist() for name, values in logits.items()}
        ).encode()
    }
    trial.left = {**left, **files}
