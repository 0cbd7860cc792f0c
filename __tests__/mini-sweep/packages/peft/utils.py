"""What was saved, as tensors by name."""

import json
from pathlib import Path

import torch


def load_peft_weights(folder, device=None):
    shapes = json.loads((Path(folder) / "adapter_shapes.json").read_text())
    values = json.loads((Path(folder) / "adapter_model.json").read_text())
    return {name: torch.tensor(own).reshape(*shapes[name]) for name, own in values.items()}
