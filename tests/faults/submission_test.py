#!/usr/bin/env python3
"""Ctrl-C, SIGTERM, a hang-up and a kill while a sweep is handed to Slurm. Scripts stand in for the commands of Slurm.

    submission_test.py [--long] PROGRAM
"""

import os
import signal
import subprocess
import time
import unittest

from support import LONG, PROGRAM, Fault, environment, finish, start

MERGE = 'case "$*" in *--dependency*) number=42 ;; *) number=41 ;; esac\n'


class Submission(Fault):
    def setUp(self):
        super().setUp()
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        self.queue = self.folder / "queue"  # a file per job that Slurm has
        self.queue.mkdir()
        self.out = self.folder / "out"
        self.tool("sbatch", f"{MERGE}echo > {self.folder}/begun$number\nsleep 0.3\n"
                            f"echo > {self.queue}/$number\nsleep 0.3\necho $number\n")  # fmt: skip
        self.tool("scancel", f"rm {self.queue}/$1\n")
        self.tool("squeue", "for job in 41 42; do\n"
                            f'  case "$*" in *=$job*) ls {self.queue} | grep -x $job ;; esac\n'
                            "done\ntrue\n")  # fmt: skip

    def tool(self, name, script):
        file = self.tools / name
        file.write_text("#!/bin/sh\n" + script)
        file.chmod(0o755)

    def submit(self, *more):
        """In a session of its own, as on a terminal of its own: a Ctrl-C reaches all of its processes."""
        env = environment(PATH=f"{self.tools}:{os.environ['PATH']}")
        command = [PROGRAM, *self.sweep(self.out, "--executor=slurm", "--array-size=2", *more)]
        return start(command, env=env, start_new_session=True)

    def wait_for(self, file):
        deadline = time.monotonic() + 30
        while not file.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def jobs(self):
        return sorted(os.listdir(self.queue))

    def test_undisturbed(self):
        done = finish(self.submit())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.jobs(), ["41", "42"])
        self.assertIn("job 41 and 42", finish(self.submit("--resume")).stderr)

    def test_interrupted_nothing_stays_submitted(self):
        moments = [("begun41", 0), ("queue/41", 0), ("begun42", 0), ("queue/42", 0)]
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for i, (file, delay) in enumerate(moments):
            for sign in signals if LONG else (signals[i % len(signals)],):
                with self.subTest(moment=file, sign=sign):
                    process = self.submit("--resume")
                    self.wait_for(self.folder / file)
                    time.sleep(delay)
                    os.killpg(process.pid, sign)
                    done = finish(process)
                    self.assertEqual(done.returncode, -sign, done.stderr)
                    self.assertIn("interrupted; what was submitted is cancelled", done.stderr)
                    self.assertEqual(self.jobs(), [])
                    self.assertEqual(list(self.out.iterdir()), [])
                    for left in self.folder.glob("begun*"):
                        left.unlink()

    def test_what_cannot_be_cancelled_is_named_and_on_record(self):
        self.tool("scancel", "echo 'no controller' >&2\nexit 1\n")
        process = self.submit()
        self.wait_for(self.folder / "queue/41")
        os.killpg(process.pid, signal.SIGINT)
        done = finish(process)
        self.assertEqual(done.returncode, -signal.SIGINT)
        self.assertIn("job 41 may be left, scancel failed: no controller", done.stderr)
        self.assertIn("job 41;", finish(self.submit("--resume")).stderr)

    def test_killed_between_the_jobs_the_first_is_on_record(self):
        process = self.submit()
        self.wait_for(self.folder / "begun42")
        os.killpg(process.pid, signal.SIGKILL)
        finish(process)
        self.assertEqual(self.jobs(), ["41"])
        again = finish(self.submit("--resume"))
        self.assertEqual(again.returncode, 2)
        self.assertIn("still being worked on by Slurm, job 41;", again.stderr)
        subprocess.run([self.tools / "scancel", "41"], check=True)
        done = finish(self.submit("--resume"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.jobs(), ["41", "42"])


if __name__ == "__main__":
    unittest.main()
