"""What only some processors do is not measured. Needs no package but the standard library."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe.common_path import require_common_path, take_common_path
from peft_probe.errors import NeedsDevice

CPU, GPU = SimpleNamespace(type="cpu"), SimpleNamespace(type="cuda")


def imported(layers, functions=None):
    """bitsandbytes as imported, with the names that a release has."""
    return mock.patch.dict(
        sys.modules,
        {
            "bitsandbytes.nn.modules": layers,
            "bitsandbytes.autograd._functions": functions or SimpleNamespace(),
        },
    )


class Weight:
    def __init__(self, dtype, device):
        self.dtype, self.device = dtype, device

    def to(self, *args, **kwargs):
        return "a new weight"


class CommonPath(unittest.TestCase):
    def setUp(self):
        take_common_path.cache_clear()
        self.addCleanup(take_common_path.cache_clear)

    def test_four_bit_weights_are_not_repacked_whatever_the_processor_can(self):
        layers = SimpleNamespace(has_avx512bf16=lambda: True)
        with imported(layers):
            take_common_path()
        self.assertFalse(layers.has_avx512bf16())

    def test_eight_bit_layers_train_by_the_function_that_a_gpu_takes(self):
        functions = SimpleNamespace(MatMul8bitFp="for processors", MatMul8bitLt="for all")
        with imported(SimpleNamespace(), functions):
            take_common_path()
        self.assertEqual(functions.MatMul8bitFp, "for all")

    def test_an_eight_bit_weight_that_is_moved_to_where_it_is_keeps_its_scales(self):
        class Int8Params(Weight):
            pass

        with imported(SimpleNamespace(Int8Params=Int8Params, torch=SimpleNamespace(int8="int8"))):
            take_common_path()
        here = Int8Params("int8", CPU)
        self.assertIs(here.to(CPU), here)
        for weight, args, kwargs in [
            (here, (GPU,), {}),
            (here, (CPU,), {"non_blocking": True}),
            (Int8Params("float32", CPU), (CPU,), {}),
            (Int8Params("int8", GPU), (GPU,), {}),
        ]:
            with self.subTest((weight.dtype, weight.device, args, kwargs)):
                self.assertEqual(weight.to(*args, **kwargs), "a new weight")

    def test_an_eight_bit_weight_that_was_loaded_is_moved_once(self):
        class Int8Params(Weight):
            SCB, CB = "scales", None

        with imported(SimpleNamespace(Int8Params=Int8Params, torch=SimpleNamespace(int8="int8"))):
            take_common_path()
        loaded = Int8Params("int8", CPU)
        self.assertEqual(loaded.to(CPU), "a new weight")
        loaded.CB = "ready"
        self.assertIs(loaded.to(CPU), loaded)

    def test_a_release_without_those_names_is_left_alone(self):
        layers, functions = SimpleNamespace(), SimpleNamespace(MatMul8bitLt="for all")
        with imported(layers, functions):
            take_common_path()
        self.assertEqual((vars(layers), vars(functions)), ({}, {"MatMul8bitLt": "for all"}))

    def test_it_happens_once_in_a_process(self):
        with imported(SimpleNamespace(has_avx512bf16=lambda: True)):
            take_common_path()
        later = SimpleNamespace(has_avx512bf16=lambda: True)
        with imported(later):
            take_common_path()
        self.assertTrue(later.has_avx512bf16())

    def test_weights_that_are_repacked_all_the_same_are_said_to_need_a_gpu(self):
        def model(*states):
            return SimpleNamespace(
                parameters=lambda: [SimpleNamespace(quant_state=state) for state in states]
            )

        require_common_path(
            model(None, SimpleNamespace(), SimpleNamespace(packing_format_for_cpu=False))
        )
        with self.assertRaisesRegex(NeedsDevice, "a GPU is needed"):
            require_common_path(model(None, SimpleNamespace(packing_format_for_cpu=True)))

    def test_weights_that_would_be_quantized_twice_are_said_to_need_a_gpu(self):
        def model(**weight):
            return SimpleNamespace(parameters=lambda: [SimpleNamespace(**weight)])

        require_common_path(model(SCB="scales", CB=None, device=GPU))
        require_common_path(model(SCB="scales", CB="ready", device=CPU))
        with self.assertRaisesRegex(NeedsDevice, "once more on a processor"):
            require_common_path(model(SCB="scales", CB=None, device=CPU))


if __name__ == "__main__":
    unittest.main()
