"""What a stage can say besides success."""

import traceback


class NotApplicable(Exception):
    """The stage has no meaning for this cell, by design."""


class Unsupported(Exception):
    """This release lacks what defines the cell."""


class HandoverUnreadable(Exception):
    """What the base environment saved is there and cannot be read: says nothing about any library."""


class CheckFailed(Exception):
    """The stage ran, and an invariant does not hold. `check` is its name, the message the evidence."""

    def __init__(self, check, message):
        super().__init__(message)
        self.check = check


def describe(error, limit=2000):
    """An exception as a record: type, message, and the innermost frames without the paths of this machine."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return {
        "type": type(error).__name__,
        "message": str(error)[:limit],
        "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}"[:300] for frame in frames],
    }


def _short(filename):
    parts = filename.replace("\\", "/").split("/site-packages/")
    return parts[-1] if len(parts) > 1 else filename.rsplit("/", 1)[-1]
