"""The stages of each cell of PEERS_CELLS as one test.

What a project would write by hand, run by bench/peers.mjs.
"""

import json
import os
import sys
from pathlib import Path

import peft
import pytest
import torch
import transformers

PROBE = Path(__file__).resolve().parents[1] / "probe"
sys.path.insert(0, str(PROBE))

from peft_probe import stages  # noqa: E402
from peft_probe.trial import Trial  # noqa: E402

JOB = {"checkpoints": str(PROBE / "checkpoints"), "steps": 25, "handover": False, "carryFrom": None}


@pytest.mark.parametrize("cell", json.loads(os.environ["PEERS_CELLS"]))
def test_every_stage_holds(cell, tmp_path):
    method, quantization, architecture, task = cell.split("/")
    asked = {
        "id": cell,
        "method": method,
        "quantization": quantization,
        "architecture": architecture,
        "task": task,
    }
    trial = Trial((torch, transformers, peft), asked, {**JOB, "work": str(tmp_path)}, tmp_path)
    came_to = stages.run(trial, lambda stage: None)
    assert came_to["failures"] == []
