"""Numeric invariants that need no oracle."""

from . import data
from .errors import CheckFailed


def largest_difference(actual, expected):
    if actual.shape != expected.shape:
        return float("inf")
    return (actual - expected).abs().max().item()


def require_close(check, what, actual, expected, tolerance):
    """Raises CheckFailed where two tensors differ by more than `tolerance`, or hold a NaN."""
    if actual.shape != expected.shape:
        raise CheckFailed(
            check, f"{what}: shape {tuple(actual.shape)} where {tuple(expected.shape)} is expected"
        )
    difference = largest_difference(actual, expected)
    if not difference <= tolerance:
        raise CheckFailed(check, f"{what} differ by {difference:.3g}, more than {tolerance:g}")


def greedy_gap(trial, prompts, tokens):
    """By how much generated tokens miss the argmax of one full forward pass over them, at their
    first miss.

    A near tie is a small gap, so that rounding is not taken for a defect.
    """
    torch = trial.torch
    new = tokens[:, -data.GENERATED :]
    with torch.no_grad():
        if trial.task.decodes:
            output = trial.model(**prompts, decoder_input_ids=_begun(trial, tokens)[:, :-1])
        else:
            full = tokens[:, :-1]
            mask = torch.ones_like(full)
            output = trial.model(input_ids=full, attention_mask=mask, **trial.beside(full))
    logits = output.logits.float()[:, -data.GENERATED :]
    best = logits.max(dim=-1).values
    gaps = best - logits.gather(-1, new.unsqueeze(-1)).squeeze(-1)
    return max((_first_miss(row) for row in gaps.tolist()), default=0.0)


def _begun(trial, tokens):
    """With the token that a decoder starts from, which Whisper's generation leaves out."""
    if tokens.shape[1] > data.GENERATED:
        return tokens
    start = trial.model.config.decoder_start_token_id
    return trial.torch.cat([trial.torch.full_like(tokens[:, :1], start), tokens], dim=1)


def _first_miss(gaps):
    return next((gap for gap in gaps if gap > 0), 0.0)
