"""Chooses parameters on training seeds, by the rule of scenarios/leaderboard/tuning.yaml."""

from __future__ import annotations

import json
import statistics

import pandas as pd

from autoscale_report.cases import Results, cases_of
from autoscale_report.leaderboard.entries import Board, Entry, choose

COLUMNS = ["policy", "parameters", "gap_to_opt", "violation_ratio", "default_gap_to_opt",
           "default_violation_ratio", "candidates", "replications"]  # fmt: skip


def judge(results: Results, cases: list, entry: Entry) -> tuple[float, float]:
    """Mean gap to Opt, and share of requests that violate QoS or accuracy, of a candidate."""
    gap, qos, accuracy = (
        statistics.fmean(results.case_mean(entry.label, column, cases))
        for column in ("gap_to_opt", "qos_violation_ratio", "accuracy_violation_ratio")
    )
    return gap, qos + accuracy


def tune(board: Board, policy: str, breakdown: pd.DataFrame) -> dict[str, object]:
    """The row of a policy in leaderboard_tuning.csv."""
    candidates = board.candidates(policy)
    results = Results(breakdown)
    cases = cases_of(board.claims, "all", use_cases=[board.tuning["use_case"]])
    judged = [judge(results, cases, entry) for entry in candidates]
    best = choose(judged, board.tuning["slack"])
    (gap, misses), (default_gap, default_misses) = judged[best], judged[0]
    values = [json.dumps(candidates[best].parameters), gap, misses, default_gap, default_misses,
              len(candidates), len(results.replications)]  # fmt: skip
    return dict(zip(COLUMNS, [policy, *values]))
