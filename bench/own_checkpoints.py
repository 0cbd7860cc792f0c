"""Makes checkpoints as users have them: one trained a little, one with code of its own, quantized
ones, and broken ones.

    ENVIRONMENT/bin/python bench/own_checkpoints.py FOLDER

Each is a folder of FOLDER. `trained` has the shape of llama and a tokenizer of its own, learnt from
a small text, and was trained on it for 60 steps; `coded` is a model type that only its own code
knows; `nf4` is `trained` saved by bitsandbytes, where that is installed; `packed` is it in the form
of compressed tensors. The rest are each broken in one way, which is their name.
"""

import json
import shutil
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "probe"))

from peft_probe.packing import packed  # noqa: E402
from peft_probe.quantizers import ENTRIES  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

TEXT = (
    "The ferry left at noon and the rain came with it. Nobody on the pier had a hat. "
    "A man sold apples from a cart, and the apples were small and sweet. When the ferry "
    "turned, the cart was wet and the apples were gone. The children counted the boats, "
    "and then they counted them again, because the first count was wrong. "
)
VOCABULARY = 320
STEPS = 60
SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
}


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    trained(folder / "trained", tokenizer)
    coded(folder / "coded", tokenizer)
    form = ENTRIES["ct-int4"]
    packed(torch, folder / "trained", folder / "packed", form.packed, form.settings)
    tokenizer.save_pretrained(folder / "packed")
    try:
        nf4(folder / "nf4", folder / "trained", tokenizer)
    except ImportError:
        print("nf4: bitsandbytes is not installed here")
    for name, breaks in BROKEN.items():
        broken = folder / name
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(folder / "trained", broken)
        breaks(broken)
    print(f"{len(list(folder.iterdir()))} checkpoints in {folder}")


def make_tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<pad>", "<eos>"], initial_alphabet=alphabet
    )
    made.train_from_iterator([TEXT], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="<eos>")


def trained(target, tokenizer):
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, **SHAPE, **ids))
    learn(model, tokenizer)
    model.save_pretrained(target, max_shard_size="150KB")
    as_one(target)
    tokenizer.save_pretrained(target)


def learn(model, tokenizer):
    ids = torch.tensor(tokenizer(TEXT)["input_ids"])
    rows = ids[: len(ids) // 16 * 16].reshape(-1, 16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(STEPS):
        optimizer.zero_grad()
        model(input_ids=rows, labels=rows).loss.backward()
        optimizer.step()


def as_one(folder):
    """Shards as one file, which is what is packed; some releases save one in any case."""
    shards = sorted(folder.glob("model-*.safetensors"))
    if not shards:
        return
    tensors = {name: tensor for shard in shards for name, tensor in load_file(shard).items()}
    for shard in shards:
        shard.unlink()
    (folder / "model.safetensors.index.json").unlink()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


MODELING = """
import torch
from torch import nn
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast


class PlainConfig(PretrainedConfig):
    model_type = "plain_tower"

    def __init__(self, vocab_size=320, width=48, **more):
        self.vocab_size, self.width = vocab_size, width
        self.hidden_size, self.num_hidden_layers, self.num_attention_heads = width, 1, 4
        super().__init__(**more)


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.to_query = nn.Linear(width, width)
        self.to_key = nn.Linear(width, width)
        self.to_value = nn.Linear(width, width)

    def forward(self, hidden, mask):
        scores = self.to_query(hidden) @ self.to_key(hidden).transpose(1, 2)
        scores = scores / hidden.shape[-1] ** 0.5 + mask
        return scores.softmax(-1) @ self.to_value(hidden)


class PlainForCausalLM(PreTrainedModel, GenerationMixin):
    config_class = PlainConfig
    base_model_prefix = "tower"

    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.width)
        self.attention = Attention(config.width)
        self.lm_head = nn.Linear(config.width, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.embed

    def get_output_embeddings(self):
        return None

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **more):
        return {"input_ids": input_ids, "attention_mask": attention_mask}

    def forward(self, input_ids=None, attention_mask=None, inputs_embeds=None, labels=None, **more):
        hidden = self.embed(input_ids) if inputs_embeds is None else inputs_embeds
        size = hidden.shape[1]
        later = torch.ones(size, size, device=hidden.device).triu(1)
        mask = later[None] * -1e9
        if attention_mask is not None:
            mask = mask + (1 - attention_mask[:, None, :].to(hidden.dtype)) * -1e9
        logits = self.lm_head(hidden + self.attention(hidden, mask))
        loss = None
        if labels is not None:
            flat = logits[:, -labels.shape[1] :][:, :-1].reshape(-1, logits.shape[-1])
            loss = nn.functional.cross_entropy(flat.float(), labels[:, 1:].reshape(-1))
        return CausalLMOutputWithPast(loss=loss, logits=logits)
"""


def coded(target, tokenizer):
    """Weights, and the code that alone knows their type."""
    width = SHAPE["hidden_size"] - 16
    torch.manual_seed(0)
    names = ("to_query", "to_key", "to_value")
    tensors = {f"attention.{name}.weight": torch.randn(width, width) * 0.2 for name in names}
    tensors |= {f"attention.{name}.bias": torch.zeros(width) for name in names}
    tensors["embed.weight"] = torch.randn(VOCABULARY, width)
    tensors["lm_head.weight"] = torch.randn(VOCABULARY, width) * 0.2
    target.mkdir(exist_ok=True)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    (target / "modeling_plain.py").write_text(MODELING)
    settings = {
        "model_type": "plain_tower",
        "architectures": ["PlainForCausalLM"],
        "vocab_size": VOCABULARY,
        "width": width,
        "auto_map": {
            "AutoConfig": "modeling_plain.PlainConfig",
            "AutoModelForCausalLM": "modeling_plain.PlainForCausalLM",
        },
    }
    (target / "config.json").write_text(json.dumps(settings, indent=1))
    tokenizer.save_pretrained(target)


def nf4(target, source, tokenizer):
    import bitsandbytes  # noqa: F401
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    form = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    model = AutoModelForCausalLM.from_pretrained(source, quantization_config=form)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


def change(name, **values):
    def breaks(folder):
        settings = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({**settings, **values}, indent=1))

    return breaks


def partial(folder):
    """An index that names a shard that is not there."""
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    places = dict.fromkeys(tensors, "model-00001-of-00002.safetensors")
    places[sorted(places)[0]] = "model-00002-of-00002.safetensors"
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def cut(folder):
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])


def long_header(folder):
    (folder / "model.safetensors").write_bytes((1 << 40).to_bytes(8, "little") + b"{}")


def only_pickle(folder):
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def link_out(folder):
    outside = folder.parent / "trained" / "model.safetensors"
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(outside)


def foreign_tokenizer(folder):
    made = json.loads((folder / "tokenizer.json").read_text())
    made["model"]["vocab"]["zebra"] = 5000
    (folder / "tokenizer.json").write_text(json.dumps(made))


def no_tokenizer(folder):
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).unlink(missing_ok=True)


def large(folder):
    """Holes take no room on a disk."""
    header = {"big": {"dtype": "BF16", "shape": [1 << 30], "data_offsets": [0, 1 << 31]}}
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + (1 << 31))


BROKEN = {
    "partial": partial,
    "cut-off": cut,
    "wrong-type": change("config.json", model_type="gpt2", architectures=["GPT2LMHeadModel"]),
    "no-type": change("config.json", model_type=None),
    "unknown-form": change("config.json", quantization_config={"quant_method": "exl3"}),
    "foreign-tokenizer": foreign_tokenizer,
    "no-tokenizer": no_tokenizer,
    "only-pickle": only_pickle,
    "link-out": link_out,
    "long-header": long_header,
    "too-large": large,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
