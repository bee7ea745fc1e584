"""The command line of scripts/plot.sh: arguments, the choice of a kind, files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure as Canvas

from autoscale_plots import conditions
from autoscale_plots.errors import PlotError, unknown
from autoscale_plots.folder import TABLES, Folder
from autoscale_plots.kind import Kind
from autoscale_plots.kinds import KINDS
from autoscale_plots.roles import Roles
from autoscale_plots.view import View
from autoscale_report.style import THEMES, plt, themed, write

FORMATS = (".png", ".pdf")
PARTS = ("x", "y", "hue", "facet", "value")
EXAMPLES = """\
examples:
  scripts/plot.sh results/s                                 what suits the folder
  scripts/plot.sh results/s --x cloud_signal --y latency_mean_ms --hue policy --facet device
  scripts/plot.sh results/s --kind pareto --where policy!=random
  scripts/plot.sh results/s --kind heatmap --value qos_violation_ratio --where policy=cloud
  scripts/plot.sh results/r --kind timeline --where 'arrival_s<60'     (run with --requests)
"""


def parser() -> argparse.ArgumentParser:
    kinds = "\n".join(f"  {kind.name:9} {kind.summary}" for kind in KINDS.values())
    p = argparse.ArgumentParser(
        prog="scripts/plot.sh",
        usage="%(prog)s DIR [--kind KIND] [--x COLUMN] [--y COLUMN] [OPTION...]",
        description="Draws a folder that `autoscale run --out` or `autoscale sweep --out` wrote.\n"
        "Everything but the folder has a default.",
        epilog=f"kinds:\n{kinds}\n\n{EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("folder", type=Path, metavar="DIR")
    p.add_argument("--kind", metavar="KIND", help="one of those below; default: what suits --x")
    p.add_argument("--x", metavar="COLUMN", help="along the horizontal axis")
    p.add_argument("--y", metavar="COLUMN", help="along the vertical axis")
    p.add_argument("--hue", metavar="COLUMN", help="a colour per value; none: one colour")
    p.add_argument("--facet", metavar="COLUMN", help="a panel per value; none: one panel")
    p.add_argument("--value", metavar="COLUMN", help="what cells of heatmap and best show")
    p.add_argument("--where", metavar="COLUMN=VALUE", action="append", default=[],
                   help="only such rows; also a,b after =, and !=, <, <=, >, >=; repeatable")  # fmt: skip
    p.add_argument("--table", metavar="FILE", help="CSV file; default: the first that has the "
                   "columns of " + ", ".join(TABLES))  # fmt: skip
    p.add_argument("--x-scale", choices=("linear", "log"), help="default: as the sweep is spaced")
    p.add_argument("--y-scale", choices=("linear", "log"), help="default: linear")
    p.add_argument("--theme", choices=list(THEMES), default="light")
    p.add_argument("--dpi", type=resolution, metavar="N", default=150,
                   help="dots per inch of a PNG, 20 to 1200; default: 150")  # fmt: skip
    p.add_argument("--out", type=Path, metavar="FILE",
                   help="a .png or .pdf; without ending both; default: DIR/plots/...")  # fmt: skip
    p.add_argument("--csv", type=Path, metavar="FILE", help="also the numbers that are drawn")
    return p


def resolution(text: str) -> int:
    if not text.isdecimal() or not 20 <= int(text) <= 1200:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 20 to 1200")
    return int(text)


def prepared(arguments: argparse.Namespace) -> tuple[View, Kind]:
    """The rows, and how they will be drawn, with every part settled."""
    folder = Folder(arguments.folder)
    roles = Roles.of(**{part: getattr(arguments, part) for part in PARTS})
    kind = kind_named(arguments.kind) if arguments.kind else None
    selected = [conditions.parse(text) for text in arguments.where]
    tables = kind.tables if kind else TABLES
    if arguments.table:
        tables = (table_named(folder, arguments.table),)
    needed = [*roles.named(), *(condition.column for condition in selected)]
    table = folder.table_with(needed, tables)
    view = View(folder, table, folder.rows(table), roles)
    view.scales = {axis: scale for axis in ("x", "y")
                   if (scale := getattr(arguments, f"{axis}_scale"))}  # fmt: skip
    view.select(selected)
    kind = kind or suiting(view)
    kind.defaults(view)
    absent = [column for column in roles.named() if column not in view.frame]
    if absent:
        raise unknown("column", absent[0], view.frame.columns)
    view.leave_out_missing(roles.named())
    return view, kind


def kind_named(name: str) -> Kind:
    if name not in KINDS:
        raise unknown("kind of plot", name, KINDS)
    return KINDS[name]


def table_named(folder: Folder, name: str) -> str:
    file = name if name.endswith(".csv") else f"{name}.csv"
    if file not in folder.tables:
        raise unknown("table", name, folder.tables)
    return file


def suiting(view: View) -> Kind:
    """Lines over a number, or points if it was drawn at random; bars over the rest."""
    drawn = [p.column for p in view.folder.parameters if p.drawn]
    if drawn and (view.roles.x or drawn[0]) in drawn:
        return KINDS["scatter"]
    numbers = view.is_numeric(view.roles.x) if view.roles.x else bool(view.numeric_parameters)
    return KINDS["line" if numbers or view.table == "learning.csv" else "bar"]


def figure(arguments: argparse.Namespace) -> tuple[Canvas, pd.DataFrame, View, Kind]:
    view, kind = prepared(arguments)
    canvas, numbers = kind.draw(view)
    return canvas, numbers, view, kind


def files(arguments: argparse.Namespace, view: View, kind: Kind) -> list[Path]:
    """Where it goes."""
    out = arguments.out
    if out is None:
        parts = [kind.name, view.roles.y or view.roles.value, view.roles.x]
        name = "_".join(part for part in parts if part).replace("/", "_")
        folder = arguments.folder / "plots"
        return [folder / f"{name}{ending}" for ending in FORMATS]
    if out.suffix in FORMATS:
        return [out]
    if out.suffix:
        raise PlotError(f"--out {out}: the ending has to be {' or '.join(FORMATS)}, or none for both")
    return [out.with_name(out.name + ending) for ending in FORMATS]


def write_csv(numbers: pd.DataFrame, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    numbers.to_csv(part, index=False)
    os.replace(part, path)


def main(argv: list[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        with themed(arguments.theme):
            canvas, numbers, view, kind = figure(arguments)
            targets = files(arguments, view, kind)
            for path in targets:
                path.parent.mkdir(parents=True, exist_ok=True)
                write(canvas, path, arguments.dpi)
            plt.close(canvas)
        if arguments.csv:
            write_csv(numbers, arguments.csv)
            targets.append(arguments.csv)
    except PlotError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 4
    for note in dict.fromkeys(view.notes):
        print(f"note: {note}", file=sys.stderr)
    for path in targets:
        print(path)
    return 0
