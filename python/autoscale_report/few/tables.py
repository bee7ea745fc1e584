"""The tables of record of the study, from the breakdown.csv of its sweeps.

A value is a mean over cases (environment, use case, phone, DNN), one per replication; a row has its mean over
replications and a 95 % interval. Gap and agreement are over the requests that some action can serve in time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from autoscale_report.few import MEASURES
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.tables import header, read_table

READ = ["scenario", "policy", "phase", "replication", "device", "dnn", "swept_environment", "swept_use_case"]
UNKNOWNS = {"latency_error": "latencies", "power_error": "powers", "rate_error": "link rates",
            "rtt_error": "round trips", "contention_error": "what co-runners cost"}  # fmt: skip


def breakdown(out: Path, sweep: str, *swept: str) -> pd.DataFrame:
    """Rows of the cases, with these swept columns too; not all sweeps have several environments."""
    file = out / sweep / "breakdown.csv"
    return read_table(file, columns=[c for c in header(file) if c in {*READ, *swept, *MEASURES}])


def means(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """A row per combination of `keys`: each measure with its interval over replications."""
    by_replication = rows.groupby([*keys, "replication"], sort=False)[list(MEASURES)].mean()
    found = []
    for key, group in by_replication.reset_index().groupby(list(keys), sort=False):
        row = dict(zip(keys, key))
        for measure in MEASURES:
            value = interval(group[measure].dropna().to_list())
            row |= dict(zip((measure, f"{measure}_ci95_low", f"{measure}_ci95_high"), value))
        found.append(row | {"replications": len(group)})
    return pd.DataFrame(found)


def targets(out: Path) -> pd.DataFrame:
    """After 10 and 50 inferences per DNN, over all cases."""
    return means(breakdown(out, "few_inferences", "visits"), ["visits", "policy"])


def environments(out: Path) -> pd.DataFrame:
    """After 50, by environment and use case, of residual and of Opt."""
    rows = breakdown(out, "few_inferences", "visits")
    rows = rows[(rows["visits"] == 50) & rows["policy"].isin(["residual", "opt"])]
    return means(rows, ["swept_use_case", "swept_environment", "policy"])


def one_unknown(out: Path) -> pd.DataFrame:
    """The cases of residual with what it does not know as a column."""
    rows = breakdown(out, "one_ignorance", *UNKNOWNS)
    rows = rows[rows["policy"] != "opt"]
    unknown = pd.Series("nothing", index=rows.index)
    for column, name in UNKNOWNS.items():
        unknown[rows[column] > 0] = name
    return rows.assign(unknown=unknown)


def unknowns(out: Path) -> pd.DataFrame:
    """What one unknown alone leaves."""
    return means(one_unknown(out), ["unknown", "policy"])


def ceilings(out: Path) -> pd.DataFrame:
    """What the rule and what no phone can see leave: nothing unknown, by environment and use case."""
    rows = one_unknown(out)
    return means(rows[rows["unknown"] == "nothing"], ["swept_use_case", "swept_environment", "policy"])


def cold_start(out: Path) -> pd.DataFrame:
    """The first 200 inferences per DNN, exploring."""
    return means(breakdown(out, "cold_start"), ["scenario", "policy"])


def recovery(out: Path) -> pd.DataFrame:
    """By change and stretch of requests."""
    return means(breakdown(out, "recovery", "change_to"), ["change_to", "policy", "phase"])


def planner_error(out: Path) -> pd.DataFrame:
    """By error of the cost model, with the parts of residual left out in turn."""
    return means(breakdown(out, "planner_error", "model_error"), ["model_error", "policy"])


def learning_curves(out: Path) -> pd.DataFrame:
    """By inferences per DNN."""
    return means(breakdown(out, "learning_curves", "visits"), ["visits", "policy"])


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "targets": targets,
    "environments": environments,
    "unknowns": unknowns,
    "ceilings": ceilings,
    "cold_start": cold_start,
    "recovery": recovery,
    "planner_error": planner_error,
    "learning_curves": learning_curves,
}
