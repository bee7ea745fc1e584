"""leaderboard.csv: a row per entry and scope, beside AutoScale in the same worlds.

A scope is a set of cases: all, those of one environment, those of one use case. Every case weighs the
same. Values are means over replications, intervals Student's t at 95 %; differences are formed per
replication, between entries that met the same worlds. Gap and agreement are over requests in which Opt
meets the constraints; `_all` is over all with an accurate action.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from autoscale_report.cases import REFERENCE, Case, Results, cases_of
from autoscale_report.leaderboard.comparisons import equals, judged, p_value
from autoscale_report.leaderboard.entries import Board, Entry
from autoscale_sim.plots.intervals import Interval, interval

RIVAL = "autoscale"  # whom all are compared with
OPT = "opt"
STATES = 64  # of the training grid
PASSES = 4  # over the grid that a point of the smoothed curve stands for
WAY = 0.95  # of the rise of the reward that counts as converged
LEAST_RISE = 0.05  # of the reward; below, there is nothing to converge


class Scope(NamedTuple):
    environments: str  # all, or one
    use_cases: str


OVERALL = Scope("all", "all")


def scopes(board: Board) -> list[Scope]:
    return [
        OVERALL,
        *(Scope(e, "all") for e in board.environments),
        *(Scope("all", u) for u in board.use_cases),
    ]


def cases_in(board: Board, scope: Scope) -> list:
    environments = "all" if scope.environments == "all" else [scope.environments]
    use_cases = None if scope.use_cases == "all" else [scope.use_cases]
    return cases_of(board.claims, environments, use_cases)


def with_interval(name: str, values: list[float]) -> dict[str, float]:
    """Mean and interval of the replications; nan where one of them has no value."""
    known = not any(math.isnan(v) for v in values)
    value = interval(values) if known else Interval(math.nan, math.nan, math.nan)
    return {name: value.mean, f"{name}_ci95_low": value.low, f"{name}_ci95_high": value.high}


def minus(own: list[float], rival: list[float]) -> list[float]:
    return [a - b for a, b in zip(own, rival)]


def with_gap(results: Results, policies: list[str], cases: list[Case]) -> list[Case]:
    """Cases in which all the policies have a gap to Opt in every replication."""
    for policy in policies:
        cases = results.valued(policy, "gap_to_opt", cases)
    return cases


def unattainable(results: Results, policy: str, cases: list[Case]) -> float:
    """Share of inferences for which not even Opt meets QoS, mean over cases and replications."""
    counts, of = (
        np.array(results.column(policy, column, cases))
        for column in ("qos_unattainable", "inferences")
    )
    return float((counts / of).mean())


def compare(board: Board, results: Results, entry: Entry, scope: Scope) -> dict[str, object]:
    """What the entry did in the scope, and its differences from AutoScale."""
    cases = cases_in(board, scope)
    apart = results.unfinished([entry.label, RIVAL, REFERENCE, OPT], cases)
    cases = [case for case in cases if case not in set(apart)]
    first = board.claims["averages"]["first"]

    def efficiency(policy: str, baseline: str) -> list[float]:
        return [a[first] for a in results.averages(policy, baseline, cases)]

    def mean(policy: str, column: str) -> list[float]:
        return results.case_mean(policy, column, cases)

    def attainable(policy: str, column: str) -> list[float]:
        return results.case_mean(policy, column, comparable)

    own, rival = efficiency(entry.label, REFERENCE), efficiency(RIVAL, REFERENCE)
    comparable = with_gap(results, [entry.label, RIVAL], cases)
    gap = attainable(entry.label, "gap_to_opt")
    regret = minus(mean(OPT, "reward_mean"), mean(entry.label, "reward_mean"))
    row = {
        **with_interval("efficiency", own),
        "inferences_per_joule": statistics.fmean(mean(entry.label, "inferences_per_joule")),
        "qos_violation_ratio": statistics.fmean(mean(entry.label, "qos_violation_ratio")),
        "accuracy_violation_ratio": statistics.fmean(mean(entry.label, "accuracy_violation_ratio")),
        "qos_unattainable": unattainable(results, entry.label, cases),
        "agreement_target": statistics.fmean(attainable(entry.label, "agreement_target")),
        "agreement_target_all": statistics.fmean(mean(entry.label, "agreement_target_all")),
        "gap_cases": len(comparable),
        **with_interval("gap_to_opt", gap),
        "gap_to_opt_all": statistics.fmean(mean(entry.label, "gap_to_opt_all")),
        **with_interval("regret", regret),
    }  # fmt: skip
    counts = {"cases": len(cases), "cases_unfinished": len(apart)}
    if entry.label == RIVAL:
        return {**counts, **row}
    difference = minus(own, rival)
    misses = [
        [q + a for q, a in zip(mean(policy, "qos_violation_ratio"),
                               mean(policy, "accuracy_violation_ratio"))]
        for policy in (entry.label, RIVAL)
    ]  # fmt: skip
    return {
        **counts, **row,
        **with_interval("efficiency_difference", difference),
        "p_value": p_value(difference),
        **with_interval("gap_difference", minus(gap, attainable(RIVAL, "gap_to_opt"))),
        **with_interval("violation_difference", minus(*misses)),
        **with_interval("autoscale_over_it", efficiency(RIVAL, entry.label)),
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
    """What it takes to learn; `runs` and `curves` are runs.csv and learning.csv by use case.

    Of the visits until states converge the median of the runs is taken, where a run in which fewer than
    half of the states would have counts as endless: those that did are not told of alone.
    """
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
    visits = own["convergence_visits_km_p50"].fillna(math.inf).median()
    return {
        "inferences_to_converge": statistics.median(known) if known else math.nan,
        "curves_that_rise": len(known) / len(needed) if needed else math.nan,
        "visits_until_converged": visits if math.isfinite(visits) else math.nan,
        "states_converged": converged / visited if converged else math.nan,
        "table_bytes": own["table_bytes"].max(),
    }


def rows_of(board: Board, results: Results, entry: Entry, wanted: list[Scope],
            learned: dict[str, object]) -> Iterator[dict[str, object]]:  # fmt: skip
    family = board.policies[entry.policy]["family"]
    for scope in wanted:
        yield {
            "policy": entry.policy, "parameters": entry.variant,
            "family": family, "known_costs": board.known_costs(entry), **scope._asdict(),
            "replications": len(results.replications),
            **compare(board, results, entry, scope), **learned,
        }  # fmt: skip


def table(board: Board, entries: list[Entry], frames: dict[str, dict[str, dict]],
          wanted: list[Scope]) -> pd.DataFrame:  # fmt: skip
    """The rows of all entries. `frames`: file name -> label -> use case -> its table.

    `same_as` says which entry before it, AutoScale before all, has the same results in every column of
    breakdown.csv: it decided alike.
    """
    labels = {entry.label for entry in entries} | {REFERENCE, RIVAL}
    parts = [
        frame[frame["policy"] == label]
        for label in sorted(labels) for frame in frames["breakdown.csv"][label].values()
    ]  # fmt: skip
    results = Results(pd.concat(parts, ignore_index=True))
    titles = {entry.label: entry.title for entry in entries}
    twins = equals(results.frame, sorted(titles, key=lambda label: label != RIVAL))
    rows = [
        {**row, "same_as": titles.get(twins.get(entry.label), "")} for entry in entries
        for row in rows_of(board, results, entry, wanted,
                           learning(board, entry, frames["runs.csv"][entry.label],
                                    frames["learning.csv"][entry.label]))
    ]  # fmt: skip
    of_scopes = pd.DataFrame(rows).groupby(["environments", "use_cases"], sort=False)
    return pd.concat([judged(scope, RIVAL) for _, scope in of_scopes]).sort_index()
