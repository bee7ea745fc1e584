"""Frames of results, as autoscale_sim.run, sweep and load_results give them.

A frame knows its columns but not their units, nor what a sweep changed. So those functions write that
into the attributes that pandas keeps with a frame (`attrs`), where it survives selecting rows and joining
frames that say the same; here it is read again. A frame without it can be drawn too, with the bare names
of columns on the axes. A frame of requests does not tell which runs were only added for a relative
column: it shows them all.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property

import pandas as pd

from .source import Parameter, Source

KEY = "autoscale_sim"  # of a frame's attributes; their values are such as JSON has
TELLTALES = {"requests.csv": "arrival_s", "learning.csv": "learned"}  # columns of one table only


def describe(frame: pd.DataFrame, source: Source, table: str) -> None:
    """Writes into the frame's attributes what `source`, whose `table` it is, tells of it."""
    units = {column: source.units[column] for column in frame if column in source.units}
    parameters = [asdict(parameter) for parameter in source.parameters]
    frame.attrs[KEY] = {"table": table, "units": units, "parameters": parameters}


def told_of(frame: pd.DataFrame) -> dict:
    return frame.attrs.get(KEY, {})


def table_of(frame: pd.DataFrame) -> str:
    """Which file's rows they are; those of breakdown.csv are drawn as those of runs.csv."""
    told = told_of(frame).get("table")
    if told:
        return told if told in TELLTALES else "runs.csv"
    return next((t for t, column in TELLTALES.items() if column in frame), "runs.csv")


class Frames(Source):
    place = "what is to be drawn"

    def __init__(self, frames: dict[str, pd.DataFrame]):
        """From frames by the name of their files."""
        self.frames = frames
        self.tables = list(frames)
        self.first = frames[self.tables[0]]

    @property
    def name(self) -> str:
        named = self.first.get("scenario", pd.Series(["frame"]))
        return ", ".join(map(str, named.unique()))

    @property
    def parameters(self) -> list[Parameter]:
        """Also the columns that the caller has added, such as a setting of runs that were joined."""
        swept = [Parameter(**p) for p in told_of(self.first).get("parameters", [])]
        added = [column for column in self.first if self.units and column not in self.units]
        return [*swept, *(Parameter(column, "") for column in added)]

    @cached_property
    def units(self) -> dict[str, str]:
        told = [told_of(frame).get("units", {}) for frame in self.frames.values()]
        return {column: unit for units in told for column, unit in units.items()}

    def called(self, table: str) -> str:
        return f"the frame of {table}"

    def header(self, table: str) -> list[str]:
        return list(self.frames[table].columns)

    def content(self, table: str, columns: list[str] | None) -> pd.DataFrame:
        frame = self.frames[table]
        return frame[columns or list(frame.columns)].reset_index(drop=True)
