"""In which order stages run, and which failures end a cell.

Needs no package but the standard library.
"""

import inspect
import re
import sys
import unittest
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import stages
from peft_probe.errors import CheckFailed, describe


def build(trial):
    pass


def forward(trial):
    raise trial.raises


def train(trial):
    trial.trained_logits = []


def disable(trial):
    raise CheckFailed("disable-differs", "not what it was")


def merge(trial):
    pass


class Endings(unittest.TestCase):
    def ran(self, raised, order=(build, forward, train, disable, merge), on_card=False):
        trial = SimpleNamespace(
            plain_id="lora/none/llama/causal-lm",
            method=SimpleNamespace(),
            not_measured={},
            exempt=lambda exemptions, stage: stage in exemptions,
            trained_logits=None,
            facts={},
            raises=raised,
            on_card=on_card,
        )
        with (
            mock.patch.object(stages, "STAGES", tuple(map(stages.Stage, order))),
            mock.patch.object(stages.invariants, "INVARIANTS", ()),
        ):
            return stages.run(trial, began=lambda name: None)

    def test_a_classifier_that_reads_padding_is_trained_all_the_same(self):
        ran = self.ran(CheckFailed(stages.PADDING_COUNTS, "apart"))
        self.assertEqual(
            ran["stages"],
            {
                "import": "ok",
                "build": "ok",
                "forward": "fail",
                "train": "ok",
                "disable": "fail",
                "merge": "ok",
            },
        )
        self.assertEqual(
            [failure["type"] for failure in ran["failures"]], ["padding-counts", "disable-differs"]
        )

    def test_what_fails_before_it_is_trained_ends_a_cell(self):
        for raised in (CheckFailed("not-finite", "NaN"), ValueError("shape")):
            with self.subTest(repr(raised)):
                self.assertEqual(
                    self.ran(raised)["stages"], {"import": "ok", "build": "ok", "forward": "fail"}
                )

    def test_a_card_that_met_an_error_is_asked_nothing_more(self):
        raised = RuntimeError("CUDA error: device-side assert triggered")
        for on_card, asked in (
            (True, ["train", "forward"]),
            (False, ["train", "forward", "merge"]),
        ):
            with self.subTest(on_card):
                ran = self.ran(raised, (train, forward, merge), on_card)
                self.assertEqual(list(ran["stages"]), ["import", *asked])

    def test_a_class_with_a_long_name_fits_into_a_record(self):
        self.assertEqual(len(describe(type("X" * 300, (Exception,), {})())["type"]), 200)


class Table(unittest.TestCase):
    def test_each_fact_that_a_stage_tells_stands_in_its_entry(self):
        told, listed = defaultdict(set), defaultdict(set)
        for stage in stages.STAGES:
            module = inspect.getmodule(stage.measure)
            told[module] = set(re.findall(r'\.facts\["(\w+)"\] =', inspect.getsource(module)))
            listed[module] |= set(stage.facts)
        self.assertEqual(told, listed)


if __name__ == "__main__":
    unittest.main()
