#!/usr/bin/env python3
"""Two processes on one folder, with locks that hold and with locks that do not (two machines on a network file system
that keeps locks to each of them), and what a dead one leaves.

    locks_test.py [--long] PROGRAM
"""

import fcntl
import os
import signal
import time
import unittest

from support import LONG, PROGRAM, RUN, Fault, finish, results, start

SLOWER = ("inferences: 20", "inferences: 2000")


class Locks(Fault):
    def test_a_second_sweep_and_a_merge_are_refused_by_name(self):
        out = self.folder / "out"
        out.mkdir()
        with (out / "lock").open("w") as lock:
            lock.write("process 4242 on elsewhere\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            for command in (self.sweep(out, "--resume"), self.sweep(out)):
                done = self.program(command)
                self.assertEqual(done.returncode, 4, done.stderr)
                self.assertIn("process 4242 on elsewhere is working there", done.stderr)

    def test_the_lock_of_a_dead_host_is_no_lock(self):
        """What stands in the file binds nobody; only a living process does."""
        out = self.folder / "out"
        self.succeed(self.sweep(out, "--shard", "1/2"))
        (out / "lock").write_text("process 1 on a_host_that_is_gone\n")
        self.succeed(self.sweep(out, "--shard", "1/2", "--resume"))

    def test_the_lock_goes_with_a_killed_process(self):
        self.sweep_file.write_text(self.sweep_file.read_text().replace(*SLOWER))
        out = self.folder / "out"
        process = start([PROGRAM, *self.sweep(out)])
        while not (out / "journal").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        finish(process)
        self.assert_resumes(out)

    def test_two_runs_into_one_folder(self):
        """One of them is refused or comes after the other: never a mixture."""
        out, other = self.folder / "out", self.folder / "other"
        runs = [[*RUN, f"--seed={seed}", "--requests", "--set", "phases=[{name: test, inferences: 2000}]", "--out"]
                for seed in (1, 2)]  # fmt: skip
        self.succeed([*runs[0], other])
        self.succeed([*runs[1], self.folder / "second"])
        either = [results(other), results(self.folder / "second")]
        for _ in range(10 if LONG else 3):
            both = [finish(p) for p in [start([PROGRAM, *run, out]) for run in runs]]
            codes = sorted(done.returncode for done in both)
            self.assertIn(codes, ([0, 0], [0, 4]), [done.stderr for done in both])
            self.assertIn(results(out), either)
            for done in both:
                if done.returncode == 4:
                    self.assertIn("another run is being written there", done.stderr)

    def test_a_run_holds_its_folder(self):
        out = self.folder / "out"
        out.mkdir()
        folder = os.open(out, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        done = self.program([*RUN, "--out", out])
        self.assertEqual(done.returncode, 4)
        self.assertIn("out: another run is being written there", done.stderr)
        self.assertEqual(list(out.iterdir()), [])


class LostLocks(Fault):
    """flock grants everything: the journal's own checks are what is left."""

    def together(self, out, count, jobs):
        command = [PROGRAM, *self.sweep(out, "--resume", f"--jobs={jobs}")]
        return [finish(p) for p in [start(command, faults={"NO_LOCK": 1}) for _ in range(count)]]

    def test_two_sweeps_give_the_right_results_or_an_error(self):
        self.sweep_file.write_text(self.sweep_file.read_text().replace("inferences: 20", "inferences: 500"))
        wanted = self.undisturbed()
        messages = []
        for round_ in range(25 if LONG else 3):
            out = self.folder / f"round{round_}"
            for done in self.together(out, count=2, jobs=1 + round_ % 2):
                self.assertIn(done.returncode, (0, 4), done.stderr)
                if done.returncode == 0:
                    self.assertIn(str(out), done.stdout)
                messages.append(done.stderr)
            self.assert_resumes(out)
            self.assertEqual(results(out), wanted)
        self.assertTrue(any("another process changes it too" in m for m in messages), messages)

    def test_a_journal_that_is_removed_is_no_success(self):
        self.sweep_file.write_text(self.sweep_file.read_text().replace(*SLOWER))
        out = self.folder / "out"
        process = start([PROGRAM, *self.sweep(out)])
        while not (out / "journal").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.001)
        (out / "journal").unlink()
        done = finish(process)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("journal: was removed", done.stderr)


if __name__ == "__main__":
    unittest.main()
