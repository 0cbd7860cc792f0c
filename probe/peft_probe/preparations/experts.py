"""X-LoRA mixes adapters that were trained before: two of LoRA, made here."""

NAMES = ("0", "1")
"""PEFT 0.21 finds only adapters that are named by their number."""


def without_cache(trial):
    """PEFT refuses a model that is configured to use a cache."""
    return {"use_cache": False}


def make(trial, model):
    folders = {name: str(trial.folder / f"expert-{name}") for name in NAMES}
    for name, folder in folders.items():
        _expert(trial, float(name) + 1).save_pretrained(folder)
    trial.made["experts"] = folders
    return model


def _expert(trial, number):
    config = trial.peft.LoraConfig(
        task_type=trial.task.task_type, r=4, target_modules=trial.architecture.modules["lora"]
    )
    made = trial.peft.get_peft_model(trial.load(trial.quantizer is not None), config)
    for name, parameter in made.named_parameters():
        if "lora_B" in name:
            values = trial.torch.arange(parameter.numel(), dtype=trial.torch.float32)
            parameter.data.copy_((values * number).sin().reshape(parameter.shape) * 0.05)
    return made
