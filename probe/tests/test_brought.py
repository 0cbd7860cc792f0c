"""A checkpoint of the user's own: what is asked of it, and what keeps it from being measured."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import brought, data
from peft_probe.brought import modules, text
from peft_probe.errors import NotMeasurable, Unsupported
from peft_probe.quantizers import QUANTIZERS
from peft_probe.stages import carrying


def checkpoint(files=(), trusts=False, **settings):
    folder = Path(tempfile.mkdtemp())
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **settings}))
    for name in files:
        (folder / name).touch()
    return brought.Brought({"folder": str(folder), "trustsCode": trusts})


class Tokenizer:
    """Makes a token of each word."""

    pad_token_id, eos_token_id = None, 7

    def __init__(self, largest=200, ids=None):
        self.largest, self.ids = largest, ids

    def get_vocab(self):
        return {"a": 3, "zebra": self.largest}

    def __call__(self, sentence, add_special_tokens):
        words = range(50, 50 + len(sentence.split()))
        return {"input_ids": list(words) if self.ids is None else self.ids}


def transformers(tokenizer=None, known=("llama",), has_task=True):
    asked = []

    def from_pretrained(folder, **options):
        asked.append(options)
        return tokenizer

    configs = {name: name.title() for name in known}
    mapping = {config: object() for config in configs.values()} if has_task else {}
    return SimpleNamespace(
        CONFIG_MAPPING=configs,
        AutoModelForCausalLM=SimpleNamespace(_model_mapping=mapping),
        AutoTokenizer=SimpleNamespace(from_pretrained=from_pretrained),
        __version__="5",
        asked=asked,
    )


class Words(unittest.TestCase):
    def test_a_small_real_text_is_read_in_its_own_tokens(self):
        made, said = text.text_of(transformers(Tokenizer()), checkpoint(["tokenizer.json"]), 320)
        self.assertEqual(said, "its own tokens")
        self.assertEqual(made.pad, 7)
        self.assertEqual([len(row) for row in made.ids], [data.LENGTH] * 4)
        self.assertEqual(made.ids[0], tuple(range(50, 62)))

    def test_its_code_is_trusted_as_far_as_that_of_the_model(self):
        for trusts in (True, False):
            release = transformers(Tokenizer())
            text.text_of(release, checkpoint(["tokenizer.json"], trusts), 320)
            self.assertEqual(release.asked, [{"trust_remote_code": trusts}])

    def test_a_text_of_few_tokens_is_repeated(self):
        made, _ = text.text_of(transformers(Tokenizer(ids=[5, 6])), checkpoint(["vocab.json"]), 320)
        self.assertEqual(made.ids[0], (5, 6) * 6)

    def test_ids_of_its_vocabulary_stand_in_for_a_tokenizer(self):
        made, said = text.text_of(transformers(), checkpoint(), 320)
        self.assertIn("no tokenizer", said)
        self.assertTrue(all(4 <= one < 320 for row in made.ids for one in row))

    def test_a_tokenizer_that_makes_ids_beyond_the_embedding_does_not_fit(self):
        for tokenizer, fits in ((Tokenizer(319), True), (Tokenizer(320), False)):
            given = (transformers(tokenizer), checkpoint(["tokenizer.json"]), 320)
            if fits:
                text.text_of(*given)
                continue
            with self.assertRaisesRegex(NotMeasurable, "id 320 .'zebra'., its embedding 320 rows"):
                text.text_of(*given)

    def test_a_tokenizer_without_tokens_and_a_tiny_vocabulary_are_said(self):
        with self.assertRaisesRegex(NotMeasurable, "makes no token"):
            text.text_of(transformers(Tokenizer(ids=[])), checkpoint(["tokenizer.json"]), 320)
        with self.assertRaisesRegex(NotMeasurable, "63 rows, fewer than 64"):
            text.text_of(transformers(), checkpoint(), 63)


class Adapter(unittest.TestCase):
    def test_one_that_lies_beside_the_model_is_not_shown_to_loaders(self):
        work = Path(tempfile.mkdtemp())
        beside = ["adapter_config.json", "adapter_model.safetensors", "model.safetensors"]
        for files, there in ((beside, work / "model"), (["model.safetensors"], None)):
            mine = checkpoint(files)
            before = mine.folder
            for _ in range(2):
                mine.folder = before
                mine.hide_adapter(work)
            self.assertEqual(mine.folder, there or before)
            names = sorted(path.name for path in mine.folder.iterdir())
            self.assertEqual(names, ["config.json", "model.safetensors"])
        self.assertEqual((work / "model" / "config.json").read_text(), '{"model_type": "llama"}')


class Known(unittest.TestCase):
    def require(self, checked, **release):
        checked.require_known(transformers(**release), "AutoModelForCausalLM")

    def test_a_type_and_a_task_that_the_release_has(self):
        self.require(checkpoint())
        with self.assertRaisesRegex(Unsupported, "no model type"):
            self.require(checkpoint(), known=())
        with self.assertRaisesRegex(Unsupported, "`llama` has no AutoModelForCausalLM"):
            self.require(checkpoint(), has_task=False)

    def test_code_of_its_own_must_be_trusted_where_it_is_needed(self):
        brings = {"auto_map": {"AutoModelForCausalLM": "modeling.Own"}}
        with self.assertRaisesRegex(NotMeasurable, "^code not trusted: .*trust-remote-code: true"):
            self.require(checkpoint(**brings), known=())
        self.require(checkpoint(trusts=True, **brings), known=())
        # Where transformers has the type, its code is not asked for.
        self.require(checkpoint(**brings))

    def test_trusted_code_that_lacks_the_task_says_what_it_has(self):
        brings = {"auto_map": {"AutoModel": "modeling.Own"}}
        with self.assertRaisesRegex(Unsupported, "it has AutoModel"):
            self.require(checkpoint(trusts=True, **brings), known=())

    def test_weights_that_are_not_in_the_files_would_be_random(self):
        checked, model = checkpoint(), SimpleNamespace(_tied_weights_keys=["lm_head.weight"])
        checked.require_whole(model, {"missing_keys": ["lm_head.weight", "score.weight"]}, "score")
        with self.assertRaisesRegex(NotMeasurable, "^wrong model type: 2 weights .*`h.0.w`"):
            checked.require_whole(model, {"missing_keys": ["h.1.w", "h.0.w"]}, None)

    def test_files_that_are_quantized_are_loaded_as_they_are(self):
        stored = brought.as_stored(QUANTIZERS["ct-int4"])
        self.assertIsNone(stored.packed)
        self.assertEqual(stored.source(None, "here", "there"), "here")
        self.assertIsNotNone(QUANTIZERS["ct-int4"].packed)


class HandedOn(unittest.TestCase):
    def test_of_a_large_vocabulary_some_logits_are_handed_on_and_of_ours_all(self):
        asked = []

        class Logits:
            shape = (48, 5000)

            def __getitem__(self, at):
                asked.append(at[-1].step)
                return self

        logits = Logits()
        self.assertIs(carrying._kept(SimpleNamespace(brought=None), logits), logits)
        self.assertEqual(asked, [])
        carrying._kept(SimpleNamespace(brought=object()), logits)
        self.assertEqual(asked, [3])


def linear(out=4, into=4):
    return SimpleNamespace(in_features=into, out_features=out)


class RMSNorm:
    pass


class Modules(unittest.TestCase):
    def model(self, *names):
        parts = [(name, RMSNorm() if "norm" in name else linear()) for name in names]
        return SimpleNamespace(named_modules=lambda: parts)

    def test_they_are_read_off_a_model_that_peft_does_not_know(self):
        model = self.model(
            "h.0.attention.to_query", "h.0.attention.to_value", "h.0.mlp.up", "h.0.norm"
        )
        found, said = modules.modules_of(model, "plain_tower")
        self.assertEqual(found["lora"], ["to_query", "to_value"])
        self.assertEqual(found["ia3"], ["to_query", "to_value", "up"])
        self.assertEqual((found["feedforward"], found["norms"]), (["up"], ["norm"]))
        self.assertEqual(said, "to_query, to_value (read off the model)")

    def test_a_model_without_attention_is_adapted_where_it_is_linear(self):
        found, _ = modules.modules_of(self.model("h.0.one", "h.1.one", "h.1.two"), "plain_tower")
        self.assertEqual(found["lora"], ["one", "two"])

    def test_what_is_said_of_many_modules_is_as_long_as_a_fact_may_be(self):
        model = self.model(*(f"h.{at}.attn.projection_of_layer_{at}" for at in range(40)))
        found, said = modules.modules_of(model, "plain_tower")
        self.assertEqual(len(found["lora"]), 40)
        self.assertLessEqual(len(said), 300)
        self.assertRegex(said, r"^projection_of_layer_0, .*… \(40 names, read off the model\)$")

    def test_a_default_counts_where_all_of_it_stands_in_the_model(self):
        model = self.model("h.0.attn.q", "h.0.attn.v")
        self.assertTrue(modules._all_stand(model, ["q", "v"]))
        self.assertFalse(modules._all_stand(model, ["q", "k"]))
        self.assertFalse(modules._all_stand(model, []))


if __name__ == "__main__":
    unittest.main()
