"""What a cell can do to its neighbours: nothing. Needs no package but the standard library."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import child, errors, protocol, stages, zygote  # noqa: E402

GOOD = {"stages": {"import": "ok"}, "failures": [], "facts": {}}


class FakeTorch:
    @staticmethod
    def set_num_threads(count):
        assert count == 1


def misbehave(trial, began):
    """What each cell of these tests does, by the name of its method."""
    began("train")
    how = trial.cell["method"]
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "abort":
        os.abort()
    if how == "exit":
        os._exit(3)
    if how == "hang":
        while True:
            time.sleep(1)
    if how == "memory":
        return {
            "stages": {"train": "fail"},
            "failures": [],
            "facts": {"hoard": len(bytearray(3 << 30))},
        }
    if how == "garbage":
        os.write(1, b"\x00\xff not json {" * 100_000)
        print('{"kind": "cell", "cell": "x", "ended": "exit"}')
    if how == "garbage in records":
        for descriptor in range(3, 32):
            for line in (
                b'{"kind":"cell",',
                b"\xff\0",
                b"5",
                b'{"result": 5}',
                b'{"result": {}}',
                b"[" * 5000,
            ):
                try:
                    os.write(descriptor, b"\n" + line + b"\n")
                except OSError:
                    pass
    if how == "another's name":
        return {"kind": "handover", "cell": "good/none/llama/causal-lm", **GOOD}
    if how == "leaves":
        trial.left = {"logits.json": b"{}"}
    if how == "leaves and dies":
        trial.left = {"logits.json": b"{}"}
        os._exit(0)
    if how == "daemon":
        subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); time.sleep(600)"])
    if how == "forged":
        protocol.send({"result": {**GOOD, "facts": {"trainable": 1}}}, 1)
        os._exit(0)
    return GOOD


class Cells(unittest.TestCase):
    def run_cells(self, *methods, width=2, seconds=2):
        cells = [
            {
                "id": f"{m}/none/llama/causal-lm",
                "method": m,
                "quantization": "none",
                "architecture": "llama",
                "task": "causal-lm",
                "packages": [],
            }
            for m in methods
        ]
        sent, real, whole = [], protocol.send, protocol.send_whole

        def send(record, descriptor=None):
            return sent.append(record) if descriptor is None else real(record, descriptor)

        # A child closes the parent's channel, which is descriptor 3: keep one open there that nobody needs.
        spare = os.open(os.devnull, os.O_WRONLY)
        os.dup2(spare, protocol.RECORDS) if spare != protocol.RECORDS else None
        with (
            tempfile.TemporaryDirectory() as work,
            mock.patch.object(stages, "run", misbehave),
            mock.patch.object(protocol, "send", send),
            mock.patch.object(
                protocol,
                "send_whole",
                lambda record, descriptor=None: (
                    sent.append(record) if descriptor is None else whole(record, descriptor)
                ),
            ),
        ):
            job = {
                "cells": cells,
                "width": width,
                "seconds": seconds,
                "bytes": 1 << 30,
                "work": work,
                "packages": [],
            }
            child.become_subreaper()
            zygote.run_cells(job, {"torch": FakeTorch, "transformers": None, "peft": None}, {})
        self.all = sent
        return {record["cell"].split("/")[0]: record for record in sent}

    def sent(self, *methods):
        self.run_cells(*methods)
        return self.all

    def test_each_disaster_ends_one_cell_and_no_neighbour(self):
        for disaster, ended in [
            ("segfault", f"signal:{signal.SIGSEGV.value}"),
            ("abort", f"signal:{signal.SIGABRT.value}"),
            ("exit", "status:3"),
            ("hang", "timeout"),
            ("memory", "status:1"),
            ("forged", "status:0"),
        ]:
            with self.subTest(disaster):
                records = self.run_cells("good", disaster, "fine")
                self.assertEqual(records[disaster]["ended"], ended)
                self.assertEqual(records["good"]["ended"], "exit")
                self.assertEqual(records["fine"]["ended"], "exit")

    def test_a_dead_cell_says_at_which_stage_it_died(self):
        self.assertEqual(self.run_cells("segfault")["segfault"]["stage"], "train")

    def test_what_a_cell_prints_is_no_record_and_is_capped(self):
        records = self.run_cells("garbage", "good")
        self.assertEqual(records["garbage"]["ended"], "exit")
        self.assertEqual(len(records), 2)
        self.assertLessEqual(len(records["garbage"].get("output", "")), child.OUTPUT_KEPT)

    def test_what_a_package_writes_between_records_is_no_message(self):
        records = self.run_cells("garbage in records", "good")
        self.assertEqual(
            [records[name]["ended"] for name in ("garbage in records", "good")], ["exit", "exit"]
        )

    def test_a_cell_answers_for_no_other(self):
        sent = self.sent("another's name", "good")
        self.assertEqual(
            sorted((record["kind"], record["cell"].split("/")[0]) for record in sent),
            [("cell", "another's name"), ("cell", "good")],
        )

    def test_a_process_that_a_cell_leaves_behind_is_ended(self):
        self.run_cells("daemon", "good")
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            self.assertEqual(children.read().split(), [])

    def test_what_a_cell_leaves_comes_whole_and_before_its_record(self):
        sent = self.sent("leaves", "leaves and dies", "good")
        self.assertEqual(
            [
                (record["kind"], record["cell"].split("/")[0])
                for record in sent
                if record["kind"] == "handover"
            ],
            [("handover", "leaves")],
        )
        kinds = [record["kind"] for record in sent if record["cell"].startswith("leaves/")]
        self.assertEqual(kinds, ["handover", "cell"])


class Errors(unittest.TestCase):
    def raised(self, act):
        try:
            act()
        except BaseException as error:
            return errors.causes(error)

    def test_a_full_disk_shows_behind_the_words_of_a_wrapper(self):
        def wrapped():
            try:
                raise OSError(errno.ENOSPC, "No space left on device")
            except OSError:
                raise RuntimeError("unable to save")

        self.assertEqual(self.raised(wrapped), ["RuntimeError", "OSError:ENOSPC"])

    def test_what_was_only_being_handled_is_no_cause_unless_something_had_run_out(self):
        def fallback():
            try:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "no hub")
            except OSError:
                raise AttributeError("key_cache")

        self.assertEqual(self.raised(fallback), ["AttributeError"])

    def test_a_named_cause_always_counts(self):
        def named():
            raise RuntimeError("failed to import") from MemoryError()

        self.assertEqual(self.raised(named), ["RuntimeError", "MemoryError"])


class ImportFailures(unittest.TestCase):
    def test_a_package_that_does_not_import_fails_only_the_cells_that_need_it(self):
        failures = {"peft": {"stage": "import"}, "bitsandbytes": {"stage": "import"}}
        control = {"method": "base", "packages": []}
        adapter = {"method": "lora", "packages": []}
        quantized = {"method": "base", "packages": ["bitsandbytes"]}
        self.assertIsNone(zygote.failure_for(control, failures))
        self.assertIsNotNone(zygote.failure_for(adapter, failures))
        self.assertIsNotNone(zygote.failure_for(quantized, failures))


class Records(unittest.TestCase):
    def test_numbers_that_json_lacks_become_null(self):
        self.assertEqual(
            protocol.finite({"a": [float("nan"), float("inf"), 1.5]}), {"a": [None, None, 1.5]}
        )

    def test_a_record_that_is_too_long_is_cut_to_its_kind_and_cell(self):
        read_end, write_end = os.pipe()
        protocol.send({"kind": "cell", "cell": "x", "output": "y" * 100_000}, write_end)
        os.close(write_end)
        with os.fdopen(read_end) as received:
            self.assertEqual(
                received.read(), '{"kind": "cell", "cell": "x", "ended": "record too long"}\n'
            )


if __name__ == "__main__":
    unittest.main()
