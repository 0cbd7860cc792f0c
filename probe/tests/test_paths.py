"""Each code path on a healthy model, and on one that is broken in the way that it is for."""

import dataclasses
import json
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import data, paths, stages
from peft_probe.errors import CheckFailed
from peft_probe.media import Feed
from peft_probe.paths.trainer import rows

from tests.fakes import Model, Numbers, trial_of


class Names(unittest.TestCase):
    def test_a_method_is_an_entry_and_code_paths_in_the_order_of_the_table(self):
        self.assertEqual(paths.parts_of("lora"), ("lora", []))
        self.assertEqual(
            paths.parts_of("lora+dora+checkpointing+own-12ab34"), ("lora+dora", ["checkpointing"])
        )

    def test_every_entry_does_something_and_nothing_else_does(self):
        self.assertEqual(list(paths.HOOKS), list(paths.PATHS))
        self.assertTrue(all(paths.HOOKS.values()))


class Trainer:
    """Moves the tensors of its model by `step`; its loss is `loss`."""

    def __init__(self, step=1.0, loss=2.0):
        self.step, self.loss, self.arguments = step, loss, None

    def library(self):
        def trainer(model, args, train_dataset):
            self.arguments = args

            def train():
                for one in model.weights.values():
                    one.values = tuple(value + self.step for value in one.values)
                return SimpleNamespace(training_loss=self.loss)

            return SimpleNamespace(train=train)

        return SimpleNamespace(Trainer=trainer, TrainingArguments=lambda **given: given)


class EachPath(unittest.TestCase):
    def assert_fails(self, check, stage, trial):
        with self.assertRaises(CheckFailed) as failed:
            stage(trial)
        self.assertEqual(failed.exception.check, check)

    def trained(self, trainer, *names):
        trial = trial_of(
            paths=["trainer", *names],
            folder=Path("x"),
            transformers=trainer.library(),
            batch=lambda padded: {"input_ids": [[1], [2]]},
        )
        if names:
            trial.model.gradient_checkpointing_enable = lambda **given: None
            trial.model.enable_input_require_grads = lambda: None
        stages.train(trial)
        return trainer.arguments

    def test_a_step_of_the_trainer_moves_something_and_has_a_loss(self):
        self.assertEqual(
            self.trained(Trainer()),
            {"output_dir": "x/trainer", "max_steps": 1, "report_to": []},
        )
        with self.assertRaisesRegex(CheckFailed, "moves none of 1 trainable"):
            self.trained(Trainer(step=0.0))
        with self.assertRaisesRegex(CheckFailed, "has the loss nan"):
            self.trained(Trainer(loss=float("nan")))

    def test_patches_of_all_pictures_are_given_back_to_their_rows(self):
        class Patches(list):
            shape = (4, 96)

            def reshape(self, count, _each, *_more):
                size = len(self) // count
                return [self[at : at + size] for at in range(0, len(self), size)]

        text = dataclasses.replace(data.TINY, feeds={"pixel_values": Feed(waves=[2], joined=True)})
        given = {"pixel_values": Patches("abcd"), "labels": [1, 2]}
        trial = trial_of()
        trial.batch, trial.text = lambda padded: given, text
        self.assertEqual(
            rows(trial),
            [{"pixel_values": ["a", "b"], "labels": 1}, {"pixel_values": ["c", "d"], "labels": 2}],
        )

    def test_the_trainer_is_told_of_checkpointing(self):
        said = self.trained(Trainer(), "checkpointing")
        self.assertEqual((said["gradient_checkpointing"], len(said)), (True, 4))
        said = self.trained(Trainer(), "checkpointing-direct")
        self.assertEqual(said["gradient_checkpointing_kwargs"], {"use_reentrant": False})

    def sft(self, *names, **more):
        """What trl is given by a cell on its way through its trainer."""
        trainer, given = Trainer(), {}

        class SFTTrainer:
            def __init__(self, model, args, train_dataset, peft_config, processing_class):
                given.update(vars(), args=args)
                self.model = model
                train = trainer.library().Trainer(model, args, train_dataset).train
                self.train = train

        made = {
            "trl.SFTTrainer": SFTTrainer,
            "trl.SFTConfig": lambda **args: args,
            "datasets.Dataset": SimpleNamespace(from_list=lambda rows: rows),
        }
        trial = trial_of(
            paths=["sft", *names], folder=Path("x"), brought=None, own_settings={"vocab_size": 9}
        )
        ids = SimpleNamespace(tolist=lambda: [[4, 5], [6, 7]])
        trial.batch = lambda padded: {"input_ids": ids}
        with (
            mock.patch.object(paths.sft, "named", made.__getitem__),
            mock.patch.object(paths.sft, "_tokenizer", lambda trial: "a tokenizer"),
        ):
            trial.model = trial.attached(trial.model)
        for name, value in more.items():
            setattr(trainer, name, value)
        stages.train(trial)
        return given

    def test_trl_puts_the_adapter_on_and_takes_a_step(self):
        given = self.sft()
        self.assertEqual(given["train_dataset"], [{"text": "w4 w5"}, {"text": "w6 w7"}])
        self.assertEqual(given["peft_config"], "a configuration")
        self.assertEqual(given["processing_class"], "a tokenizer")
        self.assertEqual(
            given["args"],
            {
                "output_dir": "x/trainer",
                "max_steps": 1,
                "report_to": [],
                "dataset_text_field": "text",
                "bf16": False,
            },
        )
        with self.assertRaisesRegex(CheckFailed, "moves none of 1 trainable"):
            self.sft(step=0.0)

    def test_trl_reads_a_tokenizer_of_the_users_own_as_far_as_its_code_is_trusted(self):
        asked = []
        auto = SimpleNamespace(from_pretrained=lambda folder, **told: asked.append(told))
        for trusts in (True, False):
            trial = SimpleNamespace(
                brought=SimpleNamespace(trust={"trust_remote_code": trusts}),
                checkpoint=Path("mine"),
                transformers=SimpleNamespace(AutoTokenizer=auto),
            )
            paths.sft._tokenizer(trial)
        self.assertEqual(asked, [{"trust_remote_code": True}, {"trust_remote_code": False}])

    def test_trl_is_told_of_16_bits_and_of_checkpointing(self):
        args = self.sft("bf16")["args"]
        self.assertEqual((args["bf16"], args["use_cpu"]), (True, True))

    def test_checkpointing_is_turned_on_before_the_first_step(self):
        for name, expected in (
            ("checkpointing", [{}]),
            ("checkpointing-reentrant", ["inputs", {"use_reentrant": True}]),
            ("checkpointing-direct", [{"use_reentrant": False}]),
        ):
            told, trial = [], trial_of(paths=[name])
            trial.model.enable_input_require_grads = lambda told=told: told.append("inputs")
            trial.model.gradient_checkpointing_enable = lambda told=told, **given: told.append(
                given.get("gradient_checkpointing_kwargs", {})
            )
            stages.train(trial)
            self.assertEqual(told, expected)

    def test_kbit_preparation_comes_before_the_adapter(self):
        trial = trial_of(paths=["kbit"])
        trial.peft.prepare_model_for_kbit_training = lambda model: ("prepared", model)
        trial.peft.get_peft_model = lambda model, config: Model() if model[0] == "prepared" else 0
        stages.attach(SimpleNamespace(**{**vars(trial), "logits": lambda *given, **more: None}))

    def test_the_cache_is_off_before_the_adapter_is_put_on(self):
        model = Model()
        model.config = SimpleNamespace(use_cache=True)
        trial = trial_of(model, paths=["no-cache"])
        seen = []
        trial.peft.get_peft_model = lambda model, config: (
            seen.append(model.config.use_cache) or model
        )
        stages.attach(trial)
        self.assertEqual(seen, [False])

    def test_transformers_own_path_adds_loads_and_switches_off(self):
        model = Model()
        trial = trial_of(model, paths=["add-adapter"])
        model.add_adapter = lambda config: setattr(model, "config", config)
        stages.attach(trial)
        self.assertEqual(model.config, "a configuration")
        model.disable_adapters = lambda: setattr(model, "on", False)
        model.enable_adapters = lambda: setattr(model, "on", True)
        trial.base_logits = Numbers(1.0)
        stages.disable(trial)
        self.assertTrue(model.on)
        model.disable_adapters = lambda: None
        self.assert_fails("disable-differs", stages.disable, trial)

    def reloaded(self, by_method, by_folder, names=("load-adapter",)):
        with tempfile.TemporaryDirectory() as root:
            adapter = Path(root, "adapter")
            adapter.mkdir()
            (adapter / "adapter_config.json").write_text("{}")

            def load(quantized, folder=None, **more):
                loaded = Model(answer=by_folder if folder else 1.0)
                loaded.load_adapter = lambda folder: setattr(loaded, "answer", by_method)
                return loaded

            trial = trial_of(paths=list(names), folder=Path(root), checkpoint="/m", load=load)
            stages.reload(trial)
            config = json.loads((adapter / "adapter_config.json").read_text())
            self.assertEqual(config, {"base_model_name_or_path": "/m"})

    def test_an_adapter_is_loaded_by_transformers_in_both_ways(self):
        self.reloaded(2.0, 2.0)
        with self.assertRaisesRegex(CheckFailed, "logits after save and reload"):
            self.reloaded(1.0, 2.0)
        with self.assertRaisesRegex(CheckFailed, "from the folder of the adapter"):
            self.reloaded(2.0, 1.0)

    def switching(self, **broken):
        class Two(Model):
            active, gone, back = "default", False, 2.0

            def add_adapter(self, name, config):
                self.active = self.active

            def load_adapter(self, folder, adapter_name):
                self.loaded = adapter_name

            def set_adapter(self, name):
                self.active = name

            def delete_adapter(self, name):
                self.gone = True

            def logits(self):
                if self.active == "other":
                    return Numbers(broken.get("other", 1.0) if hasattr(self, "loaded") else 1.0)
                return Numbers(broken.get("gone", 2.0) if self.gone else broken.get("back", 2.0))

        trial = trial_of(Two(), paths=["two-adapters"], folder=Path("x"))
        trial.load_adapter = lambda base, folder: Two()
        (after,) = trial.hooks("after_reload")
        after(trial)

    def test_a_second_adapter_leaves_the_first_as_it_was(self):
        self.switching()
        for broken, words in (
            ({"back": 1.0}, "switching to a second adapter and back"),
            ({"other": 9.0}, "of a second adapter that was saved"),
            ({"gone": 9.0}, "after a second adapter was deleted"),
        ):
            with self.assertRaisesRegex(CheckFailed, words):
                self.switching(**broken)

    def test_a_merged_model_is_loaded_as_it_was_saved(self):
        for answer, fails in ((2.0, False), (1.0, True)):
            trial = trial_of(paths=["resaved"], folder=Path("x"))
            trial.load = lambda quantized, folder, answer=answer: Model(answer=answer)
            if fails:
                self.assert_fails("resaved-differs", stages.merge, trial)
            else:
                stages.merge(trial)

    def test_other_ways_to_load_add_their_arguments(self):
        trial = trial_of(
            paths=["low-memory", "device-map", "bf16"], place="a device", torch_dtype=None
        )
        trial.torch.bfloat16 = "bfloat16"
        options = {}
        for adds in trial.hooks("loading"):
            options.update(adds(trial))
        self.assertEqual(
            options,
            {"low_cpu_mem_usage": True, "device_map": "a device", "torch_dtype": "bfloat16"},
        )
        trial.peft.PeftModel.from_pretrained = lambda base, folder, **more: more
        self.assertEqual(trial.load_adapter(None, "x"), {"low_cpu_mem_usage": True})

    def stored(self, answer, root):
        saved = Model(answer=1.0)
        saved.save_pretrained = lambda folder: (
            Path(folder).mkdir(),
            Path(folder, "config.json").write_text("{}"),
        )
        trial = trial_of(paths=["stored"], folder=Path(root), place="cpu")
        trial.load = lambda quantized, folder=None, **more: (
            Model(answer=answer) if folder else saved
        )
        return trial

    def test_a_quantized_model_is_loaded_as_it_was_saved_here_and_elsewhere(self):
        for answer, fails in ((1.0, False), (3.0, True)):
            with tempfile.TemporaryDirectory() as root:
                trial = self.stored(answer, root)
                (here,), (left,), (carried,) = map(trial.hooks, ("after_reload", "left", "carried"))
                files, logits = left(trial)
                self.assertEqual(list(files), ["stored/config.json"])
                for stage in (here, lambda one: carried(one, Path("y"), logits)):  # noqa: B023
                    if fails:
                        self.assert_fails("stored-differs", stage, trial)
                    else:
                        stage(trial)


if __name__ == "__main__":
    unittest.main()
