"""Generation as it is used: rows of unequal lengths, an end, a cache that is cut back."""

from .. import data
from ..checks import largest_difference

NEW = 4
"""Tokens that are made: an end within them costs as few passes as shows it."""
SHORTER = 2
"""By so many tokens the first prompt is shorter than the second."""
KEPT = 6
"""Columns that are left of a cache that is cut back."""


def padded_gap(trial):
    """By how much tokens made from a padded prompt miss the best one, at their first miss."""
    made = _made(trial)
    if made is None:
        return None
    rows, mask, new, end = made
    kept = _until(new[0], end)
    if not kept:
        return None
    if _is_virtual(trial):
        ids = rows
        seen = trial.torch.cat([mask, trial.torch.ones_like(new)], dim=1)
    else:
        ids = rows[:1, SHORTER:]
        seen = None
    return _miss(trial, ids, new[: len(ids)], seen, kept)


def beyond_the_end(trial):
    """Tokens that are no padding behind the end of a row; None where a row has other tokens than
    it made alone, of which other checks tell.
    """
    made = _made(trial)
    if made is None:
        return None
    _rows, _mask, new, end = made
    expected = trial.generated[1, -data.GENERATED :].tolist()
    first = expected[: expected.index(end) + 1]
    if new[1].tolist()[: len(first)] != first:
        return None
    return sum(_behind(row, end, trial.text.pad) for row in new.tolist())


def _behind(row, end, pad):
    stop = row.index(end) if end in row else len(row)
    return sum(token != pad for token in row[stop + 1 :])


def _until(row, end):
    """How many tokens of a row count: none behind its end."""
    row = row.tolist()
    return row.index(end) + 1 if end in row else len(row)


def _made(trial):
    """Rows, their mask, the tokens made from them, and the token that ends; None where there is
    nothing to make them from. Made once, for both checks of it."""
    if trial.generated is None:
        return None
    if trial.ended is None:
        trial.ended = _generate(trial)
    return trial.ended


def _generate(trial):
    torch = trial.torch
    rows = trial.prompts()["input_ids"].clone()
    mask = torch.ones_like(rows)
    rows[0, :SHORTER], mask[0, :SHORTER] = trial.text.pad, 0
    end = _end(trial.generated[1, -data.GENERATED :].tolist())
    trial.model.eval()
    with torch.no_grad():
        tokens = trial.model.generate(
            input_ids=rows,
            attention_mask=mask,
            max_new_tokens=NEW,
            do_sample=False,
            eos_token_id=end,
            pad_token_id=trial.text.pad,
        )
    begins = 1 if trial.task.decodes else rows.shape[1]
    return rows, mask, tokens[:, begins:], end


def _end(tokens):
    """The last of the first tokens that none of its kind stands before: the row must end there."""
    return next(tokens[at] for at in reversed(range(NEW - 1)) if tokens[at] not in tokens[:at])


def _is_virtual(trial):
    return trial.method is not None and "num_virtual_tokens" in trial.method.arguments


def _miss(trial, ids, new, seen, kept):
    torch = trial.torch
    if trial.task.decodes:
        start = torch.full_like(new[:, :1], trial.text.pad)
        inputs = {"input_ids": ids, "decoder_input_ids": torch.cat([start, new[:, :-1]], dim=1)}
        seen = None if seen is None else seen[:, : ids.shape[1]]
    else:
        inputs = {"input_ids": torch.cat([ids, new[:, :-1]], dim=1)}
        seen = None if seen is None else seen[:, :-1]
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"]) if seen is None else seen
    with torch.no_grad():
        logits = trial.model(**inputs).logits.float()[:1, -new.shape[1] :][:, :kept]
    own = logits.gather(-1, new[:1, :kept].unsqueeze(-1)).squeeze(-1)
    gaps = (logits.max(dim=-1).values - own)[0].tolist()
    return next((gap for gap in gaps if gap > 0), 0.0)


def crop_difference(trial):
    """Largest difference of a logit where a cache is cut back to half of the text and goes on from
    there, to one pass; None for a cache that cannot be cut back."""
    torch = trial.torch
    ids = data.tokens(torch, trial.device, None, trial.text)[0][: data.PROMPTS]
    mask = torch.ones_like(ids)
    trial.model.eval()
    with torch.no_grad():
        whole = trial.model(input_ids=ids, attention_mask=mask, use_cache=True)
        cache = whole.past_key_values
        if not hasattr(cache, "crop"):
            return None
        cache.crop(KEPT - data.LENGTH)
        rest = trial.model(input_ids=ids[:, KEPT:], attention_mask=mask, past_key_values=cache)
    return largest_difference(rest.logits.float(), whole.logits.float()[:, KEPT:])
