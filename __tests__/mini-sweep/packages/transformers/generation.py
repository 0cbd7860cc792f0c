"""Greedy generation, with and without a cache."""

import torch


def greedy(model, input_ids, attention_mask, max_new_tokens, do_sample=False, use_cache=True):
    tokens, mask, past = input_ids, attention_mask, None
    for _ in range(max_new_tokens):
        fed = tokens if past is None else tokens[:, -1:]
        output = model(
            input_ids=fed, attention_mask=mask, past_key_values=past, use_cache=use_cache
        )
        past = output.past_key_values
        best = output.logits[:, -1].max(dim=-1).indices.unsqueeze(-1)
        tokens, mask = (
            torch.cat([tokens, best], dim=1),
            torch.cat([mask, torch.ones_like(best)], dim=1),
        )
    return tokens
