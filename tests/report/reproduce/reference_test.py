"""Two scenarios at full replications give their rows of results/reference/cases.csv again.

    reference_test.py PROGRAM

Also: the comparison finds what differs. Standard library and PyYAML.
"""

import sys
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.case_means import KEYS, POLICIES, case_means, write  # noqa: E402
from autoscale_report.compare import RECORD, differences, of_scenarios, read  # noqa: E402
from autoscale_report.plan import Plan  # noqa: E402
from autoscale_report.reasons import reasons  # noqa: E402
from autoscale_report.simulate import Simulator  # noqa: E402

SCENARIOS = [("S1", "translation"), ("S5", "translation")]
PROGRAM = Path(sys.argv.pop())


class Record(unittest.TestCase):
    def test_two_scenarios_give_their_rows_again(self):
        claims = yaml.safe_load((ROOT / "scenarios/paper/claims.yaml").read_text())
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            plan = Plan(ROOT, claims, quick=False, out=out)
            simulator = Simulator(ROOT, PROGRAM, out, jobs=1)
            tasks = [plan.main_task(*names) for names in SCENARIOS]
            for task in tasks:
                simulator.run(task)
            rows = case_means(out / task.name / "breakdown.csv" for task in tasks)
            write(rows, out / "cases.csv")
            fresh = read(out / "cases.csv", KEYS)
        record = of_scenarios(read(RECORD / "cases.csv", KEYS), [t.name for t in tasks])
        phones = len(claims["cases"]["devices"])
        self.assertEqual(len(record), len(SCENARIOS) * phones * len(POLICIES))
        self.assertEqual(differences(fresh, record), [])


def table(**cells):
    return {("row",): cells}


class Comparison(unittest.TestCase):
    def test_doubles_may_differ_by_a_billionth(self):
        self.assertEqual(differences(table(x="1.0000000005"), table(x="1")), [])
        self.assertEqual(len(differences(table(x="1.000000002"), table(x="1"))), 1)
        self.assertEqual(differences(table(x="1e-17"), table(x="0")), [])

    def test_integers_text_and_empty_cells_are_exact(self):
        self.assertEqual(len(differences(table(n="10000000000"), table(n="10000000001"))), 1)
        self.assertEqual(len(differences(table(v="met"), table(v="missed"))), 1)
        self.assertEqual(len(differences(table(x=""), table(x="0.5"))), 1)
        self.assertEqual(len(differences(table(x="nan"), table(x="0.5"))), 1)
        self.assertEqual(differences(table(v="met", x=""), table(v="met", x="")), [])

    def test_every_differing_cell_is_named(self):
        found = differences(table(a="1", b="2", c="3"), table(a="1", b="4", c="5"))
        self.assertEqual(found, ["row: b is 2, of record 4", "row: c is 3, of record 5"])

    def test_rows_and_columns_on_one_side_only(self):
        self.assertEqual(differences({}, table(a="1")), ["row: only in the record"])
        self.assertEqual(differences(table(a="1"), {}), ["row: only in the fresh table"])
        self.assertEqual(len(differences(table(a="1"), table(a="1", b="2"))), 1)


class CaseMeans(unittest.TestCase):
    def test_totals_are_summed_and_means_leave_out_what_has_no_value(self):
        header = "policy,environment,use_case,device,dnn,replication,inferences,dropped,compared," \
                 "qos_unattainable,energy_mean_mj,inferences_per_joule,latency_mean_ms," \
                 "qos_violation_ratio,accuracy_violation_ratio,agreement_target,agreement_target_all," \
                 "gap_to_opt,gap_to_opt_all,throttled_ratio\n"  # fmt: skip
        rows = ("cloud,S1,streaming,a,b,0,10,2,8,1,1.5,4,7,0,0,1,0.5,,0.25,0.5\n"
                "cloud,S1,streaming,a,b,1,20,3,9,2,2.5,6,9,1,0,0,0.5,,0.75,0\n"
                "random,S1,streaming,a,b,0,10,0,9,0,1,1,1,1,1,1,1,1,1,1\n")  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "breakdown.csv"
            path.write_text(header + rows)
            (row,) = case_means([path])
        self.assertEqual((row["inferences"], row["dropped"], row["replications"]), ("30", "5", "2"))
        self.assertEqual((row["compared"], row["qos_unattainable"]), ("17", "3"))
        self.assertEqual((row["energy_mean_mj"], row["qos_violation_ratio"]), ("2", "0.5"))
        self.assertEqual((row["gap_to_opt"], row["gap_to_opt_all"]), ("", "0.5"))
        self.assertEqual((row["agreement_target_all"], row["throttled_ratio"]), ("0.5", "0.25"))


class Reasons(unittest.TestCase):
    def test_the_report_finds_them(self):
        self.assertGreater(len(reasons((ROOT / "results/README.md").read_text())), 3)

    def test_markdown(self):
        text = "## What is missed, and why\n\n- **a** < `b`\n  c\n- d\n\n## Next\n\n- e\n"
        self.assertEqual(reasons(text), ["<strong>a</strong> &lt; <code>b</code> c", "d"])
        self.assertEqual(reasons("# Other\n- a\n"), [])


if __name__ == "__main__":
    unittest.main()
