"""What a stage can say besides success."""

import errno
import re
import traceback


class NotApplicable(Exception):
    """The stage has no meaning for this cell, by design."""


class Unsupported(Exception):
    """This release lacks what defines the cell."""


class NeedsDevice(Exception):
    """What this processor would show says nothing about a GPU, where the cell is used."""


class NotMeasurable(Exception):
    """A checkpoint of the user's own is not what can be measured.

    `reason` in two or three words, the message with the numbers. Says nothing about any library.
    """

    def __init__(self, reason, message):
        super().__init__(f"{reason}: {message}")
        self.reason = reason


class HandoverUnreadable(Exception):
    """What the base environment saved is there and cannot be read.

    Says nothing about any library.
    """


class CheckFailed(Exception):
    """The stage ran, and an invariant does not hold.

    `check` is its name, the message the evidence.
    """

    def __init__(self, check, message):
        super().__init__(message)
        self.check = check


IMPORTS = re.compile(r"^<frozen importlib|/importlib/__init__\.py$")
"""Python's own frames of an import, which say nothing about it."""


def describe(error, limit=2000):
    """An exception as a record.

    Type, message, the innermost frames without the paths of this machine, and its causes.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not IMPORTS.search(frame.filename)
    ][-6:]
    return {
        "type": type(error).__name__[:200],
        "message": str(error)[:limit],
        "frames": [
            f"{_short(frame.filename)}:{frame.lineno} {frame.name}"[:300] for frame in frames
        ],
        "causes": causes(error),
    }


EXHAUSTED = (
    errno.ENOMEM,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EMFILE,
    errno.ENFILE,
    errno.EAGAIN,
    errno.EIO,
)


def causes(error):
    """The classes along the chain of an exception, `OSError:ERRNO` for system errors: wrappers hide
    a full disk.

    What was only being handled when the exception was raised counts where it says that something
    had run out.
    """
    found = []
    for _ in range(10):
        found.append(_kind(error))
        if error.__cause__ is not None:
            error = error.__cause__
        elif (
            error.__context__ is not None
            and not error.__suppress_context__
            and ran_out(error.__context__)
        ):
            error = error.__context__
        else:
            break
    return found


def _kind(error):
    if isinstance(error, OSError) and error.errno is not None:
        return f"OSError:{errno.errorcode.get(error.errno, error.errno)}"
    return "MemoryError" if isinstance(error, MemoryError) else type(error).__name__[:200]


def ran_out(error):
    """Whether an exception tells that the machine had no more memory, disk, files or threads."""
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) in EXHAUSTED
        or "allocate memory" in str(error)
    )


def _short(filename):
    """Where a file lies in its package; ours in the probe."""
    for top in ("/site-packages/", "/peft_probe/"):
        before, _, inside = filename.replace("\\", "/").rpartition(top)
        if before:
            return inside
    return filename.rsplit("/", 1)[-1]
