"""Tensors from nothing."""

import math
import random

from .tensor import Tensor, float32, int64


def manual_seed(seed):
    random.seed(seed)


def tensor(nested, dtype=None, device=None):
    shape, values = [], nested
    while isinstance(values, list):
        shape.append(len(values))
        values = values[0] if values else None
    values = nested if shape else [nested]
    for _ in shape[1:]:
        values = [value for row in values for value in row]
    return Tensor(
        list(values),
        shape,
        dtype or (float32 if any(isinstance(value, float) for value in values) else int64),
    )


def arange(end, dtype=int64):
    return Tensor([float(one) if dtype == float32 else one for one in range(end)], (end,), dtype)


def filled(shape, value, dtype):
    shape = shape[0] if shape and isinstance(shape[0], (tuple, list)) else shape
    return Tensor([value] * math.prod(shape), shape, dtype)


def ones(*shape, dtype=float32):
    return filled(shape, 1 if dtype == int64 else 1.0, dtype)


def zeros(*shape, dtype=float32):
    return filled(shape, 0 if dtype == int64 else 0.0, dtype)


def full_like(other, value):
    return filled(other.shape, value, other.dtype)


def ones_like(other):
    return full_like(other, 1)


def uniform(*shape, bound):
    values = filled(shape, 0.0, float32)
    values.values = [random.uniform(-bound, bound) for _ in values.values]
    return values


def cat(parts, dim):
    """Joins tensors along their second dimension."""
    rows = parts[0].shape[0]
    steps = [part.numel() // rows for part in parts]
    values = [
        value
        for row in range(rows)
        for part, step in zip(parts, steps)
        for value in part.values[row * step : (row + 1) * step]
    ]

    def back_to(number):
        start, width = sum(steps[:number]), sum(steps)
        return lambda grad: [
            value
            for row in range(rows)
            for value in grad[row * width + start : row * width + start + steps[number]]
        ]

    shape = (rows, sum(part.shape[1] for part in parts), *parts[0].shape[2:])
    return Tensor(
        values,
        shape,
        parts[0].dtype,
        [(part, back_to(number)) for number, part in enumerate(parts)],
    )
