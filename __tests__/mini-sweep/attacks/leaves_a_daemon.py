"""Starts a process that leaves its session and its parent, and would outlive them by 20 seconds."""

import os


def attempt():
    first = os.fork()
    if first == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 64)
            os.execv("/bin/sleep", [OUTSIDE["nonce"], "20"])
        os._exit(0)
    os.waitpid(first, 0)
    return []
