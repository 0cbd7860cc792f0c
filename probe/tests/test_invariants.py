"""What the table of invariants says, and what becomes of what they measure. Needs the standard
library only.
"""

import math
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import invariants, stages
from peft_probe.invariants import attached, passes
from peft_probe.invariants.entry import QUANTIZED

CELL = {"id": "lora/none/llama/causal-lm", "quantization": "none", "architecture": "llama"}


def trial(**more):
    return SimpleNamespace(
        cell=CELL,
        plain_id=CELL["id"],
        device=SimpleNamespace(type="cpu"),
        facts={},
        method=None,
        not_measured={},
        on_card=False,
        trained_logits=None,
        **more,
    )


def invariant(measure, name="some-check"):
    return invariants.Invariant(name, "forward", "It is off", measure, "a definition")


class Table(unittest.TestCase):
    def test_what_is_said_of_quantized_cells_is_not_asked_of_others(self):
        of_quantized = [one for one in invariants.INVARIANTS if one.cells == QUANTIZED]
        self.assertTrue(of_quantized)
        for one in of_quantized:
            self.assertFalse(one.applies("lora/none/llama/causal-lm"))
            self.assertTrue(one.applies("lora/bnb-nf4/llama/causal-lm"))

    def test_names_are_checks_of_their_own_and_exemptions_have_reasons(self):
        names = [one.name for one in invariants.INVARIANTS]
        self.assertEqual(len(names), len(set(names)))
        for one in invariants.INVARIANTS:
            self.assertIn(one.stage, [stage.name for stage in stages.STAGES])
            self.assertTrue(all(len(reason) > 10 for reason in one.exempt.values()), one.name)

    def test_exemptions_count_before_patterns(self):
        one = invariants.Invariant(
            "x",
            "forward",
            "",
            None,
            "",
            cells=("lora/*",),
            exempt={"*/t5/*": "a reason of its own"},
        )
        self.assertTrue(one.applies("lora/none/llama/causal-lm"))
        self.assertFalse(one.applies("lora/none/t5/seq2seq-lm"))
        self.assertFalse(one.applies("base/none/llama/causal-lm"))


class Measuring(unittest.TestCase):
    def broken(self, measure):
        asked = trial()
        with mock.patch.object(invariants, "INVARIANTS", (invariant(measure),)):
            return invariants.broken(asked, "forward"), asked.facts

    def test_what_stays_within_its_band_is_a_fact_only(self):
        failures, facts = self.broken(lambda trial: 1e-6)
        self.assertEqual(failures, [])
        self.assertEqual(facts, {"checks": "some-check 1e-06 of 0.001"})

    def test_what_does_not_is_a_failure_with_its_sentence_and_numbers(self):
        failures, _facts = self.broken(lambda trial: (0.5, "Half of it is off"))
        self.assertEqual(
            [(one["type"], one["message"]) for one in failures],
            [("some-check", "Half of it is off (0.5, more than 0.001)")],
        )

    def test_no_number_is_within_no_band(self):
        for value in (math.nan, math.inf):
            self.assertEqual(len(self.broken(lambda trial, value=value: value)[0]), 1)

    def test_what_cannot_be_measured_says_so_and_breaks_nothing(self):
        def raises(trial):
            raise AttributeError("no such thing")

        self.assertEqual(
            self.broken(raises), ([], {"unchecked": "some-check: AttributeError no such thing"})
        )

    def test_a_cell_goes_on_where_one_does_not_hold(self):
        asked = trial()
        ran = []
        steps = [lambda trial: None, lambda trial: ran.append(True)]
        for step, name in zip(steps, ("forward", "train")):
            step.__name__ = name
        with (
            mock.patch.object(invariants, "INVARIANTS", (invariant(lambda trial: 1),)),
            mock.patch.object(stages, "STAGES", tuple(map(stages.Stage, steps))),
        ):
            said = stages.run(asked, began=lambda name: None)
        self.assertEqual(said["stages"], {"import": "ok", "forward": "fail", "train": "ok"})
        self.assertEqual(ran, [True])


class Unquantized(unittest.TestCase):
    def test_experts_are_told_where_they_are_all_that_is_left(self):
        experts = ["layers.0.mlp.experts.gate_up_proj", "layers.1.mlp.experts.down_proj"]
        said = attached._left_words(experts, 12)
        self.assertTrue(said.startswith("The experts are not quantized: 2 of 12 linear"), said)
        self.assertNotIn("experts are", attached._left_words([*experts, "layers.0.q_proj"], 12))


class Numbers(unittest.TestCase):
    def test_surprise_is_the_negative_logarithm_of_a_probability(self):
        self.assertAlmostEqual(passes._surprise([0.0, 0.0], 0), math.log(2))
        self.assertAlmostEqual(passes._surprise([800.0, 0.0], 1), 800.0)

    def test_a_lora_layer_has_two_matrices_and_what_is_asked_besides(self):
        count = attached._parameters
        self.assertEqual(count(8, 64, 128, {}, False), 8 * 192)
        self.assertEqual(count(8, 64, 128, {"use_dora": True}, False), 8 * 192 + 64)
        self.assertEqual(count(6, 64, 128, {"init_r": 6}, False), 6 * 192 + 6)
        self.assertEqual([count(None, 64, 128, {}, one) for one in (True, False)], [128, 64])


if __name__ == "__main__":
    unittest.main()
