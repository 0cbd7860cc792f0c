"""Gradient checkpointing, and the preparation for k-bit training, which turns it on."""


def enable(trial):
    _of_transformers(trial).gradient_checkpointing_enable()


def enable_reentrant(trial):
    """Reentrant checkpointing gives no gradient where the inputs need none.

    https://huggingface.co/docs/transformers/main_classes/model
    """
    trial.model.enable_input_require_grads()
    _enable(trial, True)


def enable_direct(trial):
    _enable(trial, False)


def _enable(trial, reentrant):
    options = {"use_reentrant": reentrant}
    _of_transformers(trial).gradient_checkpointing_enable(gradient_checkpointing_kwargs=options)


def _of_transformers(trial):
    """PEFT's wrapper hands on what it lacks: users call it there."""
    return trial.model


def prepare_for_kbit(trial, model):
    return trial.peft.prepare_model_for_kbit_training(model)
