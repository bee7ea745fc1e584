"""What tests of pages in headless Chromium share: the browser, and that nothing goes wrong that only it would tell."""

import http.server
import os
import shutil
import tempfile
import threading
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 60
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


class InChromium(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(temporary.cleanup)
        cls.top = Path(temporary.name)
        cls.downloads = cls.top / "downloads"
        cls.downloads.mkdir()
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Requests)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        cls.addClassCleanup(proxy.server_close)
        cls.addClassCleanup(proxy.shutdown)
        cls.driver = browser(cls.downloads, proxy.server_address[1])
        cls.addClassCleanup(cls.driver.quit)

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

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def until(self, condition):
        return WebDriverWait(self.driver, PATIENCE_S, poll_frequency=0.05).until(lambda _: condition())

    def saved(self, name):
        file = self.downloads / name
        self.until(lambda: file.exists() and file.stat().st_size > 0)
        text = file.read_text()
        file.unlink()
        return text

    def tooltip(self, mark, *texts):
        """Points at a mark until its tooltip holds some texts; all that it says."""
        ActionChains(self.driver).move_to_element(mark).perform()
        shown = self.until(lambda: self.driver.find_element(By.ID, "vg-tooltip-element"))
        self.until(lambda: all(text in shown.text for text in texts))
        return shown.text

    def fits(self):
        """Nothing is to be scrolled sideways."""
        wide, room = self.script("const {scrollWidth, clientWidth} = document.documentElement;"
                                 "return [scrollWidth, clientWidth]")  # fmt: skip
        self.assertLessEqual(wide, room)

    def background(self):
        return self.script("return getComputedStyle(document.body).backgroundColor")
