"""Writes the tiny checkpoint folders that the probe loads: `python make_checkpoints.py FOLDER
NAME...`.

Run it in an environment with the release of transformers that `tiny_models` names for each, the
oldest that has it. Weights are files and not seeds, because one seed gives other weights across
releases. Each model is trained for a short while on one pattern: next-token margins are then wide
enough for greedy generation to be compared. Pictures and sound tell the stride of their row.

Every width that a quantizer cuts into blocks is a multiple of 128 going in and of 64 going out, the
largest block and packing in use: a checkpoint that does not fit would be told as a defect of the
quantizer. A model that is narrower names the quantizers that take it. The weights are stored in
16 bit, as most are; every loader is asked for 32.
"""

import inspect
import sys
from pathlib import Path

import torch
import transformers
from peft_probe import data, media
from peft_probe.matrix import TASKS
from peft_probe.models import ARCHITECTURES
from tiny_models import COMMON, TINY_MODELS, VOCABULARY

STEPS = 300
ROWS = 16
LARGEST = 1_200_000


def sequences(step: int) -> tuple:
    """Tokens [16, 24], and the stride of each row.

    Each token is an affine step away from the last, with a stride of the row's own.
    """
    generator = torch.Generator().manual_seed(step)
    start = torch.randint(0, VOCABULARY - 8, (ROWS, 1), generator=generator)
    stride = torch.randint(1, 6, (ROWS, 1), generator=generator)
    rows = (start + stride * torch.arange(24)) % (VOCABULARY - 4) + 4
    return rows, stride[:, 0].tolist()


def targets(class_name: str, batch: torch.Tensor) -> dict:
    """The labels that a class is trained on."""
    parity = (batch[:, 1] - batch[:, 0]) % 2
    if class_name.endswith(("ForSequenceClassification", "ForImageClassification")):
        return {"labels": parity}
    if class_name.endswith("ForPreTraining"):
        return {"labels": batch, "next_sentence_label": parity}
    return {"labels": batch}


def given(name: str, step: int) -> dict:
    """Keyword arguments of one training pass."""
    batch, strides = sequences(step)
    task = TASKS[ARCHITECTURES[name].tasks[0]]
    feeds = ARCHITECTURES[name].feeds
    if task.inputs == "text":
        return {"input_ids": batch, **targets(TINY_MODELS[name].model_class, batch)}
    if task.inputs == "media":
        short = batch[:, : data.GENERATED]
        labels = targets(TINY_MODELS[name].model_class, short)
        return {**labels, **media.fed(torch, feeds, strides, "cpu")}
    if task.inputs == "pairs":
        short = batch[:, : data.LENGTH]
        beside = media.fed(torch, feeds, strides, "cpu", short)
        return {"input_ids": short, "return_loss": True, **beside}
    front = torch.tensor([media.FRONT] * ROWS)
    ids = torch.cat([front, batch], dim=1)
    labels = torch.cat([torch.full_like(front, data.IGNORED), batch], dim=1)
    beside = media.fed(torch, feeds, strides, "cpu", ids)
    return {"input_ids": ids, "labels": labels, "attention_mask": torch.ones_like(ids), **beside}


def make(name: str, folder: Path) -> None:
    tiny = TINY_MODELS[name]
    if transformers.__version__ != tiny.since:
        sys.exit(f"{name} is made with transformers {tiny.since}, not {transformers.__version__}.")
    torch.manual_seed(0)
    model_class = getattr(transformers, tiny.model_class)
    model = model_class(model_class.config_class(**{**COMMON, **tiny.arguments}))
    loss = train(model, name)
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


def train(model: torch.nn.Module, name: str) -> float:
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    known = inspect.signature(model.forward).parameters
    loss = torch.zeros(())
    for step in range(STEPS):
        taken = {key: value for key, value in given(name, step).items() if key in known}
        loss = model(**taken).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    for architecture in sys.argv[2:]:
        make(architecture, Path(sys.argv[1]))
