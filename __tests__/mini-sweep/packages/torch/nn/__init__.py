"""Modules: what holds parameters, by name."""

from .. import cuda
from ..creation import uniform
from ..tensor import Tensor
from . import functional


class Parameter(Tensor):
    def __init__(self, values, requires_grad=True):
        super().__init__(list(values.values), values.shape, values.dtype)
        self.requires_grad = requires_grad


class Module:
    training = True

    def __call__(self, *given, **named):
        return self.forward(*given, **named)

    def named_modules(self, prefix=""):
        yield prefix, self
        for name, value in list(vars(self).items()):
            if isinstance(value, Module):
                yield from value.named_modules(f"{prefix}.{name}" if prefix else name)

    def named_parameters(self):
        for prefix, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Parameter):
                    yield (f"{prefix}.{name}" if prefix else name), value

    def parameters(self):
        return (value for _, value in self.named_parameters())

    def get_submodule(self, name):
        found = self
        for part in filter(None, name.split(".")):
            found = getattr(found, part)
        return found

    def set_submodule(self, name, module):
        parent, _, own = name.rpartition(".")
        setattr(self.get_submodule(parent), own, module)

    def named_buffers(self):
        return iter(())

    def to(self, device):
        if device != "cpu":
            cuda.answers()
        return self

    def requires_grad_(self, wanted):
        for parameter in self.parameters():
            parameter.requires_grad = wanted
        return self

    def train(self, mode=True):
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self):
        return self.train(False)


class Linear(Module):
    def __init__(self, in_features, out_features):
        self.weight = Parameter(uniform(out_features, in_features, bound=in_features**-0.5))

    def forward(self, x):
        return functional.linear(x, self.weight)


class Embedding(Module):
    def __init__(self, count, width):
        self.weight = Parameter(uniform(count, width, bound=0.5))

    def forward(self, ids):
        return functional.embedding(ids, self.weight)
