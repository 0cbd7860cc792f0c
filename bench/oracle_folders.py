"""Writes what the oracle judges, a folder a cell: `python oracle_folders.py OUT PATTERN...`.

Run it with the Python of a built environment and probe/ on PYTHONPATH. A pattern is a cell id with
`*`; `defect=NAME` plants that one of DEFECTS after training in each of its cells, `defect=*` all of
them: the tensors written are sound, and only the computing is not.
"""

import fnmatch
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from oracle_defects import DEFECTS
from peft_probe import evidence, stages
from peft_probe.errors import NotApplicable
from peft_probe.methods import METHODS
from peft_probe.models import ARCHITECTURES
from peft_probe.quantizers import QUANTIZERS
from peft_probe.stages.generating import greedy
from peft_probe.trial import Trial
from safetensors.torch import save_file

QUANTIZATIONS = ("none", *QUANTIZERS)
CHECKPOINTS = Path(__file__).parents[1] / "probe" / "checkpoints"


def cells():
    for architecture, facts in ARCHITECTURES.items():
        for task in facts.auto:
            for method, quantization in itertools.product(("base", *METHODS), QUANTIZATIONS):
                if not exists(method, quantization, architecture):
                    continue
                yield {
                    "id": f"{method}/{quantization}/{architecture}/{task}",
                    "method": method,
                    "quantization": quantization,
                    "architecture": architecture,
                    "task": task,
                }


def exists(method, quantization, architecture):
    facts = METHODS.get(method)
    if facts is None:
        return True
    allowed = facts.quantizations is None or quantization in facts.quantizations
    return allowed and architecture not in facts.refuses


def wanted(cell, patterns):
    return any(fnmatch.fnmatch(cell["id"], pattern) for pattern in patterns)


def leave(cell, folder, defect):
    """One cell: attached, trained, damaged if asked, saved. What stops training is only said."""
    with tempfile.TemporaryDirectory() as work:
        job = {"checkpoints": str(CHECKPOINTS), "steps": 25, "handover": False}
        trial = Trial((torch, transformers, peft), cell, job, work)
        for stage in (stages.build, stages.quantize, stages.attach):
            try:
                stage(trial)
            except NotApplicable:
                continue
        if trial.method is not None:
            try:
                stages.train(trial)
            except Exception as raised:
                print(cell["id"], "train:", type(raised).__name__, str(raised)[:100], flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        if trial.method is not None:
            trial.model.save_pretrained(str(folder / "adapter"))
        if defect:
            with torch.no_grad():
                defect.plant(trial)
        save_file(judged(trial), str(folder / "judged.safetensors"))
        expected = {"says": defect.says} if defect else {}
        (folder / "cell.json").write_text(json.dumps({**cell, **expected}))


def judged(trial):
    given = trial.inputs(padded=True)
    tensors = {
        "ids": given["input_ids"],
        "mask": given["attention_mask"],
        "logits": trial.logits(trial.model, padded=True),
        **evidence._dequantized(trial),
    }
    if trial.task.generates:
        prompts = trial.prompts()
        try:
            tensors["tokens"] = greedy(trial, prompts, use_cache=True)
            tensors["prompts"] = prompts["input_ids"]
        except Exception as raised:
            print(trial.cell["id"], "generate:", type(raised).__name__, str(raised)[:100])
    return {name: value.contiguous().cpu() for name, value in tensors.items()}


def tried(cell, folder, defect=None):
    """In a process of its own, since a defect stays."""
    pid = os.fork()
    if pid == 0:
        try:
            leave(cell, folder, defect)
        except Exception as raised:
            print(folder.name, type(raised).__name__, str(raised)[:160], flush=True)
        os._exit(0)
    os.waitpid(pid, 0)


def main(out, arguments):
    for cell in filter(lambda cell: wanted(cell, arguments), cells()):
        tried(cell, Path(out) / cell["id"].replace("/", "__"))
    planted = [word[7:] for word in arguments if word.startswith("defect=")]
    for name, defect in DEFECTS.items():
        for cell in cells():
            if cell["id"] in defect.cells and ("*" in planted or name in planted):
                tried(cell, Path(out) / f"{cell['id'].replace('/', '__')}__{name}", defect)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2:])
