import sys
import types
import unittest
from unittest import mock

from peft_probe.evidence import _dequantized


class Values:
    def __init__(self, values):
        self.values = values

    def float(self):
        return ("32 bit", self.values)


def weight(data, state=None):
    return types.SimpleNamespace(data=data, quant_state=state)


def model(modules):
    named = [(name, types.SimpleNamespace(weight=each)) for name, each in modules.items()]
    return types.SimpleNamespace(named_modules=lambda: named)


def trial(quantization, base, method="lora"):
    wrapped = base if method is None else types.SimpleNamespace(get_base_model=lambda: base)
    cell = {"quantization": quantization}
    return types.SimpleNamespace(cell=cell, method=method, model=wrapped)


class Dequantized(unittest.TestCase):
    def setUp(self):
        functional = types.SimpleNamespace(
            dequantize_4bit=lambda data, state: Values(f"{data} by {state}")
        )
        packages = {"bitsandbytes": mock.Mock(), "bitsandbytes.functional": functional}
        patched = mock.patch.dict(sys.modules, packages)
        patched.start()
        self.addCleanup(patched.stop)

    def test_weights_have_the_names_that_the_checkpoint_gives_them(self):
        base = model(
            {
                "layers.0.q_proj.base_layer": weight("a", "s"),
                "layers.0.o_proj": weight("b", "t"),
                "layers.0.norm": weight("c"),
            }
        )
        expected = {
            "base.layers.0.q_proj.weight": ("32 bit", "a by s"),
            "base.layers.0.o_proj.weight": ("32 bit", "b by t"),
        }
        self.assertEqual(_dequantized(trial("bnb-nf4", base)), expected)
        self.assertEqual(_dequantized(trial("bnb-nf4", base, method=None)), expected)

    def test_an_attention_with_an_adaption_prompt_has_the_name_that_it_had(self):
        base = model({"layers.0.attn.model.q_proj": weight("a", "s"), "model.q": weight("b", "t")})
        around = types.SimpleNamespace(adaption_prompt=mock.Mock())
        named = [*base.named_modules(), ("layers.0.attn", around)]
        base = types.SimpleNamespace(named_modules=lambda: named)
        names = {"base.layers.0.attn.q_proj.weight", "base.model.q.weight"}
        self.assertEqual(set(_dequantized(trial("bnb-nf4", base))), names)

    def test_other_cells_start_from_the_checkpoint(self):
        base = model({"layers.0.o_proj": weight("b", "t")})
        self.assertEqual(_dequantized(trial("none", base)), {})


if __name__ == "__main__":
    unittest.main()
