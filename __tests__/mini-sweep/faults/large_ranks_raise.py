_plain_init = layers.LoraLayer.__init__


def _init(self, base, config):
    if config.r > 16:
        raise RuntimeError("matrices of this rank do not fit")
    _plain_init(self, base, config)


layers.LoraLayer.__init__ = _init
