"""What rows of unequal lengths are made of, and what each comparison of them sees."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe.invariants import padding

ROWS = {"input_ids": [[0, 0, 7, 8]], "attention_mask": [[0, 0, 1, 1]]}


class Rows(list):
    """Logits: a row of numbers for each token."""

    @property
    def shape(self):
        return (len(self),)

    def __getitem__(self, key):
        if isinstance(key, list):
            return Rows(list.__getitem__(self, at) for at in key)
        found = list.__getitem__(self, key)
        return Rows(found) if isinstance(key, slice) else found

    def __sub__(self, other):
        return Rows(one - two for one, two in zip(self, other))

    def abs(self):
        return Rows(map(abs, self))

    def max(self):
        return SimpleNamespace(item=lambda: max(list(self)))


def trial(way_logits, task="causal-lm", per="token"):
    ways = padding._causal(ROWS, 0) if task == "causal-lm" else padding._masked(ROWS)
    logits = Rows(number for name in ways for number in way_logits[name])
    made = SimpleNamespace(
        cell={"task": task, "architecture": "llama"},
        task=SimpleNamespace(logits_per=per),
        padded_ways=None,
    )
    parts = padding._parts(made, ways, logits)
    if "longer" in ways:
        parts["longer"] = padding._without_more(parts, ways)
    made.padded_ways = parts
    return made


SAME = {"left": [1, 2], "filled": [1, 2], "right": [1, 2], "longer": [1, 2, 5, 6]}


class Ways(unittest.TestCase):
    def test_a_text_is_padded_on_each_side_filled_and_made_longer(self):
        self.assertEqual(
            padding._causal(ROWS, 0),
            {
                "left": ([[0, 0, 7, 8]], [[0, 0, 1, 1]]),
                "filled": ([[33, 33, 7, 8]], [[0, 0, 1, 1]]),
                "right": ([[7, 8, 0, 0]], [[1, 1, 0, 0]]),
                "longer": ([[7, 8, 7, 8]], [[1, 1, 1, 1]]),
            },
        )

    def test_what_is_added_to_a_text_is_not_compared(self):
        self.assertEqual(trial(SAME).padded_ways["longer"], [1, 2])

    def test_each_check_sees_its_own_way_alone(self):
        checks = {
            "filled": padding.reach,
            "longer": padding.right_difference,
        }
        for way, check in checks.items():
            other = trial({**SAME, way: [1, 4, 5, 6][: len(SAME[way])]})
            self.assertEqual(check(trial(SAME)), 0)
            self.assertEqual(check(other), 2)
            for name in set(checks) - {way}:
                self.assertEqual(checks[name](other), 0)
        moved = trial({**SAME, "left": [3, 2], "filled": [3, 2]})
        self.assertEqual((padding.reach(moved), padding.left_difference(moved)), (0, 2))

    def test_a_class_of_a_row_is_one_number_each(self):
        made = trial({"left": [1], "filled": [3]}, task="seq-cls", per="row")
        self.assertEqual(padding.reach(made), 2)


if __name__ == "__main__":
    unittest.main()
