"""A tensor is a flat list, a shape, and the way back to what it was made from."""

import contextlib
import itertools
import math
import operator
from collections import namedtuple

float32, int64, bool_ = "torch.float32", "torch.int64", "torch.bool"
int8, int16, int32, uint8 = "torch.int8", "torch.int16", "torch.int32", "torch.uint8"
Extreme = namedtuple("Extreme", ("values", "indices"))
recording = True


class device(str):
    pass


@contextlib.contextmanager
def no_grad():
    global recording
    before, recording = recording, False
    try:
        yield
    finally:
        recording = before


class Tensor:
    """`sources` are pairs: a tensor that this one was made from, and the function from this gradient to its own."""

    def __init__(self, values, shape, dtype=float32, sources=()):
        self.values, self.shape, self.dtype = values, tuple(shape), dtype
        self.sources = [pair for pair in sources if pair[0].requires_grad] if recording else []
        self.requires_grad, self.grad = bool(self.sources), None
        self.device = device("cpu")

    def numel(self):
        return len(self.values)

    def dim(self):
        return len(self.shape)

    def item(self):
        (value,) = self.values
        return value

    def tolist(self):
        def nested(shape, values):
            if not shape:
                return values[0]
            step = len(values) // shape[0]
            return [nested(shape[1:], values[at : at + step]) for at in range(0, len(values), step)]

        return nested(self.shape, self.values)

    def __bool__(self):
        return bool(self.item())

    @property
    def data(self):
        return Tensor(self.values, self.shape, self.dtype)

    detach = lambda self: self.data
    clone = lambda self: Tensor(list(self.values), self.shape, self.dtype)
    float = lambda self: self

    def to(self, *_where, **_named):
        return self

    def copy_(self, other):
        self.values[:] = other.values
        return self

    def backward(self):
        order, seen = [], set()

        def visit(one):
            if id(one) not in seen:
                seen.add(id(one))
                for source, _ in one.sources:
                    visit(source)
                order.append(one)

        visit(self)
        self.grad = Tensor([1.0] * self.numel(), self.shape)
        for one in reversed(order):
            for source, back in one.sources:
                own = back(one.grad.values)
                source.grad = Tensor(
                    own
                    if source.grad is None
                    else list(map(operator.add, source.grad.values, own)),
                    source.shape,
                )

    # Shapes and positions

    def reshape(self, *shape):
        shape = list(shape[0] if isinstance(shape[0], (tuple, list)) else shape)
        if -1 in shape:
            shape[shape.index(-1)] = self.numel() // -math.prod(shape)
        return Tensor(self.values, shape, self.dtype, [(self, lambda grad: grad)])

    def unsqueeze(self, _dim):
        return self.reshape(*self.shape, 1)

    def squeeze(self, _dim):
        return self.reshape(*self.shape[:-1])

    def t(self):
        rows, columns = self.shape
        return Tensor(
            [
                self.values[row * columns + column]
                for column in range(columns)
                for row in range(rows)
            ],
            (columns, rows),
            self.dtype,
        )

    def flip(self, dim):
        return self[tuple(slice(None) for _ in range(dim)) + (range(self.shape[dim])[::-1],)]

    def _at(self, key):
        """The positions that an index names, and the shape of what it takes."""
        key = key if isinstance(key, tuple) else (key,)
        positions, shape, rest = [0], [], math.prod(self.shape)
        for number, size in enumerate(self.shape):
            rest //= size or 1
            wanted = key[number] if number < len(key) else slice(None)
            chosen = (
                [range(size)[wanted]]
                if isinstance(wanted, int)
                else range(size)[wanted]
                if isinstance(wanted, slice)
                else wanted
            )
            if not isinstance(wanted, int):
                shape.append(len(chosen))
            positions = [position + one * rest for position in positions for one in chosen]
        return positions, shape

    def __getitem__(self, key):
        if isinstance(key, Tensor):
            step = self.numel() // key.numel()
            rows = [at for at, taken in enumerate(key.values) if taken]
            positions = [row * step + one for row in rows for one in range(step)]
            shape = [len(rows), *self.shape[key.dim() :]]
        else:
            positions, shape = self._at(key)

        def back(grad):
            own = [0.0] * self.numel()
            for position, value in zip(positions, grad):
                own[position] += value
            return own

        return Tensor(
            [self.values[position] for position in positions], shape, self.dtype, [(self, back)]
        )

    def __setitem__(self, key, value):
        positions = self._at(key)[0]
        given = value.values if isinstance(value, Tensor) else [value] * len(positions)
        for position, one in zip(positions, given):
            self.values[position] = one

    def gather(self, _dim, index):
        size = self.shape[-1]
        return Tensor(
            [self.values[row * size + one] for row, one in enumerate(index.values)],
            index.shape,
            self.dtype,
        )

    # Arithmetic

    def _with(self, other, operation, dtype=None, slopes=None):
        if not isinstance(other, Tensor):
            other = Tensor([other] * self.numel(), self.shape, self.dtype)
        shape, left, right = _broadcast(self, other)
        sources = []
        if slopes:
            sources = [
                (self, lambda grad: _gathered(slopes[0](grad, right), self, shape)),
                (other, lambda grad: _gathered(slopes[1](grad, left), other, shape)),
            ]
        return Tensor(list(map(operation, left, right)), shape, dtype or self.dtype, sources)

    def __add__(self, other):
        return self._with(other, operator.add, slopes=(lambda grad, _: grad, lambda grad, _: grad))

    def __sub__(self, other):
        return self._with(
            other,
            operator.sub,
            slopes=(lambda grad, _: grad, lambda grad, _: [-one for one in grad]),
        )

    def __mul__(self, other):
        times = lambda grad, values: list(map(operator.mul, grad, values))
        return self._with(other, operator.mul, slopes=(times, times))

    __rmul__ = __mul__

    def __mod__(self, other):
        return self._with(other, operator.mod)

    def __eq__(self, other):
        return self._with(other, operator.eq, bool_)

    __hash__ = object.__hash__

    def abs(self):
        return Tensor(list(map(abs, self.values)), self.shape, self.dtype)

    def sin(self):
        return Tensor(list(map(math.sin, self.values)), self.shape)

    def any(self):
        return Tensor([any(self.values)], (), bool_)

    def max(self, dim=None):
        if dim is None:
            return Tensor([max(self.values)], (), self.dtype)
        size = self.shape[-1]
        rows = [self.values[at : at + size] for at in range(0, self.numel(), size)]
        values = [max(row) for row in rows]
        indices = [row.index(value) for row, value in zip(rows, values)]
        return Extreme(
            Tensor(values, self.shape[:-1], self.dtype), Tensor(indices, self.shape[:-1], int64)
        )

    def masked_fill(self, mask, value):
        return Tensor(
            [value if hidden else one for one, hidden in zip(self.values, mask.values)],
            self.shape,
            self.dtype,
        )


def _broadcast(left, right):
    """The common shape of two tensors, and the values of each in it."""
    if left.shape == right.shape:
        return left.shape, left.values, right.values
    width = max(left.dim(), right.dim())
    padded = [(1,) * (width - one.dim()) + one.shape for one in (left, right)]
    shape = tuple(map(max, *padded))
    if any(size not in (1, most) for sizes in padded for size, most in zip(sizes, shape)):
        raise RuntimeError(f"the sizes of tensors must match: {left.shape} and {right.shape}")
    return shape, *([one.values[at] for at in _places(one.shape, shape)] for one in (left, right))


def _places(own, shape):
    """For each position of a broadcast shape, the position in the tensor itself."""
    own = (1,) * (len(shape) - len(own)) + own
    steps = [0 if size == 1 else math.prod(own[number + 1 :]) for number, size in enumerate(own)]
    return [sum(map(operator.mul, at, steps)) for at in itertools.product(*map(range, shape))]


def _gathered(grad, tensor, shape):
    """A gradient of a broadcast shape, added up to that of the tensor itself."""
    if tensor.shape == shape:
        return grad
    own = [0.0] * tensor.numel()
    for place, value in zip(_places(tensor.shape, shape), grad):
        own[place] += value
    return own
