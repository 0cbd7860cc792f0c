"""Learning rates that are tried on a checkpoint of the user's own."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import stages
from peft_probe.brought import rates

from tests.fakes import Model, Parameter, trial_of

NAN = float("nan")


class Rates(unittest.TestCase):
    def test_they_lie_around_the_usual_one(self):
        self.assertEqual(rates.around(0.03), [0.003, 0.03, 0.3])

    def test_they_are_told_with_the_loss_of_each_step(self):
        told = rates.said({0.001: [3.2145, 3.2], 0.1: [3.2, NAN]})
        self.assertEqual(told, "0.001: 3.21 3.2; 0.1: 3.2 nan")

    def test_the_best_ends_lowest_and_is_a_number(self):
        self.assertEqual(rates.best({0.1: [4, 2], 1: [4, 3], 10: [4, NAN]}, 5), 0.1)
        self.assertEqual(rates.best({1: [4, NAN]}, 5), 5)


class Start(Parameter):
    """A parameter that remembers being set back."""

    set_back = 0

    def detach(self):
        return self

    def clone(self):
        return self

    @property
    def data(self):
        return SimpleNamespace(copy_=self.copy)

    def copy(self, values):
        self.set_back += 1


class Training(unittest.TestCase):
    def test_every_rate_starts_where_the_first_did(self):
        weight = Start(1.0)
        trial = trial_of(Model(lora_A=weight), brought=object())
        stages.train(trial)
        self.assertEqual(weight.set_back, 3)
        self.assertEqual(
            [one.split(":")[0] for one in trial.facts["rates"].split("; ")], ["0.1", "1", "10"]
        )

    def test_tiny_checkpoints_are_trained_at_the_usual_rate_alone(self):
        trial = trial_of()
        stages.train(trial)
        self.assertNotIn("rates", trial.facts)


if __name__ == "__main__":
    unittest.main()
