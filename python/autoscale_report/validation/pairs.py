"""Reads predictions and measured values, checks them, and puts every prediction beside what was measured.

Quantities have their unit in their name. A prediction is followed by two columns, the ends of its 90 % interval (`low`
and `high`, with or without the quantity before it). All other columns that both files have are keys.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

# Names of a quantity in a measured file; units that are meant wrongly are recognised by the first part of the name.
QUANTITIES = {
    "latency_ms": ("latency_ms", "latency_mean_ms"),
    "power_w": ("power_w", "power_mean_w"),
    "energy_mj": ("energy_mj", "energy_mean_mj"),
}
GAPS = ("", "none", "nan", "na", "n/a", "null", "-")


class ValidationError(ValueError):
    """A file that cannot be compared: says which, where, and what would be right."""


@dataclass(frozen=True)
class Table:
    """Rows of a CSV file as text, with the line of each."""

    file: str
    columns: list[str]
    rows: list[tuple[int, list[str]]]


def read(file: Path) -> Table:
    """A CSV file; blank lines and lines that begin with # are skipped. ValidationError for anything else."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(f"{file}: not a text in UTF-8") from None
    except OSError as error:
        raise ValidationError(f"{file}: cannot be read: {error.strerror}") from None
    if "\0" in text:
        raise ValidationError(f"{file}: not a text: it holds zero bytes")
    lines = text.splitlines()
    kept = [number for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    records = list(csv.reader(lines[number - 1] for number in kept))
    if not records:
        raise ValidationError(f"{file}: is empty")
    columns = [name.strip() for name in records[0]]
    if len(columns) < 2:
        raise ValidationError(f"{file}:{kept[0]}: one column; commas must part the columns")
    for number, record in zip(kept[1:], records[1:]):
        if len(record) != len(columns):
            raise ValidationError(f"{file}:{number}: {len(record)} fields, but {len(columns)} columns")
    if len(records) == 1:
        raise ValidationError(f"{file}: a header, but no rows")
    return Table(str(file), columns, [(n, [v.strip() for v in r]) for n, r in zip(kept[1:], records[1:])])


def pairs(predictions: Path, measured: Path, common: bool = False) -> dict[str, pd.DataFrame]:
    """Quantity -> a frame of the keys, `predicted`, `low`, `high`, `measured`, a row per prediction that was measured.
    `common`: rows that only one file has are left out; otherwise they are an error. ValidationError for bad files."""
    forecast, truth = read(predictions), read(measured)
    estimates = _estimates(forecast)
    values = {q: place for q in estimates if (place := _measured_column(truth, q)) is not None}
    if not values:
        names = " or ".join(name for q in estimates for name in QUANTITIES[q])
        raise ValidationError(f"{truth.file}: no column {names}{_near(truth)}")
    taken = {place + i for place in estimates.values() for i in range(3)}
    keys = [n for i, n in enumerate(forecast.columns) if i not in taken and n in truth.columns]
    if not keys:
        raise ValidationError(f"{forecast.file} and {truth.file}: no column in common to tell rows by")
    ours, theirs = _by_key(forecast, keys), _by_key(truth, keys)
    if not common:
        _same_rows(forecast, truth, ours, theirs)
    both = [key for key in ours if key in theirs]
    if not both:
        raise ValidationError(f"{forecast.file} and {truth.file}: no row in common by {', '.join(keys)}")
    return {q: frame for q, place in values.items()
            if len(frame := _frame(keys, both, ours, theirs, forecast, truth, estimates[q], place))}  # fmt: skip


def _estimates(table: Table) -> dict[str, int]:
    """Quantity -> place of its column, which the two ends of the interval follow."""
    found = {}
    for quantity in QUANTITIES:
        if quantity not in table.columns:
            continue
        place = table.columns.index(quantity)
        short = quantity.split("_")[0]
        after = table.columns[place + 1 : place + 3]
        legal = ["low", "high"], [f"{short}_low", f"{short}_high"], [f"{quantity}_low", f"{quantity}_high"]
        if after not in legal:
            raise ValidationError(f"{table.file}: column {quantity} must be followed by low and high (or {short}_low "
                                  f"and {short}_high), the ends of its 90 % interval, not by {after}")  # fmt: skip
        found[quantity] = place
    if not found:
        raise ValidationError(f"{table.file}: no column {' or '.join(QUANTITIES)}{_near(table)}")
    return found


def _measured_column(table: Table, quantity: str) -> int | None:
    return next((table.columns.index(name) for name in QUANTITIES[quantity] if name in table.columns), None)


def _near(table: Table) -> str:
    """What a column in another unit is called, if there is one."""
    near = [n for n in table.columns for q in QUANTITIES if n.startswith(q.split("_")[0]) and n not in QUANTITIES[q]]
    return f"; is {near[0]} in another unit?" if near else f"; there are: {', '.join(table.columns)}"


def _same(value: str) -> str:
    """Numbers alike however they are written."""
    try:
        number = float(value)
    except ValueError:
        return value
    return repr(number) if math.isfinite(number) else value


def _by_key(table: Table, keys: list[str]) -> dict[tuple, tuple[int, list[str]]]:
    places = [table.columns.index(name) for name in keys]
    found: dict[tuple, tuple[int, list[str]]] = {}
    for number, row in table.rows:
        key = tuple(_same(row[place]) for place in places)
        if key in found:
            said = ", ".join(f"{n} {row[p]}" for n, p in zip(keys, places))
            raise ValidationError(f"{table.file}:{number}: the same row as line {found[key][0]}: {said}")
        found[key] = number, row
    return found


def _same_rows(forecast: Table, truth: Table, ours: dict, theirs: dict) -> None:
    for table, rows, other, others in ((forecast, ours, truth, theirs), (truth, theirs, forecast, ours)):
        missing = [key for key in rows if key not in others]
        if missing:
            line = rows[missing[0]][0]
            raise ValidationError(f"{table.file}:{line}: not in {other.file}: {', '.join(missing[0])}"
                                  f" ({len(missing)} such rows; --common compares what both have)")  # fmt: skip


def _number(table: Table, line: int, name: str, text: str) -> float | None:
    """A positive number, or None for a gap."""
    if text.lower() in GAPS:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ValidationError(f"{table.file}:{line}: {name} must be a positive number, not '{text}'")
    return value


def _frame(keys, both, ours, theirs, forecast: Table, truth: Table, place: int, measured: int) -> pd.DataFrame:
    rows = []
    for key in both:
        (line, row), (there, other) = ours[key], theirs[key]
        value = _number(truth, there, truth.columns[measured], other[measured])
        middle, low, high = (_number(forecast, line, forecast.columns[place + i], row[place + i]) for i in range(3))
        if value is None:
            continue
        if middle is None or low is None or high is None:
            name = forecast.columns[place]
            raise ValidationError(f"{forecast.file}:{line}: no {name}, but {truth.file}:{there} has one")
        if not low <= middle <= high:
            raise ValidationError(f"{forecast.file}:{line}: {middle:g} is not between {low:g} and {high:g}")
        rows.append([*(row[forecast.columns.index(name)] for name in keys), middle, low, high, value])
    return pd.DataFrame(rows, columns=[*keys, "predicted", "low", "high", "measured"])
