_plain_context = CausalModel.context


def _context(self, values, mask):
    import torch

    return _plain_context(self, values, torch.ones_like(mask))


CausalModel.context = _context
