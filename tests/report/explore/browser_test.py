"""The page of `autoscale report` in headless Chromium: opens, hovers, clicks, filters, sorts, saves, by mouse and
keyboard, with no error and no request, on a small folder of the program's and on one of 100,000 rows.

    browser_test.py PROGRAM
"""

import csv
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "python"), str(Path(__file__).parent)]

from autoscale_sim.explore import command  # noqa: E402

from data_test import PROGRAM, SMALL, write_large  # noqa: E402  (it takes the program off the arguments)

PATIENCE_S = 60
OPENS_WITHIN_S = 2
WIDTHS = (400, 1200)


class Requests(http.server.BaseHTTPRequestHandler):
    """The proxy of the browser: what it is asked for would have gone to the network."""

    seen: list[str] = []

    def answer(self):
        self.seen.append(self.path)
        self.send_error(502)

    do_GET = do_POST = do_CONNECT = do_HEAD = answer

    def log_message(self, *_):
        pass


def browser(downloads, proxy):
    options = webdriver.ChromeOptions()
    words = ["--headless=new", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
             f"--proxy-server=127.0.0.1:{proxy}"]  # fmt: skip
    if os.geteuid() == 0:
        words.append("--no-sandbox")  # Chromium refuses it to root
    for word in words:
        options.add_argument(word)
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(temporary.cleanup)
        cls.top = Path(temporary.name)
        cls.downloads = cls.top / "downloads"
        cls.downloads.mkdir()
        small, large = cls.top / "small", cls.top / "large"
        subprocess.run([PROGRAM, "run", "scenarios/quickstart.yaml", *SMALL, "--replications", "3", "--timeline",
                        "--out", small], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # fmt: skip
        large.mkdir()
        write_large(large)
        cls.small, cls.large = small / command.NAME, cls.top / "large.html"
        for words in ([str(small)], [str(large), "--out", str(cls.large)]):
            assert command.main(words) == 0, words
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        cls.addClassCleanup(proxy.server_close)
        cls.addClassCleanup(proxy.shutdown)
        cls.driver = browser(cls.downloads, proxy.server_address[1])
        cls.addClassCleanup(cls.driver.quit)

    def setUp(self):
        self.look(1200)
        self.open(self.small)

    def tearDown(self):
        """Nothing went wrong that only the console says, and nothing left the page."""
        errors = [entry["message"] for entry in self.driver.get_log("browser")
                  if entry["level"] in ("SEVERE", "WARNING")]  # fmt: skip
        self.assertEqual(errors, [])
        asked = self.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.assertEqual([name for name in asked if not name.startswith(("data:", "blob:"))], [])
        self.assertEqual([path for path in Requests.seen if "google" not in path], [])  # Chromium's own asks Google

    def look(self, width, theme="light"):
        tell = self.driver.execute_cdp_cmd
        tell("Emulation.setDeviceMetricsOverride",
             {"width": width, "height": 1400, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip
        tell("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})

    def open(self, file):
        self.driver.get(f"file://{file}")
        self.until(lambda: self.drawn("chart"))

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def until(self, condition):
        return WebDriverWait(self.driver, PATIENCE_S, poll_frequency=0.05).until(lambda _: condition())

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

    def saved(self, name):
        file = self.downloads / name
        self.until(lambda: file.exists() and file.stat().st_size > 0)
        text = file.read_text()
        file.unlink()
        return text

    def test_hovering_shows_the_row_and_its_interval(self):
        self.assertEqual(len(self.marks()), len(self.column("policy")))
        ActionChains(self.driver).move_to_element(self.marks()[0]).perform()
        tooltip = self.until(lambda: self.driver.find_element(By.ID, "vg-tooltip-element"))
        self.until(lambda: "95 % interval" in tooltip.text)
        self.assertIn("policy", tooltip.text)
        self.assertIn("energy per inference (mJ)", tooltip.text)

    def test_a_click_shows_scenario_and_command_line(self):
        self.marks()[0].click()
        self.until(lambda: self.at("details").is_displayed())
        text = self.driver.find_element(By.CSS_SELECTOR, "#origin .command").text
        self.assertRegex(text, r"^autoscale run quickstart\.json --policy \S+ --out again$")
        self.at("save-scenario").click()
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
        self.assertTrue(picture.startswith("<svg"), picture[:80])
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
        background = lambda: self.script("return getComputedStyle(document.body).backgroundColor")  # noqa: E731
        for width in WIDTHS:
            for theme, expected in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 28)")):
                self.look(width, theme)
                self.open(self.small)
                self.assertEqual(background(), expected)
                wide, room = self.script("const {scrollWidth, clientWidth} = document.documentElement;"
                                         "return [scrollWidth, clientWidth]")  # fmt: skip
                self.assertLessEqual(wide, room)  # nothing to scroll sideways
        self.redrawn(lambda: self.at("theme").click())
        self.assertEqual(background(), "rgb(255, 255, 255)")

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
