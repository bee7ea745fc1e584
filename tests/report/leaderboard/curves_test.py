#!/usr/bin/env python3
"""What is read from learning curves, on curves whose answer is known (needs pandas)."""

import math
import sys
import unittest
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))

from autoscale_report.leaderboard import regret  # noqa: E402
from autoscale_report.leaderboard.table import PASSES, STATES, passes_to_converge  # noqa: E402


def reward_curve(reward, passes=100):
    """Of one DNN, a point per pass of the grid; `reward` is a function of the pass."""
    return pd.DataFrame({"learned": [STATES * (k + 1) for k in range(passes)],
                         "reward_mean": [reward(k) for k in range(passes)]})


class Convergence(unittest.TestCase):
    def test_a_step_is_found_where_it_is(self):
        curve = reward_curve(lambda k: -3 if k < 40 else -1)
        self.assertEqual(passes_to_converge(curve, 1), 40 + PASSES / 2)

    def test_a_straight_rise_has_made_95_percent_near_its_end(self):
        curve = reward_curve(lambda k: -3 + k / 50, passes=100)
        self.assertAlmostEqual(passes_to_converge(curve, 1), 94, delta=PASSES)

    def test_what_does_not_rise_has_no_answer(self):
        self.assertTrue(math.isnan(passes_to_converge(reward_curve(lambda k: -1), 1)))
        self.assertTrue(math.isnan(passes_to_converge(reward_curve(lambda k: -1 - k), 1)))


def learning(regrets, opt=-0.5):
    """learning.csv of one phone and replication: a point per 100 requests, half of them before."""
    half = len(regrets) // 2
    return pd.DataFrame(
        {"replication": 0, "device": "phone", "learned": [100 * (i + 1) for i in range(2 * half)],
         "phase": ["before"] * half + ["after"] * half, "regret_mean": regrets,
         "opt_reward_mean": opt}
    )


class Regret(unittest.TestCase):
    def test_it_is_summed_over_requests(self):
        curves = learning([1.0, 0.5, 0.25, 0.25])
        values = regret.cumulative(curves, [0, 100, 150, 400])
        self.assertEqual(values.tolist(), [[0, 100, 125, 200]])

    def test_recovery_ends_with_the_first_window_within_ten_percent(self):
        # Level 0.5 / 0.5 = 1 before; after the change 0.5 / 1 for 1,000 requests, then 0.5 / 0.55.
        curves = learning([0.0] * 20 + [0.5] * 10 + [0.05] * 10)
        found = regret.recoveries(curves)
        self.assertAlmostEqual(found["level_before"], 1)
        self.assertAlmostEqual(found["lowest_after"], 0.5)
        self.assertEqual(found["requests_until_back"], 1500)

    def test_what_stays_away_is_not_back(self):
        found = regret.recoveries(learning([0.0] * 20 + [0.5] * 20))
        self.assertTrue(math.isinf(found["requests_until_back"]))


if __name__ == "__main__":
    unittest.main()
