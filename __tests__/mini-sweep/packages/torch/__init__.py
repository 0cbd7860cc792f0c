"""Stands in for torch: small tensors of Python numbers, with gradients for what the stand-in model does."""

from . import cuda, nn, optim
from .creation import arange, cat, full_like, manual_seed, ones, ones_like, tensor, zeros
from .tensor import (
    Tensor,
    bool_ as bool,
    device,
    float32,
    int8,
    int16,
    int32,
    int64,
    no_grad,
    uint8,
)

__version__ = "0"
long = int64


def set_num_threads(count):
    return None


def equal(left, right):
    return left.shape == right.shape and left.values == right.values


def isfinite(value):
    number = value.item()
    return number == number and abs(number) != float("inf")


def count_nonzero(value):
    return tensor(sum(one != 0 for one in value.values))
