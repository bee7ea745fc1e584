"""Runs scenarios with the simulator, one folder each, several at a time, and joins their CSV files.

A folder that was made by the same program, data and settings is kept: an interrupted reproduction
goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

FINGERPRINT = "fingerprint.txt"
OF_SCRIPTS = ("claims.yaml", "laboratories.yaml", "tuning.yaml")  # which no scenario reads


@dataclass(frozen=True)
class Task:
    """One scenario with what is changed about it."""

    name: str  # of the folder
    scenario: str  # path below scenarios/, without .yaml
    replications: int
    settings: dict[str, object] = field(default_factory=dict, hash=False)
    policies: tuple[str, ...] = ()
    after: tuple[Task, ...] = ()  # tasks whose files this one reads

    def arguments(self) -> list[str]:
        values = [f"--set={key}={value}" for key, value in self.settings.items()]
        policies = [f"--policy={name}" for name in self.policies]
        return [f"--replications={self.replications}", *values, *policies]


class Simulator:
    def __init__(self, root: Path, program: Path, out: Path, jobs: int):
        self.root, self.program, self.out, self.jobs = root, program, out, jobs
        self.inputs = self._hash_inputs()

    def _hash_inputs(self) -> str:
        """Hash of the program and of all data that a scenario may read; no scenario reads a sweep."""
        digest = hashlib.sha256(self.program.read_bytes())
        for folder in ("device_profiles", "workloads", "scenarios"):
            for file in sorted((self.root / folder).rglob("*")):
                if file.is_file() and file.name not in OF_SCRIPTS and file.parent.name != "sweeps":
                    digest.update(str(file.relative_to(self.root)).encode() + b"\0")
                    digest.update(file.read_bytes())
        return digest.hexdigest()

    def _fingerprint(self, task: Task) -> str:
        before = [self._fingerprint(t) for t in task.after]
        return "\n".join([self.inputs, task.scenario, *task.arguments(), *before]) + "\n"

    def is_done(self, task: Task) -> bool:
        made = self.out / task.name / FINGERPRINT
        return made.is_file() and made.read_text() == self._fingerprint(task)

    def execute(self, task: Task, out: Path) -> subprocess.CompletedProcess[str]:
        """Runs the scenario into `out`; its messages are the caller's to show."""
        scenario = self.root / "scenarios" / f"{task.scenario}.yaml"
        command = [self.program, "run", scenario, "--jobs=1", f"--out={out}", *task.arguments()]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, errors="replace")  # fmt: skip

    def run(self, task: Task) -> float:
        """Writes into a folder beside the final one, which appears only when it is complete."""
        begun = time.monotonic()
        final, partial = self.out / task.name, self.out / f"{task.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        finished = self.execute(task, partial)
        if finished.returncode != 0:
            raise SystemExit(f"error: {task.name} failed:\n{finished.stderr}")
        (partial / FINGERPRINT).write_text(self._fingerprint(task))
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)
        return time.monotonic() - begun

    def run_all(self, tasks: Sequence[Task]) -> None:
        """Runs what is not done yet; a line per scenario with the time left."""
        missing = [task for task in dict.fromkeys(tasks) if not self.is_done(task)]
        kept = len(dict.fromkeys(tasks)) - len(missing)
        if kept:
            print(f"{kept} finished earlier are kept", flush=True)
        first = [task for task in missing if not task.after]
        second = [task for task in missing if task.after]
        started, ran = time.monotonic(), 0
        for batch in (first, second):
            with ThreadPoolExecutor(self.jobs) as pool:
                running = {pool.submit(self.run, task): task for task in batch}
                try:
                    for done in as_completed(running):
                        took, ran = done.result(), ran + 1
                        left = (time.monotonic() - started) / ran * (len(missing) - ran)
                        print(f"[{ran:3}/{len(missing)}] {running[done].name:28} {took:6.1f} s,"
                              f" about {left:.0f} s left", flush=True)  # fmt: skip
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise

    def explain(self, options: dict[str, object]) -> str:
        """Output of `autoscale explain --csv` with these options; a list repeats its option."""
        command = [str(self.program), "explain", "--csv"]
        for name, value in options.items():
            for one in value if isinstance(value, (list, tuple)) else [value]:
                command += [f"--{name}", str(one)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            raise SystemExit(1)
        return done.stdout

    def manifest(self, task: Task) -> dict:
        return json.loads((self.out / task.name / "manifest.json").read_text())


def join_csv(folders: list[Path], name: str, target: Path) -> None:
    """All files of that name below one header, byte for byte; replaces the target when complete."""
    partial = target.with_name(f"{target.name}.partial")
    with partial.open("wb") as out:
        header = None
        for folder in folders:
            with (folder / name).open("rb") as lines:
                first = next(lines)
                if header is None:
                    header = first
                    out.write(header)
                if first != header:
                    raise ValueError(f"{folder / name}: its columns differ from the other files'")
                shutil.copyfileobj(lines, out)
    partial.rename(target)
