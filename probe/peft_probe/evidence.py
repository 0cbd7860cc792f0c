"""What a cell leaves for a judge outside.

Its adapter as it was saved, what the model was given, and what it answered.
"""

import contextlib

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
    given = trial.inputs(padded=True)
    # The control was trained whole in the meantime.
    is_control = trial.method is None
    logits = trial.padded_logits if is_control else trial.logits(trial.model, padded=True)
    found = {"ids": given["input_ids"], "mask": given["attention_mask"], "logits": logits}
    if trial.generated is not None and not is_control:
        found.update(prompts=trial.prompts()["input_ids"], tokens=trial.generated)
    return {**found, **_dequantized(trial)}


def _dequantized(trial):
    """What quantized weights stand for, in 32 bit [out, in]: `base.` and their names in the
    checkpoint.
    """
    if trial.cell["quantization"] == "none":
        return {}
    model = trial.model if trial.method is None else trial.model.get_base_model()
    modules = list(model.named_modules())
    around = [f"{name}." for name, module in modules if hasattr(module, "adaption_prompt")]
    found = {}
    for name, module in modules:
        weight = _plain(module)
        if weight is not None:
            found[f"base.{_as_stored(name, around)}.weight"] = weight
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


def _as_stored(name, around):
    """A module's name in the checkpoint, without the layers that PEFT puts around it.

    Those of an adaption prompt, the paths `around`, call what they hold `model`; others call it
    `base_layer`.
    """
    for path in around:
        if name.startswith(f"{path}model."):
            name = path + name[len(f"{path}model.") :]
    return name.replace(".base_layer", "")
