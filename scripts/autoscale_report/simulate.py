"""Runs scenarios with the simulator, one folder each, and joins their CSV files.

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
from dataclasses import dataclass, field
from pathlib import Path

FINGERPRINT = "fingerprint.txt"


@dataclass(frozen=True)
class Task:
    """One scenario with what is changed about it."""

    name: str  # of the folder
    scenario: str
    settings: dict[str, object] = field(default_factory=dict)
    policies: tuple[str, ...] = ()

    def arguments(self, replications: int) -> list[str]:
        values = [f"--set={key}={value}" for key, value in self.settings.items()]
        policies = [f"--policy={name}" for name in self.policies]
        return [f"--replications={replications}", *values, *policies]


class Simulator:
    def __init__(self, root: Path, program: Path, out: Path, replications: int, jobs: int):
        self.root, self.program, self.out = root, program, out
        self.replications, self.jobs = replications, jobs
        self.inputs = self._hash_inputs()

    def _hash_inputs(self) -> str:
        """Hash of the program and of all data that a scenario may read."""
        digest = hashlib.sha256(self.program.read_bytes())
        for folder in ("device_profiles", "workloads", "scenarios"):
            for file in sorted((self.root / folder).rglob("*")):
                if file.is_file() and file.name != "claims.yaml":
                    digest.update(str(file.relative_to(self.root)).encode() + b"\0")
                    digest.update(file.read_bytes())
        return digest.hexdigest()

    def _fingerprint(self, task: Task) -> str:
        return "\n".join([self.inputs, task.scenario, *task.arguments(self.replications)]) + "\n"

    def is_done(self, task: Task) -> bool:
        made = self.out / task.name / FINGERPRINT
        return made.is_file() and made.read_text() == self._fingerprint(task)

    def run(self, task: Task) -> None:
        """Writes into a folder beside the final one, which appears only when it is complete."""
        final, partial = self.out / task.name, self.out / f"{task.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        command = [self.program, "run", self.root / "scenarios/paper" / f"{task.scenario}.yaml",
                   f"--jobs={self.jobs}", f"--out={partial}",
                   *task.arguments(self.replications)]  # fmt: skip
        finished = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if finished.returncode != 0:
            sys.stderr.write(finished.stderr.decode(errors="replace"))
            raise SystemExit(finished.returncode if finished.returncode > 0 else 1)
        (partial / FINGERPRINT).write_text(self._fingerprint(task))
        shutil.rmtree(final, ignore_errors=True)
        partial.rename(final)

    def run_all(self, tasks: list[Task]) -> None:
        """Runs what is not done yet; a line per scenario with the time left."""
        started, ran = time.monotonic(), 0
        for number, task in enumerate(tasks, start=1):
            label = f"[{number:2}/{len(tasks)}] {task.name:20}"
            if self.is_done(task):
                print(f"{label} kept", flush=True)
                continue
            begun = time.monotonic()
            self.run(task)
            now, ran = time.monotonic(), ran + 1
            left = sum(not self.is_done(t) for t in tasks[number:]) * (now - started) / ran
            print(f"{label} {now - begun:5.1f} s, about {left:.0f} s left", flush=True)

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
