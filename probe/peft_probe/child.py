"""One cell in a process of its own: how it is started, listened to, limited and ended."""

import base64
import ctypes
import os
import resource
import selectors
import shutil
import signal
import time
from pathlib import Path

from . import protocol, stages
from .trial import Trial

OUTPUT_KEPT = 8_000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class Child:
    """One forked cell: its process, its two pipes, and what it has said so far."""

    def __init__(self, cell, job, modules):
        self.cell, self.job = cell, job
        self.began = time.monotonic()
        self.stage, self.result, self.left, self.status, self.timed_out = (
            "build",
            None,
            None,
            None,
            False,
        )
        self.pending, self.output = b"", b""
        self.folder = Path(job["work"]) / cell["id"].replace("/", "__")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.records, record_end = os.pipe()
        self.said, said_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.records)
            os.close(self.said)
            child_main(cell, job, modules, self.folder, record_end, said_end)
        os.close(record_end)
        os.close(said_end)
        self.open = {self.records, self.said}

    def register(self, selector):
        selector.register(self.records, selectors.EVENT_READ, lambda: self.read_records(selector))
        selector.register(self.said, selectors.EVENT_READ, lambda: self.read_output(selector))

    def read_records(self, selector):
        received = os.read(self.records, 65536)
        if not received:
            return self.close(self.records, selector)
        self.pending += received
        if len(self.pending) > protocol.LONGEST_HANDOVER:
            return self.close(self.records, selector)
        *lines, self.pending = self.pending.split(b"\n")
        for message in map(protocol.message_in, lines):
            self.stage = message.get("stage", self.stage)
            self.result = protocol.result_in(message) or self.result
            self.left = message.get("left", self.left)

    def read_output(self, selector):
        received = os.read(self.said, 65536)
        if not received:
            return self.close(self.said, selector)
        self.output = (self.output + received)[-OUTPUT_KEPT:]

    def close(self, descriptor, selector):
        selector.unregister(descriptor)
        os.close(descriptor)
        self.open.discard(descriptor)

    def finished(self):
        """Whether the process has ended; one that outlives its limit is killed with its group."""
        if self.status is None and time.monotonic() - self.began > self.job["seconds"]:
            self.timed_out = True
            kill_group(self.pid)
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def end(self, selector):
        kill_group(self.pid)
        for descriptor in list(self.open):
            os.set_blocking(descriptor, False)
            try:
                while descriptor in self.open:
                    self.read_records(selector) if descriptor == self.records else self.read_output(
                        selector
                    )
            except BlockingIOError:
                self.close(descriptor, selector)
        shutil.rmtree(self.folder, ignore_errors=True)

    def record(self):
        """What this cell came to. How the process ended overrules what it said."""
        said = {
            "kind": "cell",
            "cell": self.cell["id"],
            "seconds": round(time.monotonic() - self.began, 3),
        }
        if self.timed_out:
            return {**said, "ended": "timeout", "stage": self.stage}
        if os.WIFSIGNALED(self.status):
            return {
                **said,
                "ended": f"signal:{os.WTERMSIG(self.status)}",
                "stage": self.stage,
                "output": self.tail(),
            }
        if self.result is None or os.WEXITSTATUS(self.status) != 0:
            return {
                **said,
                "ended": f"status:{os.WEXITSTATUS(self.status)}",
                "stage": self.stage,
                "output": self.tail(),
            }
        return {
            **self.result,
            **said,
            "ended": "exit",
            **({"output": self.tail()} if self.result["failures"] else {}),
        }

    def handover(self):
        """What a cell that came to its end leaves for other environments, or None."""
        if self.left is None or self.record()["ended"] != "exit":
            return None
        return {"kind": "handover", "cell": self.cell["id"], "files": self.left}

    def tail(self):
        return self.output.decode(errors="replace")


def child_main(cell, job, modules, folder, record_end, said_end):
    """Never returns. Runs in its own session, so that one kill ends all that it started."""
    status = 1
    try:
        os.setsid()
        die_with_parent()
        os.dup2(said_end, 1)
        os.dup2(said_end, 2)
        os.close(protocol.RECORDS)
        os.chdir(folder)
        limit_memory(job["bytes"])
        modules["torch"].set_num_threads(1)
        trial = Trial(
            (modules["torch"], modules["transformers"], modules.get("peft")), cell, job, folder
        )
        result = stages.run(trial, lambda stage: protocol.send({"stage": stage}, record_end))
        result["facts"]["peakBytes"] = peak_bytes()
        if trial.left is not None:
            left = {
                name: base64.b64encode(content).decode() for name, content in trial.left.items()
            }
            protocol.send_whole({"left": left}, record_end)
        protocol.send({"result": result}, record_end)
        status = 0
    finally:
        os._exit(status)


def limit_memory(allowed):
    """Caps what this process may allocate beyond what it inherited, in bytes; more raises a memory error. Limits only fall."""
    with open("/proc/self/status") as lines:
        inherited = next(
            (int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), 0
        )
    for kind, wanted in (
        (resource.RLIMIT_DATA, inherited + allowed),
        (resource.RLIMIT_FSIZE, allowed),
        (resource.RLIMIT_CORE, 0),
    ):
        highest = resource.getrlimit(kind)[1]
        limit = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        resource.setrlimit(kind, (limit, limit))


def become_subreaper():
    """Processes that a cell leaves behind become children of this one, where they can be found and ended."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent():
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option, value):
    try:
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)
    except (OSError, AttributeError):
        return


def kill_strays(known):
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            strays = [int(pid) for pid in listed.read().split() if int(pid) not in known]
    except OSError:
        return
    for pid in strays:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except OSError:
            continue


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        return


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
