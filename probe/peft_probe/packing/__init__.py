"""A tiny checkpoint in the form in which quantized models are published, made of float weights."""

import json
from pathlib import Path

from . import forms
from .weights import is_packed

FORMS = {
    "ct-int4": forms.ct_int4,
    "ct-int8": forms.ct_int8,
    "ct-fp8": forms.ct_fp8,
    "fp8": forms.fp8,
    "gptq-int4": forms.gptq_int4,
    "awq-int4": forms.awq_int4,
    "bitnet": forms.bitnet,
}


def packed(torch, source, target, form, settings):
    """Writes the folder `target`: the checkpoint `source` with its linear weights in `form`.

    `settings` become the `quantization_config` of its configuration. Returns `target`.
    """
    from safetensors.torch import load_file, save_file

    source, target = Path(source), Path(target)
    target.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name, tensor in load_file(source / "model.safetensors").items():
        tensors.update(_stored(torch, name, tensor, FORMS[form]))
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    configuration = json.loads((source / "config.json").read_text())
    configuration["quantization_config"] = settings
    (target / "config.json").write_text(json.dumps(configuration, indent=2))
    return target


def _stored(torch, name, tensor, form):
    if not is_packed(name, tensor):
        return {name: tensor}
    place = name.removesuffix("weight")
    return {place + last: value.contiguous() for last, value in form(torch, tensor).items()}
