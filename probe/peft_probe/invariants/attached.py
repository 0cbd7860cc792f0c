"""What an adapter brings, and which weights a quantizer took: by name, shape and storage type, with
no pass.
"""

import itertools

LOOKED_UP = ("embed", "wte", "wpe", "shared", "relative_attention_bias", "pos", "rel_pos")
PARAMETERS = ("A_log", "probe", "in_proj_weight", "mm_input_projection_weight")
NOT_LINEAR = (*LOOKED_UP, *PARAMETERS, "conv", "patch_emb", "temporal_emb")
"""Beginnings of names: of tables, of what a module holds without a layer, of convolutions."""
LEFT_ALONE = ("lm_head", "classifier", "score", "gate")


def shapes(model):
    """The weights of a model that is neither quantized nor adapted: name without `.weight` ->
    shape.
    """
    return {
        name.removesuffix(".weight"): tuple(parameter.shape)
        for name, parameter in model.named_parameters()
        if len(parameter.shape) >= 2
    }


def _linear(trial):
    return {
        name: shape
        for name, shape in trial.weights.items()
        if not any(part.startswith(NOT_LINEAR) or part in LEFT_ALONE for part in name.split("."))
    }


def _size(shape):
    size = 1
    for width in shape:
        size *= width
    return size


ON_LOADING = "on loading"
STORES = ("weight", "weight_packed", "qweight", "W_q", "codes")
"""Last names of what a layer holds in place of a float weight."""


def quantized_names(trial, model):
    """Names of the layers, and of the fused weights, that are stored as a quantizer stores them."""
    found = set()
    for name, tensor in itertools.chain(model.named_parameters(), model.named_buffers()):
        layer, _, last = name.rpartition(".")
        if _is_quantized(trial.torch, tensor):
            found.add(layer if last in STORES else name)
    return found


def _is_quantized(torch, tensor):
    """By its storage type; some forms are classes of tensors that name the type they compute in."""
    integers = (torch.int8, torch.uint8, torch.int16, torch.int32)
    floats = [getattr(torch, name, None) for name in ("float8_e4m3fn", "float8_e5m2")]
    own = type(tensor).__module__.startswith(("torchao.", "optimum.quanto."))
    return own or tensor.dtype in integers or tensor.dtype in floats


def unquantized_share(trial):
    linear = _linear(trial)
    taken = quantized_names(trial, trial.model)
    trial.quantized = len(taken & set(linear))
    left = [name for name in linear if name not in taken]
    whole = sum(map(_size, linear.values()))
    share = sum(_size(linear[name]) for name in left) / whole
    trial.facts["quantizedShare"] = 1 - share
    if trial.quantizer.dequantized == ON_LOADING:
        return None
    return share, _left_words(left, len(linear))


def _left_words(left, of):
    some = ", ".join(f"`{name}`" for name in left[:2])
    layers = f"{len(left)} of {of} linear layers are not quantized"
    if left and all("experts" in name.split(".") for name in left):
        return f"The experts are not quantized: {layers}, {some} among them"
    return f"{layers}, {some} among them"


def _still_quantized(trial, model):
    names = {name.replace(".base_layer", "") for name in quantized_names(trial, model)}
    return sum(any(name.endswith(own) for name in names) for own in _linear(trial))


def lost_on_reload(trial):
    """Share of the quantized weights that are none in the model of the reload."""
    return None if trial.reloaded is None else _lost(trial, trial.reloaded)


def lost_on_merging(trial):
    """The same of the model that the adapter was merged into; None where nothing is merged."""
    return None if trial.merged is None else _lost(trial, trial.merged)


def _lost(trial, model):
    if trial.quantizer.dequantized is not None:
        return None
    before = trial.quantized
    lost = max(0, before - _still_quantized(trial, model)) / before if before else 0.0
    return lost, f"{lost:.0%} of the weights that were quantized are no longer"


def missing_trainable(trial):
    """How far the trainable parameters are from what the configuration asks for, as a share of
    that.
    """
    expected = _expected(trial)
    found = _found(trial)
    wanted = sum(expected.values())
    off = [name for name, size in expected.items() if found.pop(name, 0) != size]
    rest = {name: size for name, size in found.items() if not _is_head(trial, name)}
    share = (sum(expected[name] for name in off) + sum(rest.values())) / wanted
    return share, _words(off, rest, len(expected))


def _words(off, rest, wanted):
    if off:
        of = f"{len(off)} of {wanted} parts of the adapter"
        return f"{of} are missing, frozen or of another size: `{off[0]}` is one"
    return f"Something is trained that should not be: `{next(iter(rest))}`" if rest else ""


def _is_head(trial, name):
    return trial.head is not None and trial.head in name.split(".")


def _found(trial):
    """Layer of the base model -> trainable parameters that stand there."""
    found = {}
    for name, parameter in trial.model.named_parameters():
        if not parameter.requires_grad:
            continue
        parts = name.split(".")
        own = next(
            (at for at, part in enumerate(parts) if part.startswith(("lora_", "ia3_"))), None
        )
        place = "prompt" if parts[0] == "prompt_encoder" else ".".join(parts[:own])
        place = place.removeprefix("base_model.model.").removeprefix("base_model.")
        found[place] = found.get(place, 0) + parameter.numel()
    return found


def _expected(trial):
    """The same by the configuration that was asked for."""
    asked = trial.method.filled(trial.architecture, trial.job["steps"])
    if "num_virtual_tokens" in asked:
        parts = 2 if trial.task.decodes else 1
        return {"prompt": parts * asked["num_virtual_tokens"] * trial.width}
    rank = asked.get("r", asked.get("init_r"))
    feedforward = asked.get("feedforward_modules", ())
    expected = {}
    for name, shape in trial.weights.items():
        if _names(asked["target_modules"], name) and len(shape) == 2:
            out, into = shape[::-1] if "c_" in name.split(".")[-1] and _is_gpt2(trial) else shape
            expected[name] = _parameters(rank, out, into, asked, _names(feedforward, name))
    return expected


def _is_gpt2(trial):
    return trial.model_type == "gpt2"


def _names(targets, name):
    return any(name == target or name.endswith(f".{target}") for target in targets)


def _parameters(rank, out, into, asked, is_feedforward):
    if rank is None:
        return into if is_feedforward else out
    extra = (rank if "init_r" in asked else 0) + (out if asked.get("use_dora") else 0)
    return rank * (into + out) + extra


def narrow_share(trial):
    """Share of the trainable parameters that are stored in less than 32 bit."""
    trained = [p for p in trial.model.parameters() if p.requires_grad]
    narrow = sum(p.numel() for p in trained if p.dtype != trial.torch.float32)
    share = narrow / sum(p.numel() for p in trained)
    return share, f"{share:.0%} of the adapter's parameters are not kept in 32 bit"
