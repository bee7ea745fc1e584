#!/usr/bin/env python3
"""The leaderboard's table and page, from results that the test makes up (needs the plots' packages)."""

import itertools
import math
import random
import sys
import unittest
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.compare import of_policies  # noqa: E402
from autoscale_report.leaderboard import page  # noqa: E402
from autoscale_report.leaderboard.__main__ import in_blocks  # noqa: E402
from autoscale_report.leaderboard.comparisons import equals, holm, judged, p_value  # noqa: E402
from autoscale_report.leaderboard.entries import TUNED, Board, Entry  # noqa: E402
from autoscale_report.leaderboard.figures import Shown  # noqa: E402
from autoscale_report.leaderboard.table import OVERALL, table  # noqa: E402
from autoscale_sim.plots.intervals import interval  # noqa: E402

KNOWS = {"autoscale": ("learner", "nothing"), "edge_cpu_fp32": ("baseline", "costs"),
         "opt": ("oracle", "world"), "q_lambda": ("learner", "nothing"),
         "lyapunov": ("heuristic", "costs"), "svr": ("predictor", "nothing")}  # fmt: skip
ENTRIES = [Entry(name, name) for name in KNOWS]
CLAIMS = {
    "cases": {"environments": {"static": ["S1"]}, "use_cases": {"translation": ["easy", "hard"]}, "devices": ["phone"]},
    "averages": {"first": yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())["averages"]["first"]},
}


def board():
    made = Board(ROOT, Path("no program"), CLAIMS, quick=False)
    made.__dict__["policies"] = {
        name: {"name": name, "family": family, "knows": knows} for name, (family, knows) in KNOWS.items()
    }  # in place of the program's list
    return made


def student_p(t):
    """Two-sided p-value of Student's t with 3 degrees of freedom, whose distribution is elementary."""
    x = abs(t) / math.sqrt(3)
    return 1 - 2 / math.pi * (math.atan(x) + x / (1 + x * x))


def closed_test(p_values):
    """Holm's adjusted p-values by what they are: an effect stands if every set of hypotheses that holds it is
    rejected by Bonferroni."""
    n = len(p_values)
    sets = [s for k in range(1, n + 1) for s in itertools.combinations(range(n), k)]
    return [max(min(1, len(s) * min(p_values[j] for j in s)) for s in sets if i in s) for i in range(n)]


class Significance(unittest.TestCase):
    def test_p_values_are_students(self):
        for values in ([1, 2, 3, 4], [-0.1, -0.2, -0.4, 0.1], [5, 5, 5, 5.001]):
            mean = sum(values) / 4
            deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / 3)
            self.assertAlmostEqual(p_value(values), student_p(mean / (deviation / 2)), places=12)

    def test_p_values_agree_with_the_intervals(self):
        draws = random.Random(1)
        for _ in range(200):
            values = [draws.gauss(1, 1) for _ in range(4)]
            within = interval(values).low <= 0 <= interval(values).high
            self.assertEqual(p_value(values) < 0.05, not within)

    def test_what_does_not_differ_is_not_told_apart(self):
        self.assertEqual(p_value([0, 0, 0, 0]), 1)
        self.assertTrue(math.isnan(p_value([0.3])))

    def test_holm_by_hand(self):
        # Sorted 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, none less than those before it.
        for found, expected in zip(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]):
            self.assertAlmostEqual(found, expected, places=15)
        self.assertEqual(holm([0.6, 0.9]), [1, 1])

    def test_holm_is_the_closed_test(self):
        draws = random.Random(2)
        for n in (1, 2, 3, 5, 7):
            for _ in range(20):
                p_values = [draws.random() ** 3 for _ in range(n)] + ([0.02, 0.02] if n > 3 else [])
                for found, expected in zip(holm(p_values), closed_test(p_values)):
                    self.assertAlmostEqual(found, expected, places=15)

    def test_what_is_no_comparison_does_not_count(self):
        adjusted = holm([math.nan, 0.01, 0.02])
        self.assertTrue(math.isnan(adjusted[0]))
        self.assertEqual(adjusted[1:], [0.02, 0.02])

    def test_one_of_many_needs_a_smaller_p_value(self):
        names = ["autoscale", "a", "b", "c"]
        scope = pd.DataFrame({"policy": names, "parameters": "default", "efficiency_difference": [math.nan, 1, -1, 1],
                              "p_value": [math.nan, 0.03, 0.001, 0.04], "regret": [0.3, 0.1, 0.3, 0.2]})
        found = judged(scope, "autoscale")
        self.assertEqual(found["order"].tolist(), ["", "open", "below", "open"])
        self.assertEqual(found["regret_rank"].tolist(), [3, 1, 3, 2])
        alone = judged(scope[scope["policy"].isin(["autoscale", "a"])], "autoscale")
        self.assertEqual(alone["order"].tolist(), ["", "above"])


REWARD = {"opt": -0.5, "lyapunov": -0.7, "svr": -0.4}
ENERGY = {"opt": 1.0, "edge_cpu_fp32": 10.0, "lyapunov": 1.1, "svr": 1.2}  # mJ


def breakdown(policy, replications=4):
    """In the hard case Opt meets QoS in no request, or under svr in half of them; in the easy one in 3 of 4."""
    rows = []
    for r, dnn in itertools.product(range(replications), ("easy", "hard")):
        energy = ENERGY.get(policy, 2.0) * (1 + 0.01 * r * (policy != "edge_cpu_fp32"))
        missed = 50 if dnn == "easy" else 100 if policy == "svr" else 200
        gap = math.nan if missed == 200 else energy - 1 if dnn == "easy" else 40.0
        rows.append({
            "run_id": f"{policy}-r{r}", "environment": "S1", "use_case": "translation", "policy": policy,
            "role": "compared", "device": "phone", "dnn": dnn, "replication": r, "inferences": 200,
            "energy_mean_mj": energy, "inferences_per_joule": 1000 / energy, "qos_violation_ratio": 0.1,
            "accuracy_violation_ratio": 0.0, "reward_mean": REWARD.get(policy, -1.0), "qos_unattainable": missed,
            "agreement_target": math.nan if missed == 200 else 0.5, "agreement_target_all": 0.4,
            "gap_to_opt": gap, "gap_to_opt_all": 7.0,
        })  # fmt: skip
    return pd.DataFrame(rows)


def runs(policy, visits=(30.0, 40.0, math.nan, 20.0)):
    learns = KNOWS[policy][0] == "learner"
    return pd.DataFrame({"policy": policy, "states_visited": 100, "states_converged": 60 if learns else 0,
                         "convergence_visits_km_p50": list(visits), "table_bytes": 1024 + len(policy)})


def frames(breakdowns=None, **of_runs):
    read = {name: {"translation": breakdown(name)} for name in KNOWS} | (breakdowns or {})
    return {"breakdown.csv": read, "runs.csv": {n: {"translation": of_runs.get(n, runs(n))} for n in KNOWS},
            "learning.csv": {n: {} for n in KNOWS}}  # fmt: skip


def overall(**changed):
    return table(board(), ENTRIES, frames(**changed), [OVERALL]).set_index("policy")


class Table(unittest.TestCase):
    def test_the_gap_is_over_what_both_could_attain(self):
        rows = overall()
        # svr has a gap of 40 in the hard case, in which AutoScale has none: it stays out.
        self.assertEqual(rows.loc["svr", "gap_cases"], 1)
        gaps = [1.2 * (1 + 0.01 * r) - 1 for r in range(4)]
        self.assertAlmostEqual(rows.loc["svr", "gap_to_opt"], sum(gaps) / 4)
        self.assertAlmostEqual(rows.loc["svr", "gap_to_opt_ci95_low"], interval(gaps).low)
        self.assertAlmostEqual(rows.loc["svr", "gap_to_opt_ci95_high"], interval(gaps).high)
        self.assertAlmostEqual(rows.loc["svr", "gap_difference"], -0.8 * 1.015)
        self.assertAlmostEqual(rows.loc["svr", "gap_to_opt_all"], 7)
        self.assertAlmostEqual(rows.loc["svr", "agreement_target"], 0.5)

    def test_the_share_that_is_unattainable_stands_beside(self):
        rows = overall()
        self.assertAlmostEqual(rows.loc["svr", "qos_unattainable"], (0.25 + 0.5) / 2)
        self.assertAlmostEqual(rows.loc["autoscale", "qos_unattainable"], (0.25 + 1) / 2)

    def test_a_scope_in_which_nothing_is_attainable_has_no_gap(self):
        never = breakdown("autoscale").assign(gap_to_opt=math.nan, agreement_target=math.nan, qos_unattainable=200)
        rows = overall(breakdowns={"autoscale": {"translation": never}})
        self.assertTrue(math.isnan(rows.loc["autoscale", "gap_to_opt"]))
        self.assertEqual(rows.loc["svr", "gap_cases"], 0)
        self.assertAlmostEqual(rows.loc["autoscale", "qos_unattainable"], 1)

    def test_regret_is_what_rewards_fall_short_of_opts(self):
        rows = overall()
        self.assertAlmostEqual(rows.loc["lyapunov", "regret"], 0.2)
        self.assertAlmostEqual(rows.loc["svr", "regret"], -0.1)  # Opt ranks costs, not rewards
        ranks = {"svr": 1, "opt": 2, "lyapunov": 3, "autoscale": 4, "edge_cpu_fp32": 4, "q_lambda": 4}
        self.assertEqual(rows["regret_rank"].to_dict(), ranks)

    def test_equal_results_are_found_by_comparing_them(self):
        self.assertEqual(overall()["same_as"].to_dict(),
                         dict.fromkeys(KNOWS, "") | {"q_lambda": "autoscale"})
        other = breakdown("q_lambda")
        other.loc[3, "reward_mean"] += 1e-9
        self.assertEqual(overall(breakdowns={"q_lambda": {"translation": other}})["same_as"]["q_lambda"], "")

    def test_autoscale_is_the_original_of_what_equals_it(self):
        rows = pd.concat([breakdown("autoscale"), breakdown("q_lambda")]).set_index(["policy", "replication", "dnn"])
        self.assertEqual(equals(rows.sort_index(), ["autoscale", "q_lambda"]), {"q_lambda": "autoscale"})
        before = [ENTRIES[3], *ENTRIES[:3], *ENTRIES[4:]]
        found = table(board(), before, frames(), [OVERALL]).set_index("policy")["same_as"]
        self.assertEqual((found["autoscale"], found["q_lambda"]), ("", "autoscale"))

    def test_settled_is_by_the_adjusted_p_value(self):
        rows = overall()
        compared = rows.drop("autoscale")
        self.assertEqual(compared["p_holm"].tolist(), holm(compared["p_value"].tolist()))
        self.assertEqual(rows.loc["q_lambda", "order"], "open")
        self.assertEqual((rows.loc["opt", "order"], rows.loc["edge_cpu_fp32", "order"]), ("above", "below"))

    def test_visits_count_runs_that_never_got_half_of_the_states(self):
        self.assertEqual(overall().loc["autoscale", "visits_until_converged"], 35)  # of 20, 30, 40, endless
        most = runs("autoscale", (30.0, math.nan, math.nan, math.nan))
        self.assertTrue(math.isnan(overall(autoscale=most).loc["autoscale", "visits_until_converged"]))

    def test_groups_follow_from_what_the_program_says(self):
        known = {"autoscale": "none", "q_lambda": "none", "svr": "none",
                 "opt": "exact", "edge_cpu_fp32": "exact", "lyapunov": "exact"}
        self.assertEqual(overall()["known_costs"].to_dict(), known)


class Page(unittest.TestCase):
    def shown(self):
        rows = table(board(), ENTRIES, frames(), [OVERALL])
        return Shown(rows, rows[rows["policy"] != "lyapunov"], {})

    def test_each_group_has_a_table_and_an_empty_one_has_none(self):
        text = page.overall(self.shown())
        exact, none = text.split("### Policies that know no costs")
        self.assertIn("### Policies that know the exact cost model", exact)
        self.assertNotIn("wrong", text)
        for name, (_, knows) in KNOWS.items():
            own, other = (none, exact) if knows == "nothing" else (exact, none)
            self.assertIn(f"| {name} |", own)
            self.assertNotIn(f"| {name} |", other)

    def test_equal_entries_are_named(self):
        self.assertIn("q_lambda and autoscale.", page.overall(self.shown()))
        shown = self.shown()
        shown.table["same_as"] = ""
        self.assertIn("No two entries have the same results.", page.overall(shown))

    def test_blocks_stand_beside_training_in_turn(self):
        shown = self.shown()
        shown.blocks = shown.blocks.assign(efficiency=3.0, efficiency_ci95_low=3.0, efficiency_ci95_high=3.0)
        header, _, *rows = page.blocks(shown).split("\n\n")[0].splitlines()
        names = [name.strip() for name in header.split("|")[1:-1]]
        cells = {row.split("|")[1].strip(): row.split("|")[1:-1] for row in rows}
        self.assertNotIn("lyapunov", cells)
        svr = dict(zip(names, (cell.strip() for cell in cells["svr"])))
        self.assertEqual(svr["vs CPU FP32"], "3")
        self.assertTrue(svr["vs CPU FP32, in turn"].startswith("8.2"))  # 10 / 1.2, at 1 to 1.03 times the energy


class Plan(unittest.TestCase):
    def test_learners_and_references_are_trained_in_blocks_too(self):
        entries = [*ENTRIES, Entry("q_lambda" + TUNED, "q_lambda", {"lambda": 0.3})]
        found = in_blocks(board(), entries)
        self.assertEqual({e.label for e in found}, {"autoscale", "edge_cpu_fp32", "opt", "q_lambda"})
        self.assertEqual(len(found), 4)

    def test_only_the_order_of_training_differs(self):
        (turn,), (blocks,) = (of(ENTRIES[3]) for of in (board().tasks, board().block_tasks))
        self.assertEqual(blocks.settings, turn.settings | {"phases[0].order": "blocks"})
        self.assertEqual((blocks.scenario, blocks.replications), (turn.scenario, turn.replications))
        self.assertNotEqual(blocks.name, turn.name)

    def test_part_of_the_policies_is_compared_by_what_is_their_own(self):
        record = {("a",): {"policy": "a", "efficiency": "2", "p_value": "0.01", "p_holm": "0.3", "order": "open",
                           "regret_rank": "7", "same_as": ""}, ("b",): {"policy": "b"}}
        self.assertEqual(of_policies(record, ["a"]), {("a",): {"policy": "a", "efficiency": "2", "p_value": "0.01"}})


if __name__ == "__main__":
    unittest.main()
