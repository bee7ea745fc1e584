"""scenarios/paper/laboratories.yaml: its priors are probabilities, its options are settings that the
simulator takes, and the registered ones are those of the scenarios: they give the same bytes.

    laboratories_test.py PROGRAM

Standard library and PyYAML.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
PAPER = ROOT / "scenarios/paper"
STUDY = yaml.safe_load((PAPER / "laboratories.yaml").read_text())
CLAIMS = yaml.safe_load((PAPER / "claims.yaml").read_text())
PROGRAM = Path(sys.argv.pop())
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.laboratories import markdown  # noqa: E402


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def small_run(settings, out, policies=("autoscale",)):
    command = [PROGRAM, "run", PAPER / "D1_streaming.yaml", "--out", out, "--replications", "1"]
    for policy in policies:
        command += ["--policy", policy]
    short = {"phases[0].inferences": 1, "phases[1].inferences": 2}
    for path, value in {**short, **settings}.items():
        command += ["--set", f"{path}={text(value)}"]
    return subprocess.run(command, capture_output=True, text=True)


class Laboratories(unittest.TestCase):
    def test_the_priors_of_a_choice_add_up_to_one(self):
        for choice in STUDY["choices"]:
            priors = [option["prior"] for option in choice["options"]]
            self.assertAlmostEqual(sum(priors), 1, msg=choice["id"])
            self.assertGreater(min(priors), 0, choice["id"])

    def test_every_option_changes_something_and_says_why(self):
        for choice in STUDY["choices"]:
            ids = [option["id"] for option in choice["options"]]
            self.assertEqual(len(ids), len(set(ids)))
            self.assertIn(STUDY["registered"][choice["id"]], ids)
            for option in choice["options"]:
                self.assertTrue(option["reason"])
                self.assertTrue("settings" in option or "judge" in option, option["id"])
        self.assertEqual(len(STUDY["registered"]), len(STUDY["choices"]))

    def test_the_averages_are_those_of_the_claims(self):
        average = next(c for c in STUDY["choices"] if c["id"] == "average")
        named = {option["judge"]["average"] for option in average["options"]}
        self.assertEqual(named, set(CLAIMS["averages"]["reported"]))

    def test_the_study_asks_for_claims_that_there_are(self):
        ids = [claim["id"] for claim in CLAIMS["claims"]]
        for entry in STUDY["study"]["claims"]:
            self.assertIn(entry["claim"], ids)
            self.assertEqual(("relative" in entry) + ("absolute" in entry), 1, entry)

    def test_the_page_has_the_tables_of_record(self):
        page = markdown.PAGE.read_text()
        hint = "run PYTHONPATH=python python3 -m autoscale_report.laboratories.markdown"
        self.assertEqual(markdown.page(page), page, hint)

    def test_the_most_plausible_laboratory_is_one_of_them(self):
        found = yaml.safe_load((PAPER / "laboratory.yaml").read_text())
        uploads = next(c for c in STUDY["choices"] if c["id"] == "upload")
        self.assertIn(found["upload"], [o["id"] for o in uploads["options"]])
        for place, value in found["overrides"]["device_profiles/links/wifi"].items():
            ranges = {w["path"]: p for p in CLAIMS["parameters"] for w in p["where"]
                      if "device_profiles/links/wifi" in w.get("files", []) and "change" not in w}  # fmt: skip
            if place in ranges:
                number = float(str(value).split()[0])
                self.assertTrue(ranges[place]["low"] <= number <= ranges[place]["high"], place)

    def test_the_simulator_takes_every_option(self):
        for choice in STUDY["choices"]:
            for option in choice["options"]:
                if "settings" not in option:
                    continue
                with self.subTest(f"{choice['id']} {option['id']}"), \
                        tempfile.TemporaryDirectory() as out:  # fmt: skip
                    done = small_run(option["settings"], out, ["random"])
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_registered_options_are_the_scenarios(self):
        registered = {}
        for choice in STUDY["choices"]:
            wanted = STUDY["registered"][choice["id"]]
            option = next(o for o in choice["options"] if o["id"] == wanted)
            registered.update(option.get("settings", {}))
        with tempfile.TemporaryDirectory() as given, tempfile.TemporaryDirectory() as shipped:
            self.assertEqual(small_run(registered, given).returncode, 0)
            self.assertEqual(small_run({}, shipped).returncode, 0)
            for name in ("runs.csv", "breakdown.csv"):
                both = [(Path(out) / name).read_text() for out in (given, shipped)]
                self.assertEqual(*both, name)
            # The comparison can fail: another option gives other rows.
            with tempfile.TemporaryDirectory() as other:
                small_run({"upload": "tensor_fp32"}, other)
                rows = (Path(other) / "breakdown.csv").read_text()
            self.assertNotEqual(rows, both[0])


if __name__ == "__main__":
    unittest.main()
