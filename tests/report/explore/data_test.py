"""What the page of `autoscale report` holds, and what is wrong with a folder.

    data_test.py PROGRAM

Expected values are computed here from the CSV files with the standard library and SciPy's t distribution; the command
lines of rows are run and must give the rows again.
"""

import csv
import json
import math
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from scipy.stats import t as student

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_sim.explore import command, page, tables  # noqa: E402
from autoscale_sim.explore.results import Results  # noqa: E402
from autoscale_sim.plots.errors import PlotError  # noqa: E402

PROGRAM = sys.argv.pop()
QUANTILES = 2e-5  # relative error of the four decimals of the quantiles of Student's t
SMALL = ("--set", "phases[0].inferences=20", "--set", "phases[1].inferences=30")
SWEEP = f"""
name: signals
scenarios: [{ROOT}/scenarios/quickstart.yaml]
set: {{"phases[0].inferences": 20, "phases[1].inferences": 30, policies: [edge_best, cloud]}}
grid:
  - {{path: cloud_signal.constant.level, name: signal, values: [-85 dBm, -60 dBm]}}
  - {{path: constraints.accuracy, name: quality, values: [50, 70], labels: [low, high]}}
replications: 3
"""
# What other kinds of sweep draw from, instead of the grid.
KINDS = {
    "zip": """zip:
  - {path: cloud_signal.constant.level, name: signal, values: [-85 dBm, -60 dBm]}
  - {path: constraints.accuracy, name: quality, values: [50, 70], labels: [low, "höher <b>"]}
""",
    "random": """random:
  samples: 2
  parameters:
    - {path: cloud_signal.constant.level, name: signal, range: {from: -90 dBm, to: -55 dBm}}
    - {path: overrides.device_profiles/mi8pro.baseline_power.value, name: baseline, values: [0.25 W, 0.5 W, 1 W]}
""",
}
# Of the scenario: what a sweep's overrides leave as it is.
OWN = 'overrides: {device_profiles/mi8pro: {"processors[2].paper_power.value": 4 W}}\n'
# Name of a folder -> its runs.csv.
ODD = {
    "one row": "run_id,policy,replication,energy_mean_mj\na,cloud,0,12.5\n",
    "all equal": "run_id,policy,replication,energy_mean_mj\n" + "a,cloud,0,12.5\nb,cloud,1,12.5\n",
    "gaps": "run_id,policy,dnn,replication,energy_mean_mj\na,p,,0,\nb,q,net,0,inf\nc,q,net,1,nan\nd,r,,0,1e-9\n",
    "Größe \"q\" 'r' #1 50% & <b>": 'run_id,policy,replication,"énergie (µJ) ""x"" [0]"\n'
                                    f"a,“größer” <b>&amp;,0,1\nb,{'日本' * 40},0,2e12\n",
}  # fmt: skip


def program(*words):
    subprocess.run([PROGRAM, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)


def rows_of(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


class Shown:
    """A table of the page by the names of its columns."""

    def __init__(self, content, name):
        self.table = next(table for table in content["tables"] if table["name"] == name)
        self.columns = {column["name"]: column for column in self.table["columns"]}
        self.cells = dict(zip(self.columns, self.table["cells"]))
        self.count = len(self.table["commands"]["of"])

    def row(self, **where):
        found = [i for i in range(self.count) if all(self.cells[name][i] == value for name, value in where.items())]
        assert len(found) == 1, (where, found)
        return found[0]

    def command(self, row):
        return self.table["commands"]["texts"][self.table["commands"]["of"][row]]

    def interval(self, measure, row):
        column = self.columns[measure]
        return self.cells[column["low"]][row], self.cells[column["high"]][row]


class Folders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.top = Path(cls.temporary.name)
        cls.single, cls.swept = cls.top / "run", cls.top / "sweep"
        program("run", "scenarios/quickstart.yaml", *SMALL, "--replications", 3, "--requests", "--timeline",
                "--out", cls.single)  # fmt: skip
        file = cls.top / "signals.yaml"
        file.write_text(SWEEP)
        program("sweep", file, "--out", cls.swept)
        cls.of_run, cls.of_sweep = (page.content(Results(folder)) for folder in (cls.single, cls.swept))

    def test_a_point_is_the_mean_over_replications_with_its_interval(self):
        shown = Shown(self.of_run, "runs.csv")
        for policy in ("autoscale", "cloud"):
            values = [float(row["energy_mean_mj"]) for row in rows_of(self.single / "runs.csv")
                      if row["policy"] == policy]  # fmt: skip
            self.assertEqual(len(values), 3)
            half = student.ppf(0.975, 2) * statistics.stdev(values) / math.sqrt(3)
            row, mean = shown.row(policy=policy), statistics.fmean(values)
            self.assertAlmostEqual(shown.cells["energy_mean_mj"][row], mean, delta=1e-5 * mean)
            low, high = shown.interval("energy_mean_mj", row)
            for found, expected in ((low, mean - half), (high, mean + half)):
                self.assertAlmostEqual(found, expected, delta=QUANTILES * half + 1e-5 * abs(expected))

    def test_summary_has_the_same_intervals(self):
        runs, summary = Shown(self.of_sweep, "runs.csv"), Shown(self.of_sweep, "summary.csv")
        where = {"signal": -60, "quality": "low", "policy": "cloud"}
        one, other = runs.row(**where, role="compared"), summary.row(**where, metric="latency_mean_ms")
        self.assertAlmostEqual(runs.cells["latency_mean_ms"][one], summary.cells["mean"][other], delta=1e-4)
        for mine, theirs in zip(runs.interval("latency_mean_ms", one), summary.interval("mean", other)):
            self.assertAlmostEqual(mine, theirs, delta=1e-4 * abs(theirs))

    def test_columns_have_their_units_and_meanings(self):
        columns = Shown(self.of_sweep, "runs.csv").columns
        self.assertEqual((columns["energy_mean_mj"]["unit"], columns["signal"]["unit"]), ("mJ", "dBm"))
        self.assertIn("energy", columns["energy_mean_mj"]["meaning"])
        self.assertEqual((columns["signal"]["role"], columns["energy_mean_mj"]["role"]), ("dimension", "measure"))

    def again(self, line, folder):
        words = shlex.split(line)
        self.assertEqual(words[:2], ["autoscale", "run"])
        self.assertEqual(words[-2:], ["--out", "again"])
        subprocess.run([PROGRAM, *words[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        return rows_of(folder / "again/runs.csv")

    def test_the_command_line_of_a_run_gives_the_row_again(self):
        scenario = self.of_run["scenarios"][0]
        shown = Shown(self.of_run, "runs.csv")
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / scenario["file"]).write_text(scenario["text"])
            rows = self.again(shown.command(shown.row(policy="cloud")), Path(name))
        written = [row for row in rows_of(self.single / "runs.csv") if row["policy"] == "cloud"]
        self.assertEqual([row["energy_mean_mj"] for row in rows if row["policy"] == "cloud"],
                         [row["energy_mean_mj"] for row in written])  # fmt: skip

    def test_the_command_line_of_a_sweeps_row_gives_it_again(self):
        shown = Shown(self.of_sweep, "runs.csv")
        row = shown.row(signal=-85, quality="high", policy="cloud", role="compared")
        with tempfile.TemporaryDirectory() as name:
            rows = self.again(shown.command(row), Path(name))
        written = [r for r in rows_of(self.swept / "runs.csv")
                   if (r["signal"], r["quality"], r["policy"]) == ("-85", "high", "cloud")]  # fmt: skip
        self.assertEqual([r["energy_mean_mj"] for r in rows if r["policy"] == "cloud"],
                         [r["energy_mean_mj"] for r in written])  # fmt: skip

    def test_command_lines_of_every_kind_of_sweep_give_their_rows_again(self):
        for kind, draws in KINDS.items():
            with self.subTest(kind=kind), tempfile.TemporaryDirectory() as name:
                file, out, scenario = (Path(name) / part for part in ("s.yaml", "out", "mine.yaml"))
                scenario.write_text((ROOT / "scenarios/quickstart.yaml").read_text() + OWN)
                file.write_text(SWEEP[:SWEEP.index("grid:")].replace(f"{ROOT}/scenarios/quickstart.yaml", "mine.yaml")
                                + draws + "replications: 2\n")  # fmt: skip
                program("sweep", file, "--out", out)
                shown = Shown(page.content(Results(out)), "runs.csv")
                policy = "edge_best"  # on the DSP, which the scenario's own override makes dearer
                row = shown.cells["policy"].index(policy)
                signal = shown.cells["signal"][row]
                rows = self.again(shown.command(row), Path(name))
                mean = statistics.fmean(float(r["energy_mean_mj"]) for r in rows if r["policy"] == policy)
                written = [float(r["energy_mean_mj"]) for r in rows_of(out / "runs.csv")
                           if r["policy"] == policy and math.isclose(float(r["signal"]), signal, rel_tol=1e-5)]
                self.assertEqual(len(written), 2)
                # A drawn signal stands in runs.csv, and so in the command line, to twelve digits.
                self.assertAlmostEqual(mean, statistics.fmean(written), delta=1e-9 * mean)

    def test_rows_that_no_one_command_makes_have_none(self):
        self.assertEqual(set(Shown(self.of_sweep, "timing.csv").table["commands"]["texts"]), {""})

    def test_requests_are_written_again_only_if_asked_for(self):
        lines = Shown(self.of_run, "requests.csv").table["commands"]["texts"]
        self.assertTrue(all("--requests" in line for line in lines), lines)

    def test_of_many_metrics_one_is_drawn_first(self):
        hidden = Shown(self.of_sweep, "summary.csv").table["hidden"]["metric"]
        self.assertNotIn("energy_mean_mj", hidden)
        self.assertIn("latency_mean_ms", hidden)

    def test_the_timeline_has_every_request(self):
        run = next(run for run in self.of_run["timeline"] if run["name"] == "cloud-r0")
        written = [r for r in rows_of(self.single / "requests.csv") if r["run_id"] == "cloud-r0"]
        self.assertEqual(len(run["requests"]["time_s"]), len(written))
        for mine, theirs in zip(run["requests"]["latency_ms"], written):
            self.assertAlmostEqual(mine, float(theirs["latency_ms"]), delta=1e-4 * mine)
        self.assertEqual(run["requests"]["time_s"][0], 0)
        self.assertIn("upload", run["requests"]["stages"][0])
        self.assertTrue(run["counters"]["value"])

    def test_record_folders(self):
        """What the leaderboard, the reproduction and the study of today wrote, without a manifest."""
        content = page.content(Results(ROOT / "results/reference"))
        board = Shown(content, "leaderboard.csv")
        self.assertEqual(board.count, len(rows_of(ROOT / "results/reference/leaderboard.csv")))
        self.assertEqual(board.columns["efficiency"]["low"], "efficiency_ci95_low")
        self.assertIn("S1", board.table["hidden"]["environments"])
        self.assertNotIn("all", board.table["hidden"]["environments"])
        claims = Shown(content, "claims.csv")
        self.assertEqual(claims.columns["simulated_value"]["low"], "ci95_low")
        today = Shown(page.content(Results(ROOT / "results/reference/today")), "savings.csv")
        self.assertEqual(today.columns["counted_j"]["high"], "counted_j_high")


class Study(unittest.TestCase):
    def test_rows_of_a_study_have_the_commands_that_name_them(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lines = [f"autoscale run scenarios/paper/{s}.yaml --out=OUT/{s}" for s in ("S1_streaming", "S2_streaming")]
            (folder / "manifest.json").write_text(json.dumps({"commands": lines}))
            (folder / "cases.csv").write_text("policy,environment,use_case,energy_mj\na,S2,streaming,1\na,S1,x,2\n")
            shown = Shown(page.content(Results(folder)), "cases.csv")
        self.assertEqual([shown.command(0), shown.command(1)], [lines[1], ""])

    def test_the_plain_run_goes_before_studies_of_the_same_name(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lines = [f"autoscale run scenarios/paper/S1_streaming.yaml --out=OUT/{out}S1_streaming --policy=a"
                     for out in ("marginal/", "", "ceiling/")]  # fmt: skip
            (folder / "manifest.json").write_text(json.dumps({"commands": lines}))
            (folder / "cases.csv").write_text("policy,environment,use_case,energy_mj\na,S1,streaming,1\n")
            shown = Shown(page.content(Results(folder)), "cases.csv")
        self.assertEqual(shown.command(0), lines[1])

    def test_rows_of_the_leaderboard_have_the_commands_of_their_entry(self):
        folders = [f"{part}/{entry}/{use_case}" for part in ("board", "blocks") for entry in ("ucb", "ucb_tuned")
                   for use_case in ("streaming", "translation")]  # fmt: skip
        folders += ["change/S1_S4/ucb", "change/S1_S2/ucb"]
        lines = [f"autoscale run scenarios/leaderboard/x.yaml --out=OUT/{folder}" for folder in folders]
        of = lambda *wanted: "\n".join(lines[folders.index(folder)] for folder in wanted)  # noqa: E731
        head = "policy,parameters,environments,use_cases,efficiency\n"
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "manifest.json").write_text(json.dumps({"commands": lines}))
            (folder / "leaderboard.csv").write_text(
                f"{head}ucb,default,all,all,1\nucb,tuned,all,all,2\nucb,default,S1,streaming,3\nother,default,S1,x,4\n")
            (folder / "leaderboard_blocks.csv").write_text(f"{head}ucb,default,all,all,1\n")
            (folder / "leaderboard_regret.csv").write_text("before,after,policy,regret\nS1,S2,ucb,1\n")
            content = page.content(Results(folder))
        board, blocks, regret = (Shown(content, f"leaderboard{end}.csv") for end in ("", "_blocks", "_regret"))
        self.assertEqual([board.command(row) for row in range(4)],
                         [of("board/ucb/streaming", "board/ucb/translation"),
                          of("board/ucb_tuned/streaming", "board/ucb_tuned/translation"),
                          of("board/ucb/streaming"), ""])  # fmt: skip
        self.assertEqual(blocks.command(0), of("blocks/ucb/streaming", "blocks/ucb/translation"))
        self.assertEqual(regret.command(0), of("change/S1_S2/ucb"))

    def test_parts_are_hidden_only_behind_their_own_whole(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "runs.csv").write_text("scenario,dnn,policy,energy_mj\nA,all,p,1\nB,net,p,2\n")
            self.assertEqual(Shown(page.content(Results(folder)), "runs.csv").table["hidden"], {})
            (folder / "runs.csv").write_text("scenario,dnn,policy,energy_mj\nA,all,p,1\nA,net,p,2\nA,m,p,3\n")
            self.assertEqual(Shown(page.content(Results(folder)), "runs.csv").table["hidden"], {"dnn": ["net", "m"]})


class Large(unittest.TestCase):
    def test_a_hundred_thousand_rows_become_few(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_large(folder)
            began = time.process_time()
            content = page.content(Results(folder))
            self.assertLess(time.process_time() - began, 20)
        shown = Shown(content, "runs.csv")
        self.assertLessEqual(shown.count, tables.MOST_ROWS)
        self.assertTrue(any("24 bins" in note for note in shown.table["averaged"]), shown.table["averaged"])
        self.assertIn("100,000 rows of the file", shown.table["averaged"][0])
        self.assertLess(len(page.in_script(content)), 4_000_000)
        energies = shown.cells["energy_mean_mj"]
        lows = shown.cells[shown.columns["energy_mean_mj"]["low"]]
        self.assertTrue(all(low < mean for low, mean in zip(lows, energies)))
        # energy = 2 signal + 100 + policy; a bin's mean differs by less than twice half its width
        row = shown.row(policy="p1", device="d3", signal=shown.cells["signal"][0])
        self.assertIn("no one command", shown.command(row))
        self.assertEqual(shown.columns["signal"]["unit"], "dBm")
        self.assertGreater(shown.count, 3500)  # near the limit, so that the browser has its hardest case
        self.assertAlmostEqual(energies[row], 101 + 2 * shown.cells["signal"][row], delta=2 * 50 / 24)


    def test_many_rows_of_few_settings_become_few_without_replications_too(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "points.csv").write_text("x,kind\n" + "".join(f"{i},k{i % 5}\n" for i in range(100_000)))
            shown = Shown(page.content(Results(folder)), "points.csv")
        self.assertEqual(shown.count, 5)
        self.assertEqual(shown.cells["x"][shown.row(kind="k2")], 49_999.5)  # the mean of 2, 7, ... 99,997
        self.assertTrue(any("without intervals" in note for note in shown.table["averaged"]))


def write_large(folder):
    """100,000 runs: ten policies at 1,000 signals, each on one of 16 devices, ten replications."""
    with (folder / "runs.csv").open("w") as out:
        out.write("run_id,signal,policy,device,replication,seed,energy_mean_mj,latency_mean_ms\n")
        for point in range(1000):
            signal = -90 + point * 0.05
            for policy in range(10):
                out.writelines(f"p{policy}-{point}-r{r},{signal:g},p{policy},d{point % 16},{r},{r},"
                               f"{100 + policy + 2 * signal + (r - 4.5) * 0.01},{50 - signal}\n" for r in range(10))
    described = {"sweep": {"name": "large", "scenarios": ["s.yaml"],
                           "parameters": [{"column": "signal", "path": "signal.level", "unit": "dBm"}]}}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(described))


class Wrong(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.folder / "runs.csv").write_text("run_id,policy,replication,energy_mean_mj\na,b,0,1\n")

    def wrong(self, pattern):
        with self.assertRaisesRegex(PlotError, pattern):
            page.content(Results(self.folder))

    def test_messages_name_the_file(self):
        for name, text, pattern in (
            ("runs.csv", "", r"runs\.csv is empty"),
            ("runs.csv", "a,b\n1,2\n1,2,3\n", r"runs\.csv cannot be read"),
            ("runs.csv", "a,b\n1,2,3\n1,2,3\n", r"runs\.csv cannot be read"),
            ("manifest.json", "{", r"manifest\.json is no JSON"),
            ("manifest.json", "[]", r"manifest\.json is no manifest"),
            ("columns.csv", "a,b\n1,2\n", r"columns\.csv has no column 'file'"),
            ("timeline.json", "{}", r"timeline\.json is no timeline"),
            ("timeline.json", '{"traceEvents": [', r"timeline\.json is no timeline"),
        ):
            with self.subTest(name=name, text=text):
                file = self.folder / name
                before = file.read_text() if file.exists() else None
                file.write_text(text)
                self.wrong(pattern)
                file.unlink() if before is None else file.write_text(before)

    def test_one_row_shows_what_it_measures(self):
        shown = Shown(page.content(Results(self.folder)), "runs.csv")
        self.assertEqual((shown.table["first"]["y"], shown.cells["energy_mean_mj"]), ("energy_mean_mj", [1]))

    def test_a_sweep_that_is_not_finished(self):
        (self.folder / "runs.csv").unlink()
        (self.folder / "journal").write_text("")
        self.wrong("holds a sweep that is not finished; .*--resume")

    def test_a_file_that_is_cut_off(self):
        (self.folder / "runs.csv").write_text("run_id,policy,replication,energy_mean_mj\na,b,0,1\nb,c")
        notes = Shown(page.content(Results(self.folder)), "runs.csv").table["notes"]
        self.assertTrue(any("cut off" in note for note in notes), notes)

    def test_exit_codes(self):
        self.assertEqual(command.main([str(self.folder / "none")]), 2)
        (self.folder / "runs.csv").unlink()
        self.assertEqual(command.main([str(self.folder)]), 2)

    def test_names_cannot_break_the_page(self):
        (self.folder / "runs.csv").write_text("run_id,policy,replication,x.y[0]\na,</script><b>,0,1\n")
        text = page.in_script(page.content(Results(self.folder)))
        self.assertNotIn("<", text)
        self.assertIn("</script><b>", json.loads(text)["tables"][0]["cells"][0])


if __name__ == "__main__":
    unittest.main()
