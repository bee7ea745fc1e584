"""The command line: `autoscale report FOLDER [--out FILE.html]`.

Exit codes are those of the program (docs/command_line.md): 2 for wrong input, 4 for what cannot be read or written.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

WRONG_INPUT, CANNOT_WRITE = 2, 4
NAME = "explore.html"


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="autoscale report",
        description="Writes one HTML page that explores a folder of results: charts with intervals, filters, tables, "
        "the timeline of a run. It opens in any browser of today, without network.",
        epilog="example:\n  autoscale report results/d3 --out d3.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("folder", type=Path, metavar="FOLDER",
                   help="what run, sweep, scripts/leaderboard.sh or scripts/reproduce.sh wrote")  # fmt: skip
    p.add_argument("--out", type=Path, metavar="FILE", help=f"the page; default: FOLDER/{NAME}")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page and prints its path; returns the exit code."""
    options = parser().parse_args(arguments)
    out = options.out or options.folder / NAME
    try:
        return write(options.folder, out)
    except ModuleNotFoundError as error:
        return failed(f"needs the Python package '{error.name}': {sys.executable} -m pip install -r "
                      "scripts/requirements.txt, or pip install 'autoscale_sim[explore]'", CANNOT_WRITE)
    except OSError as error:
        return failed(f"{error.filename or out}: {error.strerror or error}", CANNOT_WRITE)


def write(folder: Path, out: Path) -> int:
    from autoscale_sim.plots.errors import PlotError

    from .page import page

    try:
        text = page(folder)
    except PlotError as error:
        return failed(str(error), WRONG_INPUT)
    part = out.with_name(out.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, out)
    print(out)
    return 0


def failed(message: str, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code
