"""What each cell of the tests of the zygote does, by the name of its method.

A stand-in for `stages.run`.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

from peft_probe import processes, protocol

DONE = {"stages": {"import": "ok"}, "failures": [], "facts": {}}
FAILED = {"stages": {"train": "fail"}, "facts": {}}
poisoned = imported = False


def misbehave(trial, began):
    began("train")
    how = trial.cell["method"]
    if how.startswith("waits"):
        time.sleep(0.4)
    return ACTS[how](trial) or DONE if how in ACTS else DONE


def kill_self(number):
    os.kill(os.getpid(), number)


def hang(_):
    while True:
        time.sleep(1)


def hoard(_):
    return {**FAILED, "failures": [], "facts": {"hoard": len(bytearray(3 << 30))}}


def print_garbage(_):
    os.write(1, b"\x00\xff not json {" * 100_000)
    print('{"kind": "cell", "cell": "x", "ended": "exit"}')


def write_garbage(_):
    lines = (b'{"kind":"cell",', b"\xff\0", b"5", b'{"result": 5}', b'{"result": {}}', b"[" * 5000)
    for descriptor in range(3, 32):
        for line in lines:
            with contextlib.suppress(OSError):
                os.write(descriptor, b"\n" + line + b"\n")


def answer_for_another(_):
    return {"kind": "handover", "cell": "good/none/llama/causal-lm", **DONE}


def leave(trial):
    trial.left = {"logits.json": b"{}"}


def leave_evidence(trial):
    trial.evidence = {"judged.safetensors": b"x"}


def leave_and_die(trial):
    leave(trial)
    leave_evidence(trial)
    os._exit(0)


def start_daemon(_):
    subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"])


def forge(_):
    protocol.send({"result": {**DONE, "facts": {"trainable": 1}}}, 1)
    os._exit(0)


def fail(_):
    return {**FAILED, "failures": [{"stage": "train", "kind": "raised", "type": "RuntimeError"}]}


def poison(_):
    global poisoned
    poisoned = True


def fail_where_poisoned(trial):
    return fail(trial) if poisoned else DONE


def leave_import(_):
    global imported
    imported = True


def fail_without_import(trial):
    return DONE if imported else fail(trial)


def count_processes(_):
    time.sleep(0.3)  # a process that was killed takes a moment to die
    living = [pid for pid in processes.children_of(os.getpid()) if not is_dead(pid)]
    return {**DONE, "facts": {"trainable": len(living)}}


def is_dead(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] in "ZX"


def tell_card(_):
    time.sleep(0.2)
    return {**DONE, "facts": {"trainable": int(os.environ["CUDA_VISIBLE_DEVICES"])}}


ACTS = {
    "tells card": tell_card,
    "tells card too": tell_card,
    "tells card at last": tell_card,
    "segfault": lambda _: kill_self(signal.SIGSEGV),
    "abort": lambda _: os.abort(),
    "exit": lambda _: os._exit(3),
    "hang": hang,
    "memory": hoard,
    "garbage": print_garbage,
    "garbage in records": write_garbage,
    "another's name": answer_for_another,
    "leaves": leave,
    "leaves evidence": leave_evidence,
    "leaves and dies": leave_and_die,
    "daemon": start_daemon,
    "forged": forge,
    "fails": fail,
    "poisons": poison,
    "needs it clean": fail_where_poisoned,
    "leaves an import": leave_import,
    "needs an import": fail_without_import,
    "counts processes": count_processes,
}
