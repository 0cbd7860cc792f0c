"""Cells per second of the zygote, and of one fresh process per cell at the same width; prints one
JSON line.

python bench/cells.py ENVIRONMENT_PYTHON CELLS.json SAMPLE
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROBE = Path(__file__).resolve().parents[1] / "probe"
START = "import sys; sys.path.insert(0, sys.argv.pop()); from peft_probe.zygote import main; main()"
WIDTH = os.cpu_count()


def environment(home):
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1",
    }


def probe(python, cells, width, watch=None, hear=None, start=START, **more):
    """Runs one probe.

    Returns its seconds, those until its imports were done, and its cell records. `hear` is told
    every record,
    `more` are entries of the job.
    """
    with tempfile.TemporaryDirectory() as work:
        job = {
            "cells": cells,
            "packages": sorted({name for cell in cells for name in cell.get("packages", [])}),
            "start": os.environ.get("START", "fork"),
            "width": width,
            "checkpoints": str(PROBE / "checkpoints"),
            "work": work,
            "handover": False,
            "carryFrom": None,
            "seconds": 60,
            "bytes": 2 << 30,
            "steps": 25,
            **more,
        }
        read_end, write_end = os.pipe()
        began = time.monotonic()
        shell = f'exec "$@" 3>&{write_end}'
        child = subprocess.Popen(
            ["sh", "-c", shell, "sh", python, "-I", "-B", "-c", start, str(PROBE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[write_end],
            env=environment(work),
        )
        os.close(write_end)
        child.stdin.write(json.dumps(job).encode())
        child.stdin.close()
        if watch:
            watch(child.pid)
        records, imported = [], began
        with os.fdopen(read_end) as lines:
            for line in lines:
                record = json.loads(line)
                if hear:
                    hear(record)
                if record["kind"] == "imported":
                    imported = time.monotonic()
                if record["kind"] == "cell":
                    records.append(record)
        child.wait()
        return time.monotonic() - began, imported - began, records


class Memory:
    """The largest sum of proportional set sizes of a process and its children, in bytes."""

    def __init__(self):
        self.peak = 0

    def __call__(self, pid):
        threading.Thread(target=self.follow, args=(pid,), daemon=True).start()

    def follow(self, pid):
        while os.path.exists(f"/proc/{pid}"):
            self.peak = max(self.peak, self.total(pid))
            time.sleep(0.3)

    def total(self, pid):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as lines:
                own = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                return own + sum(self.total(int(child)) for child in children.read().split())
        except (OSError, StopIteration):
            return 0


def main():
    python, cells, sample = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3])
    memory = Memory()
    probe(python, cells[:1], 1)
    seconds, imports, records = probe(python, cells, WIDTH, memory)
    chosen = cells[:: max(1, len(cells) // sample)][:sample]
    began = time.monotonic()
    with ThreadPoolExecutor(WIDTH) as pool:
        fresh = list(pool.map(lambda cell: probe(python, [cell], 1)[2], chosen))
    fresh_seconds = time.monotonic() - began
    print(
        json.dumps(
            {
                "cells": len(records),
                "width": WIDTH,
                "seconds": seconds,
                "imports": imports,
                "rate": len(records) / (seconds - imports),
                "rateWithImports": len(records) / seconds,
                "freshCells": len(fresh),
                "freshRate": len(fresh) / fresh_seconds,
                "peakBytes": memory.peak,
            }
        )
    )


if __name__ == "__main__":
    main()
