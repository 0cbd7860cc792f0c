"""Silent defects that oracle_folders.py plants in a trained model; what is saved stays sound."""

import re
import sys
from dataclasses import dataclass
from typing import Callable

import torch


@dataclass(frozen=True)
class Defect:
    """`plant` changes how a trained model computes; `says` is what the oracle must say of it."""

    cells: tuple
    says: str
    plant: Callable


def _layers(trial, name):
    return [module for path, module in trial.model.named_modules() if re.search(name, path)]


def _scaled(factor):
    def plant(trial):
        for module in trial.model.modules():
            scaling = getattr(module, "scaling", None)
            if isinstance(scaling, dict):
                for key in scaling:
                    scaling[key] = factor(scaling[key])

    return plant


def _zeroed(name):
    def plant(trial):
        for path, parameter in trial.model.named_parameters():
            if re.search(name, path):
                parameter.zero_()

    return plant


def _off(trial):
    trial.model.base_model.disable_adapter_layers()


def _exchanged(trial):
    parameters = dict(trial.model.named_parameters())
    for path, parameter in parameters.items():
        if "lora_" in path and re.search(r"\.0\.(self_attn|attn|attention)", path):
            other = parameters[path.replace(".0.", ".1.", 1)]
            kept = parameter.clone()
            parameter.copy_(other)
            other.copy_(kept)


def _stale_norm(trial):
    from peft.tuners.lora import dora

    def of_base(self, weight, lora_weight, scaling, **_named):
        return torch.linalg.norm(weight.T if self.fan_in_fan_out else weight, dim=1)

    dora.DoraLinearLayer.get_weight_norm = of_base


def _prompt(change):
    """The virtual tokens, or the keys and values of the prefix, as they are handed to the model."""

    def plant(trial):
        given = trial.model.get_prompt
        trial.model.get_prompt = lambda *args, **named: change(given(*args, **named))

    return plant


def _cache(change):
    def changed(cache):
        pairs = change([(layer.keys, layer.values) for layer in cache.layers])
        for layer, (keys, values) in zip(cache.layers, pairs):
            layer.keys, layer.values = keys, values
        return cache

    return _prompt(changed)


def _given(change):
    """What the base model is given."""

    def plant(trial):
        base = trial.model.get_base_model() if trial.method else trial.model
        forward = base.forward
        base.forward = lambda *args, **named: forward(*args, **change(named))

    return plant


def _no_prefix(named):
    length = named["input_ids"].shape[1]
    mask = named["attention_mask"][:, -length:]
    return {**named, "past_key_values": None, "attention_mask": mask, "position_ids": None}


def _no_mask(named):
    return {**named, "attention_mask": torch.ones_like(named["attention_mask"])}


def _theta(trial):
    for module in _layers(trial, r"rotary_emb$"):
        size = module.inv_freq.numel()
        module.inv_freq = 1.0 / (100_000.0 ** (torch.arange(size).float() / size))


def _gelu(trial):
    for module in _layers(trial, r"\.mlp$"):
        module.act_fn = torch.nn.GELU()


def _tiled(trial):
    for name in ("llama", "qwen2"):
        modeling = sys.modules.get(f"transformers.models.{name}.modeling_{name}")
        if modeling is not None:
            modeling.repeat_kv = lambda states, times: states.repeat(1, times, 1, 1)
    trial.model.config._attn_implementation = "eager"


def _new_head(trial):
    for path, parameter in trial.model.named_parameters():
        if "modules_to_save" in path and path.endswith("weight"):
            values = torch.arange(parameter.numel(), dtype=torch.float32).sin() * 0.2
            parameter.copy_(values.reshape(parameter.shape))


def _one_expert(trial):
    for module in trial.model.modules():
        if hasattr(module, "top_k"):
            module.top_k = 1


LORA = ("lora/none/llama/causal-lm", "lora/none/gpt2/causal-lm", "lora/none/bert/seq-cls")
LLAMA = ("lora/none/llama/causal-lm", "lora/none/qwen2/seq-cls")
PREFIX = ("prefix-tuning/none/llama/causal-lm", "prefix-tuning/none/qwen2/causal-lm")
PROMPT = ("prompt-tuning/none/llama/causal-lm", "p-tuning/none/opt/causal-lm")
BASE = ("base/none/llama/causal-lm", "base/none/qwen2/causal-lm")
SWAPPED = "The adapter of each layer is applied to another layer."
OTHER = "The prefix of each layer is given to another layer."

DEFECTS = {
    "half-scale": Defect(LORA, "LoRA is applied at half its scale.", _scaled(lambda s: s / 2)),
    "37-percent": Defect(
        LORA, "LoRA is applied at 37 % of its scale.", _scaled(lambda s: s * 0.37)
    ),
    "no-scale": Defect(LORA, "LoRA is applied at half its scale.", _scaled(lambda s: 1.0)),
    "rslora": Defect(
        LORA,
        "LoRA is scaled with alpha / sqrt(r), not with alpha / r.",
        _scaled(lambda s: s * 8**0.5),
    ),
    "off": Defect(LORA[:2], "LoRA is not applied: the weights are those of the base model.", _off),
    "off-classifier": Defect(
        ("lora/none/bert/seq-cls", "ia3/none/llama/seq-cls"),
        "The adapter is not in use: neither its weights nor its trained head.",
        _off,
    ),
    "layer-1": Defect(
        ("lora/none/llama/causal-lm", "lora/none/opt/causal-lm"),
        "Layer 1 has no adapter.",
        _zeroed(r"\.1\..*lora_B"),
    ),
    "no-v": Defect(LLAMA, "LoRA is missing on `v_proj`.", _zeroed(r"v_proj.*lora_B")),
    "one-module": Defect(
        ("lora/none/llama/causal-lm",),
        "`model.layers.0.self_attn.q_proj` has no adapter.",
        _zeroed(r"layers\.0\..*q_proj.*lora_B"),
    ),
    "layers": Defect(LLAMA, SWAPPED, _exchanged),
    "stale-norm": Defect(
        ("lora+dora/none/llama/causal-lm", "lora+dora/none/mistral/seq-cls"),
        "DoRA divides by the length of the base weight, not of the changed one.",
        _stale_norm,
    ),
    "adalora-half": Defect(
        ("adalora/none/llama/causal-lm", "adalora/none/bert/token-cls"),
        "AdaLoRA is applied at half its scale.",
        _scaled(lambda s: s / 2),
    ),
    "ia3-off": Defect(
        ("ia3/none/llama/causal-lm", "ia3/none/gpt2/causal-lm"),
        "IA3 is not applied: the weights are those of the base model.",
        _off,
    ),
    "prefix-ignored": Defect(PREFIX, "The prefix is ignored.", _given(_no_prefix)),
    "prefix-kv": Defect(
        PREFIX,
        "Keys and values of the prefix are swapped.",
        _cache(lambda pairs: [(values, keys) for keys, values in pairs]),
    ),
    "prefix-layers": Defect(PREFIX, OTHER, _cache(lambda pairs: pairs[::-1])),
    "prefix-layer-0": Defect(
        PREFIX,
        "The prefix of layer 1 is zero.",
        _cache(lambda pairs: [pairs[0], *[(k * 0, v * 0) for k, v in pairs[1:]]]),
    ),
    "prefix-bf16": Defect(
        PREFIX,
        "The prefix is rounded to bfloat16.",
        _cache(lambda pairs: [(k.bfloat16().float(), v.bfloat16().float()) for k, v in pairs]),
    ),
    "prefix-zero-positions": Defect(
        ("prefix-tuning/none/llama/causal-lm",),
        "Positions begin at 0 behind the prefix, not after it.",
        _given(
            lambda named: {
                **named,
                "position_ids": torch.arange(named["input_ids"].shape[1])[None],
                "cache_position": None,
            }
        ),
    ),
    "prompt-reversed": Defect(
        PROMPT, "The virtual tokens are in reverse order.", _prompt(lambda tokens: tokens.flip(1))
    ),
    "prompt-zero": Defect(
        PROMPT, "The virtual tokens are zero.", _prompt(lambda tokens: tokens * 0)
    ),
    "prompt-bf16": Defect(
        PROMPT,
        "The virtual tokens are rounded to bfloat16.",
        _prompt(lambda tokens: tokens.bfloat16().float()),
    ),
    "mask": Defect(
        (*BASE, *LLAMA[:1], *PREFIX, *PROMPT[:1], "base/none/bert/token-cls"),
        "The attention mask is ignored: padding is seen.",
        _given(_no_mask),
    ),
    "theta": Defect((*BASE, *LLAMA), "Rotary positions use the base 100000, not 10000.", _theta),
    "gelu": Defect((*BASE, *LLAMA[:1]), "The activation is gelu, not silu.", _gelu),
    "heads": Defect(BASE[:1], "Query heads read the key heads in turn, not in groups.", _tiled),
    "head": Defect(
        ("lora/none/llama/seq-cls", "ia3/none/qwen2/seq-cls"),
        "The trained head is not in use: the classifier is the new one.",
        _new_head,
    ),
    "adaption-off": Defect(
        ("adaption-prompt/none/llama/causal-lm",),
        "The adaption prompt is ignored.",
        _zeroed("adaption_gate"),
    ),
    "experts": Defect(
        ("base/none/mixtral/causal-lm", "lora/none/mixtral/causal-lm"),
        "Each token passes 1 of 4 experts, not 2.",
        _one_expert,
    ),
}
