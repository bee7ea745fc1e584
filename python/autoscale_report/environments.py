"""environments.csv: what an average over all cases hides, by environment and use case. How a policy does
against the best of its baselines, how often QoS is out of reach, how often heat throttles.

A pair is one environment with one use case. Its ratio is formed per replication, like all others, as
the least of those against each baseline: above 1 means better than every one of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from autoscale_report.cases import BASELINES, REFERENCE, Case, Results, by_pair, cases_of
from autoscale_sim.plots.intervals import Interval, interval

POLICY = "autoscale"
ABOVE, BELOW, OPEN = "above", "below", "open"
THROTTLED = (POLICY, "opt", *BASELINES)  # whose share of throttled inferences is shown


class Pair(NamedTuple):
    environment: str
    use_case: str
    cases: list[Case]
    best: str  # the baseline that comes nearest, or furthest ahead
    ratio: Interval  # of the policy to the best

    @property
    def order(self) -> str:
        """Which side of 1 the whole interval lies on; one replication settles nothing."""
        if self.ratio.low > 1:
            return ABOVE
        return BELOW if self.ratio.high < 1 else OPEN


def against_best(results: Results, first: str, policy: str, baselines: Sequence[str],
                 cases: list[Case]) -> tuple[str, Interval]:  # fmt: skip
    """By the average `first`: the baseline with the least mean ratio, and the least ratio of each
    replication as an interval."""
    ratios = {b: [a[first] for a in results.averages(policy, b, cases)] for b in baselines}
    best = min(ratios, key=lambda b: statistics.fmean(ratios[b]))
    return best, interval([min(each) for each in zip(*ratios.values())])


def pairs_of(results: Results, claims: dict, environments, policy: str,
             baselines: Sequence[str]) -> list[Pair]:  # fmt: skip
    """The pairs whose cases were all simulated."""
    first = claims["averages"]["first"]
    return [
        Pair(*names, cases, *against_best(results, first, policy, baselines, cases))
        for names, cases in by_pair(cases_of(claims, environments)).items()
        if all(results.has(p, cases) for p in (policy, REFERENCE, *baselines))
    ]


def environments_table(results: Results, claims: dict) -> pd.DataFrame:
    """A row per pair."""
    columns = ["environment", "use_case", "best_baseline", "autoscale_over_it", "ci95_low",
               "ci95_high", "order", "qos_unattainable",
               *(f"throttled_{p}" for p in THROTTLED), "cases", "replications"]  # fmt: skip
    rows = []
    for pair in pairs_of(results, claims, "all", POLICY, BASELINES):
        throttled = [
            statistics.fmean(results.case_mean(p, "throttled_ratio", pair.cases))
            if results.has(p, pair.cases) else None
            for p in THROTTLED
        ]  # fmt: skip
        unattainable = statistics.fmean(results.unattainable(POLICY, pair.cases))
        rows.append((pair.environment, pair.use_case, pair.best, *pair.ratio, pair.order, unattainable,
                     *throttled, len(pair.cases), len(results.replications)))  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
