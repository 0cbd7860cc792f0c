"""Each token adds its value to a running mean, its context. The cache holds the values of the tokens before."""

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn import functional

from .generation import greedy

WIDTH = 8


@dataclass
class CausalOutput:
    loss: Any
    logits: Any
    past_key_values: Any


@dataclass
class BitsAndBytesConfig:
    load_in_8bit: bool = False
    load_in_4bit: bool = False
    bnb_4bit_quant_type: str = "fp4"
    bnb_4bit_compute_dtype: Any = None


class CausalModel(torch.nn.Module):
    def __init__(self, config):
        self.config = config
        torch.manual_seed(config.model_type)
        self.embed_tokens = torch.nn.Embedding(config.vocab_size, WIDTH)
        for name in ("q_proj", "k_proj", "v_proj", "down_proj"):
            setattr(self, name, torch.nn.Linear(WIDTH, WIDTH))
        self.lm_head = torch.nn.Linear(WIDTH, config.vocab_size)

    def forward(
        self,
        input_ids=None,
        attention_mask=None,
        labels=None,
        inputs_embeds=None,
        past_key_values=None,
        use_cache=True,
    ):
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        values = self.v_proj(self.k_proj(x))
        if past_key_values is not None:
            values = torch.cat([past_key_values[0], values], dim=1)
        context = self.context(values, attention_mask)[:, -x.shape[1] :]
        logits = self.lm_head(x + self.q_proj(x) + self.down_proj(context))
        return CausalOutput(self.loss(logits, labels), logits, (values,) if use_cache else None)

    def context(self, values, mask):
        sums = functional.cumulative_sum(values * mask.unsqueeze(-1))
        counts = functional.cumulative_sum(mask.unsqueeze(-1))
        counts.values = [1 / max(count, 1) for count in counts.values]
        return sums * counts

    def loss(self, logits, labels):
        return None if labels is None else functional.cross_entropy(logits[:, :-1], labels[:, 1:])

    def get_input_embeddings(self):
        return self.embed_tokens

    def generate(self, **named):
        return greedy(self, **named)


CONFIG_MAPPING = {"llama": CausalModel, "qwen2": CausalModel}


class AutoModelForCausalLM:
    _model_mapping = CONFIG_MAPPING

    @staticmethod
    def from_pretrained(folder, torch_dtype=None, quantization_config=None, device_map=None):
        config = SimpleNamespace(**json.loads((Path(folder) / "config.json").read_text()))
        model = CONFIG_MAPPING[config.model_type](config)
        if quantization_config is not None:
            quantize(model, quantization_config)
        return model


def quantize(model, config):
    import bitsandbytes

    kind = bitsandbytes.nn.Linear4bit if config.load_in_4bit else bitsandbytes.nn.Linear8bitLt
    for name, module in list(model.named_modules()):
        if isinstance(module, torch.nn.Linear) and name != "lm_head":
            model.set_submodule(name, kind(module))
    model.requires_grad_(False)
