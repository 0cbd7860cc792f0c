_plain_forward = CausalModel.forward


def _forward(self, *given, past_key_values=None, attention_mask=None, labels=None, **named):
    if past_key_values is not None and labels is None:
        attention_mask = attention_mask.clone()
        attention_mask[:, :-1] = 0
    return _plain_forward(
        self,
        *given,
        past_key_values=past_key_values,
        attention_mask=attention_mask,
        labels=labels,
        **named,
    )


CausalModel.forward = _forward
