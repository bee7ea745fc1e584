"""Runs the study of phones of today and writes its tables and figures.

Called by scripts/reproduce.sh today, which sets up and builds first.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from autoscale_report import ROOT
from autoscale_report.command import parser, until_interrupted
from autoscale_report.figure import render
from autoscale_report.simulate import FINGERPRINT, Simulator
from autoscale_report.today import SWEEPS, crossings, learners, sensitivity, sites, sweeps
from autoscale_report.today.figures import FIGURES

NUMBERS = "%.6g"  # of the tables: rows are many, and no difference below a thousandth is spoken of
LENGTHS = ["phone", "network", "signal", "prompt", "output"]
LOADS = ["phone", "prompt", "output", "others"]


def clear_if_changed(out: Path, mark: str) -> None:
    """What another program or other data made is not gone on with."""
    file = out / FINGERPRINT
    if out.exists() and (not file.exists() or file.read_text() != mark):
        for name in ("sensitivity", *SWEEPS):
            shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    file.write_text(mark)


def simulate(program: Path, out: Path, jobs: int, quick: bool) -> None:
    for name in SWEEPS:
        made = sweeps.content(name)
        sweeps.run(program, sweeps.quick(made) if quick else made, out, jobs)


def tables(program: Path, out: Path, jobs: int) -> dict[str, pd.DataFrame]:
    return {
        "lengths": sites.table(sites.points(out, "today_lengths", LENGTHS), LENGTHS),
        "load": sites.table(sites.points(out, "today_load", LOADS), LOADS),
        "crossings": crossings.table(sites.points(out, "today_load", LOADS)),
        "use": learners.use(out),
        "savings": learners.savings(out, "today_learners"),
        "alone": learners.savings(out, "today_alone"),
        "sensitivity": sensitivity.table(program, out, jobs),
    }


def main() -> None:
    arguments = parser(__doc__).parse_args()
    out = arguments.out
    of_sweeps = "".join((sweeps.FOLDER / f"{name}.yaml").read_text() for name in SWEEPS)
    clear_if_changed(out, Simulator(ROOT, arguments.program, out, arguments.jobs).inputs + of_sweeps)
    simulate(arguments.program, out, arguments.jobs, arguments.quick)
    found = tables(arguments.program, out, arguments.jobs)
    for name, rows in found.items():
        rows.to_csv(out / f"{name}.csv", index=False, float_format=NUMBERS)
    for figure in FIGURES:
        render(figure, found, out)
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    until_interrupted(main)
