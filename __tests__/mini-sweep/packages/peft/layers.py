"""Layers that stand in front of a layer of the base model."""

import torch


class AdapterLayer(torch.nn.Module):
    enabled = True

    def __init__(self, base):
        self.base_layer = base
        self.in_features, self.out_features = base.weight.shape[1], base.weight.shape[0]

    def forward(self, x):
        out = self.base_layer(x)
        return self.adapted(x, out) if self.enabled else out


class LoraLayer(AdapterLayer):
    def __init__(self, base, config):
        super().__init__(base)
        self.scaling = config.lora_alpha / config.r
        self.lora_A = torch.nn.Linear(self.in_features, config.r)
        self.lora_B = torch.nn.Linear(config.r, self.out_features)
        self.lora_B.weight.copy_(torch.zeros(self.out_features, config.r))

    def adapted(self, x, out):
        return out + self.lora_B(self.lora_A(x)) * self.scaling

    def merge(self):
        rows = torch.nn.functional.linear(self.lora_B.weight, self.lora_A.weight.t())
        return self.base_layer.weight + rows * self.scaling


class IA3Layer(AdapterLayer):
    def __init__(self, base, config):
        super().__init__(base)
        self.ia3_l = torch.nn.Parameter(torch.ones(self.out_features))

    def adapted(self, x, out):
        return out * self.ia3_l

    def merge(self):
        return self.base_layer.weight * self.ia3_l.unsqueeze(-1)


class VirtualTokenEncoder(torch.nn.Module):
    """Rows that are trained, one for each virtual token; p-tuning sends them through a layer."""

    def __init__(self, config, width):
        self.count, self.config = config.num_virtual_tokens, config
        self.embedding = torch.nn.Embedding(self.count, width)
        if hasattr(config, "encoder_hidden_size"):
            self.encoder = torch.nn.Linear(width, width)

    def forward(self, rows):
        found = self.embedding(torch.tensor([list(range(self.count))] * rows))
        encodes = hasattr(self, "encoder") and not getattr(self.config, "inference_mode", False)
        return self.encoder(found) if encodes else found
