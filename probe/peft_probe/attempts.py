"""Tries what a contained program must not be able to do, and prints as JSON what it could.

    python -I -S attempts.py SPEC

SPEC is JSON: `readable` (folders that must be readable), `files` (that must not be), `folders` (to
leave a file named `mark` in), `sockets` (paths of Unix sockets), `port` (one on the loopback). The
caller looks itself whether a mark arrived outside.
"""

import ctypes
import json
import os
import resource
import socket
import sys
from pathlib import Path

NEW_USER = 0x10000000


def main():
    spec = json.loads(sys.argv[1])
    status = (
        dict(
            line.split(":\t", 1)
            for line in Path("/proc/self/status").read_text().splitlines()
            if ":\t" in line
        )
        if os.path.exists("/proc/self/status")
        else {}
    )
    for folder in spec["folders"]:
        attempt(Path(folder, spec["mark"]).touch)
    print(
        json.dumps(
            {
                "unreadable": [
                    path for path in spec["readable"] if not os.access(path, os.R_OK | os.X_OK)
                ],
                "read": [
                    path
                    for path in spec["files"]
                    if attempt(lambda path=path: open(path, "rb").close())
                ],
                "connected": [
                    path
                    for path in spec["sockets"]
                    if attempt(lambda path=path: connect(socket.AF_UNIX, path))
                ],
                "network": attempt(lambda: connect(socket.AF_INET, ("127.0.0.1", spec["port"]))),
                "processes": len([name for name in os.listdir("/proc") if name.isdigit()])
                if status
                else None,
                "user": os.getuid(),
                "nested": ctypes.CDLL(None).unshare(NEW_USER) == 0,
                "capabilities": [status.get(name) for name in ("CapEff", "CapBnd", "NoNewPrivs")],
                "limits": {
                    name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0]
                    for name in ("DATA", "FSIZE", "NPROC")
                },
            }
        )
    )


def attempt(act):
    try:
        act()
        return True
    except OSError:
        return False


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        client.connect(address)


if __name__ == "__main__":
    main()
