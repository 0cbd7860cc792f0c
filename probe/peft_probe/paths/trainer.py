"""One step of a trainer, as a user writes it: the model, the rows, and its defaults."""

from ..errors import CheckFailed


def one_step(trial):
    """Raises CheckFailed where not one trainable tensor moves, or the loss is no number."""
    transformers = trial.transformers
    made = transformers.TrainingArguments(**arguments(trial))
    given = {"model": trial.model, "args": made, "train_dataset": rows(trial)}
    trainer = transformers.Trainer(**given, **collator(trial))
    require_training(trial, trainer)


def arguments(trial):
    """What a user must say, and what keeps a step in its folder; all else is the default."""
    wanted = {"output_dir": str(trial.folder / "trainer"), "max_steps": 1, "report_to": []}
    checkpointing = checkpointing_of(trial.paths)
    if checkpointing is not None:
        wanted["gradient_checkpointing"] = True
    if isinstance(checkpointing, dict):
        wanted["gradient_checkpointing_kwargs"] = checkpointing
    if "bf16" in trial.paths:
        # Without a card transformers refuses 16 bits unless it is told that there is none.
        wanted.update(bf16=True, **({} if trial.on_card else {"use_cpu": True}))
    return wanted


def checkpointing_of(names):
    """`True` for the release's default of reentrance, a dict for one that is said, else None."""
    if "checkpointing-reentrant" in names:
        return {"use_reentrant": True}
    if "checkpointing-direct" in names:
        return {"use_reentrant": False}
    return True if "checkpointing" in names else None


def require_training(trial, trainer):
    trainable = {name: p for name, p in trial.model.named_parameters() if p.requires_grad}
    before = {name: p.detach().clone() for name, p in trainable.items()}
    loss = trainer.train().training_loss
    if not loss == loss or abs(loss) == float("inf"):
        raise CheckFailed("trainer-not-finite", f"one step of the Trainer has the loss {loss}")
    moved = [
        name for name, p in trainable.items() if not trial.torch.equal(before[name], p.detach())
    ]
    if not moved:
        raise CheckFailed(
            "trainer-does-not-train",
            f"one step of the Trainer moves none of {len(trainable)} trainable tensors",
        )


def rows(trial):
    """The rows of the batch, one by one."""
    batch = trial.batch(padded=False)
    batch.pop("return_loss", None)
    joined = {name for name, feed in trial.text.feeds.items() if feed.joined}
    count = len(next(value for name, value in batch.items() if name not in joined))
    for name in joined:
        batch[name] = batch[name].reshape(count, -1, *batch[name].shape[1:])
    return [{name: value[row] for name, value in batch.items()} for row in range(count)]


def collator(trial):
    """Where a loss has to be asked for, users say so where they put rows together."""
    if trial.task.targets != "own":
        return {}
    collate = trial.transformers.default_data_collator
    return {"data_collator": lambda rows: {**collate(rows), "return_loss": True}}
