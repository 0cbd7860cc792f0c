_plain_init = layers.LoraLayer.__init__


def _init(self, base, config):
    _plain_init(self, base, config)
    self.lora_A.requires_grad_(False)


layers.LoraLayer.__init__ = _init
