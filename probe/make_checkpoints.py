"""Writes the tiny checkpoint folders that the probe loads: `python make_checkpoints.py FOLDER
NAME...`.

Run it in an environment with the release of transformers that `tiny_models.py` names for each, the
oldest that has it. Weights are files and not seeds, because one seed gives other weights across
releases. Each model is trained for a short while on one pattern: next-token margins are then wide
enough for greedy generation to be compared.

Every width that a quantizer cuts into blocks is a multiple of 128 going in and of 64 going out, the
largest block and packing in use: a checkpoint that does not fit would be told as a defect of the
quantizer. The weights are stored in 16 bit, as most are; every loader is asked for 32.
"""

import sys
from pathlib import Path

import torch
import transformers
from tiny_models import COMMON, TINY_MODELS, VOCABULARY

STEPS = 300
LARGEST = 1_200_000


def sequences(step: int) -> torch.Tensor:
    """16 rows of 24 tokens.

    Each token is an affine step away from the last, with a stride of the row's own.
    """
    generator = torch.Generator().manual_seed(step)
    start = torch.randint(0, VOCABULARY - 8, (16, 1), generator=generator)
    stride = torch.randint(1, 6, (16, 1), generator=generator)
    return (start + stride * torch.arange(24)) % (VOCABULARY - 4) + 4


def targets(class_name: str, batch: torch.Tensor) -> dict:
    """The labels that a class is trained on."""
    parity = (batch[:, 1] - batch[:, 0]) % 2
    if class_name.endswith("ForSequenceClassification"):
        return {"labels": parity}
    if class_name.endswith("ForPreTraining"):
        return {"labels": batch, "next_sentence_label": parity}
    return {"labels": batch}


def make(name: str, folder: Path) -> None:
    tiny = TINY_MODELS[name]
    if transformers.__version__ != tiny.since:
        sys.exit(f"{name} is made with transformers {tiny.since}, not {transformers.__version__}.")
    torch.manual_seed(0)
    model_class = getattr(transformers, tiny.model_class)
    model = model_class(model_class.config_class(**{**COMMON, **tiny.arguments}))
    loss = train(model, tiny.model_class)
    weights = {
        key: value
        for key, value in model.half().state_dict().items()
        if not key.startswith(tiny.leaves_out)
    }
    model.save_pretrained(folder / name, state_dict=weights, safe_serialization=True)
    (folder / name / "generation_config.json").unlink(missing_ok=True)
    size = (folder / name / "model.safetensors").stat().st_size
    print(f"{name} transformers {transformers.__version__} loss {loss:.3f} {size} bytes")
    if size > LARGEST:
        sys.exit(f"{name} is larger than {LARGEST} bytes.")


def train(model: torch.nn.Module, class_name: str) -> float:
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    loss = torch.zeros(())
    for step in range(STEPS):
        batch = sequences(step)
        loss = model(input_ids=batch, **targets(class_name, batch)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    for architecture in sys.argv[2:]:
        make(architecture, Path(sys.argv[1]))
