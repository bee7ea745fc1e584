"""cases.csv: what each policy did in each case, over all replications.

It is the finest table of record. Standard library only, so that the everyday tests can compute it.
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable
from pathlib import Path

POLICIES = ("autoscale", "opt", "edge_cpu_fp32", "edge_best", "cloud", "connected_edge")
KEYS = ("policy", "environment", "use_case", "device", "dnn")
# Columns of breakdown.csv; columns.csv of any run says what they mean.
TOTALS = ("inferences", "dropped", "compared", "qos_unattainable")
MEANS = ("energy_mean_mj", "inferences_per_joule", "latency_mean_ms", "qos_violation_ratio",
         "accuracy_violation_ratio", "agreement_target", "agreement_target_all", "gap_to_opt",
         "gap_to_opt_all", "throttled_ratio")  # fmt: skip

Row = dict[str, str]


def mean(cells: list[str]) -> str:
    """Of the replications that have a value: none finished, no value."""
    values = [float(cell) for cell in cells if cell]
    return f"{statistics.fmean(values):.12g}" if values else ""


def of_case(key: tuple[str, ...], rows: list[Row]) -> Row:
    totals = {name: str(sum(int(row[name]) for row in rows)) for name in TOTALS}
    means = {name: mean([row[name] for row in rows]) for name in MEANS}
    return {**dict(zip(KEYS, key)), "replications": str(len(rows)), **totals, **means}


def case_means(breakdowns: Iterable[Path]) -> list[Row]:
    """The rows of cases.csv from the breakdown.csv of scenarios."""
    cases: dict[tuple[str, ...], list[Row]] = {}
    for path in breakdowns:
        with path.open(newline="") as lines:
            for row in csv.DictReader(lines):
                if row["policy"] in POLICIES:
                    cases.setdefault(tuple(row[k] for k in KEYS), []).append(row)
    return [of_case(key, rows) for key, rows in cases.items()]


def write(rows: list[Row], path: Path) -> None:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
