"""Any folder of results: all its tables, what their columns mean, its manifest."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

import pandas as pd

from autoscale_sim.plots.errors import PlotError
from autoscale_sim.plots.folder import Folder

DICTIONARY, JOURNAL = "columns.csv", "journal"
# What one looks at first; the rest in the order of the alphabet.
FIRST = ("leaderboard.csv", "environments.csv", "claims.csv", "runs.csv", "breakdown.csv", "summary.csv", "cases.csv")
LAST = ("requests.csv", "learning.csv", "timing.csv", "failures.csv")
# Of tables that come without a dictionary: units by the ends of names.
ENDINGS = {"_mj": "mJ", "_j": "J", "_ms": "ms", "_s": "s", "_dbm": "dBm", "_bytes": "B", "_percent": "%", "_c": "degC"}


class Results(Folder):
    """A folder that `run`, `sweep`, the leaderboard, the reproduction or another study wrote."""

    def __init__(self, path: Path):
        self.path, self.place = path, f"'{path}'"
        if not path.is_dir():
            raise PlotError(f"no folder {self.place}")
        there = [file.name for file in sorted(path.glob("*.csv")) if file.name != DICTIONARY]
        middle = [name for name in there if name not in FIRST + LAST]
        self.tables = [name for name in (*FIRST, *middle, *LAST) if name in there]
        if not self.tables and (path / JOURNAL).exists():
            raise PlotError(f"{self.place} holds a sweep that is not finished; `autoscale sweep FILE --out {path} "
                            "--resume` goes on with it")  # fmt: skip
        if not self.tables:
            raise PlotError(f"{self.place} holds no table (*.csv): it is no folder of results")

    @cached_property
    def manifest(self) -> dict:
        read = super().manifest
        if not isinstance(read, dict):
            raise PlotError(f"{self.path / 'manifest.json'} is no manifest: it holds no object")
        return read

    @cached_property
    def dictionary(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(file, column) -> (unit, meaning)."""
        if not (self.path / DICTIONARY).is_file():
            return {}
        rows = self.content(DICTIONARY, None).fillna("")
        absent = [name for name in ("file", "column", "unit", "meaning") if name not in rows]
        if absent:
            raise PlotError(f"{self.path / DICTIONARY} has no column '{absent[0]}'")
        return {(row.file, row.column): (row.unit, row.meaning) for row in rows.itertuples()}

    def is_cut_off(self, table: str) -> bool:
        with (self.path / table).open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() not in (b"\n", b"\r")

    def told_of(self, table: str, column: str) -> tuple[str, str]:
        """Unit and meaning of a column. breakdown.csv has the columns of runs.csv, and is not described again."""
        for file in (table, "runs.csv"):
            if (file, column) in self.dictionary:
                return self.dictionary[file, column]
        parameter = self.parameter(column)
        if parameter:
            return parameter.unit, ""
        unit = next((unit for ending, unit in ENDINGS.items() if column.endswith(ending)), "")
        return unit, ""

    def frame(self, table: str) -> pd.DataFrame | None:
        """All of a table; None if it has a header alone, as failures.csv has mostly."""
        self.header(table)
        frame = self.content(table, None)
        if not isinstance(frame.index, pd.RangeIndex):  # pandas takes what is too much for an index
            raise PlotError(f"{self.path / table} cannot be read: its rows have more cells than its header")
        for column in frame.columns[frame.dtypes == bool]:
            frame[column] = frame[column].astype(str).str.lower()
        return None if frame.empty else frame
