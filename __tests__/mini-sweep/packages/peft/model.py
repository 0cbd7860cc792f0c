"""A base model with one adapter."""

import contextlib
import dataclasses
import json
from pathlib import Path

import torch
import transformers

from . import configs
from .layers import AdapterLayer, IA3Layer, LoraLayer, VirtualTokenEncoder

ADAPTER_PARTS = ("lora_", "ia3_", "prompt_encoder")
LAYERS = {"LoraConfig": LoraLayer, "IA3Config": IA3Layer}


class PeftModel(torch.nn.Module):
    def __init__(self, model, config):
        self.base_model, self.peft_config = model.requires_grad_(False), {"default": config}
        self.enabled = True
        layer = LAYERS.get(type(config).__name__)
        if layer is None:
            self.prompt_encoder = VirtualTokenEncoder(config, model.embed_tokens.weight.shape[1])
            return
        for name, module in list(model.named_modules()):
            if name.split(".")[-1] in config.target_modules:
                model.set_submodule(name, layer(module, config))

    def forward(self, input_ids, attention_mask, labels=None, past_key_values=None, use_cache=True):
        if not (hasattr(self, "prompt_encoder") and self.enabled):
            return self.base_model(
                input_ids=input_ids,
                attention_mask=attention_mask,
                labels=labels,
                past_key_values=past_key_values,
                use_cache=use_cache,
            )
        rows = input_ids.shape[0]
        virtual = torch.ones(rows, self.prompt_encoder.count, dtype=torch.long)
        named = {
            "attention_mask": torch.cat([virtual, attention_mask], dim=1),
            "labels": labels,
            "use_cache": use_cache,
        }
        if past_key_values is not None:
            return self.base_model(input_ids=input_ids, past_key_values=past_key_values, **named)
        if isinstance(self.peft_config["default"], configs.PrefixTuningConfig):
            return self.base_model(input_ids=input_ids, past_key_values=self.prefix(rows), **named)
        if labels is not None:
            named["labels"] = torch.cat([torch.full_like(virtual, -100), labels], dim=1)
        embeds = torch.cat(
            [self.prompt_encoder(rows), self.base_model.embed_tokens(input_ids)], dim=1
        )
        return self.base_model(inputs_embeds=embeds, **named)

    def get_base_model(self):
        return self.base_model

    def prefix(self, rows):
        return (self.prompt_encoder(rows),)

    def generate(self, **named):
        return transformers.greedy(self, **named)

    def adapter_layers(self):
        return [
            (name, module)
            for name, module in self.base_model.named_modules()
            if isinstance(module, AdapterLayer)
        ]

    @contextlib.contextmanager
    def disable_adapter(self):
        layers = [self, *(module for _, module in self.adapter_layers())]
        for layer in layers:
            layer.enabled = False
        yield
        for layer in layers:
            layer.enabled = True

    def merge_and_unload(self):
        for name, layer in self.adapter_layers():
            layer.base_layer.weight.copy_(layer.merge())
            self.base_model.set_submodule(name, layer.base_layer)
        return self.base_model

    def adapter_parameters(self):
        return {
            name: value
            for name, value in self.named_parameters()
            if any(part in name for part in ADAPTER_PARTS)
        }

    def save_pretrained(self, folder):
        Path(folder).mkdir(parents=True, exist_ok=True)
        config = {
            "kind": type(self.peft_config["default"]).__name__,
            "arguments": dataclasses.asdict(self.peft_config["default"]),
        }
        (Path(folder) / "adapter_config.json").write_text(json.dumps(config))
        values = {name: parameter.values for name, parameter in self.adapter_parameters().items()}
        (Path(folder) / "adapter_model.json").write_text(json.dumps(values))
        shapes = {name: one.shape for name, one in self.adapter_parameters().items()}
        (Path(folder) / "adapter_shapes.json").write_text(json.dumps(shapes))

    @classmethod
    def from_pretrained(cls, model, folder):
        saved = json.loads((Path(folder) / "adapter_config.json").read_text())
        loaded = cls(model, getattr(configs, saved["kind"])(**saved["arguments"]))
        values = json.loads((Path(folder) / "adapter_model.json").read_text())
        for name, parameter in loaded.adapter_parameters().items():
            parameter.values[:] = values[name]
        return loaded


def get_peft_model(model, config):
    return PeftModel(model, config)
