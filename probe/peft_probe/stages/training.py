"""Training on one batch: what must learn, learns."""

import fnmatch
import time
from dataclasses import dataclass

from .. import card
from ..brought import rates
from ..errors import CheckFailed, NotApplicable


def train(trial):
    """One backward pass with padding, then 25 steps.

    Every trainable tensor must receive a gradient, the loss must fall.
    """
    trainable = {name: p for name, p in trial.model.named_parameters() if p.requires_grad}
    if trial.method is None and (trial.quantizer is not None or trial.brought):
        raise NotApplicable
    torch = trial.torch
    torch.manual_seed(0)
    head_before = _head_values(trial, trainable)
    for before in trial.hooks("before_training"):
        before(trial)
    trial.facts["start"] = _start(trainable)
    trial.model.train()
    trial.model(**trial.batch(padded=True)).loss.backward()
    learnt = _learn(trial, trainable, _rate(trial, trainable))
    losses = learnt.losses
    trial.facts["lossRatio"] = losses[-1] / losses[0]
    trial.facts["finalLoss"] = losses[-1]
    trial.facts["curve"] = " ".join(f"{loss:.4g}" for loss in losses)[:1000]
    if trial.on_card:
        trial.facts["stepMs"] = card.step_ms(learnt.ended)
        trial.facts["stepNoise"] = card.step_noise(learnt.ended)
    trial.trained_logits = trial.logits(trial.model)
    _require_learning(trial, losses, learnt.without_gradient, len(trainable))
    _require_trained_head(trial, head_before, trainable)


@dataclass(frozen=True)
class Learnt:
    """The loss of each step, when it ended in seconds, and the names that never got a gradient."""

    losses: list
    ended: list
    without_gradient: set


def _learn(trial, trainable, rate):
    """The job's steps on one batch."""
    optimizer = _optimizer(trial, trainable.values(), rate)
    inputs = trial.batch(padded=False)
    trial.model.train()
    learnt = Learnt([], [], set(trainable))
    for step in range(trial.job["steps"]):
        loss = trial.model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        learnt.without_gradient.difference_update(
            {
                name
                for name in learnt.without_gradient
                if trainable[name].grad is not None and trainable[name].grad.any()
            }
        )
        optimizer.step()
        if trial.method and trial.method.after_step:
            getattr(trial.model.base_model, trial.method.after_step)(step)
        learnt.losses.append(loss.item())  # waits for all that was asked of a card
        learnt.ended.append(time.monotonic())
    return learnt


def _rate(trial, trainable):
    """The learning rate of the method's entry; of a checkpoint of the user's own the best of three.

    Each is tried from the same start, which is left as it was.
    """
    usual = trial.method.rate(trial.cell["architecture"]) if trial.method else 1e-3
    if not trial.brought:
        return usual
    start = {name: parameter.detach().clone() for name, parameter in trainable.items()}
    tried = {}
    for rate in rates.around(usual):
        trial.torch.manual_seed(0)
        tried[rate] = _learn(trial, trainable, rate).losses
        for name, parameter in trainable.items():
            parameter.data.copy_(start[name])
    trial.facts["rates"] = rates.said(tried)
    trial.torch.manual_seed(0)
    return rates.best(tried, usual)


def _start(trainable):
    """A number that is equal where training starts from the same values, tensor by tensor."""
    return sum(
        place * trainable[name].detach().abs().max().item()
        for place, name in enumerate(sorted(trainable), 1)
    )


def _optimizer(trial, parameters, rate):
    options = {"lr": rate, "weight_decay": 0.0}
    parameters = list(parameters)
    try:
        return trial.torch.optim.AdamW(parameters, fused=True, **options)
    except RuntimeError:  # releases of torch that fuse on other devices only
        return trial.torch.optim.AdamW(parameters, **options)


def _require_learning(trial, losses, without_gradient, tensors):
    if not all(loss == loss and abs(loss) != float("inf") for loss in losses):
        raise CheckFailed("not-finite", "the loss becomes NaN or infinite within 25 steps")
    lacking = _untrained(trial, without_gradient)
    if lacking:
        some = ", ".join(lacking[:3])
        raise CheckFailed(
            "no-gradient",
            f"{len(lacking)} of {tensors} trainable tensors never receive a gradient: {some}",
        )
    if trial.facts["lossRatio"] >= 0.999:
        raise CheckFailed(
            "does-not-learn",
            f"the loss goes from {losses[0]:.4f} to {losses[-1]:.4f} "
            f"in {len(losses)} steps on one batch",
        )


def _untrained(trial, names):
    """The tensors without a gradient, in order, but for those that have none by design."""
    if trial.method is None:
        return []
    by_design = trial.method.untrained
    reached = (name for name in names if not trial.is_idle(name))
    return sorted(
        name for name in reached if not any(fnmatch.fnmatch(name, part) for part in by_design)
    )


def _head_values(trial, parameters):
    if trial.head is None or trial.method is None:
        return {}
    return {
        name: p.detach().clone() for name, p in parameters.items() if trial.head in name.split(".")
    }


def _require_trained_head(trial, before, trainable):
    if trial.head is None or trial.method is None:
        return
    if not before:
        raise CheckFailed(
            "head-not-trained", f"the new head `{trial.head}` is not among the trainable parameters"
        )
    same = [
        name
        for name, values in before.items()
        if trial.torch.equal(values, trainable[name].detach())
    ]
    if same:
        raise CheckFailed(
            "head-not-trained", f"the new head does not change in training: {', '.join(same[:3])}"
        )
