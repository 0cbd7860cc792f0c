"""Which modules of a model of the user's own are adapted: PEFT's defaults, else of attention."""

import importlib
import re

MAPPINGS = {
    "lora": "TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING",
    "adalora": "TRANSFORMERS_MODELS_TO_ADALORA_TARGET_MODULES_MAPPING",
    "ia3": "TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING",
    "feedforward": "TRANSFORMERS_MODELS_TO_IA3_FEEDFORWARD_MODULES_MAPPING",
    "norms": "TRANSFORMERS_MODELS_TO_LNTUNING_TARGET_MODULES_MAPPING",
}
"""Role in the matrix -> PEFT's table of defaults by model type."""
MOST_SAID = 250
"""Characters of names in the fact `targets`, which has room for 300."""
ATTENTION = re.compile(r"att(entio)?n", re.IGNORECASE)
FEEDFORWARD = re.compile(r"mlp|ffn|feed_?forward|experts?", re.IGNORECASE)


def modules_of(model, model_type):
    """Role -> module names, and in words where they are from."""
    from_attention = _by_shape(model)
    found, sources = {}, {}
    for role, mapping in MAPPINGS.items():
        default = _default(mapping, model_type)
        # Some defaults are patterns, and an entry may be of another release's layout.
        if isinstance(default, list) and _all_stand(model, default):
            found[role], sources[role] = default, "PEFT's default"
        else:
            found[role], sources[role] = from_attention[role], "read off the model"
    return found, _said(found["lora"], sources["lora"])


def _said(names, source):
    """Names and their source in words; of many names the first."""
    said = ", ".join(names)
    if len(said) <= MOST_SAID:
        return f"{said} ({source})"
    return f"{said[: MOST_SAID - 1]}… ({len(names)} names, {source})"


def _default(mapping, model_type):
    for module in ("peft.utils.constants", "peft.utils.other", "peft.utils"):
        try:
            return getattr(importlib.import_module(module), mapping).get(model_type)
        except (ImportError, AttributeError):
            continue
    return None


def _all_stand(model, names):
    ends = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    return bool(names) and set(names) <= ends


def _by_shape(model):
    """The same by what stands in the model: linear layers of attention, of what comes behind it,
    and norms.
    """
    linear = [name for name, part in model.named_modules() if _is_linear(part)]
    attention = _ends(name for name in linear if _inside(ATTENTION, name))
    feeds = _ends(name for name in linear if _inside(FEEDFORWARD, name))
    norms = _ends(name for name, part in model.named_modules() if "Norm" in type(part).__name__)
    adapted = attention or feeds or _ends(linear)
    return {
        "lora": adapted,
        "adalora": adapted,
        "ia3": adapted + feeds[-1:] if attention else adapted,
        "feedforward": feeds[-1:] if attention else [],
        "norms": norms,
    }


def _is_linear(part):
    widths = hasattr(part, "in_features") and hasattr(part, "out_features")
    return widths or type(part).__name__ == "Conv1D"


def _inside(pattern, name):
    """Whether one of the modules around it is called so."""
    return any(pattern.search(part) for part in name.split(".")[:-1])


def _ends(names):
    """Last names, each once, in their order."""
    return list(dict.fromkeys(name.rpartition(".")[2] for name in names))
