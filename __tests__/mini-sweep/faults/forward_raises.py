def _forward(self, *given, **named):
    raise TypeError("CausalModel.forward() got an unexpected keyword argument 'cache_position'")


CausalModel.forward = _forward
