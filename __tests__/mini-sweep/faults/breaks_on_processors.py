_forward_before = CausalModel.forward


def _forward(self, *given, **named):
    import torch

    if not torch.cuda.is_available() and any("ia3" in name for name, _ in self.named_parameters()):
        raise ValueError("a kernel for processors repacks weights that train")
    return _forward_before(self, *given, **named)


CausalModel.forward = _forward
