"""What a row of the leaderboard is worth beside the others: settled differences, ranks, equal entries.

A scope compares every entry with AutoScale, some forty times, so p-values are adjusted by Holm's step-down
method over the entries of the scope: the chance that any difference of it is called settled though there
is none stays below `ALPHA`, however the comparisons hang together.
Source: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scand. J. Statistics 6, 1979.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from scipy import stats

ALPHA = 0.05
NAMES = ["run_id", "role"]  # of a row of breakdown.csv, beside what happened


def p_value(differences: Sequence[float]) -> float:
    """Two-sided, of Student's t that the mean difference is 0; 1 where none differs, nan for one alone."""
    if len(differences) < 2:
        return math.nan
    if not any(differences):
        return 1.0
    return float(stats.ttest_1samp(differences, 0).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the same order; nan is no comparison."""
    compared = sorted((p, i) for i, p in enumerate(p_values) if not math.isnan(p))
    adjusted, so_far = [math.nan] * len(p_values), 0.0
    for place, (p, i) in enumerate(compared):
        so_far = max(so_far, min(1.0, (len(compared) - place) * p))
        adjusted[i] = so_far
    return adjusted


def order(difference: float, adjusted: float) -> str:
    """Whether it is settled that the entry is above AutoScale, or below."""
    if not adjusted < ALPHA:
        return "open"
    return "above" if difference > 0 else "below"


def judged(scope: pd.DataFrame, rival: str) -> pd.DataFrame:
    """The rows of one scope with `p_holm`, `order` (empty for the rival, the policy that all are
    compared with) and `regret_rank`, 1 for the least regret."""
    adjusted = holm(scope["p_value"].tolist())
    orders = [
        "" if policy == rival and parameters == "default" else order(difference, p)
        for policy, parameters, difference, p in zip(
            scope["policy"], scope["parameters"], scope["efficiency_difference"], adjusted)
    ]  # fmt: skip
    ranks = scope["regret"].rank(method="min").astype("Int64")
    return scope.assign(p_holm=adjusted, order=orders, regret_rank=ranks)


def equals(results: pd.DataFrame, labels: Sequence[str]) -> dict[str, str]:
    """Label -> the first label before it whose results are the same in every column and case.

    `results` is breakdown.csv, indexed by policy first.
    """
    different: dict[str, pd.DataFrame] = {}
    found = {}
    for label in labels:
        own = results.loc[label].drop(columns=NAMES, errors="ignore")
        twin = next((name for name, other in different.items() if other.equals(own)), None)
        if twin is None:
            different[label] = own
        else:
            found[label] = twin
    return found
