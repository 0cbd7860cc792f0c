"""What the kernel is asked for, by its own names, and how it says no."""

import ctypes
import os

# <sched.h>
NEW_MOUNTS = 0x20000
NEW_IPC = 0x8000000
NEW_USER = 0x10000000
NEW_PIDS = 0x20000000
NEW_NETWORK = 0x40000000

# <sys/mount.h>
READ_ONLY = 1
NO_SETUID = 2
NO_DEVICES = 4
NO_EXEC = 8
REMOUNT = 32
BIND = 4096
RECURSIVE = 16384
PRIVATE = 1 << 18
DETACH = 2
KEPT_FLAGS = {
    "nosuid": NO_SETUID,
    "nodev": NO_DEVICES,
    "noexec": NO_EXEC,
    "noatime": 1024,
    "nodiratime": 2048,
    "relatime": 1 << 21,
}

# <linux/prctl.h>, <linux/capability.h>, <linux/seccomp.h>
DIE_WITH_PARENT = 1
DUMPABLE = 4
FILTER_CALLS, BY_PROGRAM = 22, 2
DROP_CAPABILITY = 24
BECOME_SUBREAPER = 36
NO_NEW_PRIVILEGES = 38
AMBIENT, AMBIENT_CLEAR = 47, 4
CAPABILITY_VERSION = 0x20080522

NOBODY = 65534

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """This machine does not allow what a level of containment needs."""


def checked(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise Refused(f"{name} {arguments[:2]}: {os.strerror(error)}")


def mount(source, target, kind, flags, options=None):
    encoded = [value.encode() if value is not None else None for value in (source, target, kind)]
    checked("mount", *encoded, ctypes.c_ulong(flags), options.encode() if options else None)
