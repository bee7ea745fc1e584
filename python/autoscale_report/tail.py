"""How near learners come to the oracles as the tail of the Wi-Fi round trip grows: tail.csv, which
fig_tail shows.

A value is a mean over cases, one per replication. Agreement and `gap_to_opt` are over the requests in
which Opt meets QoS, the others over all.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from autoscale_report import studies
from autoscale_report.cases import cases_of, near_opt
from autoscale_report.claims import ORACLES
from autoscale_report.data import Data
from autoscale_sim.plots.intervals import Interval, interval

PAPER = "autoscale"  # the learner as published
LEARNERS = (PAPER, "lr0.7", "lr0.5", "lr0.3", "lr0.1", "ucb", "thompson")
TAUGHT = "expected_reward"  # the oracle of the reward that they are taught
GAP, LATE = "gap_ppw", "qos_violation_ratio"
MEASURES = (*ORACLES, GAP, LATE)
Curve = dict[float, list[float]]  # by 90th percentile in ms: a value per replication


def curve(data: Data, measure: str, policy: str) -> Curve:
    """Of an estimate of the claims file by its name, or a column of breakdown.csv."""
    claims, found = data.plan.claims, {}
    estimate = claims["near_opt"].get(measure, {"column": measure})
    for p90, runs in studies.tail(data.plan).items():
        results = data.results(runs)
        cases = [case for case in cases_of(claims, "all") if results.has(policy, [case])]
        found[p90], _ = near_opt(results, policy, estimate, claims, cases)
    return found


def intervals(values: Curve) -> dict[float, Interval]:
    return {p90: interval(each) for p90, each in values.items()}


def means(values: Curve) -> dict[float, float]:
    return {p90: of.mean for p90, of in intervals(values).items()}


def lead(first: Curve, second: Curve) -> dict[float, Interval]:
    """How far the first lies above the second, paired by replication: both met the same worlds."""
    return {p90: interval([a - b for a, b in zip(first[p90], second[p90])]) for p90 in first}


def loss(values: Curve) -> dict[float, Interval]:
    """How far each value lies below the one of the quietest link."""
    return lead({p90: values[min(values)] for p90 in values}, values)


def from_on(holds: Mapping[float, bool]) -> float | None:
    """The least x from which on it holds everywhere; None if it does not at the last."""
    found = None
    for x in sorted(holds, reverse=True):
        if not holds[x]:
            break
        found = x
    return found


def settled(difference: Mapping[float, Interval]) -> float | None:
    """From where on the whole interval lies above 0."""
    return from_on({p90: of.low > 0 for p90, of in difference.items()})


def table(data: Data) -> pd.DataFrame:
    """A row per policy and 90th percentile, each value with its interval; Opt's misses beside."""
    rows = []
    for policy in (*LEARNERS, TAUGHT):
        columns = {measure: intervals(curve(data, measure, policy)) for measure in MEASURES}
        columns[f"opt_{LATE}"] = intervals(curve(data, LATE, "opt"))
        for p90, runs in studies.tail(data.plan).items():
            row = {"policy": policy, "rtt_p90_ms": p90}
            for name, by_p90 in columns.items():
                row |= dict(zip((name, f"{name}_ci95_low", f"{name}_ci95_high"), by_p90[p90]))
            rows.append(row | {"replications": len(data.results(runs).replications)})
    return pd.DataFrame(rows)
