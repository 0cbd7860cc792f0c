"""Each stage on a healthy model, and on one that is broken in the way that its check is for."""

import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import card, stages
from peft_probe.errors import CheckFailed, NotApplicable, Unsupported
from peft_probe.stages import generating

from tests.fakes import Model, Numbers, Parameter, method_with, trial_of

NAN = float("nan")


class EachStage(unittest.TestCase):
    def assert_fails(self, check, stage, trial):
        with self.assertRaises(CheckFailed) as failed:
            stage(trial)
        self.assertEqual(failed.exception.check, check)

    def test_build_loads_the_model_unless_the_release_has_no_such_type(self):
        trial = trial_of()
        stages.build(trial)
        self.assertEqual(trial.model.answer, 1.0)
        trial.transformers.CONFIG_MAPPING = {}
        with self.assertRaisesRegex(Unsupported, "transformers 5 has no model type llama"):
            stages.build(trial)

    def test_quantize_loads_it_again_where_the_cell_is_quantized(self):
        with self.assertRaises(NotApplicable):
            stages.quantize(trial_of())
        asked = []
        quantizer = SimpleNamespace(require_floors=lambda: asked.append("floors"))
        load = asked.append
        stages.quantize(trial_of(quantizer=quantizer, load=lambda quantized: load(quantized)))
        self.assertEqual(asked, ["floors", True])

    def attached(self, **parameters):
        trial = trial_of(Model(base_weight=Parameter(1.0, trainable=False)))
        trial.peft.get_peft_model = lambda model, config: Model(**parameters)
        stages.attach(trial)
        return trial

    def test_attach_counts_what_is_trainable_and_fails_where_nothing_is(self):
        self.assertEqual(self.attached(lora_A=Parameter(1.0, 2.0)).facts["trainable"], 2)
        with self.assertRaises(CheckFailed) as failed:
            self.attached(lora_A=Parameter(1.0, trainable=False))
        self.assertEqual(failed.exception.check, "nothing-trainable")

    def test_forward_gives_a_finite_loss(self):
        trial = trial_of()
        stages.forward(trial)
        self.assertEqual(trial.facts["firstLoss"], 4.0)
        trial.model.loss = NAN
        self.assert_fails("not-finite", stages.forward, trial)

    def test_train_lowers_the_loss(self):
        trial = trial_of()
        stages.train(trial)
        self.assertEqual(trial.facts["lossRatio"], 0.25)
        self.assert_fails("does-not-learn", stages.train, trial_of(Model(stuck=True)))

    def test_train_on_a_card_tells_the_time_of_a_step(self):
        plain, on_card = trial_of(), trial_of(on_card=True, job={"steps": 9})
        for trial in (plain, on_card):
            stages.train(trial)
        self.assertNotIn("stepMs", plain.facts)
        self.assertGreaterEqual(on_card.facts["stepMs"], 0)
        self.assertGreaterEqual(on_card.facts["stepNoise"], 0)

    def test_a_step_is_the_median_after_the_warm_up_and_noise_the_middle_half(self):
        lengths = [9, 9, 9, 9, 9, 1, 1, 1, 1, 2, 1, 1, 50]
        moments = [sum(lengths[:count]) / 1000 for count in range(len(lengths) + 1)]
        self.assertAlmostEqual(card.step_ms(moments), 1)
        self.assertAlmostEqual(card.step_noise(moments), 0)
        self.assertAlmostEqual(card.step_noise([0] * 5 + [0, 0.001, 0.003, 0.004, 0.006]), 2 / 3)

    def test_train_gives_every_trainable_tensor_a_gradient(self):
        idle = Model(lora_A=Parameter(1.0), lora_B=Parameter(1.0, learns=False))
        self.assert_fails("no-gradient", stages.train, trial_of(idle))

    def test_train_asks_no_gradient_of_what_has_none_by_design(self):
        idle = Model(lora_A=Parameter(1.0), last_gate=Parameter(1.0, learns=False))
        method = method_with(untrained={"*_gate": "nothing comes after it"})
        stages.train(trial_of(idle, method=method))

    def test_train_asks_no_gradient_of_what_the_loss_does_not_reach(self):
        model = Model(lora_A=Parameter(1.0), tower=Parameter(1.0, learns=False))
        stages.train(trial_of(model, is_idle=lambda name: name == "tower"))

    def test_train_trains_a_new_head(self):
        stages.train(trial_of(Model(score=Parameter(1.0)), head="score"))
        self.assert_fails("head-not-trained", stages.train, trial_of(head="score"))
        still = Model(score=Parameter(1.0))
        still.step = lambda: setattr(still, "loss", still.loss / 2)
        self.assert_fails("head-not-trained", stages.train, trial_of(still, head="score"))

    def test_train_tells_the_base_model_of_each_step_where_the_method_wants_it(self):
        told, trial = [], trial_of()
        trial.method.after_step, trial.model.allocate = "allocate", told.append
        stages.train(trial)
        self.assertEqual(told, [0, 1, 2])

    def test_reload_gives_what_was_saved(self):
        stages.reload(trial_of(fresh=2.0, folder=Path("x")))
        self.assert_fails("reload-differs", stages.reload, trial_of(fresh=1.0, folder=Path("x")))
        self.assert_fails("reload-differs", stages.reload, trial_of(fresh=NAN, folder=Path("x")))

    def test_carry_gives_what_the_base_environment_saved(self):
        with tempfile.TemporaryDirectory() as root:
            saved = Path(root, "a__b")
            saved.mkdir()
            (saved / "logits.json").write_text('{"plain": [2.0]}')
            stages.carry(trial_of(fresh=2.0, job={"carryFrom": root}))
            moved = trial_of(fresh=3.0, job={"carryFrom": root})
            self.assert_fails("carry-differs", stages.carry, moved)

    def test_what_cannot_be_loaded_here_is_left_behind_and_loaded_nowhere(self):
        trial = trial_of(
            method=method_with(not_measured={"reload": "by design"}),
            job={"handover": True, "carryFrom": "/nowhere"},
            folder=Path("/nowhere"),
            logits=lambda model: SimpleNamespace(tolist=lambda: [2.0]),
        )
        with self.assertRaises(NotApplicable):
            stages.carry(trial)
        self.assertEqual(list(trial.left), ["logits.json"])

    def test_disable_gives_the_base_model_back(self):
        stages.disable(trial_of())
        stays = Model()
        stays.disables = False
        self.assert_fails("disable-differs", stages.disable, trial_of(stays))

    def test_disable_is_only_run_where_its_numbers_say_nothing(self):
        trial = trial_of(Model(base=9.0))
        trial.method.not_compared = {"disable": "by design"}
        stages.disable(trial)

    def test_merge_gives_what_the_adapter_gave(self):
        trial = trial_of()
        stages.merge(trial)
        self.assertEqual(trial.facts["mergeDifference"], 0)
        self.assert_fails("merge-differs", stages.merge, trial_of(Model(merged=1.0)))

    def test_merge_may_stray_further_in_a_quantized_format(self):
        wide = SimpleNamespace(merge_tolerance=3.0)
        stages.merge(trial_of(Model(merged=1.0), quantizer=wide))

    def generated(self, gaps, **method):
        rows = mock.Mock()
        rows.__getitem__ = lambda self, row: SimpleNamespace(tolist=lambda: [1, 2])
        with mock.patch.multiple(
            generating,
            greedy=lambda trial, prompts, use_cache: rows,
            greedy_gap=mock.Mock(side_effect=gaps),
            data=SimpleNamespace(GENERATED=8),
        ):
            stages.generate(trial_of(method=method_with(**method)))

    def test_generate_gives_the_argmax_of_one_pass_with_the_cache_and_without(self):
        self.generated([0.0, 0.0005])
        for gaps, check in (([2.0, 0.0], "cached"), ([0.0, 2.0], "uncached")):
            with self.assertRaises(CheckFailed) as failed:
                self.generated(gaps)
            self.assertEqual(failed.exception.check, f"{check}-generation-differs")

    def test_what_generate_without_the_cache_raises_fits_into_a_fact(self):
        long = type("X" * 300, (Exception,), {})

        def greedy(trial, prompts, use_cache):
            if not use_cache:
                raise long
            return [Numbers(1)]

        trial = trial_of()
        with mock.patch.multiple(
            generating,
            greedy=greedy,
            greedy_gap=lambda *given: 0.0,
            data=SimpleNamespace(GENERATED=8),
        ):
            stages.generate(trial)
        self.assertEqual(len(trial.facts["uncachedGenerate"]), 200)

    def test_generate_without_the_cache_is_not_judged_where_it_differs_by_design(self):
        by_design = {"uncached-generation-differs": "each step begins anew"}
        self.generated([0.0], by_design=by_design)
        with self.assertRaisesRegex(CheckFailed, "cached greedy tokens"):
            self.generated([2.0], by_design=by_design)


class Fakes(unittest.TestCase):
    def test_a_nan_is_the_largest_difference(self):
        self.assertNotEqual(Numbers(1.0, NAN).max().item(), Numbers(1.0, NAN).max().item())


if __name__ == "__main__":
    unittest.main()
