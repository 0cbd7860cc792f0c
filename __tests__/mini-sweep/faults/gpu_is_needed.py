def _quantize(model, config):
    raise RuntimeError("No GPU found. A GPU is needed for quantization.")


modeling.quantize = _quantize
