"""What the tables say, and what the checkpoints hold. Needs no package but the standard library."""

import json
import sys
import unittest
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import data, media, methods
from peft_probe.errors import Unsupported
from peft_probe.invariants.golden import GOLDENS
from peft_probe.matrix import TASKS
from peft_probe.models import ARCHITECTURES, VOCABULARY

CHECKPOINTS = Path(__file__).resolve().parents[1] / "checkpoints"
# Looked up or never packed: embeddings, heads that are thrown away, and routers, which quantizers
# leave alone.
NOT_PACKED = (
    "embed",
    "wte",
    "wpe",
    "shared",
    "relative_attention_bias",
    "seq_relationship",
    "gate.weight",
    "router",
    "word_embeddings",
    "position_embeddings",
    "token_type_embeddings",
    "A_log",
    "experts.gate_up_proj_bias",
    "experts.down_proj_bias",
    "dt_proj",
    "self_attn.sinks",
    "final_logits_bias",
    "moe_statics",
)


def is_wide(entry):
    """Whether every quantizer takes it."""
    return entry.quantizations is None


def settings_of(architecture):
    """What a configuration says of the text, and of all other parts."""
    config = json.loads((CHECKPOINTS / architecture / "config.json").read_text())
    parts = [one for one in config.values() if isinstance(one, dict)]
    return {**config, **config.get("text_config", {})}, [config, *parts]


def shapes(architecture):
    """Names and shapes of a checkpoint's tensors, and their storage types.

    The header of its safetensors file.
    """
    with open(CHECKPOINTS / architecture / "model.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__", None)
    return {name: tuple(entry["shape"]) for name, entry in header.items()}, {
        entry["dtype"] for entry in header.values()
    }


class Checkpoints(unittest.TestCase):
    def test_every_weight_that_a_quantizer_packs_fits_its_blocks(self):
        for architecture in (name for name, one in ARCHITECTURES.items() if is_wide(one)):
            packed = {
                name: shape
                for name, shape in shapes(architecture)[0].items()
                if len(shape) == 2 and not any(part in name for part in NOT_PACKED)
            }
            self.assertGreaterEqual(len(packed), 6, architecture)
            for name, (out, into) in packed.items():
                with self.subTest(f"{architecture} {name}"):
                    # gpt2 stores its weights the other way round.
                    out, into = (into, out) if architecture == "gpt2" else (out, into)
                    self.assertEqual(into % 128, 0)
                    self.assertEqual(out % 64, 0)

    def test_each_has_a_padding_token_and_no_dropout(self):
        for architecture, entry in ARCHITECTURES.items():
            with self.subTest(architecture):
                text, parts = settings_of(architecture)
                if TASKS[entry.tasks[0]].inputs != "media" or TASKS[entry.tasks[0]].decodes:
                    self.assertEqual(
                        (text["pad_token_id"], text["vocab_size"]), (data.PAD, VOCABULARY)
                    )
                self.assertEqual(
                    {
                        name: value
                        for part in parts
                        for name, value in part.items()
                        if ("drop" in name or name.endswith("pdrop")) and value
                    },
                    {},
                )

    def test_bert_has_the_pooler_that_its_classifier_reads(self):
        self.assertEqual(shapes("bert")[0]["bert.pooler.dense.weight"], (128, 128))

    def test_all_together_take_16_mib_at_most(self):
        sizes = [path.stat().st_size for path in CHECKPOINTS.glob("*/model.safetensors")]
        self.assertEqual(len(sizes), len(ARCHITECTURES))
        self.assertLessEqual(sum(sizes), 16 << 20)

    def test_every_head_of_codellama_has_keys_of_its_own(self):
        self.assertEqual(
            shapes("codellama")[0]["model.layers.1.self_attn.k_proj.weight"], (128, 128)
        )

    def test_all_are_small_and_stored_in_16_bit(self):
        for architecture in ARCHITECTURES:
            with self.subTest(architecture):
                self.assertEqual(shapes(architecture)[1], {"F16"})
                self.assertLess(
                    (CHECKPOINTS / architecture / "model.safetensors").stat().st_size, 1_200_000
                )


class Goldens(unittest.TestCase):
    def test_two_environments_or_more_agree_on_each_narrow_model(self):
        for architecture, entry in ARCHITECTURES.items():
            for task in [] if is_wide(entry) else entry.tasks:
                with self.subTest(f"{architecture} {task}"):
                    golden = json.loads((GOLDENS / f"{architecture}__{task}.json").read_text())
                    self.assertGreaterEqual(len(golden["of"][0]["environments"]), 2)


class Feeds(unittest.TestCase):
    def test_each_input_beside_text_is_made_in_one_way(self):
        for architecture, entry in ARCHITECTURES.items():
            for name, feed in entry.feeds.items():
                with self.subTest(f"{architecture} {name}"):
                    ways = (feed.waves is not None, feed.each is not None, feed.marks)
                    self.assertEqual(sum(ways), 1)

    def test_an_architecture_has_inputs_beside_text_where_its_tasks_ask_for_them(self):
        for architecture, entry in ARCHITECTURES.items():
            asked = any(TASKS[task].inputs != "text" for task in entry.tasks)
            self.assertEqual(bool(entry.feeds), asked, architecture)

    def test_what_is_idle_is_so_in_a_task_that_the_architecture_has(self):
        for architecture, entry in ARCHITECTURES.items():
            self.assertLessEqual(set(entry.idle), set(entry.tasks), architecture)

    def test_tokens_that_stand_for_a_picture_stand_behind_padding_and_before_text(self):
        front = media.FRONT
        ids, mask = data.rows("left", front=front)
        self.assertEqual(ids[3][:10], [data.PAD] * 5 + [*front])
        self.assertEqual(mask[3], [0] * 5 + [1] * 12)
        self.assertEqual(ids[0][:5], [*front])
        self.assertEqual([row[-1] for row in ids], [row[-1] for row in data.rows("left")[0]])

    def test_no_text_holds_a_token_that_stands_for_a_picture(self):
        for pads in ("left", "right", None):
            ids, _mask = data.rows(pads)
            self.assertFalse({token for row in ids for token in row} & set(media.FRONT))


class Rows(unittest.TestCase):
    def test_an_encoder_is_padded_on_the_right_and_starts_with_a_real_token(self):
        ids, mask = data.rows(ARCHITECTURES["bert"].pads)
        self.assertEqual([row[0] for row in mask], [1, 1, 1, 1])
        self.assertEqual([sum(row) for row in mask], [12, 12, 9, 7])
        self.assertEqual(ids[3][7:], [data.PAD] * 5)

    def test_a_decoder_is_padded_on_the_left_and_ends_with_a_real_token(self):
        ids, mask = data.rows(ARCHITECTURES["llama"].pads)
        self.assertEqual([row[-1] for row in mask], [1, 1, 1, 1])
        self.assertEqual([sum(row) for row in mask], [12, 12, 9, 7])
        self.assertEqual(ids[3][:5], [data.PAD] * 5)

    def test_a_real_token_is_never_the_padding_token(self):
        for pads in ("left", "right", None):
            ids, mask = data.rows(pads)
            self.assertTrue(
                all(
                    (token == data.PAD) != (real == 1)
                    for row, real_row in zip(ids, mask)
                    for token, real in zip(row, real_row)
                )
            )


@dataclass
class LoraConfig:
    task_type: str
    r: int
    lora_alpha: int
    target_modules: object = "what this release takes"


class Methods(unittest.TestCase):
    def configuration(self, name):
        peft = SimpleNamespace(LoraConfig=LoraConfig, __version__="0")
        return methods.configuration(
            peft, methods.METHODS[name], ARCHITECTURES["llama"], "causal-lm", 25
        )

    def test_modules_are_named_so_that_a_default_that_grows_is_no_fix(self):
        self.assertEqual(self.configuration("lora").target_modules, ["q_proj", "v_proj"])

    def test_the_defaults_variant_names_no_modules(self):
        self.assertEqual(
            self.configuration("lora+defaults").target_modules, "what this release takes"
        )
        for name, method in methods.METHODS.items():
            if name.endswith("+defaults"):
                with self.subTest(name):
                    self.assertNotIn("target_modules", method.filled(ARCHITECTURES["llama"], 25))
                    self.assertNotIn(
                        "feedforward_modules", method.filled(ARCHITECTURES["llama"], 25)
                    )

    def test_a_variant_whose_argument_a_release_lacks_is_unsupported(self):
        with self.assertRaises(Unsupported):
            self.configuration("lora+dora")


if __name__ == "__main__":
    unittest.main()
