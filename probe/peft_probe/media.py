"""What rows are given beside their text: pictures and sound, made by arithmetic as the text is."""

import math
from dataclasses import dataclass
from typing import Optional

START, PICTURE = 3, 2
FRONT = (START, *[PICTURE] * 4)
"""Tokens that stand for one picture in a row, in front of the text. No text holds them."""


@dataclass(frozen=True)
class Feed:
    """One input beside the text: one of the three, for each row.

    `waves` is the shape of numbers between -1 and 1, `each` what every row is given as it stands.
    With `marks` it is 1 where a token of the row stands for the picture and 0 elsewhere. `joined`
    rows follow one another along their first dimension, which holds patches of all pictures.
    """

    waves: Optional[list] = None
    each: Optional[list] = None
    marks: bool = False
    joined: bool = False


def waves(torch, shape, numbers):
    """Tensor [rows, *shape] of sines in float32, one row for each of `numbers`, its frequency."""
    places = torch.arange(math.prod(shape), dtype=torch.float32)
    rows = [(places * (0.1 + 0.05 * number)).sin() for number in numbers]
    return torch.stack(rows).reshape(len(rows), *shape)


def fed(torch, feeds, numbers, device, ids=None):
    """The inputs that `feeds` name, for as many rows as there are `numbers`; `ids` are the tokens
    of the same rows, where they have any.
    """
    return {name: _fed(torch, feed, numbers, ids).to(device) for name, feed in feeds.items()}


def _fed(torch, feed, numbers, ids):
    if feed.marks:
        return (ids == PICTURE).long()
    if feed.each is not None:
        return torch.tensor([feed.each] * len(numbers))
    rows = waves(torch, feed.waves, numbers)
    return rows.flatten(0, 1) if feed.joined else rows
