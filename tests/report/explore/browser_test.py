"""The page of `autoscale report` in headless Chromium: opens, hovers, clicks, filters, sorts, saves, by mouse and
keyboard, with no error and no request, on a small folder of the program's and on one of 100,000 rows.

    browser_test.py PROGRAM
"""

import csv
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "python"), str(Path(__file__).parent)]

from autoscale_sim.explore import command  # noqa: E402

from chromium import WIDTHS, InChromium  # noqa: E402
from data_test import ODD, PROGRAM, SMALL, write_large  # noqa: E402  (it takes the program off the arguments)

OPENS_WITHIN_S = 2


class Page(InChromium):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        small, large = cls.top / "small", cls.top / "large"
        subprocess.run([PROGRAM, "run", "scenarios/quickstart.yaml", *SMALL, "--replications", "3", "--timeline",
                        "--out", small], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # fmt: skip
        large.mkdir()
        write_large(large)
        cls.small, cls.large = small / command.NAME, cls.top / "large.html"
        for words in ([str(small)], [str(large), "--out", str(cls.large)]):
            assert command.main(words) == 0, words

    def setUp(self):
        self.look(1200)
        self.open(self.small)

    def open(self, file):
        self.driver.get(file.as_uri())
        self.until(lambda: self.drawn("chart"))

    def at(self, name):
        return self.driver.find_element(By.ID, name)

    def drawn(self, name):
        return int(self.at(name).get_attribute("data-drawn") or 0)

    def redrawn(self, action, name="chart"):
        before = self.drawn(name)
        action()
        self.until(lambda: self.drawn(name) > before)

    def marks(self, drawing="chart"):
        return self.driver.find_elements(By.CSS_SELECTOR, f"#{drawing} .mark-symbol.role-mark path")

    def choose(self, name, text):
        self.redrawn(lambda: Select(self.at(name)).select_by_visible_text(text))

    def column(self, name):
        place = self.script("return [...document.querySelectorAll('#rows thead tr > *')].findIndex("
                            "(head) => head.dataset.column === arguments[0])", name)  # fmt: skip
        return self.script("return [...document.querySelectorAll('#rows tbody tr')].map("
                           "(row) => row.cells[arguments[0]].textContent)", place)  # fmt: skip

    def test_hovering_shows_the_row_and_its_interval(self):
        self.assertEqual(len(self.marks()), len(self.column("policy")))
        self.tooltip(self.marks()[0], "95 % interval", "policy", "energy per inference (mJ)")

    def test_a_click_shows_scenario_and_command_line(self):
        self.marks()[0].click()
        self.until(lambda: self.at("details").is_displayed())
        text = self.driver.find_element(By.CSS_SELECTOR, "#origin .command").text
        self.assertRegex(text, r"^autoscale run quickstart\.json --policy \S+ --out again$")
        self.driver.find_element(By.XPATH, "//*[@id='origin']//button[text()='Copy']").click()
        self.assertEqual(self.script("return String(getSelection())").strip(), text)
        self.driver.find_element(By.CSS_SELECTOR, "#origin .save-scenario").click()
        self.assertIn('"name": "quickstart"', self.saved("quickstart.json"))

    def test_metric_colour_and_panels(self):
        self.choose("y", "mean latency (ms)")
        self.assertIn("mean latency (ms)", self.at("chart-title").text)
        self.choose("colour", "policy")
        self.assertIn("policy", self.at("chart").text)
        count = len(self.marks())
        self.choose("facet", "policy")
        self.assertEqual(len(self.driver.find_elements(By.CSS_SELECTOR, "#chart .role-scope .mark-group")) > 1, True)
        self.assertEqual(len(self.marks()), count)
        # Every interval is in its own panel, and nowhere else.
        self.assertEqual(len(self.driver.find_elements(By.CSS_SELECTOR, "#chart .mark-rule.role-mark line")), count)
        self.redrawn(lambda: self.at("log").click())

    def test_filters(self):
        count = len(self.marks())
        self.driver.find_element(By.CSS_SELECTOR, "#filters summary").click()
        self.redrawn(lambda: self.driver.find_element(By.CSS_SELECTOR, "#filters input").click())
        self.assertEqual(len(self.marks()), count - 1)
        self.assertEqual(len(self.column("policy")), count - 1)
        energies = [float(text) for text in self.column("energy_mean_mj")]
        least, second = sorted(set(energies))[:2]
        self.redrawn(lambda: self.at("from").send_keys(f"{(least + second) / 2:g}"))
        self.until(lambda: len(self.column("policy")) == sum(energy > least for energy in energies))
        self.redrawn(lambda: self.at("reset").click())
        self.until(lambda: len(self.marks()) == count)

    def test_tables_sort_by_keyboard_and_rows_open(self):
        for key, expected in ((Keys.ENTER, sorted), (Keys.SPACE, lambda found: sorted(found, reverse=True))):
            button = self.driver.find_element(By.CSS_SELECTOR, "#rows th[data-column=energy_mean_mj] button")
            self.script("arguments[0].focus()", button)
            button.send_keys(key)
            found = [float(text) for text in self.column("energy_mean_mj")]
            self.assertEqual(found, expected(found))
        head = self.driver.find_element(By.CSS_SELECTOR, "#rows th[data-column=energy_mean_mj]")
        self.assertEqual(head.get_attribute("aria-sort"), "descending")
        self.driver.find_element(By.CSS_SELECTOR, "#rows tbody button").send_keys(Keys.ENTER)
        self.assertEqual(self.driver.switch_to.active_element.get_attribute("id"), "details-title")

    def test_every_control_is_reached_by_the_tab_key(self):
        reached = set()
        for _ in range(30):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            reached.add(self.driver.switch_to.active_element.get_attribute("id"))
        controls = {"theme", "table", "y", "x", "colour", "facet", "log", "from", "to", "reset", "svg", "csv"}
        self.assertLessEqual(controls, reached)

    def test_files(self):
        self.at("svg").click()
        picture = self.saved("runs.svg")
        self.assertTrue(ElementTree.fromstring(picture).tag.endswith("svg"))
        self.assertIn("energy per inference (mJ)", picture)
        self.at("csv").click()
        rows = list(csv.DictReader(self.saved("runs.csv").splitlines()))
        self.assertEqual([row["policy"] for row in rows], self.column("policy"))
        self.assertIn("energy_mean_mj", rows[0])

    def test_the_timeline(self):
        self.until(lambda: self.drawn("timeline"))
        self.assertIn("latency (ms)", self.at("timeline").text)
        self.redrawn(lambda: Select(self.at("run")).select_by_visible_text("cloud-r1"), "timeline")
        symbols = lambda: len(self.marks("timeline"))  # noqa: E731
        self.assertEqual(symbols(), 2 * 30)  # latency and energy of SMALL's requests
        self.redrawn(lambda: self.at("begin").send_keys("1", Keys.TAB), "timeline")
        self.assertLess(symbols(), 2 * 30)
        self.at("timeline-svg").click()
        self.assertIn("<svg", self.saved("timeline.svg"))

    def test_light_dark_and_narrow(self):
        for width in WIDTHS:
            for theme, expected in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 28)")):
                self.look(width, theme)
                self.open(self.small)
                self.assertEqual(self.background(), expected)
                self.fits()
        self.redrawn(lambda: self.at("theme").click())
        self.assertEqual(self.background(), "rgb(255, 255, 255)")

    def colour_of(self, policy):
        """Its mark's, by the place of its row."""
        return self.marks()[self.column("policy").index(policy)].get_attribute("fill")

    def test_a_policy_keeps_its_colour_whatever_is_filtered(self):
        self.choose("colour", "policy")
        before = {policy: self.colour_of(policy) for policy in self.column("policy")}
        self.assertEqual((before["autoscale"], before["cloud"]), ("#0072B2", "#56B4E9"))  # as in the plots
        self.assertEqual(len(set(before.values())), len(before))
        self.driver.find_element(By.CSS_SELECTOR, "#filters summary").click()
        self.redrawn(lambda: self.driver.find_element(By.CSS_SELECTOR, "#filters input").click())
        left = self.column("policy")
        self.assertEqual(len(left), len(before) - 1)
        self.assertEqual({policy: self.colour_of(policy) for policy in left}, {p: before[p] for p in left})

    def test_a_click_in_the_legend_singles_out(self):
        self.choose("colour", "policy")
        self.driver.find_element(By.CSS_SELECTOR, "#chart .role-legend-symbol path").click()
        clear = lambda: [mark for mark in self.marks() if float(mark.get_attribute("opacity")) > 0.5]  # noqa: E731
        self.until(lambda: len(clear()) == 1)

    def test_odd_folders_open(self):
        for name, text in ODD.items():
            with self.subTest(name=name):
                folder = self.top / name
                folder.mkdir()
                (folder / "runs.csv").write_text(text)
                self.assertEqual(command.main([str(folder)]), 0)
                self.open(folder / command.NAME)
                self.assertEqual(self.at("name").text, name)
                self.assertGreater(len(self.marks()), 0)
                self.fits()

    def test_a_hundred_thousand_rows(self):
        self.assertLess(self.large.stat().st_size, 4_000_000)
        self.driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        before = self.busy_s()
        self.open(self.large)
        self.assertLess(self.busy_s() - before, OPENS_WITHIN_S)
        before = self.busy_s()
        self.choose("y", "mean latency (ms)")
        self.assertLess(self.busy_s() - before, OPENS_WITHIN_S / 2)
        self.assertIn("100,000 rows of the file", self.at("chart-note").text)

    def busy_s(self):
        """Seconds that the page's thread has computed, which other work of the machine does not lengthen."""
        values = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(value["value"] for value in values if value["name"] == "TaskDuration")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
