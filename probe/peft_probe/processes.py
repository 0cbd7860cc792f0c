"""What a process of the probe may take, and how it is ended with all that it started."""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def limit_memory(allowed):
    """Caps what this process may allocate beyond what it holds now, in bytes.

    More raises a memory error. Limits only fall.
    """
    for kind, wanted in (
        (resource.RLIMIT_DATA, data_bytes() + allowed),
        (resource.RLIMIT_FSIZE, allowed),
        (resource.RLIMIT_CORE, 0),
    ):
        highest = resource.getrlimit(kind)[1]
        limit = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        resource.setrlimit(kind, (limit, limit))


def data_bytes():
    """Bytes of data of this process, 0 where the system does not tell."""
    try:
        with open("/proc/self/status") as lines:
            return next(
                (int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0
            )
    except OSError:
        return 0


def peak_bytes():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def become_subreaper():
    """Processes that a cell leaves behind become children of this one, where they can be found and
    ended.
    """
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option, value):
    try:
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)
    except (OSError, AttributeError):
        return


def kill_strays(known):
    """Ends and buries all children of this process but the known ones."""
    for pid in children_of(os.getpid()):
        if pid in known:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except OSError:
            continue


def kill_below(pid):
    """Ends what a process has started and not ended itself."""
    for child in children_of(pid):
        kill_below(child)
        try:
            os.kill(child, signal.SIGKILL)
        except OSError:
            continue


def children_of(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as listed:
                found += map(int, listed.read().split())
    except OSError:
        return found
    return found


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return


def kill(pid):
    """Ends a process that is not buried yet, and its group, if it has made itself one."""
    kill_group(pid)
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return
