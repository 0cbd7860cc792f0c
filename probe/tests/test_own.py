"""The user's own arguments: what is handed on, what is refused, and what no check says of them."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import invariants
from peft_probe.errors import Unsupported
from peft_probe.methods import METHODS, configuration
from peft_probe.models import ARCHITECTURES
from peft_probe.own import method_with, own_of
from peft_probe.quantizers import QUANTIZERS

TORCH = SimpleNamespace(bfloat16="torch.bfloat16", float32="torch.float32", __version__="2")


def own(arguments=None, quantization=None, loading=None):
    given = {
        "arguments": arguments or {},
        "quantization": quantization or {},
        "loading": loading or {},
    }
    return own_of(TORCH, {"own": given})


def method(entry="lora", **arguments):
    return method_with(METHODS[entry], own(arguments), METHODS)


class Arguments(unittest.TestCase):
    def test_a_cell_without_any_has_none(self):
        self.assertIsNone(own_of(TORCH, {"method": "lora"}))

    def test_they_stand_in_place_of_those_of_the_matrix(self):
        filled = method(r=32, rank_pattern={"q_proj": 4}).filled(ARCHITECTURES["llama"], 25)
        self.assertEqual(
            filled,
            {
                "r": 32,
                "lora_alpha": 16,
                "target_modules": ["q_proj", "v_proj"],
                "rank_pattern": {"q_proj": 4},
            },
        )

    def test_what_a_release_lacks_is_unsupported_by_name(self):
        import dataclasses

        lora = dataclasses.make_dataclass(
            "LoraConfig", ["task_type", "r", "lora_alpha", "target_modules"]
        )
        peft = SimpleNamespace(__version__="0.6.0", LoraConfig=lora)
        given = (ARCHITECTURES["llama"], "causal-lm", 25)
        self.assertEqual(configuration(peft, method(r=4), *given).r, 4)
        with self.assertRaisesRegex(Unsupported, "LoraConfig of peft 0.6.0 has no use_dora"):
            configuration(peft, method(use_dora=True), *given)

    def test_what_holds_for_a_variant_holds_for_what_makes_it(self):
        self.assertEqual(list(method(use_dora=True, r=4).not_compared), [])
        made = method(use_dora=True, init_lora_weights="pissa")
        self.assertEqual(list(made.not_compared), ["disable"])
        self.assertEqual(list(method(bias="lora_only").not_compared), ["disable"])
        self.assertEqual(list(method(bias="none").not_compared), [])
        self.assertEqual(list(method("ia3", target_modules=["q_proj"]).not_measured), ["merge"])

    def test_an_adapter_that_is_scaled_up_learns_in_smaller_steps(self):
        usual = METHODS["lora"].learning_rate
        self.assertEqual(method(r=16, lora_alpha=16).learning_rate, usual)
        self.assertEqual(method(r=8, lora_alpha=64).learning_rate, usual / 4)
        self.assertEqual(method(r=64, lora_alpha=32, use_rslora=True).learning_rate, usual / 2)


class Loading(unittest.TestCase):
    def test_a_quantization_is_told_of_them_by_name(self):
        class BitsAndBytesConfig:
            def __init__(self, load_in_4bit, bnb_4bit_quant_type, bnb_4bit_compute_dtype, **more):
                self.given = (bnb_4bit_quant_type, bnb_4bit_compute_dtype)

        module = SimpleNamespace(
            __name__="fake_transformers",
            __version__="4.40.0",
            BitsAndBytesConfig=BitsAndBytesConfig,
        )
        sys.modules["fake_transformers"] = module
        try:
            nf4 = QUANTIZERS["bnb-nf4"]
            mine = own(quantization={"bnb_4bit_compute_dtype": {"torch": "bfloat16"}}).quantization
            made = nf4.options(TORCH, module, mine)["quantization_config"]
            self.assertEqual(made.given, ("nf4", "torch.bfloat16"))
            with self.assertRaisesRegex(Unsupported, "transformers 4.40.0 has no bnb_4bit_quant_s"):
                nf4.options(TORCH, module, {"bnb_4bit_quant_storage": "uint8"})
        finally:
            del sys.modules["fake_transformers"]

    def test_what_computes_in_16_bits_is_told_from_more_by_a_wider_band(self):
        self.assertEqual(own().floor, 0.0)
        self.assertEqual(own(loading={"torch_dtype": {"torch": "bfloat16"}}).floor, 0.35)
        half = {"bnb_4bit_compute_dtype": "float16"}
        self.assertEqual(own(quantization=half).floor, 0.35)


class Checks(unittest.TestCase):
    def left_out(self, name, mine):
        checks = {one.name: one for one in invariants.INVARIANTS}
        trial = SimpleNamespace(cell={"thorough": True}, own=mine, paths=[])
        return invariants.left_out(checks[name], trial, "lora/bnb-nf4/llama/causal-lm")

    def test_every_check_that_is_spoken_of_is_one(self):
        from peft_probe.own import STILL, STORED, WORKED_OUT

        known = {one.name for one in invariants.INVARIANTS}
        self.assertLessEqual({*STILL, *STORED, *WORKED_OUT}, known)

    def test_those_that_know_the_arguments_go_on(self):
        simple = own({"r": 4, "target_modules": ["q_proj"], "use_dora": True})
        for name in ("trainable-differs", "formula-differs", "eval-differs", "not-quantized"):
            self.assertIsNone(self.left_out(name, simple))

    def test_those_that_do_not_say_what_they_do_not_know(self):
        self.assertEqual(
            self.left_out("formula-differs", own({"modules_to_save": ["lm_head"]})),
            "it knows nothing of modules_to_save",
        )
        self.assertEqual(
            self.left_out("trainable-differs", own({"target_modules": "all-linear"})),
            "it knows nothing of target_modules",
        )
        half = own(loading={"torch_dtype": {"torch": "bfloat16"}})
        self.assertIn("32 bits", self.left_out("formula-differs", half))
        self.assertIn("draws", self.left_out("eval-differs", own({"lora_dropout": 0.1})))
        self.assertIsNone(self.left_out("eval-differs", own({"lora_dropout": 0.0})))
        stored = own(quantization={"bnb_4bit_quant_storage": "bfloat16"})
        self.assertIn("stores", self.left_out("not-quantized", stored))


if __name__ == "__main__":
    unittest.main()
