"""Runs the sweeps of the study and writes its tables and its figure.

Called by scripts/few_inferences.sh, which sets up and builds first.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from autoscale_report import NUMBERS, ROOT
from autoscale_report.command import parser, until_interrupted
from autoscale_report.figure import render
from autoscale_report.few import SWEEPS, bound
from autoscale_report.few.figure import FIGURE
from autoscale_report.few.tables import TABLES

QUICK = 2  # replications


def shortened(sweep: Path, out: Path) -> Path:
    """The same sweep with fewer replications, as a file of its own."""
    content = yaml.safe_load(sweep.read_text())
    content["replications"] = QUICK
    content["scenarios"] = [str((sweep.parent / name).resolve()) for name in content["scenarios"]]
    file = out / sweep.name
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def simulate(program: Path, out: Path, jobs: int, quick: bool) -> None:
    for name in SWEEPS:
        sweep = ROOT / f"scenarios/sweeps/{name}.yaml"
        resume = ["--resume"] if (out / name).exists() else []
        subprocess.run([program, "sweep", shortened(sweep, out) if quick else sweep, f"--jobs={jobs}",
                        f"--out={out / name}", *resume], check=True)  # fmt: skip


def main() -> None:
    arguments = parser(__doc__).parse_args()
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    simulate(arguments.program, out, arguments.jobs, arguments.quick)
    tables = {name: of(out) for name, of in TABLES.items()} | {"bound": bound.table(arguments.program)}
    for name, rows in tables.items():
        rows.to_csv(out / f"{name}.csv", index=False, float_format=NUMBERS)
    render(FIGURE, tables["learning_curves"], out)
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    until_interrupted(main)
