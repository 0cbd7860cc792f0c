"""A prefix made of real tokens, put in as the adapter, must act as those tokens do in the base
model.
"""

from ..checks import largest_difference

REAL = (17, 29, 8, 41)
"""The tokens that take the place of the virtual ones."""


def difference(trial):
    """Largest difference of a logit on the padded rows. Leaves the adapter as it was."""
    base = trial.model.get_base_model()
    given = trial.inputs(padded=True)
    own = _embedding(trial)
    kept = own.detach().clone()
    values = _real_values(trial, base)
    if values.numel() != own[: values.shape[0]].numel():
        return float("inf"), _size_words(values, own)
    with trial.torch.no_grad():
        expected = _tail(trial, trial.logits_of(base, _with_real(trial, given)), given)
        own.data[: values.shape[0]] = values
        with _as_saved(trial):
            actual = trial.logits_of(trial.model, given)
        own.data.copy_(kept)
    gap = largest_difference(actual, expected)
    return gap, _words(trial, base, given, actual, gap)


def _size_words(values, own):
    return f"A virtual token has {own.numel()} numbers where the model's own has {values.numel()}"


def _embedding(trial):
    return next(
        parameter
        for name, parameter in trial.model.named_parameters()
        if name.startswith("prompt_encoder") and name.endswith("embedding.weight")
    )


def _real_values(trial, base):
    """What the real tokens are to the model, a row each: their embeddings, or their keys and values
    of all layers.
    """
    ids = trial.torch.tensor([list(REAL)], device=trial.device)
    base.eval()
    with trial.torch.no_grad():
        if trial.entry != "prefix-tuning":
            return _embedded(base, ids).reshape(len(REAL), -1)
        mask = trial.torch.ones_like(ids)
        cache = base(input_ids=ids, attention_mask=mask, use_cache=True).past_key_values
    rows = [_by_token(part) for part in _parts(cache)]
    return trial.torch.cat(rows, dim=1)


def _embedded(base, ids):
    return base.get_input_embeddings()(ids).detach()


def _parts(cache):
    """Keys and values of each layer in turn, in every form that a cache has had."""
    if hasattr(cache, "layers"):
        return [part for layer in cache.layers for part in (layer.keys, layer.values)]
    if hasattr(cache, "key_cache"):
        return [part for pair in zip(cache.key_cache, cache.value_cache) for part in pair]
    return [part for pair in cache for part in (pair if isinstance(pair, tuple) else (pair,))]


def _by_token(part):
    """[1, heads, tokens, width] or [1, tokens, width] as [tokens, heads x width]."""
    if len(part.shape) == 4:
        part = part[:, :, : len(REAL)].permute(0, 2, 1, 3)
    return part[0].reshape(len(REAL), -1)


def _with_real(trial, given):
    """The rows with the real tokens in front of them."""
    torch, rows = trial.torch, given["input_ids"].shape[0]
    real = torch.tensor([list(REAL)] * rows, device=trial.device)
    ids = torch.cat([real, given["input_ids"]], dim=1)
    return {
        **given,
        "input_ids": ids,
        "attention_mask": torch.cat([torch.ones_like(real), given["attention_mask"]], dim=1),
        **trial.beside(ids),
    }


def _tail(trial, logits, given):
    """The logits of the text alone: those of the real tokens stand in front of each row's."""
    if trial.task.logits_per != "token":
        return logits
    kept, at = [], 0
    for seen in given["attention_mask"].tolist():
        at += len(REAL)
        kept += range(at, at + sum(seen))
        at += sum(seen)
    return logits[kept]


class _as_saved:
    """P-tuning hands its rows on without its encoder, as it does once it is saved."""

    def __init__(self, trial):
        self.config = trial.model.peft_config["default"]

    def __enter__(self):
        self.before = getattr(self.config, "inference_mode", False)
        self.config.inference_mode = True

    def __exit__(self, *_raised):
        self.config.inference_mode = self.before


def _words(trial, base, given, actual, gap):
    kind = "prefix" if trial.entry == "prefix-tuning" else "prompt"
    with_nothing = trial.logits_of(base, given)
    if largest_difference(actual, with_nothing) >= gap / 100:
        return f"A {kind} made of real tokens does not act as those tokens do: logits apart"
    if _is_masked(trial, given):
        return (
            f"The {kind} is there and masked in evaluation, so that nothing sees it: logits are "
            "those of the base model"
        )
    return f"The {kind} is ignored in evaluation: logits are those of the base model"


def _is_masked(trial, given):
    """Whether what nothing sees is there all the same: no weight of 0 takes a NaN away."""
    own = _embedding(trial)
    kept = own.detach().clone()
    with trial.torch.no_grad(), _as_saved(trial):
        own.data.fill_(float("nan"))
        logits = trial.logits_of(trial.model, given)
        own.data.copy_(kept)
    return bool(logits.isnan().any())
