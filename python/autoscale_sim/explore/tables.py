"""A table as the page has it: dimensions, measures with their intervals, few enough rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
from pandas.api.types import is_numeric_dtype

from autoscale_sim.plots.labels import NAMES, PLAIN, SPELT, in_words

from .averages import RUNS, averaged
from .results import Results

MOST_ROWS = 4000  # points that a chart draws fluidly
MOST_NUMBERS = 400_000  # about 3 MB of text
# Names of a single run, of no use as dimensions where runs are averaged.
OF_A_RUN = ("run_id", "seed", "replication", "request")
# Numbers that say which row it is.
WHERE = ("device", "learned", "arrival_s")
ORDERS = {"environment": ["S1", "S2", "S3", "S4", "S5", "D1", "D2", "D3", "D4"]}
# Places in the page's palette, so that a policy has one colour on every page, that of the plots.
HUES = {"policy": {"autoscale": 0, "edge_best": 1, "random": 2, "opt": 3, "connected_edge": 4, "cloud": 5,
                   "edge_cpu_fp32": 6}}  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    words: str
    unit: str
    meaning: str
    role: str  # dimension: which row it is; measure: a number that was found; beside: the end of an interval, a count
    low: str | None = None  # the columns that hold the ends of its interval
    high: str | None = None
    order: list[str] = field(default_factory=list)  # of its values; the others come behind, by the alphabet
    hues: dict[str, int] = field(default_factory=dict)  # value -> place in the page's palette


@dataclass(frozen=True)
class Table:
    name: str
    columns: list[Column]
    frame: pd.DataFrame
    averaged: list[str] = field(default_factory=list)  # what was done to have few rows
    notes: list[str] = field(default_factory=list)
    constant: list[str] = field(default_factory=list)  # measures that are not drawn, each with its only value
    mixed: bool = False  # rows are of more than one setting


def table(results: Results, name: str) -> Table | None:
    """None if it holds no row."""
    frame = results.frame(name)
    if frame is None:
        return None
    frame, notes = few_metrics(frame)
    swept = [p.column for p in results.parameters]
    given = given_intervals(list(frame.columns))
    measures = [c for c in frame if is_numeric_dtype(frame[c]) and c not in (*swept, *WHERE, *OF_A_RUN)]
    replicated = "replication" in frame
    dimensions = [c for c in frame if c not in measures and not (replicated and c in OF_A_RUN)]
    constant = not_drawn(frame, measures)
    ends = {end for pair in given.values() for end in pair}
    kept = [c for c in measures if c not in constant or c in ends]
    most = min(MOST_ROWS, MOST_NUMBERS // max(1, len(dimensions) + len(kept) * (3 if replicated else 1)))
    reduced = averaged(frame, dimensions, kept, max(most, 1))
    was_averaged = reduced.frame is not frame
    intervals = reduced.intervals if was_averaged else given
    if results.is_cut_off(name):
        notes.append(f"{name} ends within a line: its last row may be cut off.")
    columns = described(results, name, reduced.frame, set(kept), intervals)
    return Table(name, columns, reduced.frame, reduced.notes, notes, [same(frame, c) for c in constant], reduced.mixed)


def not_drawn(frame: pd.DataFrame, measures: list[str]) -> list[str]:
    """Those with one value in all rows; where that is all of them, as with one row, those that are empty or zero."""
    constant = [c for c in measures if frame[c].nunique(dropna=False) == 1]
    if len(constant) < len(measures):
        return constant
    return [c for c in measures if pd.isna(frame[c].iloc[0]) or frame[c].iloc[0] == 0]


def same(frame: pd.DataFrame, column: str) -> str:
    value = frame[column].iloc[0]
    return f"{column} {'(empty)' if pd.isna(value) else format(value, 'g')}"


def few_metrics(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Of a table in long form, a row per metric, the metrics one looks at first if all would be too many."""
    if "metric" not in frame or len(frame) <= MOST_ROWS:
        return frame, []
    metrics = [name for name in NAMES if (frame["metric"] == name).any()]
    count = max(1, MOST_ROWS * frame["metric"].nunique() // len(frame))
    shown = metrics[:count] or list(frame["metric"].unique()[:count])
    return frame[frame["metric"].isin(shown)], [f"Only the metrics {', '.join(shown)}: all would be too many rows."]


def given_intervals(names: list[str]) -> dict[str, tuple[str, str]]:
    """Measures whose intervals the file holds: energy, energy_ci95_low, energy_ci95_high; mean, ci95_low, ci95_high."""
    found = {}
    for place, low in enumerate(names):
        high = f"{low[:-len('low')]}high"
        if not low.endswith("low") or high not in names:
            continue
        stem = low.removesuffix("low").rstrip("_").removesuffix("ci95").rstrip("_")
        of = next((m for m in (stem, f"{stem}_mean", "mean" if not stem else "", names[place - 1]) if m in names), None)
        if of is not None:
            found[of] = (low, high)
    return found


def described(results: Results, table: str, frame: pd.DataFrame, measures: set[str],
              intervals: dict[str, tuple[str, str]]) -> list[Column]:  # fmt: skip
    ends = {end: of for of, pair in intervals.items() for end in pair}
    called = {end: f"{side} end" for pair in intervals.values() for end, side in zip(pair, ("lower", "upper"))}
    columns = []
    for name in frame:
        unit, meaning = results.told_of(table, ends.get(name, name))
        parameter = results.parameter(name)
        words = parameter.words if parameter else called.get(name) or in_words(name)
        low, high = intervals.get(name, (None, None))
        role = "beside" if name in ends or name == RUNS else "measure" if name in measures else "dimension"
        unit = "" if unit in PLAIN else SPELT.get(unit, unit)
        columns.append(Column(name, words, unit, meaning, role, low, high, ORDERS.get(name, []), HUES.get(name, {})))
    return columns
