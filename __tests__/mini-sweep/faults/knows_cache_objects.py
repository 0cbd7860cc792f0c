_plain_prefix = PeftModel.prefix


def _prefix(self, rows):
    import transformers

    return getattr(transformers, "Cache", tuple)(_plain_prefix(self, rows))


PeftModel.prefix = _prefix
