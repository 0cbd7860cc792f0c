"""Processes as /proc shows them, and how one ended."""

import os
import sys
from pathlib import Path

from .kernel import Refused


def descendants(own):
    """Ids of all processes that descend from one, dead ones left out."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc/self") else []):
        try:
            state, parent = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[:2]
        except (OSError, ValueError):
            continue
        if state not in "ZX":
            children.setdefault(int(parent), []).append(int(entry))
    pids = list(children.get(own, []))
    for pid in pids:
        pids += children.get(pid, [])
    return pids


def memory_of(pids):
    """Bytes of memory that are no file's, summed (proc(5), status), files in memory included.

    What a fork shares counts in each.
    """
    total, files = 0, {}
    for pid in pids:
        try:
            total += resident(Path(f"/proc/{pid}/status").read_text())
            for entry in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(entry.path).startswith("/memfd:"):
                    kept = os.stat(entry.path)
                    files[kept.st_ino] = kept.st_blocks * 512
        except (OSError, ValueError):
            continue
    return total + sum(files.values())


def resident(status):
    kept = ("RssAnon:", "RssShmem:")
    return sum(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith(kept))


def threads_of(user):
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            count += len(os.listdir(folder / "task")) if folder.stat().st_uid == user else 0
        except OSError:
            continue
    return count


def status_of(status):
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def end(work):
    """Never returns: the end of a forked process."""
    status = 125
    try:
        status = work()
    except (Refused, OSError, ValueError) as refused:
        print(f"containment: {refused}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)
