"""Predicts how a phone slows down from the first minute of recorded runs. Called by scripts/sustained.sh."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from autoscale_report.command import reporting
from autoscale_report.figure import render
from autoscale_report.sustained.figure import FIGURE
from autoscale_report.sustained.runs import RunsError, read_runs
from autoscale_report.sustained.tables import Row, tables


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/sustained.sh", description=__doc__.split(". Called")[0] + ".")
    parser.add_argument("series", type=Path, metavar="FILE", help="CSV of runtime,model,second,decode_tokens_per_s: "
                        "runs of at least 500 s to calibrate with, and first minutes to predict from")  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, default=Path("results/sustained"), metavar="FOLDER",
                        help="gets laws.csv, whole.csv, given.csv and a figure; default: %(default)s")  # fmt: skip
    return parser.parse_args()


def write(rows: list[Row], file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, rows[0].keys() if rows else ["run"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    arguments = parse()
    runs = read_runs(arguments.series)
    found = tables(runs)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, rows in found.items():
        write(rows, arguments.out / f"{name}.csv")
    render(FIGURE, runs, arguments.out)
    print(f"Written to {arguments.out}")


if __name__ == "__main__":
    reporting(main, RunsError)
