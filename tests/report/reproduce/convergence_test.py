"""Where a learning curve crosses a level, on curves whose true crossing is known. Standard library only."""

import math
import random
import statistics
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))

from autoscale_report.convergence import crossing, way_made

POINTS = range(1, 101)
LEVEL = 0.95


def first_above(values):
    return next(end for end, value in zip(POINTS, values) if value >= LEVEL)


def noisy(curve, seed, deviation=0.05):
    """A point per unit, each the curve in its middle plus noise."""
    draw = random.Random(seed)
    return [curve(end - 0.5) + draw.gauss(0, deviation) for end in POINTS]


class NoisyCurves(unittest.TestCase):
    """Bias over 400 curves, whose noise of 0.05 is as large as what is left of the way at the level."""

    # Curve from 0 to 1, where it truly passes 0.95, and how early the first point above is at least.
    CURVES = {
        "ramp": (lambda t: min(t / 80, 1), 76, 2),
        "saturating": (lambda t: 1 - math.exp(-t / 20), 20 * math.log(20), 10),
    }

    def test_the_crossing_is_found_where_the_first_point_above_comes_early(self):
        for name, (curve, true, early) in self.CURVES.items():
            with self.subTest(name):
                curves = [noisy(curve, seed) for seed in range(400)]
                errors = [crossing(POINTS, values, LEVEL) - true for values in curves]
                # Not exactly 0: above the level the saturating curve is flatter than below, which draws
                # the answer late, by about 1 of 60.
                self.assertLess(abs(statistics.fmean(errors)), 2)
                first = statistics.fmean(first_above(values) - true for values in curves)
                self.assertLess(first, -early)

    def test_a_step_without_noise_is_found_where_it_is(self):
        self.assertEqual(crossing(POINTS, [float(end > 60) for end in POINTS], LEVEL), 60)


class ByHand(unittest.TestCase):
    def test_points_weigh_what_they_stand_for(self):
        # Falls short by 1, then exceeds by 3 x 0.5, then falls short by 1, then exceeds for good:
        # -1, +0.5, -0.5, +9.5. Had the points the same weight, the third would be the lowest.
        self.assertEqual(crossing([1, 4, 5, 15], [0, 1.5, 0, 2], 1), 1)
        self.assertEqual(crossing([1, 2, 3, 4], [0, 1.5, 0, 2], 1), 3)

    def test_never_below_and_never_above(self):
        self.assertEqual(crossing([10, 20], [2, 3], 1), 0)
        self.assertEqual(crossing([10, 20], [0, 0.5], 1), 20)

    def test_an_early_outlier_is_no_crossing(self):
        values = [0, 0, 1.2, 0, 0, 0, 1, 1, 1, 1]
        self.assertEqual(way_made(list(range(1, 11)), values, 0.95), 6)

    def test_what_does_not_rise_makes_no_way(self):
        self.assertTrue(math.isnan(way_made([1, 2, 3], [1, 1, 1], 0.95)))
        self.assertTrue(math.isnan(way_made([1, 2, 3], [1, 0.5, 0], 0.95)))


if __name__ == "__main__":
    unittest.main()
