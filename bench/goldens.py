"""Writes probe/goldens/: logits of each untouched checkpoint, where every environment gives the
same.

python bench/goldens.py [--cells PATTERN]... PYTHON...

With patterns it writes only those of the cells that fit, and only where two environments or more
agree; an environment whose release lacks a model says nothing of it.
"""

import argparse
import base64
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "probe"), str(ROOT / "bench")]

from bands import all_cells  # noqa: E402
from cells import PROBE, WIDTH, probe  # noqa: E402
from healthy import pythons_of, versions_of  # noqa: E402
from peft_probe.invariants.golden import GOLDENS, STEP  # noqa: E402
from peft_probe.matrix import TASKS  # noqa: E402

AGREE = 1e-4


def logits_in(python, patterns):
    """Cell -> name of the rows -> every seventh logit."""
    found = {}

    def hear(record):
        if record["kind"] == "handover":
            saved = json.loads(base64.b64decode(record["files"]["logits.json"]))
            found[record["cell"]] = {name: sampled(rows) for name, rows in saved.items()}

    probe(python, all_cells(patterns), WIDTH, hear=hear, handover=True)
    return found


def sampled(rows):
    return [round(value, 6) for row in rows for value in row][::STEP]


def gap(one, other):
    return max(abs(a - b) for name in other for a, b in zip(one[name], other[name]))


ATTENTION = """
import json, sys, transformers
found = {}
for cell, auto, folder in json.loads(sys.argv[1]):
    try:
        model = getattr(transformers, auto).from_pretrained(folder)
    except (AttributeError, KeyError, ValueError):
        continue  # A release without the class or the model.
    width = next(p.shape[1] for p in model.parameters() if p.dim() >= 2)
    found[cell] = [getattr(model.config, "_attn_implementation", None), width]
print(json.dumps(found))
"""


def attention_in(python, patterns):
    """Cell -> the attention that its model runs with where nothing is asked for, and the width of
    its embedding.
    """
    cells = [
        (one["id"], TASKS[one["task"]].auto, str(PROBE / "checkpoints" / one["architecture"]))
        for one in all_cells(patterns)
    ]
    ran = subprocess.run(
        [python, "-c", ATTENTION, json.dumps(cells)], capture_output=True, check=True
    )
    return json.loads(ran.stdout.decode().splitlines()[-1])


VARIED = """
import json, sys
sys.path.insert(0, sys.argv[1])
import torch, transformers
from peft_probe.invariants import golden, variants
from peft_probe.trial import Trial
found = {}
for cell in json.loads(sys.argv[2]):
    trial = Trial((torch, transformers, None), cell, {"checkpoints": sys.argv[3]}, ".")
    trial.model = trial.load(quantized=False)
    for name in variants.VARIANTS:
        if name == "window" or cell["architecture"] == "gemma2":
            found[cell["id"] + "#" + name] = golden.sample(variants.logits(trial, name))
print(json.dumps(found))
"""


def varied_in(python):
    """Cell and variant -> every seventh logit of the checkpoint under another configuration."""
    wanted = ["base/none/mistral/*", "base/none/gemma2/*"]
    given = [str(PROBE), json.dumps(all_cells(wanted)), str(PROBE / "checkpoints")]
    ran = subprocess.run([python, "-c", VARIED, *given], capture_output=True, check=True)
    return json.loads(ran.stdout.decode().splitlines()[-1])


def write_variants(pythons):
    """One golden for each variant that all environments agree on; ends where they do not."""
    found = {versions_of(python): varied_in(python) for python in pythons}
    (first, own), *others = found.items()
    for name, logits in own.items():
        apart = max(
            max(abs(a - b) for a, b in zip(logits, other[name])) for _versions, other in others
        )
        print(f"{name:38} {len(found)} environments, {apart:.2g} apart")
        if apart > AGREE:
            sys.exit(f"{name}: {first} and others do not agree")
        cell, _, variant = name.partition("#")
        _method, _quantization, architecture, task = cell.split("/")
        text = json.dumps({"environments": list(found), "plain": logits})
        (GOLDENS / f"{architecture}__{task}__{variant}.json").write_text(f"{text}\n")


def groups(found):
    """Environments that agree, those of one attention together: [{attention, environments, plain,
    padded}].
    """
    made = []
    for versions, (attention, logits) in found.items():
        same = [one for one in made if one["attention"] == attention and gap(one, logits) <= AGREE]
        if same:
            same[0]["environments"].append(versions)
        else:
            made.append({"attention": attention, "environments": [versions], **logits})
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", action="append")
    parser.add_argument("pythons", nargs="*")
    given = parser.parse_args()
    pythons, patterns = given.pythons or pythons_of(), given.cells or ["base/none/*"]
    logits = {versions_of(python): logits_in(python, patterns) for python in pythons}
    attention = {versions_of(python): attention_in(python, patterns) for python in pythons}
    GOLDENS.mkdir(exist_ok=True)
    if not given.cells:
        write_variants(pythons)
    for cell, (_attention, width) in attention[versions_of(pythons[-1])].items():
        found = {
            name: (attention[name][cell][0], own[cell])
            for name, own in logits.items()
            if cell in own
        }
        made = groups(found)
        if given.cells and not any(len(one["environments"]) > 1 for one in made):
            print(f"{cell:30} no two environments agree")
            continue
        print(
            f"{cell:30}",
            "; ".join(f"{one['attention']}: {len(one['environments'])}" for one in made),
        )
        _method, _quantization, architecture, task = cell.split("/")
        text = json.dumps({"width": width, "of": made})
        (GOLDENS / f"{architecture}__{task}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
