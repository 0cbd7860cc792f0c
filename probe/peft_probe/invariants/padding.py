"""Rows of unequal lengths: one pass over the same texts padded in several ways says the same."""

from .. import data
from ..checks import largest_difference

ANOTHER = 33
"""A token that takes the place of the padding."""
TEXT = ("input_ids", "attention_mask", "decoder_input_ids")
COUNTS_PLACES = ("gpt2", "gpt_bigcode")
"""Architectures that count places from the first column, padding or not, unless they are told."""


def reach(trial):
    """Largest difference of a logit where tokens under the mask are others."""
    passed = _passed(trial)
    return largest_difference(passed["left"], passed["filled"])


def right_difference(trial):
    """Largest difference of a logit of rows that end in padding to the same rows with more text."""
    passed = _passed(trial)
    return largest_difference(passed["right"], passed["longer"])


def left_difference(trial):
    """Largest difference of a logit of rows that begin with padding to those that end in it."""
    passed = _passed(trial)
    return largest_difference(passed["left"], passed["right"])


def _passed(trial):
    """Kind of padding -> logits of the texts' own tokens; one pass, kept for the other checks of
    it."""
    if trial.padded_ways is None:
        trial.padded_ways = _pass(trial)
    return trial.padded_ways


def _pass(trial):
    given = trial.inputs(padded=True)
    rows = {name: value[data.PROMPTS :].tolist() for name, value in given.items() if name in TEXT}
    ways = _causal(rows, trial.text.pad) if trial.task.targets == "next-token" else _masked(rows)
    logits = trial.logits_of(trial.model, _inputs(trial, rows, ways))
    parts = _parts(trial, ways, logits)
    return parts if "longer" not in ways else {**parts, "longer": _without_more(parts, ways)}


def _masked(rows):
    """The padded rows, and the same with another token in the padding: way -> (ids, mask)."""
    ids, mask = rows["input_ids"], rows["attention_mask"]
    filled = [
        [token if seen else ANOTHER for token, seen in zip(row, own)] for row, own in zip(ids, mask)
    ]
    return {"left": (ids, mask), "filled": (filled, mask)}


def _causal(rows, pad):
    """Besides, the same texts padded on the right, and with more text in the place of that."""
    ids, mask = rows["input_ids"], rows["attention_mask"]
    texts = [[token for token, seen in zip(row, own) if seen] for row, own in zip(ids, mask)]
    gaps = [len(row) - len(text) for row, text in zip(ids, texts)]
    right = [text + [pad] * gap for text, gap in zip(texts, gaps)]
    longer = [text + text[len(text) - gap :] for text, gap in zip(texts, gaps)]
    return {
        **_masked(rows),
        "right": (right, [[1] * len(text) + [0] * gap for text, gap in zip(texts, gaps)]),
        "longer": (longer, [[1] * len(row) for row in longer]),
    }


def _inputs(trial, rows, ways):
    torch, device = trial.torch, trial.device
    ids, mask = ([row for way in ways.values() for row in way[part]] for part in (0, 1))
    inputs = {
        "input_ids": torch.tensor(ids, device=device),
        "attention_mask": torch.tensor(mask, device=device),
    }
    inputs.update(trial.beside(inputs["input_ids"]))
    if "decoder_input_ids" in rows:
        decoder = rows["decoder_input_ids"] * len(ways)
        inputs["decoder_input_ids"] = torch.tensor(decoder, device=device)
    if trial.model_type in COUNTS_PLACES and "num_virtual_tokens" not in _asked(trial):
        inputs["position_ids"] = (inputs["attention_mask"].cumsum(-1) - 1).clamp(min=0)
    return inputs


def _asked(trial):
    return {} if trial.method is None else trial.method.arguments


def _parts(trial, ways, logits):
    """Way -> its rows of the logits, which hold as many for each way as it has real tokens."""
    if trial.task.logits_per != "token":
        size = logits.shape[0] // len(ways)
        return {name: logits[size * at : size * (at + 1)] for at, name in enumerate(ways)}
    parts, begins = {}, 0
    for name, (_ids, mask) in ways.items():
        ends = begins + sum(map(sum, mask))
        parts[name], begins = logits[begins:ends], ends
    return parts


def _without_more(parts, ways):
    """The longer texts' logits without those of what was added."""
    (_ids, mask), (longer, _mask) = ways["right"], ways["longer"]
    kept, begins = [], 0
    for row, own in zip(longer, mask):
        kept += range(begins, begins + sum(own))
        begins += len(row)
    return parts["longer"][kept]
