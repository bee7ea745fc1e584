"""How results print: with the unit under each column's name, four significant digits and gaps left blank."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas

from .plots.frames import told_of

# What is shown of frames with more columns than pandas shows: what names a row, swept columns, these.
NAMES = ("scenario", "environment", "use_case", "policy", "device", "dnn", "phase", "replication")
RESULTS = ("energy_mean_mj", "latency_mean_ms", "latency_p99_ms", "qos_violation_ratio",
           "accuracy_violation_ratio", "agreement_target", "gap_expected")  # fmt: skip
USUAL = 20  # columns, where pandas leaves it to the width of the terminal
WITHOUT = ("", "1")  # units that are not written


class Table(pandas.DataFrame):
    """A frame of results: a pandas frame that prints with units. Its data and columns are as in its file.

    Of more columns than pandas shows (`pandas.options.display.max_columns`, usually 20) it prints the main ones; all
    are in `columns`. What pandas makes of a table (rows, columns, means) is one too, with the units of the
    columns that keep their names.
    """

    @property
    def _constructor(self) -> Callable[..., Table]:
        return Table

    def __repr__(self) -> str:
        shown = _shown(self)
        if shown is None:
            return super().__repr__()
        text = shown.to_string(max_rows=_rows(self), line_width=pandas.get_option("display.width"), **_FORMAT)
        return f"{text}\n\n{_size(self, shown)}"

    def _repr_html_(self) -> str | None:
        shown = _shown(self)
        if shown is None:
            return super()._repr_html_()
        return f"<div>{shown.to_html(max_rows=_rows(self), border=0, **_FORMAT)}<p>{_size(self, shown)}</p></div>"


def digits(value: float) -> str:
    """A number with four significant digits, or as many as it has."""
    if not math.isfinite(value):
        return str(value)
    if float(value).is_integer() and abs(value) < 1e9:
        return f"{value:.0f}"
    if float(f"{value:.4g}") == value:
        return f"{value:.4g}"
    exponent = math.floor(math.log10(abs(value)))
    return f"{value:.{max(0, 3 - exponent)}f}" if -5 <= exponent < 9 else f"{value:.3e}"


_FORMAT: dict[str, Any] = {"float_format": digits, "na_rep": ""}


def _shown(frame: pandas.DataFrame) -> pandas.DataFrame | None:
    """What is printed, with a second row of headers for the units; None where pandas prints it as well."""
    if frame.empty or frame.columns.nlevels > 1:
        return None
    told = told_of(frame)
    columns = _main(frame, [p["column"] for p in told.get("parameters", [])])
    shown = pandas.DataFrame(frame)[columns]
    units = [told.get("units", {}).get(column, "") for column in columns]
    if not all(unit in WITHOUT for unit in units):
        written = ["" if unit in WITHOUT else f"({unit})" for unit in units]
        shown = shown.set_axis(pandas.MultiIndex.from_arrays([columns, written]), axis=1)
    return shown


def _main(frame: pandas.DataFrame, swept: list[str]) -> list[Any]:
    most = pandas.get_option("display.max_columns") or USUAL
    if len(frame.columns) <= most:
        return list(frame.columns)
    several = [c for c in NAMES if c in frame and (c == "policy" or frame[c].nunique() > 1)]
    main = [*swept, *several, *RESULTS]
    columns = [c for c in dict.fromkeys(main) if c in frame and frame[c].notna().any()]
    return columns or list(frame.columns[:most])


def _size(frame: pandas.DataFrame, shown: pandas.DataFrame) -> str:
    size = f"{len(frame)} rows x {len(frame.columns)} columns"
    more = len(frame.columns) - len(shown.columns)
    return f"{size}, {more} of them not shown: see .columns" if more else size


def _rows(frame: pandas.DataFrame) -> int | None:
    """How many rows are shown: all, or as few as pandas shows of long frames."""
    most = pandas.get_option("display.max_rows")
    return pandas.get_option("display.min_rows") if most and len(frame) > most else None
