"""Runs sweeps of the study with the simulator. A finished one is not run again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import yaml

from autoscale_report import ROOT
from autoscale_sim.plots.tables import header, read_table

FOLDER = ROOT / "scenarios/sweeps"
QUICK = 2  # replications


def content(name: str) -> dict:
    """A sweep of scenarios/sweeps, which can be written elsewhere."""
    made = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    made["scenarios"] = [str((FOLDER / scenario).resolve()) for scenario in made["scenarios"]]
    return made


def quick(made: dict) -> dict:
    """With fewer replications, if it has several."""
    return made | {"replications": min(QUICK, made.get("replications", 1))}


def run(program: Path, made: dict, out: Path, jobs: int) -> None:
    """Into the folder out/NAME; one that an interruption left is gone on with."""
    out.mkdir(parents=True, exist_ok=True)
    name = made["name"]
    file = out / f"{name}.yaml"
    file.write_text(yaml.safe_dump(made, sort_keys=False))
    resume = ["--resume"] if (out / name).exists() else []
    subprocess.run([program, "sweep", file, f"--jobs={jobs}", f"--out={out / name}", *resume], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip


def rows(out: Path, name: str, file: str, wanted: Iterable[str]) -> pd.DataFrame:
    """Columns of a result file, those swept with their types."""
    path = out / name / file
    keep = set(wanted)
    manifest = json.loads((out / name / "manifest.json").read_text())
    swept = {p["column"]: p["path"] for p in manifest["sweep"]["parameters"]}
    return read_table(path, columns=[c for c in header(path) if c in keep], swept=swept)
