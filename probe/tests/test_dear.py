"""What is read out of made tokens, averages and saved models."""

import contextlib
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import invariants
from peft_probe.data import TINY
from peft_probe.invariants import generation, learning, saved, transplant

from tests.fakes import Numbers


class Ends(unittest.TestCase):
    def test_the_end_is_a_token_that_was_not_made_before(self):
        self.assertEqual(generation._end([7, 8, 7, 9]), 8)
        self.assertEqual(generation._end([7, 7, 7, 9]), 7)
        self.assertEqual(generation._end([7, 8, 9, 1]), 9)

    def test_only_padding_may_stand_behind_an_end(self):
        self.assertEqual(generation._behind([7, 9, 0, 0], 9, 0), 0)
        self.assertEqual(generation._behind([7, 9, 5, 9], 9, 0), 2)
        self.assertEqual(generation._behind([7, 8, 5, 6], 9, 0), 0)

    def beyond(self, made):
        rows = mock.MagicMock()
        rows.tolist.return_value = made
        rows.__getitem__.side_effect = lambda at: SimpleNamespace(tolist=lambda: made[at])
        generated = mock.MagicMock()
        generated.__getitem__.side_effect = lambda at: SimpleNamespace(tolist=lambda: [7, 9, 5, 5])
        trial = SimpleNamespace(generated=generated, ended=(None, None, rows, 9), text=TINY)
        return generation.beyond_the_end(trial)

    def test_a_row_that_ends_where_it_should_is_sound(self):
        self.assertEqual(self.beyond([[1, 2, 3, 4], [7, 9, 0, 0]]), 0)

    def test_a_row_that_goes_on_is_not(self):
        self.assertEqual(self.beyond([[1, 2, 3, 4], [7, 9, 5, 5]]), 2)

    def test_a_row_that_says_something_else_tells_nothing_of_ends(self):
        self.assertIsNone(self.beyond([[1, 2, 3, 4], [6, 9, 5, 5]]))


class Ties(unittest.TestCase):
    def untied(self, is_one, **configuration):
        weight, other = (SimpleNamespace(data_ptr=lambda at=at: at) for at in (1, 2))
        model = SimpleNamespace(
            get_output_embeddings=lambda: SimpleNamespace(weight=weight),
            get_input_embeddings=lambda: SimpleNamespace(weight=weight if is_one else other),
        )
        found = saved.untied("model")(SimpleNamespace(model=model, own_settings=configuration))
        return found[0]

    def test_embeddings_are_tied_unless_the_checkpoint_says_no(self):
        self.assertEqual(self.untied(True), 0)
        self.assertEqual(self.untied(False), 1)
        self.assertEqual(self.untied(False, tie_word_embeddings=False), 0)
        self.assertEqual(self.untied(True, tie_word_embeddings=False), 1)

    def test_a_model_that_is_not_there_says_nothing(self):
        self.assertIsNone(saved.untied("merged")(SimpleNamespace(merged=None)))


class Dropout(unittest.TestCase):
    class Config:
        attention_dropout = 0.0
        classifier_dropout = 0.0
        summary_first_dropout = 0.1

    def measured(self, settings):
        """The rates that the model is loaded with; None where it is not loaded."""

        def load(quantized, **rates):
            raise LookupError(rates)

        trial = SimpleNamespace(
            own_settings=settings, load=load, model=SimpleNamespace(config=self.Config())
        )
        try:
            return learning.model_dropout(trial)
        except LookupError as loaded:
            return loaded.args[0]

    def test_a_rate_is_set_where_the_release_knows_it(self):
        names = ("attention_dropout", "classifier_dropout", "summary_first_dropout", "hidden_size")
        settings = dict.fromkeys(names, 0)
        self.assertEqual(self.measured(settings), {"attention_dropout": learning.RATE})

    def test_a_model_without_any_says_nothing(self):
        # An older release keeps what it does not know in its configuration.
        self.assertIsNone(self.measured({"resid_dropout": 0.0, "hidden_size": 64}))


class Transplant(unittest.TestCase):
    def test_a_prefix_is_one_by_whatever_code_path(self):
        trial = SimpleNamespace(
            entry="prefix-tuning",
            cell={"method": "prefix-tuning+no-cache"},
            logits_of=lambda model, given: Numbers(3.0),
        )
        said = transplant._words(trial, None, None, Numbers(1.0), 2.0)
        self.assertTrue(said.startswith("A prefix made of real tokens"), said)

    def test_what_nothing_sees_is_ignored_or_masked(self):
        for left, expected in ((1.0, "is ignored"), (float("nan"), "is there and masked")):
            with self.subTest(expected):
                said = transplant._words(unseen(left), "base", None, Numbers(1.0), 2.0)
                self.assertIn(f"The prompt {expected}", said)
                self.assertIn("logits are those of the base model", said)

    def test_the_adapter_is_left_as_it_was(self):
        trial = unseen(float("nan"))
        transplant._words(trial, "base", None, Numbers(1.0), 2.0)
        (_name, own) = next(iter(trial.model.named_parameters()))
        self.assertEqual(own.data.values, (5.0,))


def unseen(left):
    """A cell whose virtual tokens change nothing; with NaN in them its logits are `left`."""
    own = Virtual(5.0)
    model = SimpleNamespace(
        named_parameters=lambda: [("prompt_encoder.default.embedding.weight", own)],
        peft_config={"default": SimpleNamespace()},
    )

    def logits_of(model, given):
        is_odd = own.data.values[0] != own.data.values[0]
        return Numbers(1.0 if model == "base" or not is_odd else left)

    return SimpleNamespace(
        entry="prompt-tuning",
        model=model,
        logits_of=logits_of,
        torch=SimpleNamespace(no_grad=contextlib.nullcontext),
    )


class Virtual(Numbers):
    """Virtual tokens that can be written over."""

    @property
    def data(self):
        return self

    def fill_(self, value):
        self.values = (value,)

    def copy_(self, other):
        self.values = other.values


class Dear(unittest.TestCase):
    def test_a_dear_check_is_made_of_thorough_cells_alone(self):
        one = invariants.Invariant("x", "forward", "Off", lambda trial: 1, "a rule", dear=True)
        for thorough, expected in ((True, 1), (False, 0)):
            trial = SimpleNamespace(
                plain_id="lora/none/llama/causal-lm",
                cell={
                    "id": "lora/none/llama/causal-lm",
                    "quantization": "none",
                    "thorough": thorough,
                },
                device="cpu",
                facts={},
            )
            with mock.patch.object(invariants, "INVARIANTS", (one,)):
                self.assertEqual(len(invariants.broken(trial, "forward")), expected)


if __name__ == "__main__":
    unittest.main()
