"""What a method needs besides its configuration, and what happens where it is left out."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import methods, preparations
from peft_probe.errors import Unsupported
from peft_probe.models import ARCHITECTURES
from peft_probe.packages import module_of
from peft_probe.preparations import data_driven

from tests.fakes import Model, trial_of


class Names(unittest.TestCase):
    def test_every_name_in_the_matrix_does_something_and_nothing_else_is_there(self):
        named = {method.prepared for method in methods.METHODS.values()} - {None}
        self.assertEqual(named, set(preparations.PREPARATIONS))
        self.assertTrue(all(preparations.PREPARATIONS.values()))

    def test_a_method_without_one_has_no_hooks(self):
        self.assertEqual(preparations.hooks(None, "prepare"), [])
        self.assertEqual(preparations.hooks("eva", "prepare"), [])

    def test_a_package_is_imported_by_its_module(self):
        self.assertEqual(module_of("scikit-learn"), "sklearn")
        self.assertEqual(module_of("optimum-quanto"), "optimum.quanto")
        self.assertEqual(module_of("compressed-tensors"), "compressed_tensors")


class Tasks(unittest.TestCase):
    class Rows(list):
        device = "cpu"

    class Turns(list):
        def __mod__(self, size):
            return [one % size for one in self]

    def tell(self, **inside):
        trial = trial_of()
        trial.torch.arange = lambda count, device: self.Turns(range(count))
        model = SimpleNamespace(generate=lambda **given: given, **inside)
        model.register_forward_pre_hook = lambda hook, with_kwargs: setattr(model, "hook", hook)
        (tell,) = preparations.hooks("task-ids", "attached")
        return tell(trial, model)

    def test_rows_take_turns_in_a_pass_and_in_generation(self):
        model, rows = self.tell(), self.Rows([[1], [2], [3]])
        _given, more = model.hook(SimpleNamespace(), (), {"input_ids": rows})
        self.assertEqual(more["task_ids"], [0, 1, 0])
        self.assertEqual(model.generate(input_ids=rows)["task_ids"], [0, 1, 0])

    def test_a_model_whose_adapter_is_off_is_told_nothing(self):
        model, rows = self.tell(), self.Rows([[1]])
        given = {"input_ids": rows}
        self.assertEqual(model.hook(SimpleNamespace(forward=print), (), given), ((), given))

    def test_an_adapter_that_was_loaded_is_told_too(self):
        self.assertEqual(
            preparations.hooks("task-ids", "loaded"), preparations.hooks("task-ids", "attached")
        )


class Data(unittest.TestCase):
    def test_eva_looks_at_the_batch_and_corda_at_one_row_after_the_other(self):
        batch = {"input_ids": [[1], [2]], "labels": [[3], [4]]}
        trial, seen = trial_of(batch=lambda padded: batch), []
        with mock.patch.object(data_driven, "named") as named:
            named.return_value = lambda model, rows, **more: seen.append(rows)
            data_driven.eva(trial, Model())
            named.return_value = lambda model, config, run_model: run_model()
            data_driven.corda(trial, lambda **row: seen.append(row))
        self.assertEqual(seen[0], [batch])
        self.assertEqual(
            seen[1:],
            [{"input_ids": [[1]], "labels": [[3]]}, {"input_ids": [[2]], "labels": [[4]]}],
        )

    def test_lora_ga_is_given_a_step_that_goes_back(self):
        trial = trial_of()
        with mock.patch.object(data_driven, "named") as named:
            named.return_value = lambda model, config, step: step()
            model = data_driven.lora_ga(trial, trial.model)
        self.assertIsNotNone(next(model.parameters()).grad)


class Fused(unittest.TestCase):
    def test_a_release_without_fused_experts_is_unsupported(self):
        (require,) = preparations.hooks("fused-weights", "prepare")
        trial = trial_of(
            method=methods.METHODS["lora+target-parameters"], architecture=ARCHITECTURES["mixtral"]
        )
        fused = Model(**{"layers.0.mlp.experts.down_proj": mock.Mock()})
        self.assertIs(require(trial, fused), fused)
        with self.assertRaisesRegex(Unsupported, "stores no weight mlp.experts.gate_up_proj"):
            require(trial, Model())


class Experts(unittest.TestCase):
    def test_the_model_is_loaded_without_a_cache(self):
        (adds,) = preparations.hooks("experts", "loading")
        self.assertEqual(adds(trial_of()), {"use_cache": False})


if __name__ == "__main__":
    unittest.main()
