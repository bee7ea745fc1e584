"""Reproduces the paper: runs its scenarios, judges its claims, draws figures, writes the report.

Called by scripts/reproduce.sh, which sets up and builds first.
"""

from __future__ import annotations

import argparse

import yaml

from autoscale_report import ROOT, outputs, provenance, sensitivity, studies
from autoscale_report.command import parser, until_interrupted
from autoscale_report.data import Data
from autoscale_report.draughtsman import draw
from autoscale_report.figures import FIGURES
from autoscale_report.laboratories import beside
from autoscale_report.laboratories import run as laboratories
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator, Task


def parse() -> argparse.Namespace:
    p = parser(__doc__)
    p.add_argument("--sensitivity", action="store_true")
    p.add_argument("--laboratories", action="store_true")
    p.add_argument("target", nargs="*", help="scenarios and figures; none: everything")
    return p.parse_args()


def tasks_named(plan: Plan, target: str) -> list[Task]:
    """The headline's scenarios that a target names: one, an environment's, a use case's."""
    named = [t for t in plan.main_tasks() if target in (t.name, *t.name.split("_", 1))]
    if not named:
        raise SystemExit(f"error: unknown target '{target}'")
    return named


def main() -> None:
    arguments = parse()
    claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    plan = Plan(ROOT, claims, arguments.quick, out)
    simulator = Simulator(ROOT, arguments.program, out, arguments.jobs)
    data = Data(plan, simulator)

    figures = [f for f in FIGURES if f.name in arguments.target]
    scenarios = [t for t in arguments.target if not t.startswith("fig_") and t != beside.TARGET]
    headline = [task for target in scenarios for task in tasks_named(plan, target)]
    studying = arguments.sensitivity or arguments.laboratories
    everything = not arguments.target and not studying
    if everything:
        figures, headline = FIGURES, plan.main_tasks()
    reporting = bool(headline) or studying
    if reporting:
        for name in outputs.SUMMARIES:
            (out / name).unlink(missing_ok=True)  # an interrupted run leaves no stale verdicts

    if arguments.sensitivity:
        sensitivity.run(plan, simulator, out)
    if arguments.laboratories:
        laboratories.run(plan, simulator, out)
    of_figures = [task for figure in figures for task in figure.tasks(plan)]
    others = [*plan.beside(headline), *studies.beside_opt(plan, headline)]
    judged = studies.judged_by_oracles(plan) if everything else []
    found = beside.tasks(plan) if beside.TARGET in arguments.target else []
    simulator.run_all([*headline, *others, *of_figures, *judged, *found])
    if found:
        beside.write(data)
    if reporting:
        outputs.write_report(data, out)
    else:
        drawn = draw(figures, data)
        for figure in figures:
            if figure.name not in drawn:
                print(f"{figure.name} is not drawn: it needs a finished study (--sensitivity, --laboratories)")
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    until_interrupted(main)
