"""The averages, intervals and verdicts of scripts/reproduce.sh, on cases worked out by hand.

Standard library only.
"""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))

from autoscale_report.averages import Energy, four_averages
from autoscale_report.verdict import MET, MISSED, judge, tolerance_text
from autoscale_sim.plots.intervals import Interval, interval, t_quantile


def energies(*mean_mj):
    return [Energy(1000 / mj, mj) for mj in mean_mj]


class FourAverages(unittest.TestCase):
    # Two cases; the reference spends 100 and 1000 mJ, the baseline 50 and 100, the policy 10 and 100.
    reference = energies(100, 1000)
    baseline = energies(50, 100)
    policy = energies(10, 100)

    def test_against_a_baseline(self):
        averages = four_averages(self.policy, self.baseline, self.reference)
        # Normalised PPW: policy 10 and 10, baseline 2 and 10.
        self.assertAlmostEqual(averages["ratio_of_mean_normalised_ppw"], 10 / 6)
        self.assertAlmostEqual(averages["mean_of_ratios"], (5 + 1) / 2)
        self.assertAlmostEqual(averages["geometric_mean"], math.sqrt(5))
        self.assertAlmostEqual(averages["ratio_of_totals"], 150 / 110)

    def test_against_the_reference_the_first_is_the_mean_of_ratios(self):
        averages = four_averages(self.baseline, self.reference, self.reference)
        self.assertAlmostEqual(averages["ratio_of_mean_normalised_ppw"], 6)
        self.assertAlmostEqual(averages["mean_of_ratios"], 6)
        self.assertAlmostEqual(averages["ratio_of_totals"], 1100 / 150)

    def test_a_policy_against_itself_is_one(self):
        for value in four_averages(self.policy, self.policy, self.reference).values():
            self.assertAlmostEqual(value, 1)

    def test_every_case_weighs_the_same_however_much_energy_it_takes(self):
        small = four_averages(energies(1, 10), energies(2, 10), energies(2, 10))
        large = four_averages(energies(1000, 10), energies(2000, 10), energies(2000, 10))
        for average in ("ratio_of_mean_normalised_ppw", "mean_of_ratios", "geometric_mean"):
            self.assertAlmostEqual(small[average], large[average])
        self.assertNotAlmostEqual(small["ratio_of_totals"], large["ratio_of_totals"])

    def test_unfinished_cases_and_unequal_case_sets_are_refused(self):
        with self.assertRaises(ValueError):
            four_averages([Energy(0, 0)], energies(1), energies(1))
        with self.assertRaises(ValueError):
            four_averages(energies(1), energies(1, 2), energies(1, 2))
        with self.assertRaises(ValueError):
            four_averages([], [], [])


class Intervals(unittest.TestCase):
    def test_student_t(self):
        mean, low, high = interval([1, 2, 3, 4, 5])
        half = 2.7764 * math.sqrt(2.5 / 5)
        self.assertEqual(mean, 3)
        self.assertAlmostEqual(low, 3 - half)
        self.assertAlmostEqual(high, 3 + half)

    def test_one_replication_has_no_interval(self):
        mean, low, high = interval([2.5])
        self.assertEqual(mean, 2.5)
        self.assertTrue(math.isnan(low) and math.isnan(high))

    def test_quantiles(self):
        self.assertAlmostEqual(t_quantile(1), 12.7062)
        self.assertAlmostEqual(t_quantile(9), 2.2622)
        self.assertAlmostEqual(t_quantile(31), 2.0395, places=3)
        self.assertAlmostEqual(t_quantile(60), 2.0003, places=3)
        self.assertAlmostEqual(t_quantile(10**6), 1.95997, places=4)
        falling = [t_quantile(n) for n in range(1, 100)]
        self.assertEqual(falling, sorted(falling, reverse=True))


def verdict(tolerance, mean, low=None, high=None, paper=None):
    value = Interval(mean, mean if low is None else low, mean if high is None else high)
    return judge({"tolerance": tolerance, "paper": {"value": paper}}, value)


class Verdicts(unittest.TestCase):
    def test_around_the_paper_value(self):
        self.assertEqual(verdict({"relative": 0.15}, 11.2, paper=9.8), MET)
        self.assertEqual(verdict({"relative": 0.15}, 11.3, paper=9.8), MISSED)
        self.assertEqual(verdict({"absolute": 0.01}, 0.97, paper=0.979), MET)
        self.assertEqual(verdict({"absolute": 0.01}, 0.96, paper=0.979), MISSED)
        self.assertEqual(verdict({"exact": True}, 405504.0, paper=405504), MET)
        self.assertEqual(verdict({"exact": True}, 405505.0, paper=405504), MISSED)
        self.assertEqual(verdict({"range": [40, 50]}, 40), MET)
        self.assertEqual(verdict({"range": [40, 50]}, 50.1), MISSED)

    def test_orderings_need_the_whole_interval(self):
        self.assertEqual(verdict({"above": 1}, 1.2, low=1.1, high=1.3), MET)
        self.assertEqual(verdict({"above": 1}, 1.2, low=0.9, high=1.5), MISSED)
        self.assertEqual(verdict({"below": 0}, -0.1, low=-0.2, high=-0.05), MET)
        self.assertEqual(verdict({"below": 0}, 0, low=0, high=0), MISSED)
        self.assertEqual(verdict({"above": 1}, 1.2, low=math.nan, high=math.nan), MISSED)

    def test_no_value_is_a_miss(self):
        self.assertEqual(judge({"tolerance": {"above": 1}, "paper": {"value": 2}}, None), MISSED)

    def test_text(self):
        self.assertEqual(tolerance_text({"relative": 0.15}), "+-15%")
        self.assertEqual(tolerance_text({"range": [40, 50]}), "40 to 50")
        self.assertEqual(tolerance_text(None), "")


if __name__ == "__main__":
    unittest.main()
