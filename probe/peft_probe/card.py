"""What is measured of a card that a cell runs on: the memory taken there, and a step's time."""

import contextlib
from statistics import median

WARM_UP = 5
"""Steps that are not counted: kernels are chosen and memory is taken in them."""


def repeat_alike(torch):
    """Takes the algorithms that give the same numbers each time, where there are such.

    What has none runs all the same, and warns.
    """
    with contextlib.suppress(Exception):
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False


def forget_peak(torch):
    """Starts counting memory anew, for the next cell of this process.

    A card that does not answer shows in the cell's own stages.
    """
    with contextlib.suppress(Exception):
        torch.cuda.reset_peak_memory_stats()


def peak_bytes(torch):
    """Bytes of the card that tensors held at most since then."""
    return torch.cuda.max_memory_allocated()


def step_ms(moments):
    """Milliseconds of one step, the median: `moments` in seconds, one at the end of each step.

    The card must have come to rest at each of them.
    """
    return median(_steps(moments))


def step_noise(moments):
    """How far the middle half of those steps lies apart, as a share of the median."""
    steps = sorted(_steps(moments))
    quarter = len(steps) // 4
    middle = steps[quarter : len(steps) - quarter]
    return (middle[-1] - middle[0]) / max(median(steps), 1e-9)


def _steps(moments):
    counted = moments[WARM_UP:]
    return [1000 * (end - start) for start, end in zip(counted, counted[1:])]
