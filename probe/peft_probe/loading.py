"""How a cell's model is loaded: its class, its options, its folder, the head that it lacks."""

import dataclasses
import inspect

from . import brought, matrix
from .common_path import take_common_path
from .own import LOADING


def load(trial, quantized, folder, more):
    """The checkpoint of a trial, or what was saved in another folder, as a user loads it.

    `more` are further keyword arguments. Heads that the checkpoint lacks get fixed values, not
    random ones.
    """
    auto = matrix.named(f"{trial.transformers.__name__}.{trial.task.auto}")
    options = {**_options(trial, quantized), **more}
    model = _from(trial, auto, folder or _source(trial, quantized), options)
    if quantized:
        trial.quantizer.finish(trial.torch, model)
    if trial.on_card and "device_map" not in options:
        model = model.to(trial.place)
    if folder is not None:
        return model
    feeds = _taken(model, trial.architecture.feeds)
    trial.text = dataclasses.replace(trial.text, feeds=feeds)
    for name, parameter in model.named_parameters():
        if trial.head and trial.head in name.split("."):
            values = trial.torch.arange(parameter.numel(), dtype=trial.torch.float32).sin() * 0.2
            parameter.data.copy_(values.reshape(parameter.shape).to(parameter.dtype))
    return model


def _options(trial, quantized):
    """Keyword arguments of `from_pretrained`; the user's own come last."""
    options = {"torch_dtype": trial.torch.float32}
    if trial.task.labels is not None:
        options["num_labels"] = trial.task.labels
    if quantized:
        take_common_path()
        own = trial.own.quantization if trial.own else {}
        options.update(trial.quantizer.options(trial.torch, trial.transformers, own))
        # As users do. A device object, since PEFT takes the string "cpu" for offloaded and then
        # goes another way.
        options["device_map"] = trial.place
    for adds in trial.hooks("loading"):
        options.update(adds(trial))
    own = trial.own.loading if trial.own else {}
    return {**options, **{name: own[name] for name in LOADING if name in own}}


def _from(trial, auto, source, options):
    if not trial.brought:
        return auto.from_pretrained(source, **options)
    # What was saved here holds adapters' parts and no whole model.
    model, info = auto.from_pretrained(source, **{**options, **trial.brought.options(trial.task)})
    heads = {trial.cell["task"]: brought.head_of(model, trial.task)}
    trial.architecture = dataclasses.replace(trial.architecture, heads=heads)
    trial.brought.require_whole(model, info, trial.head)
    return model


def _source(trial, quantized):
    """The folder that the model is loaded from: in some forms one that is packed here."""
    if not quantized:
        return str(trial.checkpoint)
    return str(trial.quantizer.source(trial.torch, trial.checkpoint, trial.folder / "packed"))


def _taken(model, feeds):
    """Those that its forward function knows: a release's own processor gives no others."""
    if not feeds:
        return {}
    known = inspect.signature(model.forward).parameters
    return {name: feed for name, feed in feeds.items() if name in known}
