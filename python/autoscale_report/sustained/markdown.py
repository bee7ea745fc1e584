"""The tables of record in results/sustained.md. Run as a module, this writes them anew.

Standard library only.
"""

from __future__ import annotations

from functools import partial

from autoscale_report import record_page
from autoscale_report.record_page import Row, table, with_tables
from autoscale_report.sustained import PAGE, RECORD


rows_of = partial(record_page.rows_of, RECORD)


def span(row: Row, key: str, low: str = "_low", high: str = "_high") -> str:
    """A value with the ends of its interval."""
    return f"{row[key]} ({row[key + low]} to {row[key + high]})"


def laws(rows: list[Row]) -> str:
    shared = "time_constant", "period", "exponent"
    return table(["calibrated on", "runs", "whole ones", "time constant, s", "period, s", "exponent"],
                 [[r["runs"], r["given"], r["whole"], *(span(r, key) for key in shared)] for r in rows])  # fmt: skip


def errors(row: Row, key: str) -> str:
    return f"{row[f'{key}_error']} ({row[f'{key}_least']} to {row[f'{key}_most']})"


def whole(rows: list[Row]) -> str:
    return table(["run", "W", "of the battery, %", "first", "at 60 s", "last minute", "published",
                  "error, all runs together, %", "by processor, %", "as at 60 s, %"],
                 [[r["run"], r["power_w"], r["battery_percent"], r["first"], r["at_60_s"], r["last_minute"],
                   r["published"], errors(r, "together"), errors(r, "processor"), r["stays_error"]]
                  for r in rows])  # fmt: skip


def given(rows: list[Row]) -> str:
    return table(["run", "W", "first", "at 60 s", "after 10 min, published", "predicted, all runs together", "error, %",
                  "by processor", "error, %", "error as at 60 s, %", "error without heat, %"],
                 [[r["run"], r["power_w"], r["first"], r["at_60_s"], r["published"], span(r, "together"),
                   r["together_error"], span(r, "processor"), r["processor_error"], r["stays_error"], r["first_error"]]
                  for r in rows])  # fmt: skip


TABLES = {"laws": laws, "whole": whole, "given": given}


def page(text: str) -> str:
    """The page with its tables from the record."""
    return with_tables(text, {name: of_rows(rows_of(name)) for name, of_rows in TABLES.items()})


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
