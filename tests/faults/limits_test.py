#!/usr/bin/env python3
"""Limits of the machine and of time: memory (RLIMIT_AS), open files, simulated time, the clock; saved tables of another
version.

    limits_test.py [--long] PROGRAM
"""

import json
import os
import resource
import unittest

from support import LONG, PROGRAM, RUN, SWEEP, Fault, every, execute, results

KB, MB = 1 << 10, 1 << 20
ENOUGH = 4096 * MB
SLOW_LINK = """  device_profiles/links/wifi:
    uplink:
      signal: {unit: dBm, values: [-92.5, -52.5], assumed: test}
      rate: {unit: bit/s, values: [1e-4, 1e8], assumed: test}
"""


class Memory(Fault):
    def works(self, command, kilobytes):
        return self.program(command, limits=[(resource.RLIMIT_AS, kilobytes * KB)])

    def least(self, command):
        """KB of address space with which the program just works, to 64 KB, and just starts (--version)."""

        def search(words):
            low, high = 1 << 10, ENOUGH // KB
            while high - low > 64:
                middle = (low + high) // 2
                low, high = (low, middle) if self.works(words, middle).returncode == 0 else (middle, high)
            return high

        return search(command), search(["--version"])

    def assert_clean(self, command, step, out=None):
        enough, starts = self.least(command)
        self.assertGreater(enough, starts)
        for kilobytes in range(starts, enough, max(step, (enough - starts) // (200 if LONG else 12))):
            done = self.works(command, kilobytes)
            if done.returncode == 0:  # near the limit it is a matter of where the loader puts things
                continue
            self.assertEqual(done.returncode, 4, f"{kilobytes} KB: {done.stderr}")
            self.assertRegex(done.stderr, "out of memory|Cannot allocate memory|cannot start . threads")
            if out:
                self.assertEqual(results(out), {})

    def test_run(self):
        out = self.folder / "out"
        self.assert_clean([*RUN, "--policy=autoscale"], 16)
        self.assert_clean([*RUN, "--jobs=2", "--out", out], 16, None)

    def test_sweep_loses_nothing(self):
        wanted = self.undisturbed()
        enough, starts = self.least(self.sweep(self.folder / "least", "--resume"))
        for i, kilobytes in enumerate(every(range(starts, enough, 32), 12)):
            out = self.folder / f"out{i}"
            done = self.works(self.sweep(out), kilobytes)
            self.assertIn(done.returncode, (0, 4), f"{kilobytes} KB: {done.stderr}")
            self.assert_whole_or_absent(out, wanted)
            self.assert_resumes(out)


class OpenFiles(Fault):
    def test_too_few_is_said(self):
        """With any number of files it works or says what is missing, and never takes that for no data."""
        counted = set()
        for most in range(3, 12):
            for i, command in enumerate((self.sweep(self.folder / f"sweep{most}"),
                                         [*RUN, "--requests", "--out", self.folder / f"run{most}"])):  # fmt: skip
                done = self.program(command, limits=[(resource.RLIMIT_NOFILE, most)])
                counted.add((i, done.returncode))
                if done.returncode not in (0, 127):  # 127: the loader found no libraries
                    self.assertEqual(done.returncode, 4, f"{most}: {done.stderr}")
                    self.assertRegex(done.stderr, "Too many open files|no data")
                if done.returncode == 0 and i == 0:
                    self.assertEqual(results(self.folder / f"sweep{most}"), self.undisturbed())
        self.assertTrue({(0, 0), (1, 0)} <= counted, counted)

    def test_a_thousand_shards_merge_where_the_soft_limit_is_smaller(self):
        """Two files of each stay open: more than the 1,024 that is the usual soft limit. 64 shards stand for them."""
        count = 64
        self.sweep_file.write_text(SWEEP.replace("replications: 2", "replications: 22"))
        shards = [self.folder / f"shard{i}" for i in range(1, count + 1)]
        for i, shard in enumerate(shards, 1):
            self.succeed(self.sweep(shard, "--shard", f"{i}/{count}"))
        merge = ["merge", *shards, "--out"]
        soft = ["prlimit", f"--nofile={count}:{4 * count}"]
        self.assertEqual(self.behind(soft, [*merge, self.folder / "merged"]).returncode, 0)
        self.assertEqual(results(self.folder / "merged"), self.undisturbed())
        done = self.behind(["prlimit", f"--nofile={count}:{count}"], [*merge, self.folder / "refused"])
        self.assertEqual(done.returncode, 4)
        self.assertIn("Too many open files", done.stderr)
        self.assertFalse((self.folder / "refused").exists())

    def test_ten_thousand_files_held_by_others(self):
        """Descriptors that a parent leaves open are no harm, also above those of select()."""
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if most < 10_100:
            self.skipTest(f"the hard limit of open files is {most}")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, before)
        files = [open("/dev/null") for _ in range(10_000)]
        self.addCleanup(lambda: [file.close() for file in files])
        out = self.folder / "out"
        self.succeed(self.sweep(out), pass_fds=[file.fileno() for file in files])
        self.assertEqual(results(out), self.undisturbed())

    def behind(self, prefix, command):
        return execute([*prefix, PROGRAM, *command])


class SimulatedTime(Fault):
    def setUp(self):
        super().setUp()
        self.slow = self.folder / "slow.yaml"
        quickstart = RUN[1]
        self.slow.write_text(f"include: {quickstart}\nname: slow\noverrides:\n{SLOW_LINK}")
        self.phases = ["--set", "phases=[{name: test, inferences: 5}]"]

    def test_a_transfer_beyond_73_years_is_an_error_with_its_place(self):
        done = self.program(["run", self.slow, "--policy=cloud", "--set",
                             "cloud_signal.constant.level=-100 dBm", *self.phases])  # fmt: skip
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, r"^policy 'cloud', mobilenet_v1 on device 0 \(request 0\), at 0\.\d+ s: "
                                      r"takes more than the 73 years of simulated time that are possible\n$")  # fmt: skip

    def test_a_signal_that_comes_back_in_time_is_waited_for(self):
        """A trace that is as good as dead for a second; the transfer ends after it."""
        trace = self.folder / "dead.csv"
        trace.write_text("time_s,rssi_dbm\n0,-100\n1,-52\n2,-52\n")
        signal = f"cloud_signal={{trace: {{file: {trace}, format: autoscale}}}}"
        done = self.succeed(["run", self.slow, "--policy=cloud", "--set", signal, *self.phases])
        self.assertIn("cloud-r0", done.stdout)

    def test_in_a_sweep_it_is_a_failed_run_and_the_others_go_on(self):
        self.sweep_file.write_text(SWEEP.replace(str(RUN[1]), str(self.slow)).replace("-90 dBm", "-100 dBm"))
        out = self.folder / "out"
        done = self.program(self.sweep(out))
        self.assertEqual(done.returncode, 1, done.stderr)
        failures = (out / "failures.csv").read_text().splitlines()
        self.assertEqual(len(failures), 1 + 2, failures)
        self.assertIn("years of simulated time", failures[1])
        self.assertEqual(self.program(self.sweep(out, "--resume")).returncode, 1)


class Clock(Fault):
    def test_jumps_of_the_time_of_day_change_nothing(self):
        """Progress and syncing go by the steady clock, results by simulated time; nothing reads the time of day."""
        out = self.folder / "out"
        self.succeed(self.sweep(out, "--jobs=2"), faults={"CLOCK": 1})
        self.assertEqual(results(out), self.undisturbed())

    def test_files_from_the_future_are_as_good(self):
        out = self.folder / "out"
        self.succeed(self.sweep(out, "--shard", "1/2"))
        for file in out.iterdir():
            os.utime(file, (4e9, 4e9))
        self.succeed(self.sweep(out, "--shard", "1/2", "--resume"))


class SavedTables(Fault):
    def setUp(self):
        super().setUp()
        learn = ["--policy=autoscale", "--set", "phases=[{name: test, inferences: 20, learn: true}]"]
        self.learner = ["run", RUN[1], *learn]
        self.succeed([*self.learner, "--set", "save_tables=true", "--out", self.folder / "saved"])
        self.table = json.loads((self.folder / "saved/tables/autoscale-r0-mi8pro.json").read_text())

    def load(self, content, key="load_tables"):
        file = self.folder / "table.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return self.program([*self.learner, "--set", f"{key}={{mi8pro: {file}}}"])

    def test_its_own_is_taken(self):
        done = self.load(self.table)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_another_version_is_refused_by_what_differs(self):
        for key in ("policy", "state_definition", "actions", "precision", "encoding"):
            for other in (None, "of another version", 7, ["x"], {}) if LONG else (None, "of another version"):
                done = self.load(self.table | {key: other})
                self.assertEqual(done.returncode, 2, f"{key} {other}: {done.stderr}")
                self.assertIn(f"the table's '{key}' is not that of this run", done.stderr)
            done = self.load({k: v for k, v in self.table.items() if k != key})
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f"'{key}'", done.stderr)

    def test_another_encoding_is_not_taken_over_either(self):
        done = self.load(self.table | {"encoding": "action-major"}, "transfer_tables")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("'encoding'", done.stderr)

    def test_damage_is_refused(self):
        text = json.dumps(self.table)
        values = self.table["values"]
        for bad in ("", "[", text[:len(text) // 2], "[" * 100_000, "\0" * 1000, self.table | {"values": values[1:]},
                    self.table | {"values": values[1:] + ["x"]}, self.table | {"values": None}):  # fmt: skip
            done = self.load(bad)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("table.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
