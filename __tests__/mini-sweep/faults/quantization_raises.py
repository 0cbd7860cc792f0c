def _quantize(model, config):
    raise AttributeError("'BitsAndBytesConfig' object has no attribute 'get_loading_attributes'")


modeling.quantize = _quantize
