"""Logits of the untouched checkpoints that several environments agree on."""

import json
from pathlib import Path

GOLDENS = Path(__file__).resolve().parents[2] / "goldens"
STEP = 7
"""Every seventh number is kept: enough to see a model move, and small."""


def sample(logits):
    return [round(value, 6) for value in logits.reshape(-1).tolist()[::STEP]]


def moved(trial):
    """Largest difference of a logit to the golden of the model's attention.

    None where there is no golden for this checkpoint and task, or the model is not made of its
    weights.
    """
    path = GOLDENS / f"{trial.cell['architecture']}__{trial.cell['task']}.json"
    golden = json.loads(path.read_text()) if path.is_file() else None
    if golden is None or next(iter(trial.weights.values()))[1] != golden["width"]:
        return None
    attention = getattr(trial.model.config, "_attn_implementation", None)
    own = [one for one in golden["of"] if one["attention"] == attention] or golden["of"]
    found = [(_gaps(trial, one), one["environments"]) for one in own]
    gaps, environments = min(found, key=lambda pair: max(pair[0]))
    return max(gaps), _words(environments, gaps)


def _gaps(trial, golden):
    rows = (("plain", trial.base_logits), ("padded", trial.padded_logits))
    return [gap(sample(logits), golden[name]) for name, logits in rows]


def gap(actual, expected):
    if len(actual) != len(expected):
        return float("inf")
    return max(abs(one - other) for one, other in zip(actual, expected))


def _words(environments, gaps):
    where = ", ".join(environments)
    rows = "padded rows" if gaps[1] > 10 * gaps[0] else "these weights"
    return f"The model itself does not compute on {rows} what it does with {where}"
