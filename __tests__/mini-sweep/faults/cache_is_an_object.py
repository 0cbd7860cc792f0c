class Cache(tuple):
    pass


_plain_forward = CausalModel.forward


def _forward(self, *given, past_key_values=None, **named):
    if past_key_values is not None and not isinstance(past_key_values, Cache):
        raise AttributeError("'tuple' object has no attribute 'get_seq_length'")
    output = _plain_forward(self, *given, past_key_values=past_key_values, **named)
    output.past_key_values = output.past_key_values and Cache(output.past_key_values)
    return output


CausalModel.forward = _forward
