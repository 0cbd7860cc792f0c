"""Tries cells in one environment, each in a way that can harm no other.

The first line on standard input says what to import, the second which cells to run: a process can
be started before anybody knows them.

`fork`: one parent imports once and forks a child per cell, so that a cell costs milliseconds.
Forked children that use threads after a parent did deadlock in libgomp: the caller sets one thread
per process before the import, and every process here keeps to one. A device must stay hidden from
the parent. `spawn` is for all that a fork does not outlive.
"""

import gc
import os
import selectors
import shutil
import sys
from pathlib import Path

from . import VERSION, protocol, spawn, stages
from .child import Child
from .packages import failure_for, import_packages, not_imported, resolve_lazy_names
from .processes import become_subreaper, kill_strays, peak_bytes
from .trial import Trial

WORTH_WARMING = 6


def main():
    job = protocol.read_line(sys.stdin)
    protocol.send({"kind": "started", "probe": VERSION, "python": sys.version.split()[0]})
    START_METHODS[job["start"]](job)
    protocol.send({"kind": "done", "peakBytes": peak_bytes()})
    # What packages would still do at the end of an interpreter takes 0.3 s and is nobody's
    # business.
    os._exit(0)


def fork_cells(job):
    modules, failures = import_packages(job)
    become_subreaper()
    job = with_order(job)
    resolve_lazy_names(modules, job["cells"])
    run_cells(job, modules, failures)


def spawn_cells(job):
    become_subreaper()
    spawn.run_cells(with_order(job))


def with_order(job):
    """The job with its cells, which may come long after it, or never."""
    if "cells" in job:
        return job
    protocol.send({"kind": "ready"})
    order = protocol.read_line(sys.stdin)
    if order is None:
        os._exit(0)
    return {**job, **order}


START_METHODS = {"fork": fork_cells, "spawn": spawn_cells}


def run_cells(job, modules, failures):
    waiting, children, warm = list(job["cells"]), {}, False
    selector = selectors.DefaultSelector()
    while waiting or children:
        while waiting and len(children) < job["width"]:
            cell = waiting.pop(0)
            missing = failure_for(cell, failures)
            if missing:
                said = {"kind": "cell", "cell": cell["id"], "ended": "exit", "seconds": 0}
                protocol.send({**said, **not_imported(missing)})
                continue
            child = Child(cell, job, modules)
            children[child.pid] = child
            child.register(selector)
        if not children:
            continue
        for key, _ in selector.select(timeout=0.05):
            key.data()
        for child in [c for c in children.values() if c.has_ended()]:
            child.end(selector)
            del children[child.pid]
            kill_strays(children)
            record = child.tell()
            if not warm and len(waiting) >= WORTH_WARMING and has_passed(record):
                warm = True
                warm_up(child.cell, job, modules)


def has_passed(record):
    return record["ended"] == "exit" and not record["failures"]


def warm_up(cell, job, modules):
    """Runs a cell that has just passed in a child once more in the parent, for the sake of what it
    leaves loaded.

    Later children inherit lazily imported modules and set-up work. It runs in one thread, and only
    what has proven harmless a moment ago.
    """
    folder = Path(job["work"]) / "warm-up"
    folder.mkdir(parents=True, exist_ok=True)
    trial = Trial(
        (modules["torch"], modules["transformers"], modules.get("peft")),
        cell,
        {**job, "handover": False},
        folder,
    )
    stages.run(trial, lambda stage: None)
    shutil.rmtree(folder, ignore_errors=True)
    gc.collect()
    gc.freeze()
