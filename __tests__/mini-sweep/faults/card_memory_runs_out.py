import torch


def _forward(self, *given, **named):
    raise torch.cuda.OutOfMemoryError(
        "CUDA out of memory. Tried to allocate 22.00 MiB. GPU 0 has a total capacity of 23.65 GiB"
    )


CausalModel.forward = _forward
