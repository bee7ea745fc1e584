"""The tables of a reproduction, in memory and as CSV files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autoscale_report import NUMBERS, case_means, registrations
from autoscale_report.cases import averages_table
from autoscale_report.claims import Evaluated, claims_table, evaluate
from autoscale_report.data import Data
from autoscale_report.environments import environments_table
from autoscale_report.registrations import Beside
from autoscale_report.simulate import join_csv

TABLES = ["claims.csv", "averages.csv", "environments.csv", "cases.csv", "runs.csv", "breakdown.csv",
          "timing.csv"]  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """What the page shows of them."""

    evaluated: list[Evaluated]
    beside: dict[str, Beside]
    averages: pd.DataFrame
    environments: pd.DataFrame


def write_tables(data: Data, percentiles: pd.DataFrame, out: Path) -> Tables:
    """Claims, averages, environments and cases of all finished scenarios of the headline."""
    plan, inputs = data.plan, data.inputs
    folders = [data.folder(task) for task in data.done(plan.main_tasks())]
    for name in ("runs.csv", "breakdown.csv", "timing.csv"):
        join_csv(folders, name, out / name)
    case_means.write(case_means.case_means([out / "breakdown.csv"]), out / "cases.csv")

    results = {plan.claims["settings"]["accounting"]: inputs.results}
    for accounting, tasks in plan.accounting_tasks().items():
        if data.done(tasks):
            results[accounting] = data.results(data.done(tasks))
    near_opt = {"autoscale": inputs.results, **inputs.beside}
    tables = Tables(
        evaluate(inputs),
        registrations.beside(plan.claims, percentiles),
        averages_table(results, near_opt, plan.claims),
        environments_table(inputs.results, plan.claims),
    )
    claims_table(tables.evaluated, tables.beside).to_csv(out / "claims.csv", index=False)
    for name, table in (("averages", tables.averages), ("environments", tables.environments)):
        table.to_csv(out / f"{name}.csv", index=False, float_format=NUMBERS)
    return tables
