"""A command in namespaces of its own: no network, no other process, no file but its root's."""

import os
import select
import signal
from pathlib import Path

from .calls import become_harmless
from .kernel import (
    DIE_WITH_PARENT,
    DUMPABLE,
    NEW_IPC,
    NEW_MOUNTS,
    NEW_NETWORK,
    NEW_PIDS,
    NEW_USER,
    checked,
    libc,
)
from .processes import end, status_of, threads_of
from .root import make_root
from .supervision import supervise

DIVIDED = NEW_MOUNTS | NEW_IPC | NEW_NETWORK | NEW_PIDS


def in_namespaces(spec, command):
    """The first process of the new namespaces supervises the command.

    When it ends, so does all that is in them.
    """
    as_user = spec["level"] == "user-namespace"
    user, group = os.getuid(), os.getgid()
    threads = threads_of(user)
    checked("unshare", DIVIDED | (NEW_USER if as_user else 0))
    if as_user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        # Older kernels count a user's processes over all namespaces.
        spec["limits"]["NPROC"] += threads
    alive, parent_end = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(parent_end)
        end(lambda: first_process(spec, command, alive))
    os.close(alive)
    return status_of(os.waitpid(first, 0)[1])


def first_process(spec, command, alive):
    make_root(spec)
    become_harmless(spec["level"])
    # The code under test may be the same user: it must not take hold of what supervises it.
    libc.prctl(DUMPABLE, 0, 0, 0, 0)
    # A change of user clears this; a parent that died before it was set shows as the end of its
    # pipe.
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if select.select([alive], [], [], 0)[0]:
        return 125
    os.close(alive)
    return supervise(spec, command)
