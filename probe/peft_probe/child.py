"""One cell in a process of its own: how it is started, listened to, limited and ended."""

import base64
import os
import selectors
import shutil
import time
from pathlib import Path

from . import card, protocol, stages
from .processes import die_with_parent, kill, kill_group, limit_memory, peak_bytes
from .trial import Trial

OUTPUT_KEPT = 8_000


class Runner:
    """A process that runs cells: its two pipes, and what it has said of the cell that it is at."""

    def __init__(self, job):
        self.job = job
        self.pid = self.status = None
        self.pending = b""
        self.records, self.record_end = os.pipe()
        self.said, self.said_end = os.pipe()
        self.open = {self.records, self.said}

    def started(self, pid):
        self.pid = pid
        os.close(self.record_end)
        os.close(self.said_end)

    def begin(self, cell):
        self.cell, self.began = cell, time.monotonic()
        self.stage, self.timed_out, self.output = "build", False, b""
        self.result = self.left = self.evidence = None
        self.folder = folder_of(cell, self.job)
        self.folder.mkdir(parents=True, exist_ok=True)

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
            self.hear(message)

    def hear(self, message):
        self.stage = message.get("stage", self.stage)
        self.result = protocol.result_in(message) or self.result
        self.left = message.get("left", self.left)
        self.evidence = message.get("evidence", self.evidence)

    def read_output(self, selector):
        received = os.read(self.said, 65536)
        if not received:
            return self.close(self.said, selector)
        self.output = (self.output + received)[-OUTPUT_KEPT:]

    def close(self, descriptor, selector):
        selector.unregister(descriptor)
        os.close(descriptor)
        self.open.discard(descriptor)

    def has_ended(self):
        """Whether the process has ended; one that outlives its limit is killed with its group."""
        if self.status is None and time.monotonic() - self.began > self.limit():
            self.timed_out = True
            kill(self.pid)
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def limit(self):
        return self.job["seconds"]

    def end(self, selector):
        """Reads what is left to read of a process that has ended, and ends what it started."""
        kill_group(self.pid)
        self.drain(selector)
        for descriptor in list(self.open):
            self.close(descriptor, selector)
        self.forget_folder()

    def drain(self, selector):
        """Reads all that there is to read now."""
        for descriptor in list(self.open):
            os.set_blocking(descriptor, False)
            try:
                while descriptor in self.open:
                    self.read(descriptor, selector)
            except BlockingIOError:
                continue

    def forget_folder(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self):
        """Hands on what this cell left and what it came to; returns the latter."""
        record = self.record()
        if record["ended"] == "exit":
            self.hand_on("handover", self.left)
            self.hand_on("evidence", self.evidence)
        protocol.send(record)
        return record

    def read(self, descriptor, selector):
        if descriptor == self.records:
            self.read_records(selector)
        else:
            self.read_output(selector)

    def record(self):
        """What this cell came to. How the process ended overrules what it said."""
        said = {
            "kind": "cell",
            "cell": self.cell["id"],
            "seconds": round(time.monotonic() - self.began, 3),
        }
        if self.timed_out:
            return {**said, "ended": "timeout", "stage": self.stage}
        ended = ended_as(self.status, self.result)
        if ended != "exit":
            return {**said, "ended": ended, "stage": self.stage, "output": self.tail()}
        output = {"output": self.tail()} if self.result["failures"] else {}
        return {**self.result, **said, "ended": "exit", **output}

    def hand_on(self, kind, files):
        """Hands on what a cell that came to its end left.

        For other environments, or for a judge.
        """
        if files is not None:
            protocol.send_whole({"kind": kind, "cell": self.cell["id"], "files": files})

    def tail(self):
        return self.output.decode(errors="replace")


def ended_as(status, result):
    """`exit` where a process came to its end with a result, or has one to show and runs on (status
    None).
    """
    if status is not None and os.WIFSIGNALED(status):
        return f"signal:{os.WTERMSIG(status)}"
    code = 0 if status is None else os.WEXITSTATUS(status)
    return f"status:{code}" if result is None or code != 0 else "exit"


def folder_of(cell, job):
    return Path(job["work"]) / cell["id"].replace("/", "__")


class Child(Runner):
    """One forked cell."""

    def __init__(self, cell, job, modules):
        super().__init__(job)
        self.begin(cell)
        pid = os.fork()
        if pid == 0:
            os.close(self.records)
            os.close(self.said)
            child_main(cell, job, modules, self.folder, self.record_end, self.said_end)
        self.started(pid)


def child_main(cell, job, modules, folder, record_end, said_end):
    """Never returns. Runs in its own session, so that one kill ends all that it started."""
    status = 1
    try:
        os.setsid()
        die_with_parent()
        os.dup2(said_end, 1)
        os.dup2(said_end, 2)
        os.close(protocol.RECORDS)
        limit_memory(job["bytes"])
        modules["torch"].set_num_threads(1)
        run_cell(cell, job, modules, folder, record_end)
        status = 0
    finally:
        os._exit(status)


def run_cell(cell, job, modules, folder, record_end):
    """Runs the stages of one cell in its folder, and says over a descriptor what they came to."""
    os.chdir(folder)
    trial = Trial(
        (modules["torch"], modules["transformers"], modules.get("peft")), cell, job, folder
    )
    if trial.on_card:
        card.repeat_alike(trial.torch)
        card.forget_peak(trial.torch)
    result = stages.run(trial, lambda stage: protocol.send({"stage": stage}, record_end))
    result["facts"]["peakBytes"] = card.peak_bytes(trial.torch) if trial.on_card else peak_bytes()
    for kind, files in (("left", trial.left), ("evidence", trial.evidence)):
        if files is not None:
            encoded = {name: base64.b64encode(content).decode() for name, content in files.items()}
            protocol.send_whole({kind: encoded}, record_end)
    protocol.send({"result": result}, record_end)
