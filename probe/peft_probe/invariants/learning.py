"""Training as it is used: gradient checkpointing, and dropout that is switched on."""

import copy

from ..checks import largest_difference

SAMPLES = 1024
"""Rows that dropout is averaged over."""
SURE = 8
"""Standard errors of a mean that no sound dropout comes to."""
RATE = 0.5


def checkpointed(use_reentrant):
    """A measure: largest difference of a gradient with and without checkpoints, over the largest
    gradient."""

    def difference(trial):
        if trial.trained_logits is None:
            return None
        plain = _gradients(trial)
        model = trial.model
        model.gradient_checkpointing_enable({"use_reentrant": use_reentrant})
        model.enable_input_require_grads()
        try:
            other = _gradients(trial)
        finally:
            model.gradient_checkpointing_disable()
            model.disable_input_require_grads()
        return _apart(plain, other)

    return difference


def _apart(plain, other):
    largest = max((one.abs().max().item() for one in plain.values()), default=0)
    if not largest:
        return None
    gone = [name for name in plain if name not in other]
    if gone:
        return 1.0, f"With gradient checkpointing `{gone[0]}` gets no gradient"
    return max(largest_difference(plain[name], other[name]) for name in plain) / largest


def _gradients(trial):
    trial.model.train()
    trial.model.zero_grad()
    trial.model(**trial.batch(padded=False)).loss.backward()
    found = {
        name: parameter.grad.detach().clone()
        for name, parameter in trial.model.named_parameters()
        if parameter.requires_grad and parameter.grad is not None
    }
    trial.model.zero_grad()
    return found


def adapter_dropout(trial):
    """How far one layer with dropout in its adapter is from the same layer without: exactly in
    evaluation, on average in training.
    """
    layer = _adapted(trial)
    if layer is None:
        return None
    torch = trial.torch
    twin = _with_dropout(trial, layer)
    x = torch.arange(layer.in_features, dtype=torch.float32, device=trial.device).sin()[None]
    torch.manual_seed(0)
    with torch.no_grad():
        plain = layer.eval()(x)
        still = twin.eval()(x)
        many = twin.train()(x.repeat(SAMPLES, 1))
    return _judged(torch, plain, still, many)


def _adapted(trial):
    return next(
        (
            part
            for name, part in trial.model.named_modules()
            if hasattr(part, "lora_A") and hasattr(part, "base_layer") and "default" in part.lora_A
            if not trial.is_idle(name)
        ),
        None,
    )


def _with_dropout(trial, layer):
    """The same layer and adapter, made by PEFT anew for a configuration with dropout."""
    home = trial.torch.nn.Module()
    home.only = layer.base_layer
    config = copy.copy(trial.model.peft_config["default"])
    config.lora_dropout, config.target_modules = RATE, {"only"}
    config.task_type = config.modules_to_save = None
    config.init_lora_weights = True
    made = trial.peft.get_peft_model(home, config).base_model.model.only
    own = {name: tensor for name, tensor in layer.state_dict().items() if "lora_" in name}
    made.load_state_dict(own, strict=False)
    return made


def _judged(torch, plain, still, many):
    off = largest_difference(still, plain)
    spread = many.std(dim=0)
    if not spread.max() > 0:
        return 1.0, "Dropout is not applied in training"
    error = spread / SAMPLES**0.5
    sure = ((many.mean(dim=0) - plain[0]).abs() / error.clamp(min=1e-6)).max().item()
    if sure > SURE:
        return off + sure, "Dropout changes what the adapter gives on average: it is not scaled"
    return off, "Dropout is still applied in evaluation"


def _is_dropout(name, known):
    """Whether a setting of a checkpoint is a rate that a release has: an older one keeps what it
    does not know, and does nothing with it.
    """
    of_head = "classifier" in name or name == "summary_first_dropout"
    return "drop" in name and not of_head and hasattr(known, name)


def model_dropout(trial):
    """Largest difference of a logit of the model with dropout to those without, in evaluation; 1
    where it changes nothing in training. None where the release has no such setting.
    """
    known = type(trial.model.config)()
    rates = {name: RATE for name in trial.own_settings if _is_dropout(name, known)}
    if not rates:
        return None
    model = trial.load(quantized=False, **rates)
    off = largest_difference(trial.logits(model), trial.base_logits)
    trial.torch.manual_seed(0)
    model.train()
    with trial.torch.no_grad():
        one, two = (model(**trial.batch(padded=False)).loss.item() for _ in range(2))
    if one == two:
        return 1.0, "The model's dropout is not applied in training"
    return off, "The model's dropout is still applied in evaluation"
