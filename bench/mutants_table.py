"""What each silent defect plants, where, and the check and the sentence that must say so."""

from dataclasses import dataclass
from typing import Callable

from planting import after, changed_cache, model_class, module, wrap


@dataclass(frozen=True)
class Mutant:
    cell: str
    check: str
    says: str
    plant: Callable


def _layer(name="Linear", package="lora"):
    return getattr(module(f"peft.tuners.{package}.layer"), name)


def _scale(factor):
    def plant(modules):
        def act(_result, layer, *_more):
            for key in layer.scaling:
                layer.scaling[key] = factor(layer.scaling[key])

        after(module("peft.tuners.lora.layer").LoraLayer, "update_layer", act)

    return plant


def _off_in_eval(owner):
    def plant(modules):
        def change(plain, layer, x, *args, **named):
            return plain(layer, x, *args, **named) if layer.training else layer.base_layer(x)

        wrap(owner(), "forward", change)

    return plant


def _after_attach(act):
    """Changes a model that has just got its adapter; the probe calls `peft.get_peft_model`."""

    def plant(modules):
        after(modules["peft"], "get_peft_model", lambda model, *_more: act(model, modules["torch"]))

    return plant


def _trained(model, part):
    return [p for name, p in model.named_parameters() if part in name and p.requires_grad]


def _frozen(part):
    return _after_attach(
        lambda model, torch: [p.requires_grad_(False) for p in _trained(model, part)] and None
    )


def _narrow(part):
    def act(model, torch):
        for parameter in _trained(model, part):
            parameter.data = parameter.data.to(torch.bfloat16)

    return _after_attach(act)


def _dead_half(part):
    """Half of each tensor gets no gradient."""

    def act(model, torch):
        for parameter in _trained(model, part):
            keep = torch.ones_like(parameter)
            keep[: max(1, keep.shape[0] // 2)] = 0
            parameter.register_hook(lambda grad, keep=keep: grad * keep)

    return _after_attach(act)


def _thawed(model, torch):
    next(
        p for name, p in model.named_parameters() if "layers.0" in name or "h.0" in name
    ).requires_grad_(True)


def _without(part):
    """No adapter where a module's name holds `part`."""

    def plant(modules):
        base = module("peft.tuners.tuners_utils")

        def change(plain, config, key, *args):
            return False if f".{part}." in f".{key}." else plain(config, key, *args)

        wrap(base, "check_target_module_exists", change)
        for name in ("lora", "ia3"):
            model = module(f"peft.tuners.{name}.model")
            if hasattr(model, "check_target_module_exists"):
                model.check_target_module_exists = base.check_target_module_exists
        owner = module("peft.tuners.lora.model").LoraModel

        def check(plain, *args):
            return False if f".{part}." in f".{args[-1]}." else plain(*args)

        plain = owner._check_target_module_exists
        takes_self = "self" in plain.__code__.co_varnames[: plain.__code__.co_argcount]
        if takes_self:
            wrap(owner, "_check_target_module_exists", check)
        else:
            owner._check_target_module_exists = staticmethod(
                lambda config, key: False if f".{part}." in f".{key}." else plain(config, key)
            )

    return plant


def _masked_input(modules):
    def change(plain, layer, x, *args, **named):
        half = x.clone()
        half[..., ::2] = 0
        return plain(layer, half, *args, **named) - layer.base_layer(half) + layer.base_layer(x)

    wrap(_layer(), "forward", change)


def _twice_merged(modules):
    after(_layer(), "get_delta_weight", lambda delta, *_more: delta * 2)


def _stale_norm(modules):
    torch, dora = modules["torch"], module("peft.tuners.lora.dora")

    def of_base(self, weight, lora_weight, scaling, **_named):
        return torch.linalg.norm(weight, dim=1).to(weight.dtype)

    dora.DoraLinearLayer.get_weight_norm = of_base


def _outputs(owner, change):
    """Another output of a layer, by (output, layer, x)."""

    def plant(modules):
        after(owner(), "forward", lambda out, layer, x, *_more: change(out, layer, x))

    return plant


def _lost_weights(part):
    """What is loaded of a saved adapter lacks some."""

    def plant(modules):
        owner = module("peft.peft_model")

        def change(plain, model, state, *args, **named):
            kept = {k: v * 0 if part in k else v for k, v in state.items()}
            return plain(model, kept, *args, **named)

        wrap(owner, "set_peft_model_state_dict", change)

    return plant


def _prompt(change, only_eval=False):
    def plant(modules):
        def act(given, model, *_more):
            return None if only_eval and model.training else change(given, modules["torch"])

        after(module("peft.peft_model").PeftModel, "get_prompt", act)

    return plant


def _prefix(change, only_eval=False):
    return _prompt(lambda cache, torch: changed_cache(cache, change), only_eval)


def _given(architecture, change, task="CausalLM", only_eval=False):
    """What the base model is given."""

    def plant(modules):
        def act(plain, model, *args, **named):
            other = named if only_eval and model.training else change(named, modules["torch"])
            return plain(model, *args, **other)

        wrap(model_class(architecture, task), "forward", act)

    return plant


def _no_mask(named, torch):
    mask = named.get("attention_mask")
    return named if mask is None else {**named, "attention_mask": torch.ones_like(mask)}


def _cache_of(named):
    return "past_key_values" if named.get("past_key_values") is not None else "cache"


def _is_behind_four(named):
    """Whether the text of twelve tokens has four virtual ones before it."""
    mask = named.get("attention_mask")
    return mask is not None and len(mask.shape) == 2 and mask.shape[1] == 16


def _no_prefix(named, torch):
    if named.get(_cache_of(named)) is None or not _is_behind_four(named):
        return named
    return {**named, _cache_of(named): None, "attention_mask": named["attention_mask"][:, 4:]}


def _hidden_virtual(named, torch):
    is_virtual = named.get("input_ids") is None or named.get(_cache_of(named)) is not None
    if not is_virtual or not _is_behind_four(named):
        return named
    mask = named["attention_mask"].clone()
    mask[:, :4] = 0
    return {**named, "attention_mask": mask}


def _from_zero(named, torch):
    if named.get(_cache_of(named)) is None or not _is_behind_four(named):
        return named
    return {**named, "position_ids": torch.arange(12)[None].repeat(4, 1)}


def _loss(architecture, change, task="CausalLM"):
    """Another loss, by (logits, labels, loss)."""

    def plant(modules):
        def act(plain, model, *args, **named):
            output = plain(model, *args, **named)
            if output.loss is not None and named.get("labels") is not None:
                output.loss = change(output.logits, named["labels"], output.loss, modules["torch"])
            return output

        wrap(model_class(architecture, task), "forward", act)

    return plant


def _cross(logits, labels, torch):
    return torch.nn.functional.cross_entropy(
        logits[:, -labels.shape[1] :].reshape(-1, logits.shape[-1]), labels.reshape(-1)
    )


def _averaged_over_all(logits, labels, loss, torch):
    return loss * (labels != -100).sum() / labels.numel()


def _loaded(act, auto="AutoModelForCausalLM"):
    """Changes a model that has just been loaded."""

    def plant(modules):
        owner = getattr(modules["transformers"], auto)
        plain = owner.from_pretrained

        def from_pretrained(*args, **named):
            model = plain(*args, **named)
            with modules["torch"].no_grad():
                act(model, modules["torch"])
            return model

        owner.from_pretrained = from_pretrained

    return plant


def _theta(model, torch):
    for name, part in model.named_modules():
        if name.endswith("rotary_emb"):
            size = part.inv_freq.numel()
            part.inv_freq = 1.0 / (100_000.0 ** (torch.arange(size).float() / size))


def _gelu(model, torch):
    for name, part in model.named_modules():
        if name.endswith(".mlp"):
            part.act_fn = torch.nn.GELU()


def _set_config(name, value):
    def act(model, torch):
        for config in (model.config, getattr(model, "model", model).config):
            setattr(config, name, value)

    return act


def _attribute(where, name, value):
    def act(model, torch):
        for path, part in model.named_modules():
            if path.endswith(where) and hasattr(part, name):
                setattr(part, name, value(getattr(part, name)))

    return act


def _shifted_rows(part):
    def act(model, torch):
        for name, parameter in model.named_parameters():
            if part in name:
                parameter.copy_(parameter.roll(1, 0))

    return act


def _unquantized(only=None):
    """No quantized layer at all, or none in modules whose name holds `only`: those are put back as
    they lie in the checkpoint, since releases differ in what they call a module to be skipped.
    """

    def plant(modules):
        owner = modules["transformers"].AutoModelForCausalLM
        plain = owner.from_pretrained

        def from_pretrained(*args, quantization_config=None, device_map=None, **named):
            whole = plain(*args, **named)
            if quantization_config is None or only is None:
                return whole
            quantized = plain(
                *args, quantization_config=quantization_config, device_map=device_map, **named
            )
            for name, part in list(quantized.named_modules()):
                if f".{only}." in f".{name}." and type(part).__module__.startswith("bitsandbytes"):
                    above, _, last = name.rpartition(".")
                    setattr(quantized.get_submodule(above), last, whole.get_submodule(name))
            return quantized

        owner.from_pretrained = from_pretrained

    return plant


def _head_of_old(modules):
    owner = module("peft.utils.other").ModulesToSaveWrapper

    def change(plain, wrapper, *args, **named):
        if wrapper.training:
            return plain(wrapper, *args, **named)
        return wrapper.original_module(*args, **named)

    wrap(owner, "forward", change)


def _forgets(named, torch):
    ids = named.get("input_ids")
    if ids is not None and ids.shape[1] == 1:
        return {**named, "position_ids": torch.zeros_like(ids)}
    return named


def _stays_on(modules):
    import contextlib

    module("peft.peft_model").PeftModel.disable_adapter = lambda self: contextlib.nullcontext()


def _reload_plain(modules):
    """The second time that a model is loaded, it is not quantized."""
    owner, seen = modules["transformers"].AutoModelForCausalLM, []
    plain = owner.from_pretrained

    def from_pretrained(*args, **named):
        if named.get("quantization_config") is not None:
            seen.append(True)
            if len(seen) > 1:
                named = {
                    k: v for k, v in named.items() if k not in ("quantization_config", "device_map")
                }
        return plain(*args, **named)

    owner.from_pretrained = from_pretrained


LORA, GPT2, GEMMA2 = (
    "lora/none/llama/causal-lm",
    "lora/none/gpt2/causal-lm",
    "lora/none/gemma2/causal-lm",
)
BERT, DORA, IA3 = (
    "lora/none/bert/seq-cls",
    "lora+dora/none/llama/causal-lm",
    "ia3/none/llama/causal-lm",
)
ADALORA, ADAPTION = "adalora/none/llama/causal-lm", "adaption-prompt/none/llama/causal-lm"
PREFIX, PROMPT, P = (
    "prefix-tuning/none/llama/causal-lm",
    "prompt-tuning/none/llama/causal-lm",
    "p-tuning/none/llama/causal-lm",
)
BASE = "base/none/{}/causal-lm".format
INT8, NF4 = "lora/bnb-int8/llama/causal-lm", "lora/bnb-nf4/llama/causal-lm"

FORMULA = "The adapter is not applied as its saved file says"
EVAL = "In evaluation the model computes otherwise than in training"
TRAINABLE, SOMETHING = (
    "parts of the adapter are missing, frozen",
    "Something is trained that should not be",
)
NARROW, DEAD = "not kept in 32 bit", "never learns: its gradient is zero"
HIDDEN = "is there and masked in evaluation"
ACTS = "made of real tokens does not act as those tokens do"
MASK, LOSS = "the attention mask is not obeyed", "The loss is not the cross-entropy of the labels"
MOVED, LAYERS = "The model itself does not compute", "linear layers are not quantized"
HALF = lambda scale: scale / 2  # noqa: E731


def _zero(pairs):
    return [(keys * 0, values * 0) for keys, values in pairs]


def _svd():
    return module("peft.tuners.adalora.layer").SVDLinear


def _ia3():
    return _layer("Linear", "ia3")


MUTANTS = {
    "lora-half": Mutant(LORA, "formula-differs", FORMULA, _scale(HALF)),
    "lora-half-gpt2": Mutant(GPT2, "formula-differs", FORMULA, _scale(HALF)),
    "lora-half-bert": Mutant(BERT, "formula-differs", FORMULA, _scale(HALF)),
    "lora-no-scale": Mutant(GEMMA2, "formula-differs", FORMULA, _scale(lambda scale: 1.0)),
    "lora-root": Mutant(LORA, "formula-differs", FORMULA, _scale(lambda scale: scale * 8**0.5)),
    "lora-2-percent": Mutant(LORA, "formula-differs", FORMULA, _scale(lambda scale: scale * 1.02)),
    "lora-half-input": Mutant(LORA, "formula-differs", FORMULA, _masked_input),
    "lora-off-eval": Mutant(LORA, "eval-differs", EVAL, _off_in_eval(_layer)),
    "lora-off-eval-bert": Mutant(BERT, "eval-differs", EVAL, _off_in_eval(_layer)),
    "lora-no-layer-1": Mutant(LORA, "trainable-differs", TRAINABLE, _without("1")),
    "lora-no-layer-1-gpt2": Mutant(GPT2, "trainable-differs", TRAINABLE, _without("1")),
    "lora-no-v": Mutant(LORA, "trainable-differs", TRAINABLE, _without("v_proj")),
    "lora-no-query-bert": Mutant(BERT, "trainable-differs", TRAINABLE, _without("query")),
    "lora-frozen-a": Mutant(LORA, "trainable-differs", TRAINABLE, _frozen("lora_A")),
    "lora-frozen-b": Mutant(
        GEMMA2, "trainable-differs", TRAINABLE, _frozen("layers.1.self_attn.q_proj.lora_B")
    ),
    "lora-base-trained": Mutant(LORA, "trainable-differs", SOMETHING, _after_attach(_thawed)),
    "lora-bf16": Mutant(LORA, "adapter-dtype", NARROW, _narrow("lora_")),
    "lora-dead-half": Mutant(LORA, "gradient-zero", DEAD, _dead_half("lora_B")),
    "lora-dead-half-bert": Mutant(BERT, "gradient-zero", DEAD, _dead_half("lora_B")),
    "lora-reload-half": Mutant(
        LORA, "reload-differs", "after save and reload", _lost_weights("layers.1")
    ),
    "lora-merged-twice": Mutant(LORA, "merge-differs", "after merging", _twice_merged),
    "lora-stays-on": Mutant(LORA, "disable-differs", "adapter disabled", _stays_on),
    "dora-stale-norm": Mutant(DORA, "formula-differs", FORMULA, _stale_norm),
    "dora-half": Mutant(DORA, "formula-differs", FORMULA, _scale(HALF)),
    "dora-frozen-norm": Mutant(DORA, "trainable-differs", TRAINABLE, _frozen("magnitude")),
    "ia3-off-eval": Mutant(IA3, "eval-differs", EVAL, _off_in_eval(_ia3)),
    "ia3-doubled": Mutant(
        IA3,
        "formula-differs",
        FORMULA,
        _outputs(_ia3, lambda out, layer, x: out + (out - layer.base_layer(x))),
    ),
    "ia3-no-k": Mutant(IA3, "trainable-differs", TRAINABLE, _frozen("k_proj")),
    "ia3-dead-half": Mutant(IA3, "gradient-zero", DEAD, _dead_half("v_proj")),
    "adalora-half": Mutant(
        ADALORA,
        "formula-differs",
        FORMULA,
        _outputs(_svd, lambda out, layer, x: (out + layer.base_layer(x)) / 2),
    ),
    "adalora-off-eval": Mutant(ADALORA, "eval-differs", EVAL, _off_in_eval(_svd)),
    "adalora-frozen-e": Mutant(ADALORA, "trainable-differs", TRAINABLE, _frozen("lora_E")),
    "prefix-ignored-eval": Mutant(
        PREFIX,
        "transplant-differs",
        "The prefix is ignored in evaluation",
        _given("llama", _no_prefix, only_eval=True),
    ),
    "prefix-ignored": Mutant(
        PREFIX,
        "transplant-differs",
        "The prefix is ignored in evaluation",
        _given("llama", _no_prefix),
    ),
    "prefix-zero-eval": Mutant(PREFIX, "transplant-differs", ACTS, _prefix(_zero, only_eval=True)),
    "prefix-swapped": Mutant(
        PREFIX, "transplant-differs", ACTS, _prefix(lambda pairs: [(v, k) for k, v in pairs])
    ),
    "prefix-layers": Mutant(PREFIX, "transplant-differs", ACTS, _prefix(lambda pairs: pairs[::-1])),
    "prefix-layer-0": Mutant(
        PREFIX, "transplant-differs", ACTS, _prefix(lambda pairs: [pairs[0], *_zero(pairs[1:])])
    ),
    "prefix-bf16": Mutant(
        PREFIX,
        "transplant-differs",
        ACTS,
        _prefix(lambda pairs: [(k.bfloat16().float(), v.bfloat16().float()) for k, v in pairs]),
    ),
    "prefix-hidden": Mutant(PREFIX, "transplant-differs", HIDDEN, _given("llama", _hidden_virtual)),
    "prefix-from-zero": Mutant(PREFIX, "transplant-differs", ACTS, _given("llama", _from_zero)),
    "prefix-no-mask": Mutant(PREFIX, "mask-ignored", MASK, _given("llama", _no_mask)),
    "prefix-dead-half": Mutant(PREFIX, "gradient-zero", DEAD, _dead_half("prompt_encoder")),
    "prefix-swapped-gpt2": Mutant(
        "prefix-tuning/none/gpt2/causal-lm",
        "transplant-differs",
        ACTS,
        _prefix(lambda pairs: [(v, k) for k, v in pairs]),
    ),
    "prompt-reversed": Mutant(
        PROMPT, "transplant-differs", ACTS, _prompt(lambda tokens, torch: tokens.flip(1))
    ),
    "prompt-zero": Mutant(
        PROMPT, "transplant-differs", ACTS, _prompt(lambda tokens, torch: tokens * 0)
    ),
    "prompt-bf16": Mutant(
        PROMPT, "transplant-differs", ACTS, _prompt(lambda tokens, torch: tokens.bfloat16().float())
    ),
    "prompt-zero-eval": Mutant(
        PROMPT,
        "transplant-differs",
        ACTS,
        _prompt(lambda tokens, torch: tokens * 0, only_eval=True),
    ),
    "prompt-hidden": Mutant(PROMPT, "transplant-differs", HIDDEN, _given("llama", _hidden_virtual)),
    "prompt-no-mask": Mutant(PROMPT, "mask-ignored", MASK, _given("llama", _no_mask)),
    "prompt-dead-half": Mutant(PROMPT, "gradient-zero", DEAD, _dead_half("prompt_encoder")),
    "prompt-reversed-bert": Mutant(
        "prompt-tuning/none/bert/seq-cls",
        "transplant-differs",
        ACTS,
        _prompt(lambda tokens, torch: tokens.flip(1)),
    ),
    "p-reversed": Mutant(
        P, "transplant-differs", ACTS, _prompt(lambda tokens, torch: tokens.flip(1))
    ),
    "p-zero-eval": Mutant(
        P, "transplant-differs", ACTS, _prompt(lambda tokens, torch: tokens * 0, only_eval=True)
    ),
    "mask-llama": Mutant(BASE("llama"), "mask-ignored", MASK, _given("llama", _no_mask)),
    "mask-gpt2": Mutant(BASE("gpt2"), "mask-ignored", MASK, _given("gpt2", _no_mask)),
    "mask-bert": Mutant(
        "base/none/bert/seq-cls",
        "mask-ignored",
        MASK,
        _given("bert", _no_mask, "SequenceClassification"),
    ),
    "mask-lora": Mutant(LORA, "mask-ignored", MASK, _given("llama", _no_mask)),
    "label-shift": Mutant(
        LORA,
        "loss-differs",
        LOSS,
        _loss("llama", lambda logits, labels, loss, torch: _cross(logits, labels, torch)),
    ),
    "label-shift-gpt2": Mutant(
        GPT2,
        "loss-differs",
        LOSS,
        _loss("gpt2", lambda logits, labels, loss, torch: _cross(logits, labels, torch)),
    ),
    "loss-average": Mutant(LORA, "loss-differs", LOSS, _loss("llama", _averaged_over_all)),
    "loss-double-bert": Mutant(
        BERT,
        "loss-differs",
        LOSS,
        _loss("bert", lambda logits, labels, loss, torch: loss * 2, "SequenceClassification"),
    ),
    "loss-average-prefix": Mutant(PREFIX, "loss-differs", LOSS, _loss("llama", _averaged_over_all)),
    "theta": Mutant(BASE("llama"), "golden-differs", MOVED, _loaded(_theta)),
    "gelu": Mutant(BASE("llama"), "golden-differs", MOVED, _loaded(_gelu)),
    "no-final-cap": Mutant(
        BASE("gemma2"),
        "golden-differs",
        MOVED,
        _loaded(_set_config("final_logit_softcapping", None)),
    ),
    "attention-scale": Mutant(
        BASE("llama"),
        "golden-differs",
        MOVED,
        _loaded(_attribute("self_attn", "scaling", lambda value: value * 1.1)),
    ),
    "positions-opt": Mutant(
        BASE("opt"), "golden-differs", MOVED, _loaded(_shifted_rows("embed_positions"))
    ),
    "experts": Mutant(
        BASE("mixtral"),
        "golden-differs",
        MOVED,
        _loaded(
            lambda model, torch: [
                setattr(part, "top_k", 1) for part in model.modules() if hasattr(part, "top_k")
            ]
        ),
    ),
    "norm-eps": Mutant(
        BASE("llama"),
        "golden-differs",
        MOVED,
        _loaded(_attribute("norm", "variance_epsilon", lambda value: 1e-2)),
    ),
    "cache-position": Mutant(
        LORA,
        "cached-generation-differs",
        "not the argmax of one forward pass",
        _given("llama", _forgets),
    ),
    "head-frozen": Mutant("lora/none/llama/seq-cls", "head-not-trained", "head", _frozen("score")),
    "head-of-old": Mutant("lora/none/llama/seq-cls", "eval-differs", EVAL, _head_of_old),
    "none-quantized": Mutant(NF4, "not-quantized", LAYERS, _unquantized()),
    "none-quantized-8": Mutant(INT8, "not-quantized", LAYERS, _unquantized()),
    "layer-unquantized": Mutant(
        NF4, "not-quantized", LAYERS, _unquantized("model.layers.1.self_attn.q_proj")
    ),
    "half-unquantized-8": Mutant(INT8, "not-quantized", LAYERS, _unquantized("mlp")),
    "reload-unquantized": Mutant(NF4, "reload-unquantized", "no longer", _reload_plain),
    "lora-half-4": Mutant(NF4, "formula-differs", FORMULA, _scale(HALF)),
    "lora-half-8": Mutant(INT8, "formula-differs", FORMULA, _scale(HALF)),
    "lora-bf16-4": Mutant(NF4, "adapter-dtype", NARROW, _narrow("lora_")),
    "lora-off-eval-4": Mutant(
        NF4, "eval-differs", EVAL, _off_in_eval(lambda: module("peft.tuners.lora.bnb").Linear4bit)
    ),
    "prefix-layers-4": Mutant(
        "prefix-tuning/bnb-nf4/llama/causal-lm",
        "transplant-differs",
        ACTS,
        _prefix(lambda pairs: pairs[::-1]),
    ),
    "prompt-reversed-8": Mutant(
        "prompt-tuning/bnb-int8/llama/causal-lm",
        "transplant-differs",
        ACTS,
        _prompt(lambda tokens, torch: tokens.flip(1)),
    ),
}
