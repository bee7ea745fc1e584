"""Result files become frames in one way: only an empty cell is missing, text stays text, and no two columns have one
name; no other code of the packages reads them with pandas."""

import io
import sys
import tempfile
import unittest
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_sim.plots.tables import header, read_table  # noqa: E402

LOOKS_MISSING = ["None", "NA", "nan", "NaN", "null", "NULL", "N/A", "n/a", "#N/A", "<NA>", "-nan", "-", "NaT", "inf"]


def table(text, *arguments, **named):
    return read_table(io.StringIO(text), *arguments, **named)


def column(values, name="policy", **named):
    return table("\n".join([f"{name},x", *(f"{value},1" for value in values)]), **named)[name]


class Text(unittest.TestCase):
    def test_what_looks_missing_is_text(self):
        for name in ("policy", "scenario", "dnn", "phase", "error", "device", "device_type", "executed"):
            self.assertEqual(list(column(LOOKS_MISSING, name)), LOOKS_MISSING)
            for one in LOOKS_MISSING:  # alone too, where all of a column could be a number
                self.assertEqual(list(column([one, one], name)), [one, one])

    def test_what_looks_like_numbers_and_truths_is_text(self):
        for texts in (["007", "7"], ["1.0", "1.00"], ["1e3", "1000"], ["True", "TRUE"], ["true", "false"], ["1", "2"]):
            self.assertEqual(list(column(texts)), texts)

    def test_quotes_commas_line_breaks_and_other_scripts(self):
        texts = ['a "b", c', "two\nlines", "中文 ✓ שלום", " blank before", "$x_1^2$ # %"]
        frame = pd.DataFrame({"policy": texts, "x": 1})
        self.assertEqual(list(table(frame.to_csv(index=False))["policy"]), texts)

    def test_only_an_empty_cell_is_missing(self):
        self.assertEqual(list(column(["a", "", "NA"]).isna()), [False, True, False])
        numbers = column(["1.5", "", "2"], "energy_mean_mj")
        self.assertEqual((numbers.dtype.kind, list(numbers.isna())), ("f", [False, True, False]))

    def test_a_number_that_could_not_be_computed_is_one(self):
        numbers = column(["1.5", "nan", "-nan", "inf"], "efficiency_vs_edge_cpu_fp32")
        self.assertEqual((numbers.dtype.kind, list(numbers.isna())), ("f", [False, True, True, False]))

    def test_numbers_are_read_to_their_last_bit(self):
        written = [0.1 + 0.2, 1e-308, 123456789.123456789, 2.5066282746310002]
        self.assertEqual(list(column(map(repr, written), "energy_mean_mj")), written)

    def test_what_has_its_name_beside_it_is_a_number(self):
        self.assertEqual(list(table("action,name\n0,phone_cpu_fp32@0\n")["action"]), [0])
        self.assertEqual(list(column(["1", "01"], "action")), ["1", "01"])
        frame = table("device,device_type\n3,mi8pro\n10,007\n")
        self.assertEqual((list(frame["device"]), list(frame["device_type"])), ([3, 10], ["mi8pro", "007"]))


class Swept(unittest.TestCase):
    def swept(self, *values):
        return column(values, "p", swept={"p": "a.b.p"})

    def test_numbers_where_all_are(self):
        for values, expected in ((["-90", "-60"], [-90, -60]), (["0.5", "1e3"], [0.5, 1000]), (["1", "0.5"], [1, 0.5])):
            found = self.swept(*values)
            self.assertIn(found.dtype.kind, "if")
            self.assertEqual(list(found), expected)

    def test_truths_where_all_are(self):
        self.assertEqual(list(self.swept("false", "true")), [False, True])
        self.assertEqual(self.swept("false", "true").dtype, bool)

    def test_else_text(self):
        for values in (["None", "1"], ["nan", "2"], ["nan", "nan"], ["inf", "1"], ["1.0", "1.00"], ["010", "10"],
                       ["True", "false"], ["1_000", "2"], [" 1", "2"], ["٣", "4"], ["NA", "None"]):  # fmt: skip
            self.assertEqual(list(self.swept(*values)), values)

    def test_groups_keep_every_row(self):
        frame = table("p,x\nNone,1\nNA,2\nweb,3\n", swept={"p": "environment"})
        self.assertEqual(frame.groupby("p")["x"].sum().to_dict(), {"None": 1, "NA": 2, "web": 3})

    def test_a_statistic_of_the_same_name_keeps_it(self):
        for name in ("mean", "sd", "n", "error", "ci95_low"):
            frame = table(f"{name},policy,{name}\n-85,cloud,1.5\n-60,cloud,2.5\n", swept={name: "a.b"})
            self.assertEqual(list(frame.columns), ["a.b", "policy", name])
            self.assertEqual(list(frame["a.b"]), [-85, -60])
        self.assertEqual(list(frame[name]), [1.5, 2.5])


class Files(unittest.TestCase):
    def test_a_path_and_some_columns(self):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "runs.csv"
            file.write_text("policy,x,y\nNA,1,2\n", encoding="utf-8")
            self.assertEqual(header(file), ["policy", "x", "y"])
            frame = read_table(str(file), ["policy", "y"])
            self.assertEqual(frame.values.tolist(), [["NA", 2]])
            file.write_text("")
            self.assertRaises(pd.errors.EmptyDataError, read_table, file)

    def test_nothing_else_reads_them_with_pandas(self):
        """Two read no results (logs of power meters, anchors of the blind predictions); the importers, which are
        installed without the plots, read one table of the program; rows of Python policies stay the text they are."""
        users = [path.name for package in ("autoscale_sim", "autoscale_report")
                 for path in (ROOT / "python" / package).rglob("*.py") if "read_csv(" in path.read_text()]  # fmt: skip
        self.assertEqual(sorted(users), ["points.py", "power_logs.py", "predict.py", "simulator.py", "tables.py"])


if __name__ == "__main__":
    unittest.main()
