"""What the tests of faults share: the program with a fault, a small sweep, what it gives undisturbed."""

import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LONG = "--long" in sys.argv and not sys.argv.remove("--long")
PROGRAM = Path(sys.argv.pop()).resolve() if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else None
PATIENCE_S = 60  # what takes longer hangs
TIMING = "timing.csv"  # the one file that differs from run to run

SWEEP = f"""name: small
scenarios: [{ROOT}/scenarios/quickstart.yaml]
set:
  phases: [{{name: test, inferences: 20}}]
  policies: [edge_best, cloud]
grid:
  - {{path: cloud_signal.constant.level, name: signal, range: {{from: -90 dBm, to: -50 dBm, steps: 3}}}}
replications: 2
baseline: {{policy: cloud}}
"""
RUN = ["run", ROOT / "scenarios/quickstart.yaml", "--policy=cloud", "--policy=edge_best",
       "--set", "phases=[{name: test, inferences: 20}]"]  # fmt: skip


class Fault(unittest.TestCase):
    """A folder that vanishes, in memory where there is room: waiting for a disk is no part of these tests."""

    def setUp(self):
        memory = Path("/dev/shm")
        place = memory if os.access(memory, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="autoscale_faults_", dir=place))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.sweep_file = self.folder / "small.yaml"
        self.sweep_file.write_text(SWEEP)

    def sweep(self, out, *more):
        return ["sweep", self.sweep_file, "--out", out, *more]

    def program(self, arguments, **options):
        return execute([PROGRAM, *arguments], **options)

    def succeed(self, arguments, **options):
        done = self.program(arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def undisturbed(self):
        """The files of the small sweep when nothing happens."""
        out = self.folder / "undisturbed"
        if not out.exists():
            self.succeed(self.sweep(out))
        return results(out)

    def assert_whole_or_absent(self, out, wanted):
        """Every result under its final name is whole; runs.csv, the last one, stands for all of them."""
        there = results(out)
        for name, content in there.items():
            self.assertEqual(content, wanted[name], name)
        if "runs.csv" in there:
            self.assertEqual(there, wanted)

    def assert_resumes(self, out):
        wanted = self.undisturbed()
        self.succeed(self.sweep(out, "--resume"))
        self.assertEqual(results(out), wanted)


def results(out):
    """The result files of a folder but for wall-clock times."""
    if not out.is_dir():
        return {}
    names = ["runs.csv", "summary.csv", "failures.csv", "manifest.json", "columns.csv", "breakdown.csv",
             "learning.csv", "requests.csv", "timeline.json"]  # fmt: skip
    return {name: (out / name).read_bytes() for name in names if (out / name).exists()}


def environment(**more):
    return os.environ | {"AUTOSCALE_DATA": str(ROOT)} | {name: str(value) for name, value in more.items()}


def execute(command, limits=(), faults=None, **options):
    """Runs a command to its end; `limits` are pairs for setrlimit, `faults` the variables of shim.c but FAULTS_."""
    return finish(start(command, limits, faults, **options))


def start(command, limits=(), faults=None, **options):
    def prepare():
        for kind, most in limits:
            resource.setrlimit(kind, (most, most))

    env = options.pop("env", None) or environment()
    if faults is not None:
        env |= {f"FAULTS_{name}": str(value) for name, value in faults.items()} | {"LD_PRELOAD": str(shim())}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    return subprocess.Popen([str(word) for word in command], env=env, preexec_fn=prepare, cwd=ROOT, **pipes)


def finish(process):
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@cache
def shim():
    """shim.c, compiled; skips where there is no C compiler."""
    compiler = shutil.which("cc")
    if not compiler:
        raise unittest.SkipTest("no C compiler to build shim.c with")
    folder = Path(tempfile.mkdtemp(prefix="autoscale_shim_"))
    library = folder / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, HERE / "shim.c", "-ldl", "-lpthread"],
                   check=True)  # fmt: skip
    unittest.addModuleCleanup(shutil.rmtree, folder)
    return library


def every(steps, everyday):
    """All of the steps in the long tests; of the everyday ones so many, evenly spread, the last among them."""
    steps = list(steps)
    if LONG or len(steps) <= everyday:
        return steps
    return [steps[(i + 1) * len(steps) // everyday - 1] for i in range(everyday)]


def rows(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))
