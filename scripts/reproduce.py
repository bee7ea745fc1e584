"""Reproduces the paper: runs its scenarios, judges its claims, draws its figures, writes the report.

Called by scripts/reproduce.sh, which sets up and builds first.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pandas as pd
import yaml

from autoscale_report import provenance, report
from autoscale_report.cases import averages_table
from autoscale_report.claims import claims_table, evaluate
from autoscale_report.data import Data
from autoscale_report.figure import Figure, render
from autoscale_report.figures import FIGURES
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator, Task, join_csv

ROOT = Path(__file__).resolve().parent.parent
SUMMARIES = ["claims.csv", "averages.csv", "report.html", "manifest.json"]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("target", nargs="*", help="scenarios and figures; none: everything")
    return parser.parse_args()


def main_tasks_named(plan: Plan, targets: list[str]) -> list[Task]:
    """The headline's scenarios that a target names: one, an environment's, a use case's."""
    return [
        task for task in plan.main_tasks()
        if not targets or {task.name, *task.name.split("_", 1)} & set(targets)
    ]  # fmt: skip


def draw(figures: list[Figure], data: Data, folder: Path) -> None:
    """Every figure whose runs are there."""
    for figure in figures:
        if len(data.done(figure.tasks(data.plan))) == len(figure.tasks(data.plan)):
            render(figure, data, folder)


def judge(data: Data, tasks: list[Task], out: Path) -> None:
    """Claims and averages of the headline's scenarios, as CSV files, report and table."""
    plan, simulator = data.plan, data.simulator
    folders = [data.folder(task) for task in tasks]
    for name in ("runs.csv", "breakdown.csv", "timing.csv"):
        join_csv(folders, name, out / name)
    manifests = {task.name: simulator.manifest(task) for task in tasks}
    for task in tasks:
        provenance.check_settings(
            plan.claims["settings"], manifests[task.name]["scenario"], task.scenario
        )
    arguments = {task.name: task.arguments() for task in tasks}
    origin = provenance.manifest(ROOT, "quick" if plan.quick else "full", manifests, arguments)
    (out / "manifest.json").write_text(json.dumps(origin, indent=2) + "\n")

    evaluated = evaluate(data.inputs)
    claims_table(evaluated).to_csv(out / "claims.csv", index=False)
    averages_table(data.inputs.results, plan.claims).to_csv(out / "averages.csv", index=False)
    print(report.terminal(evaluated, pd.read_csv(out / "timing.csv")))


def main() -> None:
    arguments = parse()
    claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
    plan = Plan(ROOT, claims, arguments.quick, arguments.out)
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    simulator = Simulator(ROOT, arguments.program, out, arguments.jobs)
    data = Data(plan, simulator)

    figures = [f for f in FIGURES if not arguments.target or f.name in arguments.target]
    scenarios = [t for t in arguments.target if not t.startswith("fig_")]
    headline = main_tasks_named(plan, scenarios) if scenarios or not arguments.target else []
    if headline:
        for name in SUMMARIES:
            (out / name).unlink(missing_ok=True)  # an interrupted run leaves no stale verdicts
    variants = [t for t in plan.variant_tasks() if t.scenario in {h.scenario for h in headline}]
    needed = [task for figure in figures for task in figure.tasks(plan)]
    simulator.run_all([*headline, *variants, *needed])
    if headline:
        judge(data, headline, out)
    draw(figures, data, out / "figures")
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted: run the same command again to go on", file=sys.stderr)
        sys.exit(130)
