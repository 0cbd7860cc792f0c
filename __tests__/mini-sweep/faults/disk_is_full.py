def _forward(self, *given, **named):
    raise OSError(28, "No space left on device")


CausalModel.forward = _forward
