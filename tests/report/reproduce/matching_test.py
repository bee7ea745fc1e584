"""History matching of laboratories: distances by hand, emulators and recovery in worlds that are made up, and
recovery in simulated ones.

    matching_test.py [PROGRAM]

With the program, also in simulated ones: some laboratories that take photos only, of which the claims
of each are given to the method that has not seen it. The known one must remain and most others must not.
"""

import copy
import math
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.laboratories import outcome, run, study  # noqa: E402
from autoscale_report.laboratories.design import from_prior, space_filling  # noqa: E402
from autoscale_report.laboratories.emulator import Emulator  # noqa: E402
from autoscale_report.laboratories.hypotheses import space_of  # noqa: E402
from autoscale_report.laboratories.matching import (  # noqa: E402
    ABOVE,
    AROUND,
    BELOW,
    Reading,
    Target,
    implausibility,
    readings_of,
    targets_of,
)
from autoscale_report.laboratories.plausible import scenario  # noqa: E402
from autoscale_report.laboratories.recovery import recovery_table  # noqa: E402
from autoscale_report.laboratories.responses import responses_of  # noqa: E402
from autoscale_report.plan import Plan  # noqa: E402
from autoscale_report.simulate import Simulator  # noqa: E402

CLAIMS = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
PROGRAM = Path(sys.argv.pop()) if len(sys.argv) > 1 else None


def around(value, deviation):
    return Target("claim", value, AROUND, deviation)


class Distances(unittest.TestCase):
    def test_a_number_is_as_far_below_as_above(self):
        target = around(2.0, 0.3)
        values = target.distance(np.array([1.0, 2.0, 3.0]), 0.16)  # of standard deviation 0.5
        np.testing.assert_allclose(values, [2, 0, 2])

    def test_an_ordering_is_implausible_on_its_wrong_side_alone(self):
        above, below = (Target("claim", 1.0, side, 0.5) for side in (ABOVE, BELOW))
        np.testing.assert_allclose(above.distance(np.array([0.0, 1.0, 2.0]), 0), [2, 0, 0])
        np.testing.assert_allclose(below.distance(np.array([0.0, 1.0, 2.0]), 0), [0, 0, 2])

    def test_targets_are_those_of_the_claims_with_their_discrepancy(self):
        space = space_of(ROOT, CLAIMS)
        targets = {t.claim: t for t in targets_of(space.study, CLAIMS)}
        cpu = targets["efficiency_vs_edge_cpu_fp32"]
        self.assertEqual((cpu.value, cpu.side), (math.log(9.8), AROUND))
        self.assertAlmostEqual(cpu.deviation, math.hypot(0.1, 0.05 / math.sqrt(3) / 9.8))
        self.assertAlmostEqual(cpu.distance(np.array([math.log(9.8 * 1.1)]), 0)[0],
                               math.log(1.1) / cpu.deviation)  # fmt: skip
        self.assertEqual((targets["agreement_with_opt"].value, targets["agreement_with_opt"].kind), (0.979, "plain"))
        gap = targets["gap_to_opt"]
        self.assertAlmostEqual(gap.value, math.log(1 - 0.032))
        self.assertAlmostEqual(gap.deviation, math.hypot(0.02, 0.0005 / math.sqrt(3)) / (1 - 0.032))
        for target, value in ((gap, 0.2), (cpu, 12.0), (targets["agreement_with_opt"], 0.8)):
            self.assertAlmostEqual(float(target.unscale(target.scale(np.array(value)))), value)
        self.assertAlmostEqual(float(cpu.scale(np.array(9.8))), cpu.value)
        self.assertLess(float(cpu.scale(np.array(1e6))), cpu.value + 1)  # out of reach
        sides = [targets[f"shape_weak_wifi_{where}"].side for where in ("cloud", "tablet")]
        self.assertEqual(sides, [BELOW, ABOVE])
        self.assertEqual((targets["order_autoscale_static"].side, targets["order_autoscale_static"].value), (ABOVE, 0))

    def test_a_reading_takes_each_claim_by_its_average_or_agreement(self):
        space = space_of(ROOT, CLAIMS)
        targets, responses = targets_of(space.study, CLAIMS), responses_of(space)
        readings = readings_of(space.judged, responses, targets)
        self.assertEqual(len(readings), 8)
        self.assertAlmostEqual(sum(r.prior for r in readings), 1)
        names = [responses[c].name for c in next(r for r in readings if r.options == ("geometric", "action")).columns]
        self.assertIn("efficiency_vs_cloud.geometric_mean", names)
        self.assertIn("agreement_with_opt.agreement_action", names)
        self.assertIn("shape_mobilebert", names)
        self.assertEqual(len(names), len(targets))


class Designs(unittest.TestCase):
    def test_a_space_filling_design_takes_every_option_and_part_of_a_range_equally_often(self):
        space = space_of(ROOT, CLAIMS)
        design = space_filling(space, 120, 1)
        for place, choice in enumerate(space.choices):
            counts = np.bincount(design.options[:, place], minlength=len(choice.options))
            self.assertLessEqual(counts.max() - counts.min(), 1, choice.id)
        for column in design.shares.T:
            tenths = np.bincount(np.minimum((column * 10).astype(int), 9), minlength=10)
            self.assertLessEqual(abs(tenths - 12).max(), 1)  # shares are rounded

    def test_a_design_of_the_prior_takes_options_by_their_weights(self):
        space = space_of(ROOT, CLAIMS)
        design = from_prior(space, 20000, 1)
        for place, choice in enumerate(space.choices):
            for number, option in enumerate(choice.options):
                self.assertAlmostEqual((design.options[:, place] == number).mean(), option.prior, delta=0.015)

    def test_the_scenario_of_the_registered_laboratory_changes_nothing(self):
        space = space_of(ROOT, CLAIMS)
        common = yaml.safe_load((ROOT / "scenarios/paper/common.yaml").read_text())
        tree = scenario(space, space.registered(), common)
        self.assertNotIn("overrides", tree)
        self.assertNotIn("policies", tree)
        for key in ("accounting", "slow_start"):
            self.assertEqual(tree[key], common[key])
        phases = [{"learn": False, **{k: v for k, v in p.items() if k != "order"}} for p in tree["phases"]]
        self.assertEqual(phases, [{"learn": False, **p} for p in common["phases"]])


def made_up(x):
    """Two responses of three of many inputs, one of them by acting together."""
    return np.stack([np.sin(3 * x[:, 0]) + x[:, 1], x[:, 0] * x[:, 2] + 0.5 * x[:, 1]], axis=1)


class MadeUpWorlds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = np.random.default_rng(0)
        cls.x, cls.new = rng.random((200, 20)), rng.random((400, 20))
        cls.noise = 0.02
        cls.y = made_up(cls.x) + cls.noise * rng.normal(size=(200, 2))
        cls.emulators = [Emulator(cls.x, cls.y[:, i]) for i in range(2)]
        cls.expected = np.stack([e.predict(cls.new) for e in cls.emulators], axis=1)
        cls.variances = np.stack([e.variance(v) for e, v in zip(cls.emulators, cls.expected.T)], axis=1)

    def test_an_emulator_knows_its_error(self):
        for i, emulator in enumerate(self.emulators):
            away = np.sqrt(np.mean((emulator.predict(self.new) - made_up(self.new)[:, i]) ** 2))
            self.assertLess(emulator.error, 0.15 * self.y[:, i].std())
            self.assertGreater(emulator.error, self.noise)
            self.assertLess(away, 1.2 * emulator.error)
            self.assertAlmostEqual(np.sqrt(self.variances[:, i].mean()), emulator.error, delta=0.5 * emulator.error)

    def test_known_worlds_remain_and_most_of_the_space_does_not(self):
        targets, readings = [around(0, 0.02)] * 2, [Reading(("only",), 1.0, (0, 1))]
        known, everything = made_up(self.new[:40]), (self.expected, self.variances)
        table = recovery_table(targets, readings, known, [v[:40] for v in everything], everything, 3)
        self.assertGreaterEqual(table["remains"].mean(), 0.95)
        self.assertGreater(table["ruled_out"].median(), 0.8)

    def test_claims_that_contradict_each_other_leave_nothing_and_the_fewest_are_given_up(self):
        # Three claims of one response: two agree, the third asks for the opposite.
        targets = [around(1.2, 0.02), around(1.21, 0.02), around(-5, 0.02)]
        expected, variances = self.expected[:, [0]], self.variances[:, [0]]
        readings = [Reading(("only",), 1.0, (0, 0, 0))]
        distances = implausibility(targets, readings, expected, variances)
        cloud = outcome.Cloud(None, None, targets, readings, distances, expected[None][:, :, [0, 0, 0]],
                              np.sqrt(variances[None][:, :, [0, 0, 0]]), 3)  # fmt: skip
        self.assertEqual(cloud.remaining([0, 1, 2]).sum(), 0)
        self.assertEqual(outcome.consistent(cloud, [0, 1, 2]), [0, 1])
        values, weights = outcome.drawn(cloud, 2, [0, 1])
        self.assertEqual(outcome.held(targets[2], values, weights), "below")
        self.assertEqual(outcome.held(targets[1], *outcome.drawn(cloud, 1, [0])), "inside")


class Programs(unittest.TestCase):
    """What a program that fails says of a laboratory: something only if it does not take its input."""

    def ended_by(self, code, folder):
        program = folder / f"exits_{code}"
        program.write_text(f"#!/bin/sh\necho 'file:1:1: error: no' >&2\nexit {code}\n")
        program.chmod(0o755)
        plan = Plan(ROOT, CLAIMS, True, folder)
        return study.Study(plan, Simulator(ROOT, program, folder, 1), folder, study.QUICK)

    def test_a_mistake_in_the_input_refuses_a_laboratory(self):
        with tempfile.TemporaryDirectory() as folder:
            own = self.ended_by(2, Path(folder))
            own.measure_all("1", space_filling(own.space, 2, 1), 1)
            self.assertEqual([row["refused"] for row in own.journal.rows.values()], ["file:1:1: error: no"] * 2)

    def test_a_full_disk_or_a_signal_stops_the_study_and_refuses_none(self):
        for code in (3, 4, 137):
            with self.subTest(code), tempfile.TemporaryDirectory() as folder:
                own = self.ended_by(code, Path(folder))
                with self.assertRaises(SystemExit):
                    own.measure_all("1", space_filling(own.space, 2, 1), 1)
                self.assertEqual(own.journal.rows, {})

    def test_a_design_that_was_cut_is_drawn_again(self):
        with tempfile.TemporaryDirectory() as folder:
            own = self.ended_by(2, Path(folder))
            (own.folder / "wave_1.partial.npz").write_bytes(b"PK")
            first = own.design(1, [])
            np.testing.assert_array_equal(first.shares, own.design(1, []).shares)


@unittest.skipUnless(PROGRAM, "needs the program")
class SimulatedWorlds(unittest.TestCase):
    def test_known_laboratories_remain_and_most_of_the_space_does_not(self):
        claims = copy.deepcopy(CLAIMS)
        photos = claims["cases"]["use_cases"]["non_streaming"]
        claims["cases"]["use_cases"] = {"non_streaming": photos}
        claims["variants"] = {}
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(ROOT, claims, True, Path(folder))
            size = study.Size((100, 40), 12, 2, 2, 2000, 2000)
            own = study.Study(plan, Simulator(ROOT, PROGRAM, Path(folder), 2), Path(folder), size, kept)
            tables, summary, text = run.tables_of(own, own.run())
            own.simulator.program = Path("/none")  # nothing is simulated twice
            resumed = study.Study(plan, own.simulator, Path(folder), size, kept)
            self.assertTrue(tables["laboratories"].equals(resumed.record(resumed.run())))
        recovered = tables["recovery"]
        print(recovered.to_string())
        self.assertEqual(len(recovered), 12)
        self.assertGreaterEqual(recovered["remains"].mean(), 0.9)
        self.assertGreater(recovered["ruled_out"].median(), 0.5)
        self.assertEqual(summary["laboratories"], 140)
        self.assertTrue(yaml.safe_load(text)["phases"])


def kept(claim):
    """The claims that a single use case answers."""
    return claim.startswith(("efficiency", "agreement", "gap"))


if __name__ == "__main__":
    unittest.main()
