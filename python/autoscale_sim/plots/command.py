"""The command line: arguments and files. scripts/plot.sh calls it in the repository."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure as Canvas

from .conditions import parsed
from .drawing import SCALES, Request, draw
from .errors import PlotError
from .folder import Folder
from .kind import Kind
from .kinds import KINDS
from .roles import Roles
from .source import TABLES
from .style import THEMES, plt, themed, write
from .view import Statistic, View

matplotlib.use("Agg")  # into files: no display is needed

FORMATS = (".png", ".pdf")
LONGEST_NAME = 200  # bytes; file systems allow 255, with an ending and what marks half a file
SCRIPT = "scripts/plot.sh"
IN_REPOSITORY = (Path(__file__).parents[3] / SCRIPT).is_file()
PROGRAM = SCRIPT if IN_REPOSITORY else "python -m autoscale_sim.plots"  # as its help calls it
EXAMPLES = f"""\
examples:
  {PROGRAM} results/s                                 what suits the folder
  {PROGRAM} results/s --x cloud_signal --y latency_mean_ms --hue policy --facet device
  {PROGRAM} results/s --kind pareto --where policy!=random
  {PROGRAM} results/s --kind heatmap --value qos_violation_ratio --where policy=cloud
  {PROGRAM} results/r --kind timeline --where 'arrival_s<60'     (run with --requests)
"""


def parser() -> argparse.ArgumentParser:
    kinds = "\n".join(f"  {kind.name:9} {kind.summary}" for kind in KINDS.values())
    p = argparse.ArgumentParser(
        prog=PROGRAM,
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
    p.add_argument("--x-scale", choices=SCALES, help="default: as the sweep is spaced")
    p.add_argument("--y-scale", choices=SCALES, help="default: linear")
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


def figure(arguments: argparse.Namespace) -> tuple[Canvas, pd.DataFrame, View, Kind]:
    a = arguments
    roles = Roles.of(x=a.x, y=a.y, hue=a.hue, facet=a.facet, value=a.value)
    request = Request(roles, a.kind, parsed(a.where), a.table, a.x_scale, a.y_scale)
    drawing = draw(Folder(a.folder), request)
    return drawing.figure, drawing.numbers, drawing.view, drawing.kind


def files(arguments: argparse.Namespace, view: View, kind: Kind) -> list[Path]:
    """Where it goes."""
    out = arguments.out
    if out is None:
        parts = [kind.name, view.roles.y or view.roles.value, view.roles.x]
        name = file_name("_".join(part for part in parts if part))
        folder = arguments.folder / "plots"
        return [folder / f"{name}{ending}" for ending in FORMATS]
    if out.suffix in FORMATS:
        return [out]
    if out.suffix:
        raise PlotError(f"--out {out}: the ending has to be {' or '.join(FORMATS)}, or none for both")
    return [out.with_name(out.name + ending) for ending in FORMATS]


def file_name(text: str) -> str:
    """Text as the name of a file, without its ending: as it is written but for what no name can hold."""
    name = "".join("_" if c in "/\\" or not c.isprintable() else c for c in text)
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def written_names(numbers: pd.DataFrame) -> dict[Statistic, str]:
    """What a file calls the statistics, which may not be the name of a parameter."""
    taken = {column for column in numbers if isinstance(column, str)}
    statistics = [column for column in numbers if isinstance(column, Statistic)]
    return {s: f"drawn {s.value}" if s.value in taken else s.value for s in statistics}


def write_csv(numbers: pd.DataFrame, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    numbers.rename(columns=written_names(numbers)).to_csv(part, index=False)
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
