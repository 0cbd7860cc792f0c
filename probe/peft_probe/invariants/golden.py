"""Logits of the untouched checkpoints that several environments agree on."""

import json
from pathlib import Path

GOLDENS = Path(__file__).resolve().parents[2] / "goldens"
STEP = 7
"""Every seventh number is kept: enough to see a model move, and small."""


def sample(logits):
    return [round(value, 6) for value in logits.reshape(-1).tolist()[::STEP]]


def moved(trial):
    """Largest difference of a logit; None where there is no golden for this checkpoint and task."""
    path = GOLDENS / f"{trial.cell['architecture']}__{trial.cell['task']}.json"
    if not path.is_file():
        return None
    golden = json.loads(path.read_text())
    gaps = [
        _gap(sample(logits), golden[name])
        for name, logits in (("plain", trial.base_logits), ("padded", trial.padded_logits))
    ]
    return max(gaps), _words(golden, gaps)


def _gap(actual, expected):
    if len(actual) != len(expected):
        return float("inf")
    return max(abs(one - other) for one, other in zip(actual, expected))


def _words(golden, gaps):
    where = ", ".join(golden["environments"])
    rows = "padded rows" if gaps[1] > 10 * gaps[0] else "these weights"
    return f"The model itself does not compute on {rows} what it does with {where}"
