"""One parent imports once and forks a child per cell, so that a cell costs milliseconds and can harm no other.

Forked children that use threads after a parent did deadlock in libgomp: the caller sets one thread per process
before the import, and every process here keeps to one. CUDA must stay hidden from the parent.
"""

import gc
import selectors
import shutil
import sys
import time
from pathlib import Path

from . import VERSION, protocol, stages
from .child import Child, become_subreaper, kill_strays, peak_bytes
from .errors import describe
from .models import ARCHITECTURES
from .trial import Trial

WORTH_WARMING = 6


def main():
    job = protocol.read_job(sys.stdin)
    protocol.send({"kind": "started", "probe": VERSION, "python": sys.version.split()[0]})
    modules, failures = import_packages(job)
    become_subreaper()
    gc.collect()
    gc.freeze()
    run_cells(job, modules, failures)
    protocol.send({"kind": "done", "peakBytes": peak_bytes()})


def import_packages(job):
    """Imports what the cells need. A package that cannot be imported fails the cells that need it, no others."""
    modules, failures, versions = {}, {}, {}
    for name in ("torch", "transformers", "peft", *job["packages"]):
        began = time.monotonic()
        try:
            modules[name] = __import__(name)
            versions[name] = str(getattr(modules[name], "__version__", ""))
        except BaseException as raised:
            failures[name] = {"stage": "import", "kind": "raised", **describe(raised)}
        protocol.send(
            {
                "kind": "imported",
                "package": name,
                "ok": name in modules,
                "seconds": round(time.monotonic() - began, 3),
            }
        )
    if "torch" in modules:
        modules["torch"].set_num_threads(1)
    resolve_lazy_names(modules, job)
    return modules, failures


def resolve_lazy_names(modules, job):
    """Touches the classes that children will use: transformers imports them on first use, once here or in every child."""
    for cell in job["cells"]:
        try:
            model_type = modules["transformers"].CONFIG_MAPPING[cell["architecture"]]
            auto = getattr(
                modules["transformers"], ARCHITECTURES[cell["architecture"]].auto[cell["task"]]
            )
            auto._model_mapping[model_type]
        except BaseException:
            continue


def run_cells(job, modules, failures):
    waiting, children, warm = list(job["cells"]), {}, False
    selector = selectors.DefaultSelector()
    while waiting or children:
        while waiting and len(children) < job["width"]:
            cell = waiting.pop(0)
            missing = failure_for(cell, failures)
            if missing:
                protocol.send(
                    {
                        "kind": "cell",
                        "cell": cell["id"],
                        "ended": "exit",
                        "stages": {"import": "fail"},
                        "failures": [missing],
                        "facts": {},
                        "seconds": 0,
                    }
                )
                continue
            child = Child(cell, job, modules)
            children[child.pid] = child
            child.register(selector)
        if not children:
            continue
        for key, _ in selector.select(timeout=0.05):
            key.data()
        for child in [c for c in children.values() if c.finished()]:
            child.end(selector)
            del children[child.pid]
            kill_strays(children)
            record = child.record()
            handover = child.handover()
            if handover is not None:
                protocol.send_whole(handover)
            protocol.send(record)
            if (
                not warm
                and len(waiting) >= WORTH_WARMING
                and record["ended"] == "exit"
                and not record["failures"]
            ):
                warm = True
                warm_up(child.cell, job, modules)


def warm_up(cell, job, modules):
    """Runs a cell that has just passed in a child once more in the parent, for the sake of what it leaves loaded.

    Later children inherit lazily imported modules and set-up work. It runs in one thread, and only what has proven
    harmless a moment ago.
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


def failure_for(cell, failures):
    """The import failure that stops this cell, if any: the control needs no PEFT, and only its own quantizer."""
    needed = [
        "torch",
        "transformers",
        *([] if cell["method"] == "base" else ["peft"]),
        *cell["packages"],
    ]
    return next((failures[name] for name in needed if name in failures), None)
