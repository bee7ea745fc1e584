"""Figures draw text as it is written, in every place where names stand, and a swept parameter may have any name.

The folders are written here: what a sweep leaves, in small.
"""

import contextlib
import csv
import io
import itertools
import json
import re
import statistics
import sys
import tempfile
import unittest
import warnings
from pathlib import Path
from unittest import mock

from matplotlib import cbook, font_manager
from matplotlib.text import Text

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from autoscale_sim.plots import command, fonts  # noqa: E402
from autoscale_sim.plots.kinds import KINDS  # noqa: E402
from autoscale_sim.plots.style import plt, write  # noqa: E402

TEXTS = ["cheap ($2 ^), then $3", r"$\frac{", r"$x_1^2$", "_hidden_", "100 % {x:g}", "中文 字", "שלום عربي", "🙂🇩🇪",
         "two\nlines", "a & b # ~ \\alpha", "None", "nan"]  # fmt: skip
DRAWN = [kind for kind in KINDS if kind != "timeline"]


def write_folder(folder, swept, policies=("cloud", "opt")):
    """`swept`: column -> values; numbers are far apart, so that axes and colours may be logarithmic."""
    rows = []
    for i, (*values, policy, replication) in enumerate(itertools.product(*swept.values(), policies, (0, 1))):
        rows.append({"run_id": f"r{i}", **dict(zip(swept, values)), "scenario": "s", "policy": policy,
                     "role": "compared", "replication": replication, "energy_mean_mj": 1.5 ** (i % 17),
                     "latency_mean_ms": 1 + i, "share_cloud_gpu_fp32": 0.25, "share_phone_cpu_int8": 0.75})  # fmt: skip
    folder.mkdir()
    with (folder / "runs.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    grid = [{"path": f"p{i}", "name": column} for i, column in enumerate(swept)]
    parameters = [{"column": p["name"], "path": p["path"], "unit": ""} for p in grid]
    manifest = {"sweep": {"name": "s $1 $2", "grid": grid, "parameters": parameters}}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return rows


class WithFolder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.addCleanup(plt.close, "all")
        self.folder = Path(holder.name) / "out"

    def draw(self, *arguments):
        """The figure and its numbers, drawn once into files."""
        out = self.folder.with_name("figure")
        with warnings.catch_warnings(), mock.patch.object(plt, "close"):
            warnings.simplefilter("error")
            run_main(self.folder, *arguments, "--out", out)
        return plt.figure(plt.get_fignums()[-1])


def run_main(*arguments):
    """The command, which has to succeed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = command.main([str(a) for a in arguments])
    if code:
        raise AssertionError(said.getvalue())


def seen(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


class AsWritten(WithFolder):
    name = "price_in ($) of $a$"

    def check(self, figure, expected):
        texts = seen(figure)
        for text in texts:
            read = text.get_parse_math() and cbook.is_math_text(text.get_text())
            self.assertFalse(read or text.get_usetex(), text.get_text())
        joined = "\n".join(text.get_text() for text in texts)
        for one in expected:
            self.assertIn(one, joined)

    def test_every_kind_draws_every_text(self):
        write_folder(self.folder, {self.name: TEXTS, "load": [1, 10, 100]})
        for kind in DRAWN:
            others = {"line": ["--x", "load"], "scatter": ["--x", "load"], "cdf": ["--x", "energy_mean_mj"]}
            axis = ["--x", self.name] if kind in ("bar", "shares", "heatmap", "best") else ["--hue", self.name]
            with self.subTest(kind):
                figure = self.draw("--kind", kind, *others.get(kind, []), *axis, "--facet", "none")
                self.check(figure, TEXTS)

    def test_names_titles_and_the_line_below(self):
        write_folder(self.folder, {self.name: TEXTS[:4]})
        figure = self.draw("--kind", "bar", "--x", "policy", "--facet", self.name)
        self.assertEqual([a.get_title(loc="left") for a in figure.axes], [f"{self.name} {text}" for text in TEXTS[:4]])
        figure = self.draw("--kind", "bar", "--x", self.name, "--hue", "none", "--where", f"{self.name}={TEXTS[0]}")
        self.assertEqual(figure.axes[0].get_xlabel(), self.name)
        self.check(figure, ["s $1 $2: ", TEXTS[0], self.name])

    def test_labels_of_the_legend_that_begin_with_an_underscore(self):
        write_folder(self.folder, {self.name: ["_a", "_b"]}, policies=("_mine", "cloud"))
        figure = self.draw("--kind", "bar", "--x", self.name, "--hue", "policy")
        self.assertEqual([t.get_text() for t in figure.legends[0].get_texts()], ["_mine", "cloud"])

    def test_numbers_that_six_digits_do_not_tell_apart(self):
        write_folder(self.folder, {"bytes": [1000001, 1000002, 0.1]})
        figure = self.draw("--kind", "bar", "--x", "bytes")
        self.assertEqual([t.get_text() for t in figure.axes[0].get_xticklabels()], ["0.1", "1000001", "1000002"])

    def test_logarithmic_axes_and_colours_show_plain_numbers(self):
        write_folder(self.folder, {"load": [1, 10, 100, 1000], "size": [1, 2]})
        for arguments in (["--kind", "heatmap"], ["--kind", "line", "--y-scale", "log"], ["--kind", "pareto"]):
            figure = self.draw(*arguments)
            figure.canvas.draw()
            self.assertEqual([t.get_text() for t in seen(figure) if "$" in t.get_text().replace("$1 $2", "")], [])
            self.assertTrue(any(t.get_text() == "10" for t in seen(figure)), arguments)

    def test_a_file_is_named_as_its_columns(self):
        write_folder(self.folder, {"a/b\n$c$ 名": ["x", "y"]})
        run_main(self.folder, "--kind", "bar")
        self.assertTrue((self.folder / "plots/bar_energy_mean_mj_a_b_$c$ 名.png").is_file())
        self.assertEqual(len(command.file_name("名" * 200).encode()), 198)

    def test_a_value_with_a_comma_can_be_picked(self):
        write_folder(self.folder, {"p": ["a, b", "a", "b", "c"]})
        for where, values in (("p=a, b", {"a, b"}), ("p=a,c", {"a", "c"}), ("p!=a, b", {"a", "b", "c"})):
            view = command.figure(command.parser().parse_args([str(self.folder), "--where", where]))[2]
            self.assertEqual(set(view.frame["p"]), values)


class Fonts(WithFolder):
    def notes(self, *texts):
        write_folder(self.folder, {"p": list(texts)})
        view = command.figure(command.parser().parse_args([str(self.folder), "--kind", "bar"]))[2]
        return view.notes

    def test_what_no_font_has_is_said_once(self):
        self.assertTrue(fonts.has_glyph("DejaVu Sans", "é"))
        self.assertFalse(fonts.has_glyph("DejaVu Sans", "\U0010fffd"))
        with mock.patch.object(fonts, "has_glyph", lambda font, character: character != "字"):
            (note,) = self.notes("字字é", "中字")
        self.assertIn("no installed font has 字: drawn as boxes", note)
        self.assertIn("Noto Sans CJK", note)

    def test_nothing_is_said_of_what_is_there(self):
        self.assertEqual(self.notes("é$_^%", "a\u200bb"), [])

    def test_installed_fonts_stand_behind_the_usual_one(self):
        with mock.patch.object(font_manager.fontManager, "get_font_names", lambda: ["Symbola", "Noto Sans Hebrew"]):
            self.assertEqual(fonts.families()[-2:], ["Noto Sans Hebrew", "Symbola"])
        self.assertEqual(fonts.families()[0], plt.rcParams["font.family"][0])

    def test_text_from_right_to_left_is_pointed_out_where_matplotlib_turns_it_round(self):
        for able, said in ((False, 1), (True, 0)):
            with self.subTest(able), mock.patch.object(fonts, "ORDERS_TEXT", able):
                self.folder = self.folder.with_name(f"able_{able}")
                self.assertEqual(sum("right to left" in note for note in self.notes("שלום", "b")), said)

    def test_a_box_is_no_warning(self):
        figure = plt.figure()
        figure.suptitle("\U0010fffd")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write(figure, self.folder.with_name("a.png"))
            write(figure, self.folder.with_name("a.pdf"))


class Namespaces(WithFolder):
    """A swept parameter called like something that plots calculate or a file has."""

    NAMES = ["mean", "low", "high", "n", "share", "mean_x", "y", "learned", "latency_ms", "share_edge", "index"]

    def test_every_kind_draws_over_it(self):
        for name, kind in itertools.product(self.NAMES, DRAWN):
            with self.subTest(name=name, kind=kind):
                self.folder = self.folder.with_name(f"{name}_{kind}")
                rows = write_folder(self.folder, {name: [1, 2, 3], "other": ["a", "b"]})
                axis = ["--x", name] if kind not in ("pareto", "cdf") else ["--hue", name]
                axis += ["--x", "energy_mean_mj"] if kind == "cdf" else []
                arguments = [str(self.folder), "--kind", kind, *axis, "--where", "policy=cloud", "--facet", "none"]
                if kind == "best":
                    arguments = [str(self.folder), "--kind", kind, "--x", name, "--y", "other", "--hue", "policy"]
                canvas, numbers, view, _ = command.figure(command.parser().parse_args(arguments))
                self.assertEqual(set(view.frame[name]), {1, 2, 3})
                self.assertEqual(sum(column == name for column in numbers), 1)
                if kind == "line":
                    lines = [line.get_ydata() for line in canvas.axes[0].lines]  # one per value of `other`
                    for value, drawn in zip((1, 2, 3), zip(*lines, strict=True), strict=True):
                        energies = [r["energy_mean_mj"] for r in rows if (r[name], r["policy"]) == (value, "cloud")]
                        self.assertAlmostEqual(statistics.fmean(drawn), statistics.fmean(energies))
                plt.close("all")

    def test_the_file_of_numbers_has_no_two_columns_of_one_name(self):
        for name in ("mean", "n", "high"):
            self.folder = self.folder.with_name(name)
            write_folder(self.folder, {name: [1, 2, 3]})
            target = self.folder.with_name(f"{name}.csv")
            run_main(self.folder, "--csv", target)
            header = target.read_text().splitlines()[0].split(",")
            self.assertEqual(len(header), len(set(header)))
            self.assertIn(f"drawn {name}", header)

    def test_shares_are_the_programs_own(self):
        write_folder(self.folder, {"share_edge": [1, 2]})
        numbers = command.figure(command.parser().parse_args([str(self.folder), "--kind", "shares"]))[1]
        shares = [column for column in numbers if re.match("share_.*(cpu|gpu)", column)]
        self.assertEqual(sorted(shares), ["share_cloud_gpu_fp32", "share_phone_cpu_int8"])
        self.assertAlmostEqual(numbers[shares].sum(axis="columns").min(), 1)
        self.assertAlmostEqual(numbers[shares].sum(axis="columns").max(), 1)

    def test_a_swept_name_has_no_words_of_another_column(self):
        write_folder(self.folder, {"arrival_s": [1, 2, 3]})
        figure = command.figure(command.parser().parse_args([str(self.folder)]))[0]
        self.assertEqual(figure.axes[0].get_xlabel(), "arrival_s")


if __name__ == "__main__":
    unittest.main()
