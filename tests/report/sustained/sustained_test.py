#!/usr/bin/env python3
"""The study of sustained power: its skin against the simulator's, its predictions on runs that are made up, its
record against the page, and its messages.

    sustained_test.py PROGRAM
"""

import csv
import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_report.sustained import PAGE, markdown, predict, tables  # noqa: E402
from autoscale_report.sustained.runs import Published, Run, RunsError, read_runs  # noqa: E402
from autoscale_report.sustained.skin import Limit, Skin  # noqa: E402

PROGRAM = Path(sys.argv.pop())
TOP = 22  # highest point of the Mi 8 Pro's CPU
BASELINE_W = 0.9
LIMIT = Limit(budget=3.0, time_constant=20.0, hysteresis=0.04, period=2.0, most_points=TOP)
PROFILE = f"""include: device_profiles/mi8pro.yaml
name: A phone with a skin
latency_from: {{device: mi8pro, factor: {{value: 1, assumed: test}}}}
thermal:
  trips: {{unit: degC, values: [300], assumed: test}}
  skin:
    budget: {{value: {LIMIT.budget} W, assumed: test}}
    time_constant: {{value: {LIMIT.time_constant} s, assumed: test}}
    hysteresis: {{value: {LIMIT.hysteresis}, assumed: test}}
    period: {{value: {LIMIT.period} s, assumed: test}}
"""


def simulate(think, inferences):
    """Requests, one after another, of a phone with a skin."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "phone.yaml").write_text(PROFILE)
        scenario = {
            "name": "hot", "environment": "S1", "dnns": ["mobilenet_v1"], "noise": False,
            "arrivals": {"closed_loop": {"think": {"constant": {"value": think}}}},
            "constraints": {"latency": "50 ms", "accuracy": 50}, "devices": [{"profile": "phone.yaml"}],
            "policies": ["edge_cpu_fp32"], "compare_with_opt": False, "relative_metrics": False,
            "phases": [{"name": "test", "inferences": inferences}],
        }  # fmt: skip
        (folder / "hot.yaml").write_text(json.dumps(scenario))
        subprocess.run([PROGRAM, "run", folder / "hot.yaml", "--requests", "--out", folder / "out"], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        with (folder / "out/requests.csv").open(newline="") as lines:
            return list(csv.DictReader(lines))


def made_up(rate, burst, law, end_s=600):
    """A run as the model has it, with a sample every ten seconds."""
    clocks = predict.clocks(law, burst, float(end_s))
    series = tuple((float(t), rate * predict.clock_at(clocks, t)) for t in range(0, end_s + 1, 10))
    return Run("made up", f"{rate} at {burst}", series, Published(4.7, None))


class TheSimulatorsSkin(unittest.TestCase):
    def follow(self, think, inferences):
        """Points of the simulator and of this package at every decision, from the same powers."""
        skin, found = Skin(LIMIT), []
        for row in simulate(think, inferences):
            arrival, latency, compute = float(row["arrival_s"]), float(row["latency_ms"]), float(row["compute_ms"])
            skin.advance(arrival, BASELINE_W)
            found.append((TOP - skin.taken, int(row["executed"].partition("@")[2])))
            skin.advance(arrival + latency / 1e3, BASELINE_W + float(row["cpu_mj"]) / compute)
        return found

    def test_a_busy_phone(self):
        points = self.follow("0 s", 3000)
        self.assertEqual([mine for mine, _ in points], [theirs for _, theirs in points])
        self.assertLess(min(theirs for _, theirs in points), TOP - 3)

    def test_a_phone_that_rests_in_between(self):
        points = self.follow("8 ms", 3000)
        self.assertEqual([mine for mine, _ in points], [theirs for _, theirs in points])
        self.assertGreater(len({theirs for _, theirs in points[1500:]}), 1)  # takes and gives back


class Skins(unittest.TestCase):
    LIMIT = Limit(1.0, 30.0, 0.05, 5.0, 10)

    def test_it_reaches_the_budget_when_the_closed_form_says(self):
        self.assertAlmostEqual(Skin(self.LIMIT).next_change(2.0)[0], 30 * math.log(2))

    def test_one_step_is_as_good_as_many(self):
        once, often = Skin(self.LIMIT), Skin(self.LIMIT)
        for end, power in ((40.3, 2.0), (90.1, 1.4), (300.7, 0.3), (350.0, 3.0)):
            once.advance(end, power)
            while often.now < end:
                often.advance(min(end, often.now + 0.37), power)
            self.assertEqual(once.taken, often.taken)
            self.assertAlmostEqual(once.warmth, often.warmth)


class Predictions(unittest.TestCase):
    LAW = predict.Law(20.0, 5.0, 1.0)

    def test_a_run_of_the_law_is_predicted(self):
        for burst in (1.3, 1.6, 2.0):
            run = made_up(40.0, burst, self.LAW)
            found = predict.fit(run.first_minute, self.LAW)
            self.assertAlmostEqual(found.full_rate, 40.0)
            self.assertAlmostEqual(found.burst, burst, delta=0.11)
            self.assertLess(abs(predict.error(run, self.LAW)), 0.08)

    def test_the_law_is_found_again(self):
        runs = [made_up(40.0, burst, self.LAW) for burst in (1.0, 1.3, 1.6, 2.0)]
        law = predict.calibrate(runs, runs)
        self.assertEqual((law.time_constant, law.period, law.exponent), (20.0, 5.0, 1.0))

    def test_a_run_that_does_not_slow_down_draws_the_budget(self):
        run = made_up(24.0, 1.0, self.LAW)
        self.assertEqual(predict.fit(run.first_minute, self.LAW).burst, 1.0)
        self.assertAlmostEqual(predict.predicted(run, self.LAW), 24.0)

    def test_what_comes_after_the_first_minute_of_a_given_run_does_not_matter(self):
        whole = [made_up(40.0, burst, self.LAW) for burst in (1.0, 1.3, 1.6)]
        given = made_up(30.0, 1.6, self.LAW)
        cut = Run(given.runtime, given.model, given.first_minute, Published(None, 1.0))
        self.assertFalse(cut.whole)
        self.assertEqual(predict.calibrate([*whole, cut], whole).time_constant, 20.0)
        self.assertAlmostEqual(predict.predicted(cut, self.LAW), predict.predicted(given, self.LAW))

    def test_a_half_is_never_judged_by_itself(self):
        for half, rest in predict.halves([1, 2, 3, 4, 5]):
            self.assertEqual((len(half), sorted(half + rest)), (2, [1, 2, 3, 4, 5]))

    def test_mean_clock(self):
        self.assertAlmostEqual(predict.mean_clock([(0, 1.0), (10, 0.5)], 5, 20), (5 * 1 + 10 * 0.5) / 15)


class Record(unittest.TestCase):
    def test_the_page_has_the_tables_of_the_record(self):
        self.assertEqual(markdown.page(PAGE.read_text()), PAGE.read_text())

    def test_errors_are_those_of_the_values_beside_them(self):
        for row in markdown.rows_of("given"):
            for key in ("together", "processor"):
                if row["published"]:
                    error = 100 * (float(row[key]) / float(row["published"]) - 1)
                    self.assertAlmostEqual(error, float(row[f"{key}_error"]), delta=0.6)

    def test_the_last_minute_is_what_is_published(self):
        rows = [row for row in markdown.rows_of("whole") if row["published"]]
        self.assertEqual(len(rows), 7)
        for row in rows:
            self.assertAlmostEqual(float(row["last_minute"]) / float(row["published"]), 1, delta=0.03)

    def test_published_powers_are_twentieths_of_the_battery(self):
        rows = [row for row in markdown.rows_of("whole") if row["power_w"]]
        for row in rows:
            self.assertAlmostEqual(float(row["battery_percent"]), 5, delta=0.15)


class Files(unittest.TestCase):
    def refused(self, text):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "series.csv"
            file.write_text(text)
            with self.assertRaises(RunsError) as caught:
                read_runs(file)
            return str(caught.exception).replace(name, "")

    def test_messages_say_where(self):
        head = "runtime,model,second,decode_tokens_per_s\n"
        self.assertIn("/series.csv:3: expected", self.refused(head + "a,b,0,30\na,b,ten,30\n"))
        self.assertIn("/series.csv:2: expected", self.refused("runtime,model,second,rate\na,b,0,30\n"))
        self.assertIn("/series.csv:2: expected a time from 0 on", self.refused(head + "a,b,0,0\n"))
        self.assertIn("/series.csv: no runs", self.refused(head))
        self.assertIn("b, a: less than two samples", self.refused(head + "a,b,0,30\n"))
        self.assertIn("GPU: less than two runs of 500 s", self.refused(head + "a,b,0,30\na,b,10,30\n"))

    def test_tables_of_runs_that_are_made_up(self):
        law = Predictions.LAW
        whole = [made_up(40.0, burst, law) for burst in (1.0, 1.3, 1.6)]
        cut = Run("made up", "cut", made_up(30.0, 1.6, law).first_minute, Published(4.7, 20.0))
        found = tables.tables([*whole, cut])
        self.assertEqual([row["runs"] for row in found["laws"]], ["together", "GPU"])
        self.assertEqual((len(found["whole"]), len(found["given"])), (3, 1))


if __name__ == "__main__":
    unittest.main()
