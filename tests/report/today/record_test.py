#!/usr/bin/env python3
"""Two points of the study, run again with all of their replications, are the record, and so are the first rows of its
sensitivity.

    record_test.py PROGRAM
"""

import math
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.today import learners, markdown, sensitivity, sweeps  # noqa: E402

PROGRAM = Path(sys.argv.pop())
POINTS = ({"counts": "system", "others": 31, "place": "S1"}, {"counts": "phone", "others": 31, "place": "walk_nr_mid"})
TOLERANCE = 1e-4  # of six digits, and what another machine changes


def only(made, point):
    """The sweep at one point of its grid."""
    for entry in (*made["grid"], *made["zip"]):
        labels = entry.get("labels", entry["values"])
        name = entry["name"] if entry["name"] in point else "place"
        at = labels.index(point[name]) if entry["name"] in point else PLACES.index(point["place"])
        entry["values"] = [entry["values"][at]]
        if "labels" in entry:
            entry["labels"] = [labels[at]]
    return {key: value for key, value in made.items() if key != "skip"}


PLACES = sweeps.content("today_learners")["zip"][0]["values"]


class Record(unittest.TestCase):
    def same(self, found, wanted, what):
        self.assertEqual(found == "", wanted == "", what)
        found, wanted = float(found), float(wanted)
        if math.isinf(wanted):
            self.assertEqual(found, wanted, what)
        else:
            self.assertLess(abs(found - wanted), TOLERANCE * max(1, abs(wanted)), what)

    def test_learners_save_it_again(self):
        recorded = {tuple(row[key] for key in (*learners.AT, "policy")): row for row in markdown.rows_of("savings")}
        for point in POINTS:
            with tempfile.TemporaryDirectory() as folder:
                sweeps.run(PROGRAM, only(sweeps.content("today_learners"), point), Path(folder), 2)
                fresh = learners.savings(Path(folder), "today_learners").to_dict("records")
            self.assertEqual(len(fresh), 3 * 10)  # phones and policies
            for row in fresh:
                key = tuple(str(row[name]) for name in (*learners.AT, "policy"))
                for name in recorded[key]:
                    if name not in (*learners.AT, "policy"):
                        self.same(row[name], recorded[key][name], (key, name))

    def test_nothing_moved(self):
        recorded = [row for row in markdown.rows_of("sensitivity") if not row["assumption"]]
        for measure, wanted in zip(sensitivity.MEASURES, recorded, strict=True):
            with tempfile.TemporaryDirectory() as folder:
                alone = sensitivity.Measure(measure.name, (), measure.sweep, measure.read)
                (row,) = sensitivity.rows(PROGRAM, Path(folder), 1, alone)
            for phone in sensitivity.MODELS:
                self.same(row[phone], wanted[phone], (measure.name, phone))


if __name__ == "__main__":
    unittest.main()
