"""Reproduces the paper: runs its scenarios, judges its claims, draws figures, writes the report.

Called by scripts/reproduce.sh, which sets up and builds first.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import yaml

from autoscale_report import case_means, page, provenance, report, sensitivity, studies
from autoscale_report.cases import averages_table
from autoscale_report.claims import Evaluated, claims_table, evaluate
from autoscale_report.data import Data
from autoscale_report.figure import Figure, render
from autoscale_report.figures import FIGURES
from autoscale_report.plan import Plan
from autoscale_report.simulate import Simulator, Task, join_csv, until_interrupted

ROOT = Path(__file__).resolve().parent.parent
TABLES = ["claims.csv", "averages.csv", "cases.csv", "runs.csv", "breakdown.csv", "timing.csv"]
SUMMARIES = [*TABLES, "report.html", "manifest.json"]
NUMBERS = "%.12g"  # finer than what is compared, coarser than what a machine changes


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sensitivity", action="store_true")
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("target", nargs="*", help="scenarios and figures; none: everything")
    return parser.parse_args()


def tasks_named(plan: Plan, target: str) -> list[Task]:
    """The headline's scenarios that a target names: one, an environment's, a use case's."""
    named = [t for t in plan.main_tasks() if target in (t.name, *t.name.split("_", 1))]
    if not named:
        raise SystemExit(f"error: unknown target '{target}'")
    return named


def beside(plan: Plan, headline: list[Task]) -> list[Task]:
    """What the tables need besides those of the headline's scenarios."""
    accountings = [task for tasks in plan.accounting_tasks().values() for task in tasks]
    scenarios = {task.scenario for task in headline}
    return [t for t in (*plan.variant_tasks(), *accountings) if t.scenario in scenarios]


def is_ready(figure: Figure, data: Data) -> bool:
    """Whether its runs, and what else it needs, are there."""
    tasks = figure.tasks(data.plan)
    return len(data.done(tasks)) == len(tasks) and figure.ready(data)


class Draughtsman:
    """Draws figures in a process of its own, which keeps the data it has read."""

    data: Data

    @classmethod
    def set_up(cls, data: Data) -> None:
        cls.data = data

    @classmethod
    def draw(cls, name: str) -> str:
        """Writes the figure's files; its caption."""
        figure = next(f for f in FIGURES if f.name == name)
        render(figure, cls.data, cls.data.plan.out / "figures")
        return figure.caption(cls.data)


def draw(figures: list[Figure], data: Data) -> dict[str, str]:
    """Draws those that are ready, several at a time; their captions by name."""
    names = [figure.name for figure in figures if is_ready(figure, data)]
    with ProcessPoolExecutor(
        data.simulator.jobs, get_context("fork"), Draughtsman.set_up, (data,)
    ) as processes:
        return dict(zip(names, processes.map(Draughtsman.draw, names)))


def write_tables(data: Data, out: Path) -> tuple[list[Evaluated], pd.DataFrame]:
    """Claims, averages and cases of all finished scenarios of the headline."""
    plan = data.plan
    folders = [data.folder(task) for task in data.done(plan.main_tasks())]
    for name in ("runs.csv", "breakdown.csv", "timing.csv"):
        join_csv(folders, name, out / name)
    case_means.write(case_means.case_means([out / "breakdown.csv"]), out / "cases.csv")

    inputs, ceiling = data.inputs, data.done(studies.ceiling(plan))
    if ceiling:
        inputs = dataclasses.replace(inputs, ceiling=data.results(ceiling))
    evaluated = evaluate(inputs)
    claims_table(evaluated).to_csv(out / "claims.csv", index=False)

    results = {plan.claims["settings"]["accounting"]: inputs.results}
    for accounting, tasks in plan.accounting_tasks().items():
        if data.done(tasks):
            results[accounting] = data.results(data.done(tasks))
    averages = averages_table(results, plan.claims)
    averages.to_csv(out / "averages.csv", index=False, float_format=NUMBERS)
    return evaluated, averages


def origin_of(data: Data, tasks: list[Task], out: Path) -> dict:
    """Writes manifest.json; the scenarios must be what the claims file fixed."""
    plan = data.plan
    manifests = {t.name: data.simulator.manifest(t) for t in data.done(plan.main_tasks())}
    for name, manifest in manifests.items():
        provenance.check_settings(plan.claims["settings"], manifest["scenario"], name)
    commands = [provenance.command(task, out) for task in data.done(tasks)]
    mode = "quick" if plan.quick else "full"
    origin = provenance.manifest(ROOT, mode, manifests, commands)
    (out / "manifest.json").write_text(json.dumps(origin, indent=2) + "\n")
    return origin


def write_report(data: Data, out: Path) -> None:
    """Everything that can be said about the runs that are finished."""
    plan, captions = data.plan, draw(FIGURES, data)
    main = data.done(plan.main_tasks())
    if not main:
        return
    of_figures = [task for figure in FIGURES for task in figure.tasks(plan)]
    all_tasks = list(dict.fromkeys([*main, *beside(plan, main), *of_figures]))
    origin = origin_of(data, all_tasks, out)
    evaluated, averages = write_tables(data, out)
    shown = [
        page.shown(figure, captions[figure.name], out / "figures")
        for figure in FIGURES if figure.name in captions
    ]  # fmt: skip
    files = [*TABLES, "manifest.json"]
    if sensitivity.is_done(plan, data.simulator):
        files += [str(f.relative_to(out)) for f in sorted(out.glob("sensitivity/*.csv"))]
    scenario = data.simulator.manifest(main[0])["scenario"]
    (out / "report.html").write_text(
        page.render(ROOT, plan.claims, evaluated, averages, origin, shown, scenario, files)
    )
    print(report.terminal(evaluated, pd.read_csv(out / "timing.csv")))


def main() -> None:
    arguments = parse()
    claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    plan = Plan(ROOT, claims, arguments.quick, out)
    simulator = Simulator(ROOT, arguments.program, out, arguments.jobs)
    data = Data(plan, simulator)

    figures = [f for f in FIGURES if f.name in arguments.target]
    scenarios = [t for t in arguments.target if not t.startswith("fig_")]
    headline = [task for target in scenarios for task in tasks_named(plan, target)]
    if not arguments.target and not arguments.sensitivity:
        figures, headline = FIGURES, plan.main_tasks()
    reporting = bool(headline) or arguments.sensitivity
    if reporting:
        for name in SUMMARIES:
            (out / name).unlink(missing_ok=True)  # an interrupted run leaves no stale verdicts

    if arguments.sensitivity:
        sensitivity.run(plan, simulator, out)
    of_figures = [task for figure in figures for task in figure.tasks(plan)]
    simulator.run_all([*headline, *beside(plan, headline), *of_figures])
    if reporting:
        write_report(data, out)
    else:
        drawn = draw(figures, data)
        for figure in figures:
            if figure.name not in drawn:
                print(f"{figure.name} is not drawn: it needs a finished --sensitivity")
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    until_interrupted(main)
