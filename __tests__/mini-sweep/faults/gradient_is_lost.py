def _adapted(self, x, out):
    return out + self.lora_B(self.lora_A(x).detach()) * self.scaling


layers.LoraLayer.adapted = _adapted
