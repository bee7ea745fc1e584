"""The report of a reproduction in headless Chromium: its interactive figures hold what breakdown.csv says, answer to
the mouse and are saved, with no error and no request.

    browser_test.py FOLDER      what scripts/reproduce.sh wrote there

Expected values are computed here from breakdown.csv with the standard library and SciPy's t distribution.
"""

import csv
import json
import math
import statistics
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path
from unittest.mock import patch

import yaml
from scipy.stats import t as student
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/report/explore")]

from autoscale_report import provenance, studies  # noqa: E402
from autoscale_report.data import Data  # noqa: E402
from autoscale_report.figures import transfer  # noqa: E402
from autoscale_report.plan import Plan  # noqa: E402
from autoscale_report.simulate import Simulator  # noqa: E402
from autoscale_sim.explore import embed  # noqa: E402

from chromium import WIDTHS, InChromium  # noqa: E402

FOLDER = Path(sys.argv.pop()).resolve()
WHERE = {"phone": "Galaxy S10e", "use case": "non-streaming vision", "environment": "D2"}
SAME = {"device": "galaxy_s10e", "use_case": "non_streaming", "environment": "D2"}
NAMES = {"edge_cpu_fp32": "Edge (CPU FP32)", "autoscale": "AutoScale", "cloud": "Cloud"}
ROUNDED = 2e-5  # six digits in the page, four decimals of the quantiles of Student's t


def breakdown():
    """policy -> replication -> dnn -> row, of one phone, use case and environment."""
    found = defaultdict(lambda: defaultdict(dict))
    with (FOLDER / "breakdown.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            if all(row[name] == value for name, value in SAME.items()):
                found[row["policy"]][row["replication"]][row["dnn"]] = row
    return found


class Report(InChromium):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = breakdown()

    def setUp(self):
        self.look(1200)
        self.open()

    def open(self, file=FOLDER / "report.html"):
        self.driver.get(file.as_uri())
        self.until(self.all_drawn)

    def all_drawn(self):
        return self.script("const charts = [...document.querySelectorAll('[data-chart] .drawing')];"
                           "return charts.length && charts.every((chart) => chart.dataset.drawn)")  # fmt: skip

    def figure(self, name):
        return self.driver.find_element(By.CSS_SELECTOR, f"[data-chart={name}]")

    def marks(self, name):
        return self.figure(name).find_elements(By.CSS_SELECTOR, ".mark-symbol.role-mark path")

    def redrawn(self, name, action):
        drawing = self.figure(name).find_element(By.CSS_SELECTOR, ".drawing")
        before = drawing.get_attribute("data-drawn")
        action()
        self.until(lambda: drawing.get_attribute("data-drawn") != before)

    def choose(self, name, label, value):
        box = next(label_.find_element(By.TAG_NAME, "select")
                   for label_ in self.figure(name).find_elements(By.TAG_NAME, "label")
                   if label_.text.startswith(label))  # fmt: skip
        self.redrawn(name, lambda: Select(box).select_by_visible_text(value))

    def press(self, name, text):
        self.figure(name).find_element(By.XPATH, f".//button[text()='{text}']").click()

    def table(self, name):
        """The rows that its figure shows, by policy, of WHERE."""
        self.press(name, "Save CSV")
        rows = csv.DictReader(self.saved(f"{name}.csv").splitlines())
        return {row["policy"]: row for row in rows if all(row[column] == value for column, value in WHERE.items())}

    def expect(self, row, column, replications):
        mean = statistics.fmean(replications)
        count = len(replications)
        self.assertGreater(count, 2)
        half = student.ppf(0.975, count - 1) * statistics.stdev(replications) / math.sqrt(count)
        for end, expected in (("", mean), ("_ci95_low", mean - half), ("_ci95_high", mean + half)):
            name = column + end
            self.assertAlmostEqual(float(row[name]), expected, delta=ROUNDED * (abs(mean) + half))

    def test_the_main_figures_are_interactive(self):
        names = self.script("return [...document.querySelectorAll('[data-chart]')].map((place) => place.dataset.chart)")
        self.assertLessEqual({"fig_efficiency", "fig_qos"}, set(names))
        self.assertEqual(len(self.driver.find_elements(By.CSS_SELECTOR, "figure")), len(names) + len(
            self.driver.find_elements(By.CSS_SELECTOR, "figure picture")))  # a figure is one or the other
        for name in names:
            self.assertGreater(len(self.marks(name)), 10, name)
        # Every interval that a logarithmic axis can show is in its own panel; each of the nine has its reference at 1.
        self.press("fig_efficiency", "Save CSV")
        rows = csv.DictReader(self.saved("fig_efficiency.csv").splitlines())
        positive = sum(float(row["efficiency_ci95_low"] or 0) > 0 for row in rows)
        lines = self.figure("fig_efficiency").find_elements(By.CSS_SELECTOR, ".mark-rule.role-mark line")
        self.assertEqual(len(lines), positive + 9)

    def test_efficiency_is_that_of_the_runs(self):
        shown = self.table("fig_efficiency")
        for policy in ("autoscale", "cloud"):
            ratios = [statistics.fmean(float(row["inferences_per_joule"])
                                       / float(self.rows["edge_cpu_fp32"][replication][dnn]["inferences_per_joule"])
                                       for dnn, row in dnns.items())
                      for replication, dnns in self.rows[policy].items()]  # fmt: skip
            self.expect(shown[NAMES[policy]], "efficiency", ratios)

    def test_qos_latency_and_energy_are_those_of_the_runs(self):
        shown = self.table("fig_qos")
        for policy, name in NAMES.items():
            for column, of, scale in (("qos_violations", "qos_violation_ratio", 100), ("latency", "latency_mean_ms", 1),
                                      ("energy", "energy_mean_mj", 1)):  # fmt: skip
                means = [scale * statistics.fmean(float(row[of]) for row in dnns.values())
                         for dnns in self.rows[policy].values()]  # fmt: skip
                self.expect(shown[name], column, means)

    def headline(self):
        """Its figure alone on a page. Leaving DNNs out takes longer than all the rest: the same runs stand for it."""
        claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
        quick = json.loads((FOLDER / "manifest.json").read_text())["mode"] == "quick"
        no_program = Simulator(ROOT, Path(__file__), FOLDER, 1)
        with patch.object(studies, "leave_one_out", Plan.main_tasks):
            chart = transfer.chart_headline(Data(Plan(ROOT, claims, quick, FOLDER), no_program))
        file = self.top / "headline.html"
        file.write_text(f'<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">'
                        f'<style>{embed.style()}</style><div data-chart="fig_headline"></div>'
                        f'{embed.scripts_of([chart], "about")}')  # fmt: skip
        return file

    def test_headline_ratios_are_those_of_the_claims(self):
        self.open(self.headline())
        self.press("fig_headline", "Save CSV")
        rows = csv.DictReader(self.saved("fig_headline.csv").splitlines())
        shown = {(row["baseline"], row["of"]): row for row in rows if row["average"] == "ratio of means (first)"}
        with (FOLDER / "claims.csv").open(newline="") as lines:
            claims = {row["claim"]: row for row in csv.DictReader(lines)}
        for baseline, words in (("cloud", "against Cloud"), ("edge_cpu_fp32", "against Edge (CPU FP32)")):
            claim = claims[f"efficiency_vs_{baseline}"]
            self.assertEqual(float(shown[words, "paper"]["ratio"]), float(claim["paper_value"]))
            row = shown[words, "trained on the same DNNs"]
            for column, of in (("ratio", "simulated_value"), ("ratio_ci95_low", "ci95_low")):
                self.assertAlmostEqual(float(row[column]), float(claim[of]), delta=1e-5 * float(claim[of]))
        self.tooltip(self.marks("fig_headline")[0], "95 % interval", "times as efficient")

    def test_hovering_shows_the_row_and_its_interval(self):
        for name in ("fig_efficiency", "fig_qos"):
            mark = self.marks(name)[0]
            self.script("arguments[0].scrollIntoView({block: 'center'})", mark)
            self.tooltip(mark, "95 % interval")
        self.tooltip(self.marks("fig_efficiency")[0], "policy", "environment", "efficiency, CPU FP32 = 1")

    def test_a_click_shows_the_command_line_of_the_runs(self):
        mark = self.marks("fig_efficiency")[0]
        self.script("arguments[0].scrollIntoView({block: 'center'})", mark)
        mark.click()
        line = self.until(lambda: self.figure("fig_efficiency").find_element(By.CSS_SELECTOR, ".details .command").text)
        self.assertIn(line, json.loads((FOLDER / "manifest.json").read_text())["commands"])
        self.press("fig_efficiency", "Close")
        self.assertFalse(self.figure("fig_efficiency").find_element(By.CSS_SELECTOR, ".details").is_displayed())

    def test_a_click_in_the_legend_singles_out_in_every_panel(self):
        count = len(self.marks("fig_efficiency"))
        symbol = self.figure("fig_efficiency").find_element(By.CSS_SELECTOR, ".role-legend-symbol path")
        self.script("arguments[0].scrollIntoView({block: 'center'})", symbol)
        symbol.click()
        self.until(lambda: sum(float(mark.get_attribute("opacity")) > 0.5 for mark in self.marks("fig_efficiency"))
                   == count / 5)  # of five policies

    def test_filter_metric_and_picture(self):
        count = len(self.marks("fig_qos"))
        self.choose("fig_qos", "phone", "Mi 8 Pro")
        self.assertEqual(len(self.marks("fig_qos")), count / 3)
        self.choose("fig_qos", "Metric", "mean latency (ms)")
        self.press("fig_qos", "Save SVG")
        picture = self.saved("fig_qos.svg")
        self.assertTrue(ElementTree.fromstring(picture).tag.endswith("svg"))
        self.assertIn("mean latency (ms)", picture)

    def test_light_dark_and_narrow(self):
        for width in WIDTHS:
            for theme, expected in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 28)")):
                self.look(width, theme)
                self.open()
                self.assertEqual(self.background(), expected)
                self.fits()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
