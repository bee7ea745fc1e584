#!/usr/bin/env python3
"""results/today.md shows the record, and the record is whole. Standard library and PyYAML only."""

import sys
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.today import PAGE, SWEEPS, assumptions, markdown, record  # noqa: E402


def sweep(name):
    return yaml.safe_load((ROOT / f"scenarios/sweeps/{name}.yaml").read_text())


class Page(unittest.TestCase):
    def test_shows_the_record(self):
        text = PAGE.read_text()
        hint = "run PYTHONPATH=python python3 -m autoscale_report.today.markdown"
        self.assertTrue(markdown.page(text) == text, hint)

    def test_figures_are_there_and_shown(self):
        text = PAGE.read_text()
        for name in record.FIGURES:
            self.assertTrue((ROOT / f"docs/pictures/{name}.png").exists(), name)
            self.assertTrue(f"{name}.png)" in text, name)


class Sentences(unittest.TestCase):
    """The numbers of the first paragraphs; the others are to be read again when the record changes."""

    page = " ".join(PAGE.read_text().split())
    readme = " ".join((ROOT / "README.md").read_text().split())

    def says(self, text, sentence):
        self.assertTrue(sentence in text, f"not said: {sentence}")

    def test_crossings(self):
        usual = [row for row in markdown.rows_of("crossings") if (row["prompt"], row["output"]) == ("163", "339")]
        cheapest, full = (["%.0f" % float(row[f"{clock}, one grid"]) for row in usual]
                          for clock in ("cheapest", "full"))  # fmt: skip
        self.says(self.page, f"from {cheapest[0]} others on (S25) or {cheapest[1]} (iPhone)")
        self.says(self.page, f"at full clock from {full[0]} and {full[1]}")
        self.says(self.readme, f"from {cheapest[0]} and {cheapest[1]} others in its batch on")

    def test_short_answers(self):
        (row,) = (r for r in markdown.rows_of("sensitivity") if (r["measure"], r["assumption"]) == ("short", ""))
        s25, iphone = ("%.0f" % float(row[phone]) for phone in markdown.SHOWN)
        self.says(self.page, f"an answer of {s25} tokens on the S25 and {iphone} on the iPhone")
        self.says(self.readme, f"more than {s25} (Galaxy S25) or {iphone} tokens (iPhone 17 Pro)")

    def test_savings(self):
        found = {(row["device"], row["policy"]): row for row in markdown.rows_of("savings")
                 if (row["counts"], row["others"], row["place"]) == ("system", "7", "S1")}  # fmt: skip
        saved = ["%.0f" % (100 * float(found[phone, "residual"][f"saved_over_{name}"]))
                 for name in ("edge_best", "cloud") for phone in markdown.SHOWN]  # fmt: skip
        self.says(self.page, f"it saves {saved[0]} and {saved[1]} % over the NPU and {saved[2]} and {saved[3]} %")
        walks = [100 * float(row["saved_over_cloud"]) for row in markdown.rows_of("savings")
                 if row["device"] in markdown.SHOWN and row["policy"] == "autoscale" and row["counts"] == "system"
                 and row["place"].startswith("walk")]  # fmt: skip
        self.says(self.readme, f"on walks it can cost up to {-min(walks):.0f} %")


class Record(unittest.TestCase):
    def test_every_table_has_rows(self):
        for name in record.TABLES:
            self.assertTrue(markdown.rows_of(name), name)

    def test_maps_have_every_point_of_their_sweeps(self):
        grid = {entry["name"]: len(entry["values"]) for entry in sweep("today_lengths")["grid"]}
        networks = len(sweep("today_lengths")["zip"][0]["values"])
        self.assertEqual(len(markdown.rows_of("lengths")), grid["phone"] * grid["prompt"] * grid["output"] * networks)

    def test_learners_have_every_place_and_policy(self):
        made = sweep("today_learners")
        places = made["zip"][0]["values"]
        rows = markdown.rows_of("savings")
        self.assertEqual({row["place"] for row in rows}, set(places))
        self.assertEqual(len(rows), 4 * len(places) * len(made["set"]["policies"]) * 3)  # settings, phones
        self.assertEqual(made["replications"], 20)

    def test_every_assumption_was_moved(self):
        rows = {(row["measure"], row["assumption"], row["end"]) for row in markdown.rows_of("sensitivity")}
        moved = {"load": assumptions.LOAD, "short": assumptions.SHORT, "heat": assumptions.HEAT}
        for measure, of_measure in moved.items():
            for assumption in of_measure:
                for end in assumption.ends:
                    self.assertIn((measure, assumption.text, end.label), rows)


class Sweeps(unittest.TestCase):
    def test_the_sweeps_are_there(self):
        for name in SWEEPS:
            self.assertEqual(sweep(name)["name"], name)


if __name__ == "__main__":
    unittest.main()
