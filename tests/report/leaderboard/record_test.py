#!/usr/bin/env python3
"""Rows of results/reference/leaderboard.csv come out again: those of translation, for some policies. What depends
on all entries of a scope, corrected p-values and ranks, is worked out again from the record itself.

    record_test.py PROGRAM

Runs them and works out the means from breakdown.csv alone, apart from the code that wrote the record.
Standard library and PyYAML only.
"""

import csv
import json
import operator
import statistics
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.compare import LEADERBOARD, RECORD, read, same  # noqa: E402
from autoscale_report.leaderboard.entries import (  # noqa: E402
    Board,
    choose,
    chosen,
    combinations,
)
from autoscale_report.simulate import Simulator  # noqa: E402

USE_CASE = "translation"
REFERENCE = "edge_cpu_fp32"
POLICIES = ["autoscale", "edge_best", "neurosurgeon", "residual", "sarsa", "ucb"]
MEANS = ["inferences_per_joule", "qos_violation_ratio", "accuracy_violation_ratio",
         "agreement_target", "gap_to_opt"]
PROGRAM = Path(sys.argv.pop())


def board():
    claims = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
    return Board(ROOT, PROGRAM, claims, quick=False)


def by_replication(rows, column, rival):
    """Means over cases, one per replication; a case in which a row here or of the rival is empty is left out."""
    case_of = operator.itemgetter("environment", "device", "dnn")
    empty = {case_of(row) for row in rows + rival if not row[column]}
    found = {}
    for row in rows:
        if case_of(row) not in empty:
            found.setdefault(row["replication"], []).append(float(row[column]))
    return [statistics.fmean(values) for values in found.values()]


class Choice(unittest.TestCase):
    """choose() on pairs of gap and violations; the first one has the defaults."""

    def test_the_lowest_gap_wins_among_those_that_violate_no_more(self):
        self.assertEqual(choose([(0.3, 0.01), (0.2, 0.01), (0.1, 0.02)], slack=0.005), 1)
        self.assertEqual(choose([(0.3, 0.01), (0.2, 0.01), (0.1, 0.02)], slack=0.02), 2)

    def test_the_defaults_stay_where_nothing_is_better(self):
        self.assertEqual(choose([(0.1, 0.01), (0.1, 0.0), (0.2, 0.0)], slack=0.005), 0)
        self.assertEqual(choose([(0.5, 0.0), (0.1, 0.3)], slack=0.005), 0)


class Record(unittest.TestCase):
    def test_rows_of_translation_come_out_again(self):
        runs, tuned = board(), chosen(RECORD / "leaderboard_tuning.csv")
        entries = runs.entries(POLICIES)
        entries += [entry for entry in tuned if entry.policy in POLICIES]
        record = read(RECORD / "leaderboard.csv", LEADERBOARD["leaderboard.csv"])
        rival = []
        with tempfile.TemporaryDirectory() as folder:
            simulator = Simulator(ROOT, PROGRAM, Path(folder), jobs=1)
            for entry in entries:
                (task,) = [t for t in runs.tasks(entry) if t.name.endswith(USE_CASE)]
                simulator.run(task)
                with (simulator.out / task.name / "breakdown.csv").open(newline="") as lines:
                    rows = list(csv.DictReader(lines))
                own = [row for row in rows if row["policy"] == entry.label]
                self.assertEqual(len(own), runs.replications * 9 * 3)  # environments, phones
                rival = rival or own  # the first entry is AutoScale
                fresh = {name: statistics.fmean(by_replication(own, name, rival)) for name in MEANS}
                efficiency = by_replication(own, "efficiency_vs_edge_cpu_fp32", rival)
                fresh["efficiency"] = statistics.fmean(efficiency)
                recorded = record[entry.policy, entry.variant, "all", USE_CASE]
                for name, value in fresh.items():
                    self.assertTrue(same(f"{value:.12g}", recorded[name]),
                                    f"{entry.label}: {name} is {value}, of record {recorded[name]}")

    def test_settled_and_ranks_follow_from_the_other_columns(self):
        """Holm by its definition: the i-th smallest of m p-values counts m + 1 - i times, and no less than those
        before it."""
        for file in ("leaderboard.csv", "leaderboard_blocks.csv"):
            scopes = {}
            for row in read(RECORD / file, LEADERBOARD[file]).values():
                scopes.setdefault((row["environments"], row["use_cases"]), []).append(row)
            for rows in scopes.values():
                compared = sorted((r for r in rows if r["p_value"]), key=lambda r: float(r["p_value"]))
                self.assertEqual(len(compared), len(rows) - 1)  # all but AutoScale
                for i, row in enumerate(compared):
                    stepped = [(len(compared) - j) * float(r["p_value"]) for j, r in enumerate(compared[:i + 1])]
                    adjusted = min(1, max(stepped))
                    self.assertAlmostEqual(float(row["p_holm"]), adjusted, delta=1e-9)
                    settled = "above" if float(row["efficiency_difference"]) > 0 else "below"
                    self.assertEqual(row["order"], settled if adjusted < 0.05 else "open")
                for row in rows:
                    better = sum(float(r["regret"]) < float(row["regret"]) for r in rows)
                    self.assertEqual(int(row["regret_rank"]), 1 + better)

    def test_every_policy_has_its_rows(self):
        record = read(RECORD / "leaderboard.csv", LEADERBOARD["leaderboard.csv"])
        scopes = {key[2:] for key in record}
        self.assertEqual(len(scopes), 1 + 9 + 3)
        there = {key[0] for key in record if key[1] == "default"}
        self.assertEqual(there, set(board().policies))
        planners = {key[0] for key in record if key[1] == "wrong model"}
        self.assertEqual(planners, {name for name in there if board().plans(name)})
        tuned = {entry.policy for entry in chosen(RECORD / "leaderboard_tuning.csv")}
        self.assertEqual({key[0] for key in record if key[1] == "tuned"}, tuned)

    def test_tuning_kept_to_its_file(self):
        """Chosen values are among those that tuning.yaml lists, on seeds that are not evaluated."""
        runs = board()
        tuning = runs.tuning
        rows = read(RECORD / "leaderboard_tuning.csv", ("policy",))
        self.assertEqual({name for (name,) in rows}, set(tuning["policies"]))
        for (name,), row in rows.items():
            tried = combinations(tuning["policies"][name])
            self.assertIn(json.loads(row["parameters"]), [{}, *tried])
            self.assertEqual(int(row["candidates"]), 1 + len(tried))
            self.assertLessEqual(float(row["gap_to_opt"]), float(row["default_gap_to_opt"]))
            self.assertLessEqual(float(row["violation_ratio"]),
                                 float(row["default_violation_ratio"]) + tuning["slack"])
        evaluated = range(1, 1 + runs.replications)
        trained = range(tuning["first_seed"], tuning["first_seed"] + tuning["replications"])
        self.assertFalse(set(evaluated) & set(trained))


if __name__ == "__main__":
    unittest.main()
