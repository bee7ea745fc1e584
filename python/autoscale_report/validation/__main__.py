"""Compares predictions with measured values: tables of errors, figures. Called by scripts/validate.sh, which sets up
first."""

from __future__ import annotations

import argparse
from pathlib import Path

from autoscale_report.command import reporting
from autoscale_report.validation import errors, figures
from autoscale_report.validation.pairs import ValidationError, pairs

EPILOG = """Both files are CSV with a header; lines that begin with # are comments. Predictions have latency_ms, power_w
or energy_mj, each followed by the ends of its 90 % interval (low, high); measured files have columns of the same names,
or latency_mean_ms and power_mean_w. Rows are told apart by all other columns that both files have. FOLDER gets
errors.csv, order.csv, rows_QUANTITY.csv and the figures scatter, errors_by_class and coverage as PNG and PDF."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/validate.sh", description=__doc__.split(":")[0] + ".", epilog=EPILOG)
    parser.add_argument("predictions", type=Path, metavar="PREDICTIONS")
    parser.add_argument("measured", type=Path, metavar="MEASURED")
    parser.add_argument("-o", "--out", type=Path, default=Path("results/validated"), metavar="FOLDER",
                        help="default: %(default)s")  # fmt: skip
    parser.add_argument("--common", action="store_true", help="compare the rows that both files have; without it a row "
                        "that only one has is an error")  # fmt: skip
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    quantities = pairs(arguments.predictions, arguments.measured, arguments.common)
    if not quantities:
        raise ValidationError(f"{arguments.measured}: all measured values are missing")
    table = errors.table(quantities)
    orders = errors.order(quantities["latency_ms"]) if "latency_ms" in quantities else errors.NO_ORDER
    arguments.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(arguments.out / "errors.csv", index=False, float_format="%.4f")
    orders.to_csv(arguments.out / "order.csv", index=False, float_format="%.4f")
    for quantity, frame in quantities.items():
        frame.to_csv(arguments.out / f"rows_{quantity}.csv", index=False, float_format="%.6g")
    figures.draw(quantities, arguments.out)
    print(errors.summary(table, orders))
    print(f"Written to {arguments.out}")


if __name__ == "__main__":
    reporting(main, ValidationError)
