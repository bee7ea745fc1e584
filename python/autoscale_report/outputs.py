"""What a reproduction leaves beside its runs: tables, manifest.json and report.html."""

from __future__ import annotations

import json
from pathlib import Path

from autoscale_report import ROOT, page, provenance, report, sensitivity, studies
from autoscale_report.data import Data
from autoscale_report.draughtsman import draw
from autoscale_report.figures import FIGURES
from autoscale_report.laboratories import run as laboratories
from autoscale_report.laboratories.section import section
from autoscale_report.simulate import Task
from autoscale_report.tables import TABLES, write_tables
from autoscale_sim.plots.tables import read_table

OF_FIGURES = [figure.table_file for figure in FIGURES if figure.table]
SUMMARIES = [*TABLES, *OF_FIGURES, "report.html", "manifest.json"]


def write_whole(file: Path, text: str) -> None:
    """Replaces a file; one that is interrupted leaves the old one."""
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(text)
    partial.replace(file)


def origin_of(data: Data, tasks: list[Task], out: Path) -> dict:
    """Writes manifest.json; the scenarios must be what the claims file fixed."""
    plan = data.plan
    manifests = {t.name: data.simulator.manifest(t) for t in data.done(plan.main_tasks())}
    for name, manifest in manifests.items():
        provenance.check_settings(plan.claims["settings"], manifest["scenario"], name)
    commands = [provenance.command(task, out) for task in data.done(tasks)]
    mode = "quick" if plan.quick else "full"
    origin = provenance.manifest(ROOT, mode, manifests, commands)
    write_whole(out / "manifest.json", json.dumps(origin, indent=2) + "\n")
    return origin


def write_report(data: Data, out: Path) -> None:
    """Everything that can be said about the runs that are finished."""
    plan, captions = data.plan, draw(FIGURES, data)
    main = data.done(plan.main_tasks())
    if not main:
        return
    of_figures = [task for figure in FIGURES for task in figure.tasks(plan)]
    beside = [*plan.beside(main), *studies.beside_opt(plan, main), *studies.judged_by_oracles(plan)]
    all_tasks = list(dict.fromkeys([*main, *beside, *of_figures]))
    origin = origin_of(data, all_tasks, out)
    percentiles, of_study = sensitivity.study_of(plan, data.simulator)
    tables = write_tables(data, percentiles, out)
    shown = [
        page.shown(figure, captions[figure.name], data)
        for figure in FIGURES if figure.name in captions
    ]  # fmt: skip
    files = [*TABLES, *(name for name in OF_FIGURES if (out / name).exists()), "manifest.json"]
    if sensitivity.is_done(plan, data.simulator):
        files += [str(f.relative_to(out)) for f in sorted(out.glob("sensitivity/*.csv"))]
    if laboratories.is_done(plan, data.simulator):
        files += [str(f.relative_to(out)) for f in sorted(laboratories.folder_of(out).glob("*.csv"))]
    scenario = data.simulator.manifest(main[0])["scenario"]
    write_whole(out / "report.html", page.render(ROOT, plan.claims, tables, of_study, origin, shown, scenario, files,
                                                 section(plan, data.simulator)))  # fmt: skip
    print(report.terminal(tables.evaluated, tables.beside, read_table(out / "timing.csv")))
