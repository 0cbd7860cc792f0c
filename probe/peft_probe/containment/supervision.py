"""A command under limits, until it and all that it started have ended."""

import os
import resource
import signal
import sys
import time

from .kernel import BECOME_SUBREAPER, DIE_WITH_PARENT, libc
from .processes import descendants, end, memory_of, status_of


def supervise(spec, command):
    """Starts the command under its limits, waits for it, ends it when it takes too long or too
    much, and all it started.
    """
    deadline = time.monotonic() + spec["seconds"]
    libc.prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    own = os.getpid()
    pid = os.fork()
    if pid == 0:
        end(lambda: start(spec, command, own))
    # The caller sees its pipes hang up when the command lets go of them.
    os.closerange(0, 2)
    os.closerange(3, 16)
    status = None
    while status is None:
        signal.sigtimedwait([signal.SIGCHLD], 0.5)
        status = reap(pid)
        if status is None:
            status = stopped(spec, own, deadline)
    end_all(own)
    return status


def stopped(spec, own, deadline):
    """The status of a command that takes too long or too much memory, and why; else None."""
    if time.monotonic() > deadline:
        why, status = f"stopped after {spec['seconds']:.0f} seconds", 124
    elif memory_of(descendants(own)) > spec["memory"]:
        why, status = f"more than {spec['memory'] >> 20} MiB of memory in use", 137
    else:
        return None
    print(f"containment: {why}", file=sys.stderr)
    return status


def start(spec, command, parent):
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return 125
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    for name, value in spec["limits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        highest = resource.getrlimit(kind)[1]
        allowed = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(kind, (allowed, allowed))
    if spec["level"] != "limits":
        os.chdir(spec["work"])
    os.execv(command[0], command)


def reap(wanted):
    """The status of the wanted process, if it has ended; others that ended are only buried."""
    ended = None
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return ended
            if pid == wanted:
                ended = status_of(status)
    except ChildProcessError:
        return 125 if ended is None else ended


def end_all(own):
    for _ in range(100):
        left = descendants(own)
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        signal.sigtimedwait([signal.SIGCHLD], 0.02)
        reap(0)
