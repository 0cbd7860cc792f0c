_plain_init = layers.LoraLayer.__init__


def _init(self, base, config):
    _plain_init(self, base, config)
    self.scaling *= 3


layers.LoraLayer.__init__ = _init
