def _merge(self):
    rows = layers.torch.nn.functional.linear(self.lora_B.weight, self.lora_A.weight.t())
    return self.base_layer.weight + rows * self.scaling * self.scaling


layers.LoraLayer.merge = _merge
