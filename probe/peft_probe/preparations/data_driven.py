"""Initializations that look at data first: the rows that the cell trains on."""

from ..matrix import named


def eva(trial, model):
    """https://github.com/huggingface/peft/blob/main/examples/eva_finetuning"""
    rows = [trial.batch(padded=False)]
    named("peft.initialize_lora_eva_weights")(model, rows, show_progress_bar=False)
    return model


def corda(trial, model):
    """https://github.com/huggingface/peft/blob/main/examples/corda_finetuning"""
    preprocess = named("peft.tuners.lora.corda.preprocess_corda")
    preprocess(model, trial.configuration(), run_model=lambda: _one_by_one(trial, model))
    return model


def _one_by_one(trial, model):
    """It takes the inputs of a layer for those of one row."""
    batch = trial.batch(padded=False)
    for row in range(len(batch["input_ids"])):
        model(**{name: value[row : row + 1] for name, value in batch.items()})


def lora_ga(trial, model):
    """https://github.com/huggingface/peft/blob/main/examples/lora_ga_finetuning"""

    def step():
        model(**trial.batch(padded=False)).loss.backward()

    named("peft.preprocess_loraga")(model, trial.configuration(), step)
    return model
