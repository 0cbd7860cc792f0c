"""The base model with the formula of the method in place of each adapter, from the saved file
alone.
"""

import math

from ..checks import largest_difference


def difference(trial):
    """Largest difference of a logit to the trained model's, None where no adapter is loaded again.
    Uses up the model that was loaded for that.
    """
    model = trial.reloaded
    if model is None:
        return None
    tensors = trial.peft.utils.load_peft_weights(str(trial.folder / "adapter"), device="cpu")
    asked = trial.method.filled(trial.architecture, trial.job["steps"])
    places = _replace(trial, model, tensors, asked)
    base = model.get_base_model()
    gap = largest_difference(trial.logits(base), trial.trained_logits)
    return gap, _words(trial, places, gap)


def _replace(trial, model, tensors, asked):
    """Puts a formula, or the saved head, in the place of each layer of the adapter; returns the
    formulas by place.
    """
    placed = {}
    for path, layer in list(model.named_modules()):
        own = {
            name[len(path) + 1 :].removesuffix(".weight"): tensor
            for name, tensor in tensors.items()
            if name.startswith(f"{path}.")
        }
        if hasattr(layer, "original_module"):
            _copy_head(trial, layer.original_module, own)
            _put(model, path, layer.original_module)
        elif hasattr(layer, "base_layer") and own:
            feeds = [path.endswith(f".{name}") for name in asked.get("feedforward_modules", ())]
            placed[path] = Formula(trial, layer.base_layer, own, {**asked, "feeds": feeds})
            _put(model, path, placed[path])
        elif hasattr(layer, "base_layer"):
            _put(model, path, layer.base_layer)
    return placed


def _copy_head(trial, head, own):
    for name, parameter in head.named_parameters():
        saved = own.get(name.removesuffix("weight").removesuffix(".") or "weight", own.get(name))
        if saved is not None:
            parameter.data.copy_(saved)


def _put(model, path, module):
    parent, _, name = path.rpartition(".")
    setattr(model.get_submodule(parent), name, module)


def _formula_class(torch):
    class Formula(torch.nn.Module):
        """One layer: the base's output, changed as the method says."""

        def __init__(self, trial, base, own, asked):
            super().__init__()
            self.base_layer, self.own, self.asked, self.torch = base, own, asked, trial.torch

        def forward(self, x):
            return _apply(self, x)

        def __getattr__(self, name):
            if name in ("weight", "bias", "in_features", "out_features"):
                return getattr(self.base_layer, name)
            return super().__getattr__(name)

    return Formula


def Formula(trial, base, own, asked):
    return _formula_class(trial.torch)(trial, base, own, asked)


def _apply(layer, x):
    own, asked = layer.own, layer.asked
    if "ia3_l" in own:
        return _scaled_by_vector(layer, own["ia3_l"], x)
    linear = layer.torch.nn.functional.linear
    if "lora_E" in own:
        rank = asked["init_r"]
        inner = linear(x, own["lora_A"] * own["lora_E"])
        return layer.base_layer(x) + linear(inner, own["lora_B"]) * (asked["lora_alpha"] / rank)
    root = asked.get("use_rslora", False)
    scale = asked["lora_alpha"] / (math.sqrt(asked["r"]) if root else asked["r"])
    change = linear(linear(x, own["lora_A"]), own["lora_B"]) * scale
    out = layer.base_layer(x)
    if "lora_magnitude_vector" not in own:
        return out + change
    return _normed(layer, out, change, scale)


def _scaled_by_vector(layer, vector, x):
    """The vector acts on the inputs of a feed-forward layer, on the outputs of all others.

    Where the configuration names no such layers, the form tells: a row for inputs, a column for
    outputs.
    """
    feeds, base = layer.asked["feeds"], layer.base_layer
    is_row = len(vector.shape) == 2 and vector.shape[0] == 1
    if len(vector.shape) == 2 and (any(feeds) if feeds else is_row):
        return base(x * vector.reshape(-1))
    return base(x) * vector.reshape(-1)


def _normed(layer, out, change, scale):
    """DoRA: each row of the changed weight has the length that was learnt."""
    torch, own, base = layer.torch, layer.own, layer.base_layer
    unit = torch.eye(own["lora_A"].shape[1])
    nothing = base(torch.zeros_like(unit[:1]))
    weight = (base(unit) - nothing).t() + scale * own["lora_B"] @ own["lora_A"]
    size = own["lora_magnitude_vector"].reshape(-1) / weight.norm(dim=1)
    return (out - nothing + change) * size + nothing


def _words(trial, places, gap):
    if not places:
        return "The saved adapter holds none of its layers"
    layers = f"{len(places)} layers by their formula give other logits"
    return f"The adapter is not applied as its saved file says: {layers}"
