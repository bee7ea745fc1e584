#!/usr/bin/env python3
"""scripts/validate.sh on files that the test makes up: known errors come out, bad files are refused with their place
(needs the plots' packages)."""

import csv
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.validation import errors, figures  # noqa: E402
from autoscale_report.validation.pairs import ValidationError, pairs  # noqa: E402

KEYS = ["phone", "cores", "precision", "network", "flops"]
HEADER = [*KEYS, "latency_ms", "low", "high"]
MEASURED = [*KEYS, "latency_mean_ms", "latency_std_ms"]
# Network, cores, measured, predicted over measured, interval's ends over measured.
ROWS = [
    ("resnet10", "1large", 100.0, 1.10, 0.9, 1.3),
    ("resnet12", "1large", 200.0, 0.80, 0.7, 0.9),  # outside
    ("mobilenet_w1", "1large", 40.0, 1.30, 1.0, 1.6),
    ("mobilenet_wd2", "1large", 20.0, 1.02, 0.9, 1.1),
    ("resnet10", "gpu", 50.0, 1.00, 0.8, 1.2),
    ("mobilenet_w1", "gpu", 44.0, 1.25, 0.9, 1.5),  # 55 against 52 ms on the CPU: right, as 44 against 40
    ("mobilenet_wd2", "gpu", 22.0, 0.50, 0.4, 0.6),  # 11 against 20.4 ms: wrong, as the CPU is faster; outside
]


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, rows):
        with (self.folder / name).open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
        return self.folder / name

    def files(self, predictions=None, measured=None):
        keys = [["s10", cores, "fp32", network, "1000000000"] for network, cores, *_ in ROWS]
        forecast = [HEADER] + [[*k, m * ratio, m * low, m * high] for k, (_, _, m, ratio, low, high) in zip(keys, ROWS)]
        truth = [MEASURED] + [[*k[:-1], "1e9", row[2], 0.1] for k, row in zip(keys, ROWS)]
        return (self.write("predictions.csv", (predictions or list)(forecast)),
                self.write("measured.csv", (measured or list)(truth[:1] + truth[:0:-1])))


class KnownErrors(Folder):
    def setUp(self):
        super().setUp()
        self.quantities = pairs(*self.files())
        self.table = errors.table(self.quantities)

    def row(self, name, value):
        rows = self.table[(self.table["class"] == name) & (self.table.value == value)]
        self.assertEqual(len(rows), 1)
        return rows.iloc[0]

    def test_overall(self):
        row = self.row("all", "all")
        self.assertEqual(row.rows, 7)
        self.assertAlmostEqual(row.median_abs_error, 0.20)  # of 0, 0.02, 0.10, 0.20, 0.25, 0.30, 0.50
        self.assertAlmostEqual(row.inside_interval, 5 / 7)
        self.assertAlmostEqual(row.median_ratio, 1.02)

    def test_by_class(self):
        self.assertAlmostEqual(self.row("family", "resnet").median_abs_error, 0.10)
        self.assertAlmostEqual(self.row("family", "resnet").inside_interval, 2 / 3)
        self.assertAlmostEqual(self.row("cores", "gpu").median_abs_error, 0.25)
        self.assertFalse((self.table["class"] == "phone").any())  # of one value: no class

    def test_order_of_cpu_and_gpu(self):
        order = errors.order(self.quantities["latency_ms"]).set_index("device")
        self.assertEqual(order.pairs["all"], 3)
        self.assertAlmostEqual(order.right["all"], 2 / 3)

    def test_figures_show_the_rows(self):
        canvas = figures.scatter(self.quantities)
        dots = [line for line in canvas.axes[0].lines if line.get_marker() == "."]
        self.assertEqual([len(line.get_xdata()) for line in dots], [5, 2])  # inside, outside
        canvas = figures.coverage(self.quantities)
        self.assertAlmostEqual(canvas.axes[0].lines[-1].get_xdata()[0], 500 / 7)
        canvas = figures.errors_by_class(self.quantities)
        self.assertEqual(canvas.axes[0].get_yticklabels()[0].get_text(), "all")


class SeveralQuantities(Folder):
    def test_gaps_are_left_out_and_ends_may_have_equal_names(self):
        forecast = self.write("p.csv", [
            ["board", "network", "latency_ms", "low", "high", "power_w", "low", "high", "energy_mj", "energy_low",
             "energy_high"],
            ["a", "x", 10, 9, 11, 2, 1, 3, 20, 10, 30], ["b", "x", 10, 9, 11, "", "", "", "", "", ""]])  # fmt: skip
        truth = self.write("m.csv", [["board", "network", "latency_mean_ms", "power_mean_w", "energy_mj"],
                                     ["a", "x", 10, 4, 40], ["b", "x", 20, "None", ""]])  # fmt: skip
        found = pairs(forecast, truth)
        self.assertEqual({q: len(f) for q, f in found.items()}, {"latency_ms": 2, "power_w": 1, "energy_mj": 1})
        self.assertEqual(found["power_w"].high[0], 3)


class Refused(Folder):
    def refuses(self, words, predictions=None, measured=None):
        with self.assertRaisesRegex(ValidationError, words):
            pairs(*self.files(predictions, measured))

    def test_missing_rows(self):
        self.refuses(r"measured.csv:2: not in .*predictions.csv: .*mobilenet_wd2", lambda rows: rows[:-1])
        self.refuses(r"predictions.csv:8: not in .*measured.csv", None, lambda rows: [rows[0], *rows[2:]])
        files = self.files(lambda rows: rows[:-1])
        self.assertEqual(len(pairs(*files, common=True)["latency_ms"]), 6)

    def test_duplicate_keys(self):
        self.refuses(r"predictions.csv:9: the same row as line 2", lambda rows: [*rows, rows[1]])

    def test_columns(self):
        seconds = [*KEYS, "latency_s", "low", "high"]
        self.refuses("no column latency_ms .*latency_s in another unit", lambda rows: [seconds, *rows[1:]])
        self.refuses("latency_us in another unit", None, lambda rows: [[*KEYS, "latency_us", "x"], *rows[1:]])
        self.refuses("must be followed by low and high", lambda rows: [[*HEADER[:-2], "high", "low"], *rows[1:]])
        self.refuses(":3: 7 fields, but 8 columns", lambda rows: [*rows[:2], rows[2][:-1], *rows[3:]])

    def test_numbers(self):
        for text in ("-1", "0", "inf", "ten"):
            bad = lambda rows, t=text: [*rows[:2], [*rows[2][:5], t, *rows[2][6:]], *rows[3:]]  # noqa: E731
            self.refuses(":3: latency_ms must be a positive number", bad)
        self.refuses(":3: 500 is not between", lambda rows: [*rows[:2], [*rows[2][:5], 500, *rows[2][6:]], *rows[3:]])
        gap = lambda rows: [*rows[:2], [*rows[2][:5], "nan", *rows[2][6:]], *rows[3:]]  # noqa: E731
        self.refuses(":3: no latency_ms, but .*measured.csv", gap)

    def test_no_tables(self):
        for content, words in ((b"", "is empty"), (b"\xff\xfe\0a", "UTF-8"), (b"a\nb\n", "one column"),
                               (b"a,b\n", "no rows"), (b"a,\0b\n1,2\n", "zero bytes")):  # fmt: skip
            bad = self.folder / "bad.csv"
            bad.write_bytes(content)
            with self.assertRaisesRegex(ValidationError, f"bad.csv.*{words}"):
                pairs(bad, self.files()[1])
        with self.assertRaisesRegex(ValidationError, "cannot be read"):
            pairs(self.folder / "none.csv", self.files()[1])

    def test_windows_files_are_read(self):
        predictions, measured = self.files()
        text = predictions.read_text().replace("\r\n", "\n").replace("\n", "\r\n")
        predictions.write_bytes(b"\xef\xbb\xbf# made up\r\n" + text.encode())
        self.assertEqual(len(pairs(predictions, measured)["latency_ms"]), 7)


class Command(Folder):
    def run_it(self, *arguments):
        command = [sys.executable, "-m", "autoscale_report.validation", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT / "python", capture_output=True, text=True)

    def test_writes_tables_and_figures(self):
        out = self.folder / "out"
        done = self.run_it(*self.files(), "-o", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("latency_ms: 7 rows, median absolute error 20.0 %, 71.4 % in their interval", done.stdout)
        self.assertIn("CPU against GPU: 66.7 % of 3 pairs", done.stdout)
        made = {"errors.csv", "order.csv", "rows_latency_ms.csv"}
        made |= {f"{name}{ending}" for name in figures.FIGURES for ending in (".png", ".pdf")}
        self.assertEqual({path.name for path in out.iterdir()}, made)

    def test_an_error_is_a_line(self):
        done = self.run_it(self.folder / "none.csv", self.files()[1])
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^error: .*none.csv: cannot be read: [^\n]*\n$")


class Record(unittest.TestCase):
    """The predictions of results/validation can be compared, whenever somebody has measured."""

    def test_committed_predictions_are_whole(self):
        for name, rows in (("phones", 3686), ("boards", 1380)):
            path = ROOT / f"results/validation/predictions_{name}.csv"
            found = pairs(path, path)["latency_ms"]  # refuses gaps, duplicate keys and ends in the wrong order
            self.assertEqual(len(found), rows)
            self.assertTrue((found.low < found.high).all())


if __name__ == "__main__":
    unittest.main()
