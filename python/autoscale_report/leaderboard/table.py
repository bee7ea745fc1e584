"""leaderboard.csv: a row per entry and scope, beside AutoScale in the same worlds.

A scope is a set of cases: all, those of one environment, those of one use case. Every case weighs the
same. Values are means over replications, intervals Student's t at 95 %; differences are formed per
replication, between entries that met the same worlds.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from autoscale_report.cases import REFERENCE, Results, cases_of
from autoscale_report.leaderboard.entries import Board, Entry
from autoscale_sim.plots.intervals import Interval, interval

RIVAL = "autoscale"  # whom all are compared with
STATES = 64  # of the training grid
PASSES = 4  # over the grid that a point of the smoothed curve stands for
WAY = 0.95  # of the rise of the reward that counts as converged
LEAST_RISE = 0.05  # of the reward; below, there is nothing to converge


class Scope(NamedTuple):
    environments: str  # all, or one
    use_cases: str


def scopes(board: Board) -> list[Scope]:
    return [
        Scope("all", "all"),
        *(Scope(e, "all") for e in board.environments),
        *(Scope("all", u) for u in board.use_cases),
    ]


def cases_in(board: Board, scope: Scope) -> list:
    environments = "all" if scope.environments == "all" else [scope.environments]
    use_cases = None if scope.use_cases == "all" else [scope.use_cases]
    return cases_of(board.claims, environments, use_cases)


def with_interval(name: str, value: Interval) -> dict[str, float]:
    return {name: value.mean, f"{name}_ci95_low": value.low, f"{name}_ci95_high": value.high}


def order(difference: Interval) -> str:
    """Whether the intervals settle who is more efficient."""
    if difference.low > 0:
        return "above"
    return "below" if difference.high < 0 else "open"


def paired(own: list[float], rival: list[float]) -> Interval:
    return interval([a - b for a, b in zip(own, rival)])


def compare(board: Board, results: Results, entry: Entry, scope: Scope) -> dict[str, object]:
    """What the entry did in the scope, and its differences from AutoScale."""
    cases = cases_in(board, scope)
    apart = results.unfinished([entry.label, RIVAL, REFERENCE], cases)
    cases = [case for case in cases if case not in set(apart)]
    first = board.claims["averages"]["first"]

    def efficiency(policy: str, baseline: str) -> list[float]:
        return [a[first] for a in results.averages(policy, baseline, cases)]

    def mean(policy: str, column: str) -> list[float]:
        return results.case_mean(policy, column, cases)

    own, rival = efficiency(entry.label, REFERENCE), efficiency(RIVAL, REFERENCE)
    gap = mean(entry.label, "gap_to_opt")
    row = {
        **with_interval("efficiency", interval(own)),
        "inferences_per_joule": statistics.fmean(mean(entry.label, "inferences_per_joule")),
        "qos_violation_ratio": statistics.fmean(mean(entry.label, "qos_violation_ratio")),
        "accuracy_violation_ratio": statistics.fmean(mean(entry.label, "accuracy_violation_ratio")),
        "agreement_target": statistics.fmean(mean(entry.label, "agreement_target")),
        **with_interval("gap_to_opt", interval(gap)),
    }  # fmt: skip
    counts = {"cases": len(cases), "cases_unfinished": len(apart)}
    if entry.label == RIVAL:
        return {**counts, **row}
    difference = paired(own, rival)
    misses = [
        [q + a for q, a in zip(mean(policy, "qos_violation_ratio"),
                               mean(policy, "accuracy_violation_ratio"))]
        for policy in (entry.label, RIVAL)
    ]  # fmt: skip
    return {
        **counts, **row,
        **with_interval("efficiency_difference", difference),
        **with_interval("gap_difference", paired(gap, mean(RIVAL, "gap_to_opt"))),
        **with_interval("violation_difference", paired(*misses)),
        **with_interval("autoscale_over_it", interval(efficiency(RIVAL, entry.label))),
        "order": order(difference),
    }  # fmt: skip


def passes_to_converge(curve: pd.DataFrame, dnns: int) -> float:
    """Inferences per state and DNN until the mean reward has made 95 % of its way.

    `curve` holds the points of one learner in learning.csv, in order. Rewards are taken over whole
    passes of the grid, so that every mean is over all states; the way leads from the first four passes
    to the last tenth. nan if the reward did not rise.
    """
    learned = np.concatenate([[0], curve["learned"]])
    sums = np.concatenate([[0], np.cumsum(np.diff(learned) * curve["reward_mean"])])
    stretch = PASSES * STATES * dnns
    edges = np.arange(0, learned[-1] + 1, stretch)
    if len(edges) < 3:
        return math.nan
    means = np.diff(np.interp(edges, learned, sums)) / stretch
    start, end = means[0], means[-max(1, len(means) // 10):].mean()
    if end - start < LEAST_RISE:
        return math.nan
    risen = np.flatnonzero(means - start >= WAY * (end - start))
    return float((risen[0] + 0.5) * PASSES)


def learning(board: Board, entry: Entry, runs: dict[str, pd.DataFrame],
             curves: dict[str, pd.DataFrame]) -> dict[str, object]:  # fmt: skip
    """What it takes to learn; `runs` and `curves` are runs.csv and learning.csv by use case."""
    dnns = {u: len(names) for u, names in board.claims["cases"]["use_cases"].items()}
    needed = [
        passes_to_converge(curve.sort_values("learned"), dnns[use_case])
        for use_case, frame in curves.items()
        for _, curve in frame[frame["policy"] == entry.label].groupby(["replication", "device"])
    ]
    known = [n for n in needed if not math.isnan(n)]
    own = pd.concat(runs.values())
    own = own[own["policy"] == entry.label]
    visited, converged = own["states_visited"].sum(), own["states_converged"].sum()
    return {
        "inferences_to_converge": statistics.median(known) if known else math.nan,
        "curves_that_rise": len(known) / len(needed) if needed else math.nan,
        "visits_until_converged": own["convergence_visits_p50"].mean(),
        "states_converged": converged / visited if converged else math.nan,
        "table_bytes": own["table_bytes"].max(),
    }


def rows_of(board: Board, results: Results, entry: Entry, wanted: list[Scope],
            learned: dict[str, object]) -> Iterator[dict[str, object]]:  # fmt: skip
    family = board.policies[entry.policy]["family"]
    for scope in wanted:
        yield {
            "policy": entry.policy, "parameters": "tuned" if entry.tuned else "default",
            "family": family, **scope._asdict(), "replications": len(results.replications),
            **compare(board, results, entry, scope), **learned,
        }  # fmt: skip


def table(board: Board, entries: list[Entry], frames: dict[str, dict[str, dict]],
          wanted: list[Scope]) -> pd.DataFrame:  # fmt: skip
    """The rows of all entries. `frames`: file name -> label -> use case -> its table."""
    labels = {entry.label for entry in entries} | {REFERENCE, RIVAL}
    parts = [
        frame[frame["policy"] == label]
        for label in sorted(labels) for frame in frames["breakdown.csv"][label].values()
    ]  # fmt: skip
    results = Results(pd.concat(parts, ignore_index=True))
    rows = [
        row for entry in entries
        for row in rows_of(board, results, entry, wanted,
                           learning(board, entry, frames["runs.csv"][entry.label],
                                    frames["learning.csv"][entry.label]))
    ]  # fmt: skip
    return pd.DataFrame(rows)
