"""What a reproduction leaves beside its runs: tables, manifest.json and report.html."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pandas as pd

from autoscale_report import NUMBERS, ROOT, case_means, page, provenance, report, sensitivity, studies
from autoscale_report.cases import averages_table
from autoscale_report.claims import Evaluated, claims_table, evaluate
from autoscale_report.data import Data
from autoscale_report.draughtsman import draw
from autoscale_report.figures import FIGURES
from autoscale_report.simulate import Task, join_csv
from autoscale_sim.plots.tables import read_table

TABLES = ["claims.csv", "averages.csv", "cases.csv", "runs.csv", "breakdown.csv", "timing.csv"]
SUMMARIES = [*TABLES, "report.html", "manifest.json"]


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
    all_tasks = list(dict.fromkeys([*main, *plan.beside(main), *of_figures]))
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
    print(report.terminal(evaluated, read_table(out / "timing.csv")))
