"""Cells in fresh interpreters: each imports once and runs cells one after another.

What fails beside others may fail because of them: a device that has met an error goes on failing.
So a cell that fails counts only as the first of its process, and no cell follows one that failed.
Where the first import of all ends its process, this one ends in the same way.
"""

import gc
import json
import os
import selectors
import signal
import sys
import time
from pathlib import Path

from . import protocol
from .child import Runner, folder_of, run_cell
from .packages import failure_for, import_packages, not_imported
from .processes import die_with_parent, kill, kill_below, kill_strays, limit_memory

START = "import sys; sys.path.insert(0, sys.argv.pop()); from peft_probe.spawn import main; main()"
IMPORT_SECONDS = 120


def run_cells(job):
    waiting, workers, selector = list(job["cells"]), [], selectors.DefaultSelector()
    again, ready = [], False
    # A worker has one card to itself; without cards as many as there may be workers.
    free = list(job.get("cards") or [None] * job["width"])
    while waiting or again or workers:
        while (waiting or again) and free and len(workers) < job["width"]:
            worker = Worker(job, tells_imports=not workers and not ready, card=free.pop(0))
            worker.register(selector)
            worker.give((again or waiting).pop(0))
            workers.append(worker)
        for key, _ in selector.select(timeout=0.05):
            key.data()
        ready = ready or any(worker.is_ready for worker in workers)
        telling = any(worker.tells_imports and worker.is_importing() for worker in workers)
        for worker in [w for w in workers if w.is_done()]:
            if telling and not worker.tells_imports:
                # What was imported is said before what any cell came to.
                continue
            worker.drain(selector)
            if not ready:
                end_like(worker.status, worker.output)
            if worker.must_be_alone():
                again.append(worker.cell)
            else:
                worker.tell()
            if waiting and worker.is_sound():
                worker.clean_up()
                worker.give(waiting.pop(0))
            else:
                worker.stop(selector)
                workers.remove(worker)
                free.append(worker.card)
            kill_strays([other.pid for other in workers])


def end_like(status, output):
    """Ends this process as another one ended, with its last words."""
    os.write(2, output)
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
        signal.pause()
    os._exit(os.WEXITSTATUS(status) or 1)


class Worker(Runner):
    """A fresh interpreter that has imported what cells need."""

    def __init__(self, job, tells_imports, card=None):
        super().__init__(job)
        self.card = card
        self.is_ready, self.tells_imports, self.given = False, tells_imports, 0
        read_end, self.orders = os.pipe()
        moves = ((read_end, 0), (self.said_end, 1), (self.said_end, 2))
        # Its channel of records leads here: the descriptor of that name is not inherited.
        moves = (*moves, (self.record_end, protocol.RECORDS))
        program = str(Path(__file__).resolve().parents[1])
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-B", "-c", START, program],
            surroundings(card),
            file_actions=[(os.POSIX_SPAWN_DUP2, source, target) for source, target in moves],
        )
        os.close(read_end)
        self.started(pid)
        self.order(job)

    def order(self, what):
        try:
            protocol.write_line(json.dumps(what), self.orders)
        except BrokenPipeError:
            return

    def give(self, cell):
        self.begin(cell)
        if not self.is_ready:
            self.stage = "import"
        self.given += 1
        self.order(cell)

    def hear(self, message):
        if message.get("ready"):
            self.is_ready, self.began, self.output = True, time.monotonic(), b""
            self.stage = "build"
            if self.tells_imports:
                # What comes next has the time of a cell, no longer that of an import.
                protocol.send({"kind": "ready"})
        elif message.get("kind") == "imported" and not self.is_ready:
            if self.tells_imports:
                protocol.send(message)
        else:
            super().hear(message)

    def limit(self):
        return super().limit() if self.is_ready else IMPORT_SECONDS

    def is_importing(self):
        return not self.is_ready and not self.has_ended()

    def is_done(self):
        """Whether the cell that it is at has come to an end, or the process has."""
        return self.has_ended() or self.result is not None

    def must_be_alone(self):
        """Whether this cell counts only as the first of a process.

        It failed here, and others were here before.
        """
        return self.given > 1 and not self.is_sound()

    def is_sound(self):
        """Whether more cells may follow.

        Nothing went wrong, or nothing but an import, which all of them share.
        """
        if self.status is not None or self.timed_out or self.result is None:
            return False
        return not self.result["failures"] or list(self.result["stages"]) == ["import"]

    def clean_up(self):
        """Ends what the cell left running."""
        kill_below(self.pid)
        self.forget_folder()

    def stop(self, selector):
        os.close(self.orders)
        if self.status is None:
            kill(self.pid)
            self.status = os.waitpid(self.pid, 0)[1]
        self.end(selector)


def surroundings(card):
    """The variables of a worker: it sees its own card and no other."""
    return os.environ if card is None else {**os.environ, "CUDA_VISIBLE_DEVICES": card}


def main():
    """Never returns: the life of a worker."""
    os.setsid()
    die_with_parent()
    orders = os.fdopen(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    job = json.loads(orders.readline())
    modules, failures = import_packages(job)
    limit_memory(job["bytes"])
    protocol.send({"ready": True})
    for line in orders:
        cell = json.loads(line)
        missing = failure_for(cell, failures)
        if missing:
            protocol.send({"result": not_imported(missing)})
            continue
        run_cell(cell, job, modules, folder_of(cell, job), protocol.RECORDS)
        os.chdir(job["work"])
        gc.collect()
    os._exit(0)
