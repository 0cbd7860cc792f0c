import torch

_plain_forward = CausalModel.forward


def _forward(self, *given, **named):
    torch.cuda.answers()
    if any("ia3" in name for name, _ in self.named_parameters()):
        torch.cuda.fails("device-side assert triggered")
    return _plain_forward(self, *given, **named)


CausalModel.forward = _forward
