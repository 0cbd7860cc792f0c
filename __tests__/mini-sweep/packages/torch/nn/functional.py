"""The few functions of which a model is made, each with its gradient."""

import math
from operator import mul

from ..tensor import Tensor


def rows_of(values, width):
    return [values[at : at + width] for at in range(0, len(values), width)]


def products(left, right):
    """The dot product of each of the left rows with each of the right ones."""
    return [sum(map(mul, one, other)) for one in left for other in right]


def linear(x, weight):
    out, width = weight.shape
    rows, weights = rows_of(x.values, width), rows_of(weight.values, width)

    def back_to_x(grad):
        return products(rows_of(grad, out), list(zip(*weights)))

    def back_to_weight(grad):
        return products(list(zip(*rows_of(grad, out))), list(zip(*rows)))

    return Tensor(
        products(rows, weights),
        (*x.shape[:-1], out),
        sources=[(x, back_to_x), (weight, back_to_weight)],
    )


def embedding(ids, weight):
    width = weight.shape[1]
    rows = rows_of(weight.values, width)

    def back(grad):
        own = [0.0] * weight.numel()
        for one, row in zip(ids.values, rows_of(grad, width)):
            for number, value in enumerate(row):
                own[one * width + number] += value
        return own

    return Tensor(
        [value for one in ids.values for value in rows[one]],
        (*ids.shape, width),
        sources=[(weight, back)],
    )


def cross_entropy(logits, labels, ignore_index=-100):
    """Mean over the rows whose label counts."""
    width = logits.shape[-1]
    counted = sum(label != ignore_index for label in labels.values)
    total, slopes = 0.0, []
    for row, label in zip(rows_of(logits.values, width), labels.values):
        if label == ignore_index:
            slopes += [0.0] * width
            continue
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        whole = sum(powers)
        total += math.log(whole) + top - row[label]
        start = len(slopes)
        slopes += [power / whole / counted for power in powers]
        slopes[start + label] -= 1 / counted
    return Tensor(
        [total / counted],
        (),
        sources=[(logits, lambda grad: [grad[0] * slope for slope in slopes])],
    )


def pad(x, widths, value=0):
    """Pads the last dimension of a matrix."""
    before, after = widths
    rows = rows_of(x.values, x.shape[-1])
    return Tensor(
        [one for row in rows for one in [value] * before + row + [value] * after],
        (len(rows), x.shape[-1] + before + after),
        x.dtype,
    )


def cumulative_sum(x):
    """Along the second of three dimensions."""
    _, length, width = x.shape

    def added_up(values, order):
        sums = list(values)
        for batch in range(0, len(sums), length * width):
            for here, there in order:
                for at in range(batch, batch + width):
                    sums[at + here * width] += sums[at + there * width]
        return sums

    forwards = [(one, one - 1) for one in range(1, length)]
    backwards = [(one - 1, one) for one in reversed(range(1, length))]
    return Tensor(
        added_up(x.values, forwards), x.shape, sources=[(x, lambda grad: added_up(grad, backwards))]
    )
