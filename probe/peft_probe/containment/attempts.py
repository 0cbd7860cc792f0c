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
    for folder in spec["folders"]:
        attempt(Path(folder, spec["mark"]).touch)
    print(json.dumps({**reached(spec), **allowed()}))


def reached(spec):
    """What of the machine could be read or connected to."""
    readable = [path for path in spec["readable"] if os.access(path, os.R_OK | os.X_OK)]
    return {
        "unreadable": [path for path in spec["readable"] if path not in readable],
        "read": [path for path in spec["files"] if attempt(lambda path=path: read(path))],
        "connected": [
            path
            for path in spec["sockets"]
            if attempt(lambda path=path: connect(socket.AF_UNIX, path))
        ],
        "network": attempt(lambda: connect(socket.AF_INET, ("127.0.0.1", spec["port"]))),
    }


def allowed():
    """What this process is: its user, powers and limits, and the processes that it sees."""
    status = own_status()
    return {
        "processes": len(list(filter(str.isdigit, os.listdir("/proc")))) if status else None,
        "user": os.getuid(),
        "nested": ctypes.CDLL(None).unshare(NEW_USER) == 0,
        "capabilities": [status.get(name) for name in ("CapEff", "CapBnd", "NoNewPrivs")],
        "limits": {
            name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0]
            for name in ("DATA", "FSIZE", "NPROC")
        },
    }


def own_status():
    """The lines of /proc/self/status by their names (proc(5)); nothing where there is no /proc."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def read(path):
    with open(path, "rb"):
        pass


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
