"""transformers' own path to an adapter, beside PEFT's.

https://huggingface.co/docs/transformers/peft
"""

import contextlib
import json

from ..checks import require_close


def add_adapter(trial, model, config):
    model.add_adapter(config)
    return model


def load_adapter(trial, base, folder):
    base.load_adapter(folder)
    return base


@contextlib.contextmanager
def disabled(trial):
    trial.model.disable_adapters()
    try:
        yield
    finally:
        trial.model.enable_adapters()


def from_adapter_folder(trial):
    """`AutoModel.from_pretrained` on the folder of an adapter, which names its base model."""
    folder = trial.folder / "adapter"
    _name_base_model(folder / "adapter_config.json", trial.checkpoint)
    loaded = trial.load(trial.quantizer is not None, folder=str(folder))
    require_close(
        "adapter-folder-differs",
        "logits of a model that was loaded from the folder of the adapter",
        trial.logits(loaded),
        trial.trained_logits,
        trial.tolerance,
    )


def _name_base_model(file, checkpoint):
    """A model that was made elsewhere has no name for its adapter to tell."""
    config = json.loads(file.read_text())
    if not config.get("base_model_name_or_path"):
        file.write_text(json.dumps({**config, "base_model_name_or_path": str(checkpoint)}))
