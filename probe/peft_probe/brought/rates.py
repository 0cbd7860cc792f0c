"""Learning rates that are tried on a checkpoint of the user's own, since what suits it is not
known.
"""

import math

STEPS = (0.1, 1, 10)
"""What the usual rate of a method is multiplied with: methods differ in theirs by 100."""


def around(usual):
    """Three rates, the smallest first."""
    return [float(f"{usual * step:.2g}") for step in STEPS]


def said(tried):
    """Rate -> losses, as a fact: `0.001: 3.21 3.2 ...; 0.01: ...`; what is no number is `nan`."""
    return "; ".join(
        f"{rate:g}: {' '.join(f'{loss:.3g}' for loss in losses)}" for rate, losses in tried.items()
    )[:2000]


def best(tried, usual):
    """The rate that ends lowest; `usual` where none ends in a number."""
    ends = {rate: losses[-1] for rate, losses in tried.items() if math.isfinite(losses[-1])}
    return min(ends, key=ends.get, default=usual)
