"""How far a cell may stray, by device and dtype."""

import unittest
from types import SimpleNamespace

from peft_probe import invariants
from peft_probe.invariants import Invariant, bands

TABLE = {
    "cpu": {"none": {"loss-differs": 1e-5, "untied": 1e-5}},
    "cpu float16": {"none": {"loss-differs": 7e-4}},
    "cuda": "cuda has no band of its own yet",
}


def band(device, dtype, name="loss-differs", floor=0.0):
    return bands.band(device, dtype, "none", name, floor, TABLE)


class Bands(unittest.TestCase):
    def test_each_dtype_has_its_own(self):
        self.assertEqual(band("cpu", "float32"), 1e-5)
        self.assertEqual(band("cpu", "float16", floor=0.1), 7e-4)

    def test_what_was_not_measured_in_a_dtype_is_told_from_rounding_alone(self):
        self.assertEqual(band("cpu", "bfloat16", floor=0.35), 0.35)
        self.assertEqual(band("cpu", "float16", "mask-ignored", 0.1), 0.1)
        self.assertEqual(band("cpu", "float32", "mask-ignored"), bands.UNMEASURED_BAND)

    def test_a_card_borrows_none_of_a_processor(self):
        for dtype in ("float32", "float16", "bfloat16"):
            self.assertEqual(band("cuda", dtype), "cuda has no band of its own yet")
        self.assertEqual(band("xpu", "float32"), "xpu has no band of its own yet")

    def test_what_is_counted_is_counted_on_every_device(self):
        self.assertEqual(band("cuda", "float32", "untied"), bands.EXACT)

    def test_the_table_of_cards_says_that_nothing_was_measured(self):
        self.assertIsInstance(bands.BANDS["cuda"], str)
        names = {one.name for one in invariants.INVARIANTS}
        self.assertLessEqual(set(bands.COUNTED), names)


class OnACard(unittest.TestCase):
    def trial(self, device, dtype="float32"):
        return SimpleNamespace(
            device=SimpleNamespace(type=device),
            dtype=dtype,
            floor=0.0,
            cell={"quantization": "none", "thorough": True},
            plain_id="lora/none/llama/causal-lm",
            paths=(),
            facts={},
        )

    def broken(self, trial, **more):
        one = Invariant("some", "forward", "It differs", lambda _trial: 5.0, "a source", **more)
        before, invariants.INVARIANTS = invariants.INVARIANTS, (one,)
        try:
            return invariants.broken(trial, "forward")
        finally:
            invariants.INVARIANTS = before

    def test_a_number_without_a_band_is_told_and_not_judged(self):
        trial = self.trial("cuda")
        self.assertEqual(self.broken(trial), [])
        self.assertEqual(trial.facts, {"unchecked": "some 5: cuda has no band of its own yet"})
        self.assertEqual(len(self.broken(self.trial("cpu"))), 1)

    def test_what_is_said_of_32_bit_is_not_asked_of_16(self):
        trial = self.trial("cpu", "float16")
        self.assertEqual(self.broken(trial, in_32_bit=True), [])
        self.assertIn("loaded in 32 bit", trial.facts["exempt"])
        self.assertEqual(len(self.broken(self.trial("cpu"), in_32_bit=True)), 1)


if __name__ == "__main__":
    unittest.main()
