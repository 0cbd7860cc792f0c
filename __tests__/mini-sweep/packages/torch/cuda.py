"""Stands in for a card: which one it is, and whether it still answers. Nothing runs on it."""

import os


class OutOfMemoryError(RuntimeError):
    pass


_error = []


def fails(message):
    """Meets an error, after which this process gets nothing else from the card."""
    _error.append(message)
    answers()


def answers():
    if _error:
        raise RuntimeError(f"CUDA error: {_error[0]}")


def is_available():
    return os.environ.get("CUDA_VISIBLE_DEVICES", "") != ""


def card():
    """The card that this process sees, by its identifier."""
    return os.environ["CUDA_VISIBLE_DEVICES"]


def reset_peak_memory_stats():
    answers()


def max_memory_allocated():
    return 1 << 20
