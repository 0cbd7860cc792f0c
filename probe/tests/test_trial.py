"""What a trial takes of the tables."""

import unittest
from types import SimpleNamespace

from peft_probe import loading, trial
from peft_probe.invariants import attached
from peft_probe.models import ARCHITECTURES, Idle
from peft_probe.trial import Trial


def cell(architecture, task):
    parts = {"method": "lora", "quantization": "none", "architecture": architecture, "task": task}
    return Trial((None, None, None), {"id": "x", **parts}, {"steps": 25}, ".")


class Linear(unittest.TestCase):
    def test_a_convolution_a_table_and_a_bare_parameter_are_no_linear_layers(self):
        weights = {
            "model.visual.patch_embed.proj": (32, 3, 2, 4, 4),
            "model.encoder.conv1": (32, 8, 3),
            "model.vision_tower.pos_embed": (1, 8, 8, 32),
            "model.vision_tower.layers.0.attn.rel_pos_h": (15, 16),
            "model.multi_modal_projector.mm_input_projection_weight": (32, 32),
            "vision_model.head.probe": (1, 1, 32),
            "backbone.layers.0.mixer.A_log": (128, 16),
            "model.layers.0.mlp.experts.gate_up_proj": (3, 64, 64),
            "model.layers.0.self_attn.q_proj": (32, 32),
        }
        found = attached._linear(SimpleNamespace(weights=weights))
        self.assertEqual(list(found), list(weights)[-2:])


class Inputs(unittest.TestCase):
    def test_an_input_that_a_release_does_not_know_is_not_given(self):
        model = SimpleNamespace(forward=lambda input_ids, pixel_values=None: None)
        feeds = ARCHITECTURES["gemma3"].feeds
        self.assertEqual(set(feeds), {"pixel_values", "token_type_ids"})
        self.assertEqual(set(loading._taken(model, feeds)), {"pixel_values"})

    def test_the_width_is_that_of_the_text(self):
        one = cell("gemma3", "image-text")
        one.weights = {"vision_tower.patch": (16, 3, 4, 4), "language_model.embed_tokens": (64, 32)}
        self.assertEqual(one.width, 32)
        one.weights.popitem()
        self.assertEqual(one.width, 16)

    def test_what_is_idle_depends_on_the_task(self):
        name = "model.vision_tower.encoder.layers.0.self_attn.q_proj"
        self.assertTrue(cell("llava", "text-only").is_idle(name))
        self.assertFalse(cell("llava", "image-text").is_idle(name))
        self.assertTrue(cell("llava", "image-text").is_idle(name.replace("0", "1")))
        self.assertFalse(cell("llama", "causal-lm").is_idle(name))
        self.assertIsInstance(ARCHITECTURES["llava"].idle["text-only"], Idle)

    def test_a_new_head_is_saved_where_peft_knows_no_task_that_has_one(self):
        configured = SimpleNamespace(modules_to_save=None)
        given = {"vit": "image-cls", "llama": "seq-cls", "whisper": "speech-seq2seq"}
        made = {}
        for architecture, task in given.items():
            one = cell(architecture, task)
            one.weights = {"embed_tokens": (64, 32)}
            before, trial.configuration = trial.configuration, lambda *_given, **_more: configured
            try:
                configured.modules_to_save = None
                made[architecture] = one.configuration().modules_to_save
            finally:
                trial.configuration = before
        self.assertEqual(made, {"vit": ["classifier"], "llama": None, "whisper": None})


if __name__ == "__main__":
    unittest.main()
