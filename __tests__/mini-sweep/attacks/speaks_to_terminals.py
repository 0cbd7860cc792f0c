"""Says what a terminal and a runner would obey."""

import sys

SAID = "\x1b[2J\x1b]0;owned\x07\n::error file=a.py::owned\n::set-output name=verdict::owned\n\u202eowned"


def attempt():
    print(SAID)
    print(SAID, file=sys.stderr)
    raise RuntimeError(SAID)
