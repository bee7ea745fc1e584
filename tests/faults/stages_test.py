#!/usr/bin/env python3
"""A disk that fills up, turns read-only or fails, and a kill, at every write, sync, rename and removal of a run, a
sweep and a merge; signals at random moments.

    stages_test.py [--long] PROGRAM
"""

import errno
import os
import random
import signal
import subprocess
import time
import unittest

from support import LONG, PROGRAM, ROOT, RUN, Fault, every, finish, results, start

EVERYDAY = 6  # of the steps of each


class Stages(Fault):
    """Subclasses say what is run, into a folder, and how it is done again."""

    def setUp(self):
        super().setUp()
        self.wanted = {}

    def steps(self, command, out):
        """What the command does to files below `out`, which the shim counts."""
        log = self.folder / "log"
        self.succeed(command, faults={"ROOT": out, "LOG": log})
        self.wanted = results(out)
        return range(1, len(log.read_text().splitlines()) + 1)

    def killed(self, command, out, step, sign):
        faults = {"ROOT": out, "KILL_AT": step, "SIGNAL": int(sign)}
        done = self.program(command, faults=faults)
        self.assertEqual(done.returncode, -sign, done.stderr)
        self.assert_whole_or_absent(out, self.wanted)

    def failed(self, command, out, step, problem):
        done = self.program(command, faults={"ROOT": out, "FAIL_AT": step, "ERRNO": problem})
        if done.returncode == 0:  # what failed was no loss, such as the name of the lock's holder
            self.assertEqual(results(out), self.wanted)
            return
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(os.strerror(problem), done.stderr)
        self.assert_whole_or_absent(out, self.wanted)

    def disturb(self, make, again, problems=(errno.ENOSPC, errno.EROFS, errno.EIO)):
        """Every step fails once in each way; afterwards `again` gives what an undisturbed one gives."""
        steps = self.steps(make(self.folder / "first"), self.folder / "first")
        self.assertGreater(len(steps), 10)
        for step in every(steps, EVERYDAY):
            ways = [("kill", s) for s in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)]
            ways += [("fail", p) for p in problems]
            for what, how in ways if LONG else [ways[step % len(ways)], ways[(step + 3) % len(ways)]]:
                with self.subTest(step=step, what=what, how=how):
                    out = self.folder / f"{what}{int(how)}_{step}"
                    (self.killed if what == "kill" else self.failed)(make(out), out, step, how)
                    self.succeed(again(out))
                    self.assertEqual(results(out), self.wanted)
                    left = [f.name for f in out.iterdir() if f.name.endswith((".part", ".partial"))]
                    self.assertEqual(left, [])

    def test_run(self):
        def make(out):
            return [*RUN, "--requests", "--timeline", "--out", out]

        self.disturb(make, make)

    def test_sweep(self):
        self.disturb(self.sweep, lambda out: self.sweep(out, "--resume"))

    def test_merge(self):
        shards = [self.folder / f"shard{i}" for i in (1, 2)]
        for i, shard in enumerate(shards, 1):
            self.succeed(self.sweep(shard, "--shard", f"{i}/2"))

        def make(out):
            return ["merge", *shards, "--out", out]

        self.disturb(make, make)
        self.assertEqual(self.wanted, self.undisturbed())

    def test_a_run_over_older_results_leaves_no_mixture(self):
        older, newer = [*RUN, "--seed=1", "--out"], [*RUN, "--seed=2", "--out"]
        out, log = self.folder / "newer", self.folder / "log"
        self.succeed([*newer, out], faults={"ROOT": out, "LOG": log})
        self.wanted = results(out)
        self.succeed([*older, out])
        before = results(out)
        for step in every(range(1, len(log.read_text().splitlines()) + 1), EVERYDAY):
            self.succeed([*older, out])
            self.program([*newer, out], faults={"ROOT": out, "KILL_AT": step})
            there = results(out)
            if "runs.csv" in there:
                self.assertIn(there, (before, self.wanted), f"killed at {step}")


class AtRandom(Fault):
    def test_many_signals_then_resume(self):
        """At moments of the clock, not of the files: while it reads, simulates and waits for threads."""
        self.sweep_file.write_text(self.sweep_file.read_text().replace("inferences: 20", "inferences: 3000"))
        wanted = self.undisturbed()
        begun = time.monotonic()
        self.succeed(self.sweep(self.folder / "timed", "--jobs=2"))
        whole_s = time.monotonic() - begun
        draw = random.Random(7)
        ended_by = []
        for round_ in range(20 if LONG else 2):
            out = self.folder / f"round{round_}"
            for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP):
                process = start([PROGRAM, *self.sweep(out, "--jobs=2", "--resume")])
                time.sleep(draw.uniform(0, whole_s))
                process.send_signal(sign)
                done = finish(process)
                self.assertIn(done.returncode, (-sign, 0), done.stderr)
                ended_by.append(done.returncode)
                self.assert_whole_or_absent(out, wanted)
            self.succeed(self.sweep(out, "--jobs=2", "--resume"))
            self.assertEqual(results(out), wanted)
        self.assertTrue(any(ended_by), "no signal came in time")


class RealDisks(Fault):
    """The same with file systems of their own, which only root can mount."""

    def mount(self, size):
        if os.geteuid() != 0:
            self.skipTest("only root mounts file systems")
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount: {mounted.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        return disk

    def remount(self, disk, options):
        subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)

    def test_full(self):
        disk = self.mount("16k")
        done = self.program(self.sweep(disk / "out"))
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.remount(disk, "size=1m")
        self.assert_resumes(disk / "out")

    def test_full_under_a_run(self):
        disk = self.mount("16k")
        more = ["--set", "phases=[{name: test, inferences: 2000}]", "--requests"]
        done = self.program([*RUN, *more, "--out", disk / "out"])
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("requests.", done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(list((disk / "out").iterdir()), [])

    def test_read_only(self):
        disk = self.mount("1m")
        out = disk / "out"
        self.succeed(self.sweep(out, "--shard", "1/2"))
        self.remount(disk, "ro")
        for command in (self.sweep(out, "--shard", "1/2", "--resume"), self.sweep(disk / "new"), [*RUN, "--out", out]):
            done = self.program(command)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("Read-only file system", done.stderr)
        self.remount(disk, "rw")
        self.succeed(self.sweep(out, "--shard", "1/2", "--resume"))


class FullOutput(Fault):
    def test_standard_output(self):
        for command in (RUN, ["list", "policies"], ["schema", "scenario"],
                        ["explain", "--device=mi8pro", "--dnn=mobilenet_v1"]):  # fmt: skip
            with open("/dev/full", "w") as full:
                done = self.program(command, stdout=full)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("No space left on device", done.stderr)


class Figures(Fault):
    """Plots and the report are Python's; they need the packages of scripts/requirements.txt."""

    def setUp(self):
        super().setUp()
        self.python = ROOT / ".venv/bin/python"
        if not self.python.exists():
            self.skipTest("no .venv: scripts/setup.sh --plots makes one")

    def test_plots_killed_at_any_time_leave_whole_figures(self):
        out = self.folder / "out"
        self.succeed(self.sweep(out))
        env = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
        command = [self.python, "-m", "autoscale_sim.plots", out, "--out"]
        begun = time.monotonic()
        done = finish(start([*command, self.folder / "figure"], env=dict(env)))
        self.assertEqual(done.returncode, 0, done.stderr)
        whole_s = time.monotonic() - begun
        for i in range(12 if LONG else 3):
            figure = self.folder / f"figure{i}"
            process = start([*command, figure], env=dict(env))
            # Files are written near the end.
            time.sleep(whole_s * random.Random(i).uniform(0.6, 1))
            process.send_signal((signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[i % 3])
            finish(process)
            for ending, last in ((".png", b"IEND\xaeB`\x82"), (".pdf", b"%%EOF\n")):
                file = figure.with_name(figure.name + ending)
                if file.exists():
                    self.assertTrue(file.read_bytes().endswith(last), file)


if __name__ == "__main__":
    unittest.main()
