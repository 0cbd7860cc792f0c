"""Writes what the oracle judges, a folder a cell: `python oracle_folders.py OUT PATTERN...`.

Run it with the Python of a built environment and probe/ on PYTHONPATH. A pattern is a cell id with
`*`. An argument `defect=NAME` plants one of DEFECTS after training: the tensors written are
sound, and only the computing is not.
"""

import fnmatch
import json
import sys
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from oracle_defects import DEFECTS
from peft_probe import data, stages
from peft_probe.errors import NotApplicable
from peft_probe.methods import METHODS
from peft_probe.models import ARCHITECTURES
from peft_probe.trial import Trial
from safetensors.torch import save_file

CHECKPOINTS = Path(__file__).parents[1] / "probe" / "checkpoints"


def cells():
    for architecture, facts in ARCHITECTURES.items():
        for task in facts.auto:
            for method in ("base", *METHODS):
                yield {
                    "id": f"{method}/none/{architecture}/{task}",
                    "method": method,
                    "quantization": "none",
                    "architecture": architecture,
                    "task": task,
                }


def leave(cell, out, defect):
    """One cell: attached, trained, damaged if asked, saved. What stops training is only said."""
    with tempfile.TemporaryDirectory() as work:
        job = {"checkpoints": str(CHECKPOINTS), "steps": 25, "handover": False}
        trial = Trial((torch, transformers, peft), cell, job, work)
        for stage in (stages.build, stages.attach):
            try:
                stage(trial)
            except NotApplicable:
                continue
        if trial.method is not None:
            try:
                stages.train(trial)
            except Exception as raised:
                print(cell["id"], "train:", type(raised).__name__, str(raised)[:100], flush=True)
        folder = Path(out) / cell["id"].replace("/", "__")
        folder.mkdir(parents=True, exist_ok=True)
        if trial.method is not None:
            trial.model.save_pretrained(str(folder / "adapter"))
        if defect:
            with torch.no_grad():
                DEFECTS[defect](trial)
        save_file(judged(trial), str(folder / "judged.safetensors"))
        (folder / "cell.json").write_text(json.dumps(cell))


def judged(trial):
    task = trial.cell["task"]
    given = data.inputs(torch, task, trial.device, trial.architecture.pads)
    tensors = {
        "ids": given["input_ids"],
        "mask": given["attention_mask"],
        "logits": trial.logits(trial.model, padded=True),
    }
    if task in stages.GENERATIVE:
        prompts = data.prompts(torch, trial.device)
        try:
            tensors["tokens"] = stages._greedy(trial, prompts, use_cache=True)
            tensors["prompts"] = prompts
        except Exception as raised:
            print(trial.cell["id"], "generate:", type(raised).__name__, str(raised)[:100])
    return {name: value.contiguous().cpu() for name, value in tensors.items()}


def main(out, arguments):
    defect = next((word[7:] for word in arguments if word.startswith("defect=")), None)
    patterns = [word for word in arguments if not word.startswith("defect=")]
    for cell in cells():
        if not any(fnmatch.fnmatch(cell["id"], pattern) for pattern in patterns):
            continue
        try:
            leave(cell, out, defect)
        except Exception as raised:
            print(cell["id"], type(raised).__name__, str(raised)[:160], flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2:])
