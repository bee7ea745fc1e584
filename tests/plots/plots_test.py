"""Every kind of plot shows the numbers that its folder holds, and says what is wrong with a request.

    plots_test.py PROGRAM

The folders are made by the program; expected values are computed here from their CSV files with the
standard library and SciPy's t distribution.
"""

import contextlib
import csv
import io
import json
import math
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from scipy.stats import t as student

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_sim.plots import command, labels  # noqa: E402
from autoscale_sim.plots.folder import Folder  # noqa: E402
from autoscale_sim.plots.kinds import KINDS  # noqa: E402
from autoscale_sim.plots.style import plt  # noqa: E402
from autoscale_sim.plots.view import evenly_by_ratio  # noqa: E402

PROGRAM = sys.argv.pop()
SIGNALS = (-60, -75, -90)
LOADS = (0.0, 0.8)
POLICIES = ("autoscale", "edge_best", "cloud", "opt")  # as they stand in the files
TABLE = 2e-5  # relative error of the four decimals of the quantiles of Student's t
REPLICATIONS = 3


def simulate(out, *options):
    """One small run of the quickstart: a phone, a DNN."""
    settings = ["phases[0].inferences=20", "phases[1].inferences=30", "dnns=[resnet_50_v1]"]
    arguments = [argument for setting in settings for argument in ("--set", setting)]
    arguments += [argument for policy in POLICIES for argument in ("--policy", policy)]
    subprocess.run([PROGRAM, "run", ROOT / "scenarios/quickstart.yaml", *arguments, *options,
                    "--replications", str(REPLICATIONS), "--out", out],
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip


def rows_of(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def write_rows(path, rows):
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def make_sweep(out, scratch):
    """What a sweep of signal and co-runner writes."""
    joined = []
    for signal in SIGNALS:
        for load in LOADS:
            run = scratch / f"run_{signal}_{load}"
            simulate(run, "--set", f"cloud_signal={{constant: {{level: {signal} dBm}}}}",
                     "--set", f"co_runner={{steady: {{cpu: {load}, memory: 0.1}}}}")  # fmt: skip
            joined += [{"run_id": row["run_id"], "signal": signal, "co_cpu": load, **row}
                       for row in rows_of(run / "runs.csv")]  # fmt: skip
    out.mkdir()
    write_rows(out / "runs.csv", joined)
    shutil.copy(run / "columns.csv", out)
    swept = [{"column": "signal", "path": "cloud_signal.constant.level", "unit": "dBm"},
             {"column": "co_cpu", "path": "co_runner.steady.cpu", "unit": ""}]  # fmt: skip
    (out / "manifest.json").write_text(json.dumps({"sweep": {"name": "s", "parameters": swept}}))


def mean_and_half(values):
    half = student.ppf(0.975, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    return statistics.fmean(values), half


class WithFolders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.scratch = Path(cls.holder.name)
        cls.sweep, cls.run_folder = cls.scratch / "sweep", cls.scratch / "run"
        make_sweep(cls.sweep, cls.scratch)
        simulate(cls.run_folder, "--requests", "--set", "environment=D3")
        cls.rows = rows_of(cls.sweep / "runs.csv")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def tearDown(self):
        plt.close("all")

    def draw(self, folder, *arguments):
        canvas, _, view, _ = command.figure(command.parser().parse_args([str(folder), *arguments]))
        self.notes = view.notes
        return canvas

    def values(self, column, **where):
        """Of the sweep's rows, in the order of replications."""
        found = [row for row in self.rows if all(row[k] == str(v) for k, v in where.items())]
        return [float(row[column]) for row in sorted(found, key=lambda r: int(r["replication"]))]


class Drawings(WithFolders):
    def test_line(self):
        canvas = self.draw(self.sweep, "--where", "co_cpu=0.8", "--y", "latency_mean_ms")
        (axes,) = canvas.axes
        self.assertEqual(axes.get_xlabel(), "signal (dBm)")
        self.assertEqual(axes.get_ylabel(), "mean latency (ms)")
        self.assertEqual(len(axes.lines), len(POLICIES))
        named = dict(zip([t.get_text() for t in canvas.legends[0].get_texts()], axes.lines))
        bands = dict(zip(named, axes.collections))
        for policy, line in named.items():
            self.assertEqual(list(line.get_xdata()), sorted(SIGNALS))
            corners = {tuple(map(float, corner)) for corner in
                       bands[policy].get_paths()[0].vertices.round(6)}  # fmt: skip
            for signal, drawn in zip(line.get_xdata(), line.get_ydata()):
                mean, half = mean_and_half(self.values("latency_mean_ms", policy=policy,
                                                       signal=signal, co_cpu=0.8))  # fmt: skip
                self.assertAlmostEqual(drawn, mean)
                for edge in (mean - half, mean + half):
                    near = min(abs(y - edge) for x, y in corners if x == signal)
                    self.assertLess(near, TABLE * half + 1e-6)

    def test_line_of_a_parameter_that_is_averaged_says_so(self):
        canvas = self.draw(self.sweep, "--where", "policy=cloud", "--hue", "none", "--facet", "none")
        (line,) = canvas.axes[0].lines
        expected = [statistics.fmean(self.values("energy_mean_mj", policy="cloud", signal=s))
                    for s in sorted(SIGNALS)]  # fmt: skip
        for drawn, mean in zip(line.get_ydata(), expected, strict=True):
            self.assertAlmostEqual(drawn, mean)
        said = "averaged over co_cpu (2 values)"
        self.assertIn(said, self.notes[0])
        self.assertIn(f"policy = cloud; {said}", " ".join(canvas._supxlabel.get_text().split()))

    def test_scatter_averages_over_nothing_but_replications(self):
        canvas = self.draw(self.sweep, "--kind", "scatter", "--where", "policy=cloud")
        drawn = [xy for c in canvas.axes[0].containers for xy in zip(*c.lines[0].get_data())]
        expected = [(s, statistics.fmean(self.values("energy_mean_mj", policy="cloud", signal=s,
                                                     co_cpu=load)))
                    for s in SIGNALS for load in LOADS]  # fmt: skip
        for point, value in zip(sorted(drawn), sorted(expected), strict=True):
            self.assertEqual(point[0], value[0])
            self.assertAlmostEqual(point[1], value[1])

    def test_facets(self):
        canvas = self.draw(self.sweep, "--x", "signal", "--facet", "policy", "--hue", "co_cpu")
        self.assertEqual([a.get_title(loc="left") for a in canvas.axes], list(POLICIES))
        texts = [t.get_text() for t in canvas.legends[0].get_texts()]
        self.assertEqual(texts, ["co cpu 0", "co cpu 0.8"])

    def test_bar(self):
        canvas = self.draw(self.sweep, "--kind", "bar", "--x", "signal", "--where", "co_cpu=0")
        (axes,) = canvas.axes
        bars, whiskers = axes.containers[1::2], axes.containers[::2]
        for policy, drawn, error in zip(POLICIES, bars, whiskers, strict=True):
            ends = error.lines[2][0].get_segments()
            for signal, bar, segment in zip(sorted(SIGNALS), drawn.patches, ends, strict=True):
                values = self.values("energy_mean_mj", policy=policy, signal=signal, co_cpu="0.0")
                mean, half = mean_and_half(values)
                self.assertAlmostEqual(bar.get_height(), mean)
                for (_, drawn_edge), edge in zip(segment, (mean - half, mean + half), strict=True):
                    self.assertAlmostEqual(drawn_edge, edge, delta=TABLE * half + 1e-9)

    def test_bars_of_one_run_are_its_policies(self):
        canvas = self.draw(self.run_folder)
        ticks = [t.get_text() for t in canvas.axes[0].get_xticklabels()]
        self.assertEqual(ticks, list(POLICIES))

    def test_pareto(self):
        canvas = self.draw(self.sweep, "--kind", "pareto", "--facet", "signal")
        points = {
            (policy, signal, load): tuple(
                statistics.fmean(self.values(c, policy=policy, signal=signal, co_cpu=load))
                for c in ("latency_mean_ms", "energy_mean_mj")
            )
            for policy in POLICIES for signal in SIGNALS for load in LOADS
        }  # fmt: skip
        for axes, signal in zip(canvas.axes, sorted(SIGNALS), strict=True):
            here = sorted(p for (_, s, _), p in points.items() if s == signal)
            beaten = {p for p in here for q in here if q[0] <= p[0] and q[1] <= p[1] and q != p}
            expected = list(dict.fromkeys(p for p in here if p not in beaten))
            drawn = list(zip(axes.lines[-1].get_xdata(), axes.lines[-1].get_ydata()))
            self.assertEqual(len(drawn), len(expected))
            for d, e in zip(drawn, expected):
                self.assertAlmostEqual(d[0], e[0])
                self.assertAlmostEqual(d[1], e[1])
            marks = [xy for c in axes.containers for xy in zip(*c.lines[0].get_data())]
            self.assertEqual(len(marks), len(here))

    def test_heatmap(self):
        canvas = self.draw(self.sweep, "--kind", "heatmap", "--where", "policy=cloud")
        cells = canvas.axes[0].images[0].get_array()
        self.assertEqual(cells.shape, (len(LOADS), len(SIGNALS)))
        for row, load in enumerate(LOADS):
            for column, signal in enumerate(sorted(SIGNALS)):
                expected = statistics.fmean(self.values("energy_mean_mj", policy="cloud",
                                                        signal=signal, co_cpu=load))  # fmt: skip
                self.assertAlmostEqual(cells[row, column], expected)
                written = canvas.axes[0].texts[row * len(SIGNALS) + column].get_text()
                self.assertAlmostEqual(float(written), expected, delta=0.51)
        self.assertEqual(canvas.axes[1].get_ylabel(), "energy per inference (mJ)")

    def test_best_policy(self):
        canvas = self.draw(self.sweep, "--kind", "best")
        (axes,) = canvas.axes
        least = {
            min(statistics.fmean(self.values("energy_mean_mj", policy=p, signal=s, co_cpu=c))
                for p in POLICIES if p != "opt")
            for s in SIGNALS for c in LOADS
        }  # fmt: skip
        shown = {text.get_text() for text in axes.texts}
        self.assertEqual(len(axes.texts), len(SIGNALS) * len(LOADS))
        for text in shown:
            self.assertTrue(any(abs(float(text) - value) < 0.06 for value in least), text)
        self.assertNotIn("opt", [t.get_text() for t in canvas.legends[0].get_texts()])

    def test_cdf(self):
        canvas = self.draw(self.run_folder, "--kind", "cdf")
        for policy, line in zip(POLICIES, canvas.axes[0].lines, strict=True):
            latencies = sorted(float(row["latency_ms"])
                               for row in rows_of(self.run_folder / "requests.csv")
                               if row["policy"] == policy)  # fmt: skip
            self.assertEqual(len(latencies), 30 * REPLICATIONS)
            for drawn, latency in zip(line.get_xdata(), latencies, strict=True):
                self.assertAlmostEqual(drawn, latency)
            self.assertAlmostEqual(line.get_ydata()[0], 1 / len(latencies))
            self.assertEqual(line.get_ydata()[-1], 1)

    def test_shares_are_stacked_to_one_hundred(self):
        canvas = self.draw(self.sweep, "--kind", "shares", "--x", "signal", "--where", "co_cpu=0")
        self.assertEqual(len(canvas.axes), len(POLICIES))
        for axes, policy in zip(canvas.axes, POLICIES):
            for place, signal in enumerate(sorted(SIGNALS)):
                here = [p for c in axes.containers for p in c.patches
                        if abs(p.get_x() + 0.4 - place) < 0.01]  # fmt: skip
                self.assertAlmostEqual(sum(p.get_height() for p in here), 100)
                dsp = statistics.fmean(self.values("share_phone_dsp_int8", policy=policy,
                                                   signal=signal, co_cpu="0.0"))  # fmt: skip
                self.assertTrue(any(abs(p.get_height() - 100 * dsp) < 1e-9 for p in here) or not dsp)

    def test_timeline(self):
        canvas = self.draw(self.run_folder, "--kind", "timeline", "--where", "policy=cloud",
                           "--where", "replication=1", "--where", "arrival_s<200")  # fmt: skip
        signal, co_runner, choice, energy = canvas.axes
        rows = [r for r in rows_of(self.run_folder / "requests.csv")
                if r["run_id"] == "cloud-r1" and float(r["arrival_s"]) < 200]  # fmt: skip
        self.assertGreater(len(rows), 3)
        for drawn, row in zip(signal.lines[0].get_ydata(), rows, strict=True):
            self.assertAlmostEqual(drawn, float(row["cloud_signal_dbm"]))
        self.assertEqual(len(co_runner.lines), 2)
        self.assertEqual(sum(len(line.get_xdata()) for line in choice.lines), len(rows))
        drawn = [xy for line in energy.lines for xy in zip(*line.get_data())]
        expected = [(float(r["arrival_s"]), float(r["energy_mj"])) for r in rows]
        for mark, row in zip(sorted(drawn), sorted(expected), strict=True):
            self.assertAlmostEqual(mark[0], row[0])
            self.assertAlmostEqual(mark[1], row[1])
        late = sum(row["qos_met"] == "0" for row in rows)
        self.assertEqual(len(energy.lines[1].get_ydata()), late)
        self.assertTrue(0 < late < len(rows))

    def test_learning_curve(self):
        canvas = self.draw(self.run_folder, "--x", "learned")
        (line,) = canvas.axes[0].lines
        rows = rows_of(self.run_folder / "learning.csv")
        first = [float(r["reward_mean"]) for r in rows if r["learned"] == rows[0]["learned"]]
        self.assertAlmostEqual(line.get_ydata()[0], statistics.fmean(first))

    def test_one_replication_has_no_interval(self):
        canvas = self.draw(self.sweep, "--where", "replication=0")
        self.assertIn("one replication: no intervals", self.notes)
        self.assertTrue(all(len(line.get_ydata()) == 3 for line in canvas.axes[0].lines))

    def test_replications_may_be_an_axis(self):
        canvas = self.draw(self.sweep, "--kind", "line", "--x", "replication", "--where", "signal=-60",
                           "--where", "co_cpu=0", "--where", "policy=cloud")  # fmt: skip
        expected = self.values("energy_mean_mj", policy="cloud", signal=-60, co_cpu="0.0")
        for drawn, value in zip(canvas.axes[0].lines[0].get_ydata(), expected, strict=True):
            self.assertAlmostEqual(drawn, value)

    def test_a_column_of_zeros_has_no_logarithm(self):
        canvas = self.draw(self.sweep, "--y", "share_cloud_gpu_int8", "--y-scale", "log")
        self.assertEqual(canvas.axes[0].get_yscale(), "linear")
        self.assertIn("share_cloud_gpu_int8 has no value above 0: its axis stays linear", self.notes)

    def test_rows_without_a_value_are_left_out_and_counted(self):
        folder = self.copy_with(lambda row: row.update(energy_mean_mj="") if row["signal"] == "-60"
                                and row["replication"] == "0" else None)  # fmt: skip
        canvas = self.draw(folder, "--where", "co_cpu=0")
        self.assertIn("4 of 36 rows have no energy_mean_mj and are left out", self.notes)
        self.assertEqual(len(canvas.axes[0].lines[0].get_xdata()), len(SIGNALS))

    def test_means_over_unequal_sets_are_pointed_out(self):
        arguments = ("--where", "policy=cloud", "--facet", "none", "--hue", "none")
        self.draw(self.sweep, *arguments)
        self.assertEqual(len(self.notes), 1)
        folder = self.scratch / "skipped"
        shutil.copytree(self.sweep, folder)
        write_rows(folder / "runs.csv", [row for row in self.rows
                                         if (row["signal"], row["co_cpu"]) != ("-60", "0.8")])  # fmt: skip
        self.draw(folder, *arguments)
        self.assertIn("not the same everywhere", self.notes[1])

    def copy_with(self, change):
        folder = self.scratch / f"copy_{self.id()}"
        shutil.copytree(self.sweep, folder)
        rows = [dict(row) for row in self.rows]
        for row in rows:
            change(row)
        write_rows(folder / "runs.csv", rows)
        return folder


class RealSweep(unittest.TestCase):
    """The folder of `autoscale sweep`: its manifest and its columns."""

    SWEEP = """
name: bounds
scenarios: [SCENARIO]
set: {policies: [edge_best, cloud], phases: [{name: test, inferences: 20}]}
grid:
  - {path: constraints.latency, name: bound, range: {from: 20 ms, to: 80 ms, steps: 3, scale: log}}
  - {path: co_runner, labels: [idle, busy], values: [none, {steady: {cpu: 0.9, memory: 0.1}}]}
  - {path: tails, values: [false, true]}
replications: 2
"""

    def test_defaults_units_scales_and_texts(self):
        with tempfile.TemporaryDirectory() as name:
            file, out = Path(name) / "bounds.yaml", Path(name) / "out"
            file.write_text(self.SWEEP.replace("SCENARIO", str(ROOT / "scenarios/quickstart.yaml")))
            subprocess.run([PROGRAM, "sweep", file, "--out", out], check=True, capture_output=True)
            canvas, means, view, kind = command.figure(command.parser().parse_args([str(out)]))
        self.assertEqual((kind.name, len(means)), ("line", 2 * 3 * 2))
        self.assertEqual([a.get_title(loc="left") for a in canvas.axes], ["co runner idle", "co runner busy"])
        for axes in canvas.axes:
            self.assertEqual((axes.get_xscale(), axes.get_yscale()), ("log", "linear"))
            self.assertEqual(list(axes.lines[0].get_xdata()), [20, 40, 80])
        self.assertEqual(canvas.axes[0].get_xlabel(), "bound (ms)")
        self.assertIn("averaged over tails (2 values)", view.notes[0])
        self.assertEqual(view.values("tails"), ["false", "true"])
        plt.close(canvas)


class Axes(unittest.TestCase):
    def test_log_where_values_are_spaced_so(self):
        for values in ([1, 2, 4, 8, 16], [1, 10, 100], [1, 2, 5, 10, 20, 50], [0.01, 0.1, 1]):
            self.assertTrue(evenly_by_ratio(values), values)
        for values in ([1, 2, 3, 4], [0.1, 0.5, 0.9], [0, 1, 10], [-90, -80, -70], [1, 100]):
            self.assertFalse(evenly_by_ratio(values), values)

    def test_the_sweep_file_says_log(self):
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            (out / "runs.csv").write_text("run_id\nr\n")
            grid = [{"path": "a.b", "range": {"from": "1", "to": "3", "scale": "log"}},
                    {"path": "c", "range": {"scale": "linear"}}, {"path": "d"}]  # fmt: skip
            parameters = [{"column": p["path"][-1], "path": p["path"], "unit": ""} for p in grid]
            draws = {"samples": 2, "parameters": [grid[2]]}
            sweep = {"name": "s", "grid": grid[:2], "parameters": parameters, "random": draws}
            (out / "manifest.json").write_text(json.dumps({"sweep": sweep}))
            found = {p.column: (p.logarithmic, p.drawn) for p in Folder(out).parameters}
        self.assertEqual(found, {"b": (True, False), "c": (False, False), "d": (False, True)})

    def test_words(self):
        self.assertEqual(labels.in_words("energy_mean_mj"), "energy per inference")
        self.assertEqual(labels.in_words("share_cloud_gpu_fp32"), "share of cloud_gpu_fp32")
        self.assertEqual(labels.in_words("wait_ms"), "wait")
        self.assertTrue(labels.larger_is_better("inferences_per_joule"))
        self.assertFalse(labels.larger_is_better("latency_mean_ms"))


class CommandLine(WithFolders):
    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = command.main([str(a) for a in arguments])
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue(), err.getvalue()

    def test_every_kind_writes_png_and_pdf(self):
        for kind in KINDS:
            with self.subTest(kind):
                folder = self.run_folder if kind in ("cdf", "timeline") else self.sweep
                target = self.scratch / "out" / kind
                code, out, err = self.run_main(folder, "--kind", kind, "--out", target)
                self.assertEqual(code, 0, err)
                png, pdf = (target.with_suffix(ending) for ending in (".png", ".pdf"))
                self.assertEqual(out.split(), [str(png), str(pdf)])
                self.assertEqual(png.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
                self.assertEqual(pdf.read_bytes()[:5], b"%PDF-")
                self.assertGreater(min(png.stat().st_size, pdf.stat().st_size), 5000)
                self.assertEqual(list(target.parent.glob(".*")), [])

    def test_same_numbers_same_files(self):
        targets = [self.scratch / "again" / name for name in ("a.png", "b.png")]
        for target in targets:
            self.assertEqual(self.run_main(self.sweep, "--out", target, "--theme", "dark")[0], 0)
        self.assertEqual(targets[0].read_bytes(), targets[1].read_bytes())

    def test_default_place_and_the_numbers_as_csv(self):
        table = self.scratch / "numbers.csv"
        code, out, _ = self.run_main(self.sweep, "--where", "policy=cloud", "--csv", table)
        self.assertEqual(code, 0)
        self.assertIn(str(self.sweep / "plots/line_energy_mean_mj_signal.png"), out)
        (row,) = [r for r in rows_of(table) if r["signal"] == "-90" and r["co_cpu"] == "0.8"]
        mean, half = mean_and_half(self.values("energy_mean_mj", policy="cloud", signal=-90,
                                               co_cpu=0.8))  # fmt: skip
        self.assertAlmostEqual(float(row["mean"]), mean)
        self.assertAlmostEqual(float(row["high"]), mean + half, delta=TABLE * half + 1e-9)
        self.assertEqual(row["n"], str(REPLICATIONS))

    def refused(self, *arguments):
        code, out, err = self.run_main(*arguments)
        self.assertEqual((code, out), (2, ""), err)
        self.assertIn("error: ", err)
        self.assertNotIn("Traceback", err)
        return err

    def test_wrong_columns_get_the_right_ones(self):
        for part in ("--x", "--y", "--hue", "--facet", "--value"):
            message = self.refused(self.sweep, part, "sginal")
            self.assertIn("no column 'sginal'; did you mean 'signal'?", message)
            self.assertIn("energy_mean_mj", message)
        self.assertIn("did you mean 'signal'?", self.refused(self.sweep, "--where", "singal=1"))

    def test_other_wrong_words(self):
        for arguments, part in [
            (("--kind", "lines"), "did you mean 'line'?"),
            (("--table", "run"), "no table 'run'; did you mean 'runs.csv'?"),
            (("--where", "policy=clout"), "did you mean 'cloud'?"),
            (("--where", "policy"), "not of the form column=value"),
            (("--where", "policy<cloud"), "'policy' is text"),
            (("--where", "signal=weak"), "'weak' is no number"),
            (("--where", "signal<-200"), "no row is left"),
            (("--y", "policy"), "holds text"),
            (("--y", "convergence_visits_p50"), "holds no value"),
            (("--facet", "energy_mean_mj"), "more than 12"),
            (("--hue", "energy_mean_mj"), "more than 20"),
            (("--kind", "timeline"), "autoscale run --out DIR --requests"),
            (("--kind", "cdf"), "autoscale run --out DIR --requests"),
            (("--out", "figure.jpg"), ".png or .pdf"),
            (("--x-scale", "cubic"), "invalid choice"),
            (("--dpi", "5"), "'5' is not a whole number from 20 to 1200"),
        ]:
            with self.subTest(arguments):
                self.assertIn(part, self.refused(self.sweep, *arguments))

    def test_wrong_folders(self):
        empty = self.scratch / "empty"
        empty.mkdir()
        self.assertIn("no folder", self.refused(self.scratch / "nowhere"))
        self.assertIn("holds no runs.csv", self.refused(empty))
        (empty / "runs.csv").write_text("")
        self.assertIn("is empty", self.refused(empty))
        (empty / "runs.csv").write_text("run_id,policy,replication\n")
        self.assertIn("holds no row", self.refused(empty))
        (empty / "runs.csv").write_text("run_id,policy\na,b\n")
        self.assertIn("no column 'replication'", self.refused(empty))
        (empty / "runs.csv").write_text("run_id,policy\na,b\nc,d,e,f\n")
        self.assertIn("cannot be read", self.refused(empty))

    def test_a_place_that_cannot_be_written(self):
        (self.scratch / "file").write_text("")
        code, _, err = self.run_main(self.sweep, "--out", self.scratch / "file/figure.png")
        self.assertEqual(code, 4)
        self.assertIn("error: ", err)


class Gallery(unittest.TestCase):
    page = (ROOT / "docs/gallery.md").read_text()

    def test_every_figure_is_shown_small_and_made_by_a_command(self):
        shown = re.findall(r"!\[\w+\]\((gallery/\w+\.png)\)", self.page)
        made = []
        for line in self.page.replace("\\\n", " ").splitlines():
            if line.startswith("$ scripts/plot.sh "):
                arguments = command.parser().parse_args(shlex.split(line)[2:])
                made.append(str(arguments.out.relative_to("docs")))
        files = [f"gallery/{path.name}" for path in (ROOT / "docs/gallery").iterdir()]
        self.assertEqual(made, shown)
        self.assertEqual(sorted(files), sorted(shown))
        for name in files:
            self.assertLess((ROOT / "docs" / name).stat().st_size, 60_000)

    def test_every_kind_and_every_sweep_is_there(self):
        kinds = set(re.findall(r"--kind (\w+)", self.page)) | {"line", "bar", "scatter"}
        self.assertEqual(kinds, set(KINDS))
        for path in (ROOT / "scenarios/sweeps").glob("*.yaml"):
            self.assertIn(f"scenarios/sweeps/{path.name}", self.page)


if __name__ == "__main__":
    unittest.main()
