"""Runs a command where it can harm nothing: in a root of its own that holds what it needs and
nothing else.

    python -I -S -c 'from peft_probe.containment import main; main()' SPEC COMMAND...

SPEC is JSON: `level` (`other-user`, `user-namespace` or `limits`), `parent` (process id of the
caller), `work` (the one folder that may be written to: a file system in memory that ends with the
command), `bytes` of it, `show` (folders that can be read), `nodes` (name below /dev -> device node
of a card), `limits` (name of a resource limit -> value, of each process), `seconds` (for all of it)
and `memory` (bytes, of all processes together).
Limits hold from before the command's first byte. Uses the standard library only, and nothing of an
environment under test.

Ends with the status of the command (128 + n for signal n), 124 after `seconds`, 125 where the root
cannot be made.
"""

import json
import os
import signal
import sys

from .kernel import DIE_WITH_PARENT, Refused, libc
from .namespaces import in_namespaces
from .supervision import supervise


def main():
    sys.exit(contained())


def contained():
    spec, command = json.loads(sys.argv[1]), sys.argv[2:]
    # A descriptor of the caller's would reach through every wall.
    os.closerange(4, 1 << 16)
    try:
        libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != spec["parent"]:
            return 125
        if spec["level"] == "limits":
            return supervise(spec, command)
        return in_namespaces(spec, command)
    except (Refused, OSError) as refused:
        print(f"containment: {refused}", file=sys.stderr)
        return 125
