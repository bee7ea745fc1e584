#!/usr/bin/env python3
"""The law behind the blind predictions, on made-up devices whose costs are known (needs the plots' packages)."""

import math
import sys
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.validation import power, predict  # noqa: E402
from autoscale_report.validation.law import MISFIT, Law, Row, Term  # noqa: E402
from autoscale_report.validation.machines import clusters, speedup  # noqa: E402
from autoscale_report.validation.rows import board_row, cpu_work, phone_row  # noqa: E402

COST = {"work": 0.08, "serial": 0.5}  # ms; the prior below says 0.05 and 1


def made_up(work, serial, latency=math.nan):
    terms = [Term(work, math.log(0.05), {("work",): 0.5}), Term(serial, math.log(1.0), {("serial",): 0.7})]
    return Row(terms, latency)


def true_latency(work, serial):
    return work * COST["work"] + serial * COST["serial"]


class Posterior(unittest.TestCase):
    amounts = [(100, 1), (400, 8), (30, 5), (900, 2), (200, 20)]

    def test_known_costs_are_recovered_from_exact_rows(self):
        law = Law.fit([made_up(*a, true_latency(*a)) for a in self.amounts])
        middle, sd, shares = law.predict([made_up(600, 12)])
        self.assertAlmostEqual(middle[0], true_latency(600, 12), delta=0.01 * middle[0])  # the prior pulls a little
        self.assertLess(sd[0], MISFIT)
        self.assertAlmostEqual(shares[0, 0], 600 * COST["work"] / true_latency(600, 12), delta=0.03)

    def test_intervals_hold_what_noise_makes(self):
        """Rows with a misfit of MISFIT: the posterior, with the misfit, holds 90 % of new rows."""
        random, inside, rows = np.random.default_rng(1), 0, 0
        for _ in range(60):
            def noisy(amounts):
                return true_latency(*amounts) * math.exp(MISFIT * random.normal())

            law = Law.fit([made_up(*a, noisy(a)) for a in self.amounts])
            new = [(50, 3), (300, 1), (150, 30)]
            middle, sd, _ = law.predict([made_up(*a) for a in new])
            error = np.abs(np.log(middle / [noisy(a) for a in new]))
            inside += (error < predict.Z90 * np.hypot(sd, MISFIT)).sum()
            rows += len(new)
        self.assertTrue(0.83 < inside / rows < 0.96, inside / rows)  # 0.90 +- 3 standard errors of 180 rows

    def test_what_no_row_speaks_of_keeps_its_prior(self):
        law = Law.fit([made_up(*a, true_latency(*a)) for a in self.amounts])
        middle, sd, _ = law.predict([Row([Term(10, math.log(2.0), {("new",): 0.4})])])
        self.assertAlmostEqual(middle[0], 20)
        self.assertAlmostEqual(sd[0], 0.4)


class Devices(unittest.TestCase):
    known = predict.networks()

    def test_sets_of_cores(self):
        self.assertEqual(clusters("1large2med"), [(1, "large"), (2, "med")])
        self.assertEqual(speedup("pixel4", "1large"), (0.0, 0.0))
        self.assertAlmostEqual(math.exp(speedup("pixel4", "3med")[0]), 3 * math.exp(-0.06))

    def test_serial_work_does_not_shrink_with_the_cores(self):
        network = self.known["phones", "mobilenet_w1"]
        one, three = (phone_row(network, "pixel4", cores, "int8") for cores in ("1med", "3med"))
        for name, a, b in zip(cpu_work(network), one.terms, three.terms):
            faster = 3 * math.exp(-0.06) if name in predict.SPREADING else 1
            self.assertAlmostEqual(math.exp(a.log_cost - b.log_cost), faster, msg=name)

    def test_groups_cost_an_operation_each(self):
        network = self.known["phones", "regnetx002"]
        self.assertEqual(cpu_work(network)["operations"], cpu_work({**network, "grouped_parts": 0})["operations"]
                         + 2 * network["grouped_parts"])  # fmt: skip

    def test_board_rows_are_of_their_board(self):
        network = self.known["boards", "mobilenet-v1-1.0-224-quantized"]
        row = board_row(network, "orin-armnn-v22.05-neon", "armnn_neon_cpu", "int8")
        self.assertTrue(any(("threads", "orin", "armnn_neon_cpu") in term.effects for term in row.terms))
        self.assertEqual(row.terms[0].effects.keys(), {("call", "orin")})
        operation = next(term for term in row.terms if ("meeting", "orin", "armnn_neon_cpu") in term.effects)
        self.assertAlmostEqual(math.exp(operation.log_cost), 0.02 / 0.85 * (1 + 0.1 * 11))  # twelve cores meet


class Power(unittest.TestCase):
    def test_the_anchor_has_its_own_power(self):
        watts, width = power.predicted(np.array([9.0]), np.array([2.0]), np.array([0.8]), np.array([0.8]))
        self.assertAlmostEqual(watts[0], 9.0)
        self.assertAlmostEqual(width[0], power.MISFIT * 7 / 9)

    def test_serial_work_draws_less(self):
        watts, width = power.predicted(np.array([9.0]), np.array([2.0]), np.array([0.0]), np.array([1.0]))
        self.assertAlmostEqual(watts[0], 2 + 7 * power.SERIAL)
        self.assertGreater(width[0], power.MISFIT * 0.4)


class Widths(unittest.TestCase):
    def test_unseen_families_and_sizes_are_wider(self):
        known = predict.networks()
        anchors = [known["phones", name] for name in ("resnet18", "mobilenet_w1")]
        of = [known["phones", name] for name in ("resnet16", "spnasnet", "densenet121", "regnetx008", "mobilenet_wd4")]
        none = np.zeros(len(of))
        width = predict.row_width(none, of, anchors, none.astype(bool), none)
        self.assertTrue(width[0] < width[1] < width[2] < width[3], width)
        self.assertGreater(width[4], width[0])
        self.assertTrue((predict.row_width(none, of, anchors, none == 0, none) > width).all())


if __name__ == "__main__":
    unittest.main()
