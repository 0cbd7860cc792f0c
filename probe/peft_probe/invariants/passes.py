"""What must hold of single passes: losses, modes, gradients."""

import math

from ..checks import largest_difference


def loss_difference(trial):
    """Difference of the loss of the first pass to the cross-entropy of its logits."""
    inputs, output = trial.first
    is_wide = getattr(trial, "brought", None) and output.logits.shape[-1] > WIDE
    entropy = _wide_cross_entropy if is_wide else _cross_entropy
    own = entropy(trial.task, output.logits, inputs["labels"])
    return abs(own - output.loss.item())


def _cross_entropy(task, logits, labels):
    rows, targets = logits.detach().float().tolist(), labels.tolist()
    if task.targets == "class-of-row":
        rows, targets = [rows], [targets]
    width = len(targets[0])
    shift = 1 if task.targets == "next-token" else 0
    pairs = [
        (row, target)
        for one, own in zip(rows, targets)
        for row, target in zip(one[len(one) - width :], own[shift:])
        if target != -100
    ]
    return sum(_surprise(row, target) for row, target in pairs) / len(pairs)


WIDE = 4096
"""Beyond so many logits of a token plain Python takes seconds, and hundreds of megabytes."""


def _wide_cross_entropy(task, logits, labels):
    """The same in 64 bit, by torch."""
    shift = 1 if task.targets == "next-token" else 0
    width = labels.shape[1]
    rows, targets = logits.detach().double()[:, -width:], labels[:, shift:]
    counted = targets != -100
    rows, targets = rows[:, : width - shift][counted], targets[counted]
    own = rows.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (rows.logsumexp(-1) - own).mean().item()


def _surprise(row, target):
    top = max(row)
    return math.log(sum(math.exp(value - top) for value in row)) + top - row[target]


def mode_difference(trial):
    """Largest difference of a logit in training mode and in evaluation, of the same weights; None
    for a model that is not trained.
    """
    if trial.trained_logits is None:
        return None
    trial.model.train()
    with trial.torch.no_grad():
        inputs = trial.inputs(padded=False)
        logits = getattr(trial.model(**inputs), trial.task.logits).float()
    rows = trial.trained_logits.shape[0]
    if trial.task.logits_per == "token":
        logits = logits[:, -inputs["attention_mask"].shape[1] :]
    logits = logits.reshape(-1, logits.shape[-1])
    return largest_difference(logits[-rows:], trial.trained_logits)


def zero_share(trial):
    """The largest share of a tensor's last gradient that is exactly zero. A new head has checks of
    its own.
    """
    worst, name = 0.0, ""
    for path, parameter in trial.model.named_parameters():
        if not parameter.requires_grad or (trial.head and trial.head in path.split(".")):
            continue
        if parameter.grad is None:
            continue
        share = 1 - trial.torch.count_nonzero(parameter.grad).item() / parameter.numel()
        if worst < share < 1:
            worst, name = share, path
    return worst, f"{worst:.0%} of `{name}` never learns: its gradient is zero" if name else ""
