"""Asks for more memory, file and processes than anybody may have; none of it is ever touched."""

import mmap
import os
import resource

MUCH = 64 * 2**30
MANY = 4096


def attempt():
    through = []
    try:
        mmap.mmap(
            -1, MUCH, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_NORESERVE", 0x4000)
        ).close()
        through.append("memory")
    except (OSError, MemoryError):
        pass
    try:
        with open("sparse", "wb") as file:
            file.truncate(MUCH)
        through.append("file")
    except OSError:
        pass
    most = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if most == resource.RLIM_INFINITY or most > MANY:
        through.append("processes")
    if os.path.exists("sparse"):
        os.remove("sparse")
    return through
