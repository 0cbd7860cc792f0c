"""What a cell can do to its neighbours: nothing. Needs no package but the standard library."""

import errno
import os
import signal
import sys
import tempfile
import unittest
from functools import partial
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peft_probe import child, errors, packages, processes, protocol, spawn, stages, zygote

from tests.misbehaving import DONE, misbehave

PACKAGES = Path(__file__).resolve().parent / "packages"
START = (
    f"import sys; sys.path[:0] = [{str(PACKAGES)!r}, sys.argv.pop()]; "
    f"sys.path.insert(0, {str(PACKAGES.parents[1])!r}); "
    "from peft_probe import spawn, stages; from tests.misbehaving import misbehave; "
    "stages.run = misbehave; spawn.main()"
)


class WithCells(unittest.TestCase):
    def each(self, act):
        for start in ("fork", "spawn"):
            with self.subTest(start):
                act(partial(self.run_cells, start))

    def run_cells(self, start, *methods, width=2, seconds=2, packages=(), cards=()):
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

        # A child closes the parent's channel, which is descriptor 3: keep one open there that
        # nobody needs.
        spare = os.open(os.devnull, os.O_WRONLY)
        os.dup2(spare, protocol.RECORDS) if spare != protocol.RECORDS else None
        with (
            tempfile.TemporaryDirectory() as work,
            mock.patch.object(stages, "run", misbehave),
            mock.patch.object(spawn, "START", START),
            mock.patch.object(sys, "path", [str(PACKAGES), *sys.path]),
            mock.patch.object(protocol, "send", send),
            mock.patch.object(
                protocol,
                "send_whole",
                lambda record, descriptor=None: (
                    sent.append(record) if descriptor is None else whole(record, descriptor)
                ),
            ),
        ):
            zygote.START_METHODS[start](
                {
                    "cells": cells,
                    "width": width,
                    "seconds": seconds,
                    "bytes": 1 << 30,
                    "work": work,
                    "packages": list(packages),
                    "cards": list(cards),
                }
            )
        self.kinds = [record["kind"] for record in sent]
        self.all = [record for record in sent if record["kind"] not in ("imported", "ready")]
        self.imported = [record["package"] for record in sent if record["kind"] == "imported"]
        return {record["cell"].split("/")[0]: record for record in self.all}


class Cells(WithCells):
    """Each test is made with both ways to start a cell."""

    def test_each_disaster_ends_one_cell_and_no_neighbour(self):
        def act(run):
            for disaster, ended in [
                ("segfault", f"signal:{signal.SIGSEGV.value}"),
                ("abort", f"signal:{signal.SIGABRT.value}"),
                ("exit", "status:3"),
                ("hang", "timeout"),
                ("memory", "status:1"),
                ("forged", "status:0"),
            ]:
                with self.subTest(disaster):
                    records = run("good", disaster, "fine", width=1 if disaster == "exit" else 2)
                    self.assertEqual(records[disaster]["ended"], ended)
                    self.assertEqual(records["good"]["ended"], "exit")
                    self.assertEqual(records["fine"]["ended"], "exit")
                    self.assertEqual(len(self.all), 3)

        self.each(act)

    def test_a_dead_cell_says_at_which_stage_it_died(self):
        self.each(lambda run: self.assertEqual(run("segfault")["segfault"]["stage"], "train"))

    def test_what_a_cell_prints_is_no_record_and_is_capped(self):
        def act(run):
            records = run("garbage", "good")
            self.assertEqual(records["garbage"]["ended"], "exit")
            self.assertEqual(len(records), 2)
            self.assertLessEqual(len(records["garbage"].get("output", "")), child.OUTPUT_KEPT)

        self.each(act)

    def test_what_a_package_writes_between_records_is_no_message(self):
        def act(run):
            records = run("garbage in records", "good")
            self.assertEqual(
                [records[name]["ended"] for name in ("garbage in records", "good")],
                ["exit", "exit"],
            )

        self.each(act)

    def test_a_cell_answers_for_no_other(self):
        def act(run):
            run("another's name", "good")
            self.assertEqual(
                sorted((record["kind"], record["cell"].split("/")[0]) for record in self.all),
                [("cell", "another's name"), ("cell", "good")],
            )

        self.each(act)

    def test_a_process_that_a_cell_leaves_behind_is_ended(self):
        def act(run):
            run("daemon", "good", width=1)
            self.assertEqual(processes.children_of(os.getpid()), [])

        self.each(act)

    def test_what_a_cell_leaves_comes_whole_and_before_its_record(self):
        def act(run):
            run("leaves", "leaves and dies", "good")
            self.assertEqual(
                [
                    (record["kind"], record["cell"].split("/")[0])
                    for record in self.all
                    if record["kind"] == "handover"
                ],
                [("handover", "leaves")],
            )
            kinds = [record["kind"] for record in self.all if record["cell"].startswith("leaves/")]
            self.assertEqual(kinds, ["handover", "cell"])

        self.each(act)

    def test_what_a_cell_leaves_for_a_judge_comes_before_its_record_and_under_its_own_name(self):
        def act(run):
            run("leaves evidence", "leaves and dies", "good")
            said = [
                (record["kind"], record["cell"].split("/")[0])
                for record in self.all
                if record["cell"].startswith("leaves ")
            ]
            self.assertEqual(
                sorted(said),
                [
                    ("cell", "leaves and dies"),
                    ("cell", "leaves evidence"),
                    ("evidence", "leaves evidence"),
                ],
            )
            mine = [kind for kind, cell in said if cell == "leaves evidence"]
            self.assertEqual(mine, ["evidence", "cell"])

        self.each(act)

    def test_packages_are_said_to_be_imported_once(self):
        def act(run):
            run("good", "segfault", "fine", "other")
            self.assertEqual(self.imported, ["torch", "transformers", "peft"])

        self.each(act)

    def test_a_package_that_does_not_import_fails_every_cell_and_starts_no_second_process(self):
        def act(run):
            with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
                records = run("good", "fine", "other", width=1, packages=["missing"])
                self.assertLessEqual(made.call_count, 1)
            self.assertEqual(
                [record["stages"] for record in records.values()], [DONE["stages"]] * 3
            )

        self.each(act)


class SpawnedCells(WithCells):
    def test_what_an_earlier_cell_left_is_not_there_for_the_first_of_a_process(self):
        for order, failed in (
            (["leaves an import", "needs an import"], []),
            (["needs an import", "leaves an import"], ["needs an import"]),
        ):
            records = self.run_cells("spawn", *order, width=1)
            self.assertEqual([name for name in order if records[name]["failures"]], failed)

    def test_a_cell_that_fails_because_of_another_counts_as_it_is_alone(self):
        records = self.run_cells("spawn", "poisons", "needs it clean", "fine", width=1)
        self.assertEqual(records["needs it clean"]["failures"], [])
        self.assertEqual(len(self.all), 3)

    def test_a_cell_that_fails_alone_too_has_failed_and_nothing_follows_it_in_its_process(self):
        with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
            records = self.run_cells("spawn", "good", "fails", "fine", width=1)
        self.assertEqual(len(records["fails"]["failures"]), 1)
        self.assertEqual(made.call_count, 3)

    def test_the_end_of_the_imports_is_said_once_before_the_first_cell(self):
        self.run_cells("spawn", "good", "fails", "fine")
        self.assertEqual(self.kinds, ["imported"] * 3 + ["ready"] + ["cell"] * 3)

    def test_passing_cells_share_a_process(self):
        with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
            self.run_cells("spawn", "good", "fine", "other", width=1)
        self.assertEqual(made.call_count, 1)

    def test_each_card_has_a_worker_of_its_own(self):
        cells = ("tells card", "tells card too", "tells card at last")
        with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
            records = self.run_cells("spawn", *cells, width=2, cards=["5", "7"])
        told = [record["facts"]["trainable"] for record in records.values()]
        self.assertEqual({5, 7}, set(told))
        self.assertEqual([call.kwargs["card"] for call in made.call_args_list], ["5", "7"])

    def test_there_are_no_more_workers_than_cards(self):
        with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
            self.run_cells("spawn", "good", "fine", "other", width=3, cards=["5"])
        self.assertEqual(made.call_count, 1)

    def test_the_card_of_a_worker_that_ended_goes_to_the_next(self):
        with mock.patch.object(spawn, "Worker", side_effect=spawn.Worker) as made:
            records = self.run_cells("spawn", "segfault", "tells card", width=1, cards=["5", "7"])
        self.assertEqual([call.kwargs["card"] for call in made.call_args_list], ["5", "7"])
        self.assertEqual(records["tells card"]["facts"]["trainable"], 7)

    def test_a_process_left_behind_by_a_cell_is_ended_before_the_next_cell(self):
        records = self.run_cells("spawn", "daemon", "counts processes", width=1)
        self.assertEqual(records["counts processes"]["facts"]["trainable"], 0)


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
                raise RuntimeError("unable to save")  # noqa: B904

        self.assertEqual(self.raised(wrapped), ["RuntimeError", "OSError:ENOSPC"])

    def test_what_was_only_being_handled_is_no_cause_unless_something_had_run_out(self):
        def fallback():
            try:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "no hub")
            except OSError:
                raise AttributeError("key_cache")  # noqa: B904

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
        self.assertIsNone(packages.failure_for(control, failures))
        self.assertIsNotNone(packages.failure_for(adapter, failures))
        self.assertIsNotNone(packages.failure_for(quantized, failures))


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
