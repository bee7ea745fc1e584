#!/usr/bin/env python3
"""A sweep of 10,000 short runs with two jobs keeps two processors busy for over 95 % of its time, start and writing
of results included.

    sweep_busy_test.py PROGRAM ROOT

Counted is the time in which its threads run (getrusage) or could run (/proc/PID/task/*/schedstat, sampled), so that
other programs on the machine do not matter: a thread that waits for a lock, the disk or the others does not count.
"""
import glob
import resource
import subprocess
import sys
import tempfile
import time

JOBS = 2
SWEEP = """name: busy
scenarios: [{root}/scenarios/quickstart.yaml]
set: {{phases: [{{name: test, inferences: 500}}], policies: [edge_best, cloud]}}
grid:
  - {{path: cloud_signal.constant.level, range: {{from: -90 dBm, to: -50 dBm, steps: 50}}}}
  - {{path: constraints.accuracy, range: {{from: 40, to: 70, steps: 50}}}}
"""


def waiting_seconds(pid, seen):
    """Adds the threads of a process to `seen`: file -> seconds in which it waited for a processor."""
    for file in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(file, encoding="ascii") as stat:
                _, waiting, _ = stat.read().split()
        except (OSError, ValueError):
            continue  # it has just ended
        seen[file] = int(waiting) / 1e9


def running_seconds():
    """Processor time of all threads of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    program, root = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/busy.yaml"
        with open(file, "w", encoding="utf-8") as sweep:
            sweep.write(SWEEP.format(root=root))
        started = time.monotonic()
        seen = {}
        with subprocess.Popen([program, "sweep", file, "--jobs", str(JOBS), "--out", f"{folder}/out"]) as process:
            while process.poll() is None:
                waiting_seconds(process.pid, seen)
                time.sleep(0.01)
        wall = time.monotonic() - started
    share = (running_seconds() + sum(seen.values())) / (JOBS * wall)
    print(f"busy for {100 * share:.1f} % of {JOBS} x {wall:.2f} s")
    sys.exit(process.returncode or (0 if share > 0.95 else 1))


if __name__ == "__main__":
    main()
