"""What a cell leaves for a judge outside.

Its adapter as it was saved, what the model was given, and what it answered.
"""

import contextlib

from . import data

TENSORS = "judged.safetensors"


def evidence_of(trial, adapter):
    """File name -> bytes: tensors `ids` and `mask` [4, 12], `logits` of the padded rows' real
    tokens [tokens, vocabulary] or [rows, labels], `prompts` [2, 6] and the greedy `tokens` [2, 14]
    where the task generates, and the files of `adapter`.

    Nothing where it cannot be had: that says nothing about a library.
    """
    with contextlib.suppress(Exception):
        from safetensors.torch import save

        tensors = {name: value.contiguous().cpu() for name, value in _tensors(trial).items()}
        return {TENSORS: save(tensors), **adapter}
    return None


def _tensors(trial):
    given = data.inputs(trial.torch, trial.task, trial.device, trial.architecture.pads)
    # The control was trained whole in the meantime.
    is_control = trial.method is None
    logits = trial.padded_logits if is_control else trial.logits(trial.model, padded=True)
    found = {"ids": given["input_ids"], "mask": given["attention_mask"], "logits": logits}
    if trial.generated is not None and not is_control:
        found.update(prompts=data.prompts(trial.torch, trial.device), tokens=trial.generated)
    return {**found, **_dequantized(trial)}


def _dequantized(trial):
    """What quantized weights stand for, in 32 bit [out, in]: `base.` and their names in the
    checkpoint.
    """
    if trial.quantizer is None:
        return {}
    model = trial.model if trial.method is None else trial.model.get_base_model()
    found = {}
    for name, module in model.named_modules():
        weight = _plain(module)
        if weight is not None:
            found[f"base.{_as_stored(model, name)}.weight"] = weight
    return found


def _plain(module):
    """The weight of a layer of bitsandbytes in 32 bit; None for any other layer."""
    weight = getattr(module, "weight", None)
    state = getattr(weight, "quant_state", None)
    if state is not None:
        from bitsandbytes.functional import dequantize_4bit

        return dequantize_4bit(weight.data, state).float()
    scales = getattr(weight, "SCB", None)
    if scales is None:
        scales = getattr(getattr(module, "state", None), "SCB", None)
    if scales is None or "int8" not in str(weight.dtype):
        return None
    return weight.data.float() * scales.float().reshape(-1, 1) / 127


def _as_stored(model, name):
    """A module's name in the checkpoint, without the layers that PEFT puts around it.

    An adaption prompt is put around an attention, which it calls `model`; others call theirs
    `base_layer`.
    """
    words, kept, module = name.split("."), [], model
    for word in words:
        is_wrapped = hasattr(module, "adaption_prompt") and word == "model"
        if word != "base_layer" and not is_wrapped:
            kept.append(word)
        module = getattr(module, word)
    return ".".join(kept)
