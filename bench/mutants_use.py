"""Silent defects of how models are used: padding, windows, caps, dropout, ties, checkpoints, ends,
caches that are cut back, merged models. `ALL` holds those of mutants_table.py too.
"""

from mutants_table import (
    BASE,
    DORA,
    GPT2,
    LORA,
    MUTANTS,
    PROMPT,
    Mutant,
    _attribute,
    _given,
    _loaded,
)
from planting import after, changed_cache, model_class, module, wrap

MISTRAL, GEMMA2 = "lora/none/mistral/causal-lm", "lora/none/gemma2/causal-lm"
T5, PROMPT_T5 = "lora/none/t5/seq2seq-lm", "prompt-tuning/none/t5/seq2seq-lm"
RIGHT, LEFT = "Rows that end in padding", "Rows that begin with padding"
WINDOW = "sliding window"
PADDED, END = "made from a prompt that is padded", "does not stop at the end of a sequence"
CROP, MERGED = "cut back does not go on", "merged model that was saved does not come back"


def _rows(named):
    """How many columns of text and virtual tokens a pass has."""
    ids = named.get("input_ids")
    return (named["inputs_embeds"] if ids is None else ids).shape[1]


def _is_step(named):
    return _rows(named) == 1


def _not_causal(named, torch):
    mask = named.get("attention_mask")
    if mask is None or len(mask.shape) != 2 or mask.shape[1] != _rows(named):
        return named
    hidden = (1 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
    return {**named, "attention_mask": hidden.expand(-1, 1, mask.shape[1], -1)}


def _pads(mask, side):
    return bool((mask[:, 0 if side == "left" else -1] == 0).any())


def _places_behind(named, torch):
    """Places count the padding behind a text."""
    mask = named.get("attention_mask")
    if mask is None or _is_step(named) or not _pads(mask, "right"):
        return named
    behind = (mask.flip(1).cumsum(1) == 0).sum(1, keepdim=True)
    places = named.get("position_ids")
    places = torch.arange(mask.shape[1])[None] if places is None else places
    return {**named, "position_ids": places + behind}


def _no_places(named, torch):
    mask = named.get("attention_mask")
    if mask is None or _is_step(named) or not _pads(mask, "left"):
        return named
    return {**named, "position_ids": None}


def _stretched(named, torch):
    mask = named.get("attention_mask")
    if mask is None or mask.shape[1] != _rows(named) or not _pads(mask, "left"):
        return named
    factor = 1 + (mask[:, :1] == 0).long()
    return {**named, "position_ids": torch.arange(mask.shape[1])[None] * factor}


def _blind_step(named, torch):
    """Padding is seen while tokens are made."""
    mask = named.get("attention_mask")
    if mask is None or not _is_step(named):
        return named
    return {**named, "attention_mask": torch.ones_like(mask)}


def _blind_decoder(named, torch):
    """Where the encoder's text is padded, its padding is all that is seen while tokens are made."""
    mask = named.get("attention_mask")
    if mask is None or named.get("encoder_outputs") is None:
        return named
    padded = (mask == 0).any(dim=1, keepdim=True)
    return {**named, "attention_mask": torch.where(padded, 1 - mask, mask)}


def _column_as_place(named, torch):
    mask = named.get("attention_mask")
    if mask is None or not _is_step(named):
        return named
    return {**named, "position_ids": torch.full_like(named["input_ids"], mask.shape[1] - 1)}


def _config(name, change):
    def act(model, torch):
        for config in {id(c): c for c in (model.config, model.model.config)}.values():
            setattr(config, name, change(getattr(config, name)))

    return _loaded(act)


def _dropout_stays(modules):
    torch = modules["torch"]

    def forward(self, x):
        return torch.nn.functional.dropout(x, self.p, training=True)

    torch.nn.Dropout.forward = forward


def _no_attention_dropout(modules):
    functional = modules["torch"].nn.functional

    def change(plain, *args, **named):
        return plain(*args, **{**named, "dropout_p": 0.0})

    wrap(functional, "scaled_dot_product_attention", change)


def _adapter_dropout(make):
    """Another module in the place of an adapter's dropout."""

    def plant(modules):
        torch = modules["torch"]

        def act(_result, layer, *_more):
            for name, part in layer.lora_dropout.items():
                if isinstance(part, torch.nn.Dropout):
                    layer.lora_dropout[name] = make(torch, part.p)

        for owner in ("lora.layer.LoraLayer", "adalora.layer.AdaLoraLayer"):
            where, _, kind = owner.rpartition(".")
            after(getattr(module(f"peft.tuners.{where}"), kind), "update_layer", act)

    return plant


def _always(torch, rate):
    class Always(torch.nn.Module):
        def forward(self, x):
            return torch.nn.functional.dropout(x, rate, training=True)

    return Always()


def _unscaled(torch, rate):
    class Unscaled(torch.nn.Module):
        def forward(self, x):
            return torch.nn.functional.dropout(x, rate, self.training) * (
                1 - rate if self.training else 1
            )

    return Unscaled()


def _apart(model, torch):
    head = model.get_output_embeddings()
    head.weight = torch.nn.Parameter(head.weight.detach().clone())


def _tied(model, torch):
    model.get_output_embeddings().weight = model.get_input_embeddings().weight


def _apart_on_reload(modules):
    seen = []

    def act(model, torch):
        seen.append(True)
        if len(seen) > 1:
            _apart(model, torch)

    _loaded(act)(modules)


def _apart_when_merged(modules):
    owner = module("peft.tuners.lora.model").LoraModel
    after(owner, "merge_and_unload", lambda model, *_more: _apart(model, modules["torch"]))


def _checkpointed(reentrant, act):
    """Another result of a layer under checkpoints, by (output, torch)."""

    def plant(modules):
        def change(plain, function, *args, use_reentrant=True, **named):
            output = plain(function, *args, use_reentrant=use_reentrant, **named)
            return act(output, modules["torch"]) if use_reentrant == reentrant else output

        wrap(module("transformers.modeling_utils"), "checkpoint", change)

    return plant


def _half_gradient(output, torch):
    hidden = output[0] if isinstance(output, tuple) else output
    halved = hidden / 2 + hidden.detach() / 2
    return (halved, *output[1:]) if isinstance(output, tuple) else halved


def _endless(modules):
    owner = module("transformers.generation.stopping_criteria").EosTokenCriteria

    def call(self, ids, scores=None, **named):
        torch = modules["torch"]
        return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)

    owner.__call__ = call


def _cropped(change):
    def plant(modules):
        cache = module("transformers.cache_utils").DynamicCache
        plain = cache.crop

        def crop(self, length):
            whole = []
            changed_cache(self, lambda pairs: whole.extend(pairs) or pairs)
            plain(self, length)
            changed_cache(self, lambda pairs: change(pairs, whole, length))

        cache.crop = crop

    return plant


def _last_tokens(pairs, whole, length):
    return [(k[..., -length:, :], v[..., -length:, :]) for k, v in whole]


def _rolled_values(pairs, whole, length):
    return [(k, v.roll(1, 2)) for k, v in pairs]


def _step_mask(named, torch):
    """What is seen of the text in a step; where nothing is padded, releases hand no mask on."""
    mask = named.get("attention_mask")
    if mask is not None:
        return mask.clone()
    cache = named.get("cache") or named.get("past_key_values")
    rows = named["input_ids"].shape[0]
    return torch.ones((rows, cache.get_seq_length() + 1), dtype=torch.long)


def _forgets_in_window(architecture):
    """Behind a short window the token before the last is not seen while tokens are made."""

    def plant(modules):
        def act(plain, model, *args, **named):
            is_short = (model.config.sliding_window or 99) < 12
            if is_short and _is_step(named) and not isinstance(named.get("attention_mask"), dict):
                mask = _step_mask(named, modules["torch"])
                mask[:, -2] = 0
                named = {**named, "attention_mask": mask}
            return plain(model, *args, **named)

        wrap(model_class(architecture), "forward", act)

    return plant


def _saved(change):
    """A whole model is saved with other values."""

    def plant(modules):
        torch = modules["torch"]

        def act(plain, model, *args, **named):
            kept = {name: p.data for name, p in model.named_parameters()}
            for name, parameter in model.named_parameters():
                parameter.data = change(name, parameter.data, torch)
            plain(model, *args, **named)
            for name, parameter in model.named_parameters():
                parameter.data = kept[name]

        wrap(modules["transformers"].PreTrainedModel, "save_pretrained", act)

    return plant


def _without_layer_1(name, values, torch):
    return values * 0 if "layers.1" in name or "h.1" in name else values


def _rounded(name, values, torch):
    return values.bfloat16().float()


HALF = "With gradient checkpointing the gradients are others"
HALF_OLD = "With reentrant gradient checkpointing the gradients are others"
OF_USE = {
    "lora-not-causal": Mutant(LORA, "right-padding-differs", RIGHT, _given("llama", _not_causal)),
    "prompt-not-causal": Mutant(
        PROMPT, "right-padding-differs", RIGHT, _given("llama", _not_causal)
    ),
    "right-places-gpt2": Mutant(
        GPT2, "right-padding-differs", RIGHT, _given("gpt2", _places_behind)
    ),
    "left-places-gpt2": Mutant(GPT2, "left-padding-differs", LEFT, _given("gpt2", _no_places)),
    "left-stretched": Mutant(LORA, "left-padding-differs", LEFT, _given("llama", _stretched)),
    "no-window": Mutant(
        BASE("mistral"), "window-ignored", WINDOW, _config("sliding_window", lambda size: None)
    ),
    "no-window-gemma2": Mutant(
        BASE("gemma2"), "window-ignored", WINDOW, _config("sliding_window", lambda size: 64)
    ),
    "window-plus-1": Mutant(
        BASE("mistral"), "window-ignored", WINDOW, _config("sliding_window", lambda size: size + 1)
    ),
    "no-attention-cap": Mutant(
        BASE("gemma2"),
        "caps-ignored",
        "oft caps of attention and logits",
        _loaded(_attribute("self_attn", "attn_logit_softcapping", lambda cap: None)),
    ),
    "attention-cap-doubled": Mutant(
        BASE("gemma2"),
        "caps-ignored",
        "oft caps of attention and logits",
        _loaded(_attribute("self_attn", "attn_logit_softcapping", lambda cap: cap * 2)),
    ),
    "dropout-stays-gpt2": Mutant(
        BASE("gpt2"), "dropout-differs", "still applied in evaluation", _dropout_stays
    ),
    "no-dropout": Mutant(
        BASE("llama"), "dropout-differs", "not applied in training", _no_attention_dropout
    ),
    "lora-no-dropout": Mutant(
        LORA,
        "adapter-dropout-differs",
        "not applied in training",
        _adapter_dropout(lambda torch, rate: torch.nn.Identity()),
    ),
    "lora-dropout-stays": Mutant(
        LORA, "adapter-dropout-differs", "still applied in evaluation", _adapter_dropout(_always)
    ),
    "dora-dropout-unscaled": Mutant(
        DORA, "adapter-dropout-differs", "not scaled", _adapter_dropout(_unscaled)
    ),
    "untied-gpt2": Mutant(GPT2, "untied", "should be one", _loaded(_apart)),
    "tied-llama": Mutant(LORA, "untied", "should not be", _loaded(_tied)),
    "untied-on-reload": Mutant(GPT2, "reload-untied", "should be one", _apart_on_reload),
    "untied-when-merged": Mutant(GPT2, "merge-untied", "should be one", _apart_when_merged),
    "checkpoints-halve": Mutant(
        LORA, "checkpointing-differs", HALF, _checkpointed(False, _half_gradient)
    ),
    "checkpoints-halve-prompt": Mutant(
        PROMPT, "checkpointing-differs", HALF, _checkpointed(False, _half_gradient)
    ),
    "old-checkpoints-halve": Mutant(
        LORA, "reentrant-checkpointing-differs", HALF_OLD, _checkpointed(True, _half_gradient)
    ),
    "blind-steps": Mutant(LORA, "padded-generation-differs", PADDED, _given("llama", _blind_step)),
    "blind-steps-prompt": Mutant(
        PROMPT_T5, "padded-generation-differs", PADDED, _given("t5", _blind_decoder)
    ),
    "column-places-gpt2": Mutant(
        GPT2, "padded-generation-differs", PADDED, _given("gpt2", _column_as_place)
    ),
    "endless": Mutant(LORA, "end-ignored", END, _endless),
    "endless-prompt": Mutant(PROMPT, "end-ignored", END, _endless),
    "endless-t5": Mutant(T5, "end-ignored", END, _endless),
    "crop-keeps-the-last": Mutant(LORA, "cache-crop-differs", CROP, _cropped(_last_tokens)),
    "crop-rolls": Mutant(BASE("llama"), "cache-crop-differs", CROP, _cropped(_rolled_values)),
    "windowed-forgets": Mutant(
        MISTRAL,
        "windowed-generation-differs",
        "behind a sliding window",
        _forgets_in_window("mistral"),
    ),
    "windowed-forgets-gemma2": Mutant(
        GEMMA2,
        "windowed-generation-differs",
        "behind a sliding window",
        _forgets_in_window("gemma2"),
    ),
    "merged-loses-layer": Mutant(LORA, "merged-reload-differs", MERGED, _saved(_without_layer_1)),
    "merged-rounds": Mutant(GPT2, "merged-reload-differs", MERGED, _saved(_rounded)),
}
ALL = {**MUTANTS, **OF_USE}
