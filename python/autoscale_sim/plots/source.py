"""Where the rows of a plot come from: tables of results, the units of their columns, what a sweep changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from .errors import PlotError, unknown

TABLES = ("runs.csv", "breakdown.csv", "learning.csv", "requests.csv")
HOW_TO = {
    "learning.csv": "`autoscale run --out` writes it",
    "requests.csv": "`autoscale run --out DIR --requests` writes it",
}
NEEDED = ("run_id", "policy", "replication")
SEVERAL = "all"  # in the columns device and dnn of runs.csv
FINER = {"device", "dnn"}  # columns that breakdown.csv resolves


@dataclass(frozen=True)
class Parameter:
    """A swept parameter."""

    column: str  # in runs.csv
    unit: str
    logarithmic: bool = False  # the sweep file says so
    drawn: bool = False  # at random
    path: str = ""  # into the scenario
    named: bool = False  # by the author of the sweep, not by the last key of its path

    @property
    def words(self) -> str:
        """Its name on an axis: as its author writes it, else a key of a scenario in words."""
        return self.column if self.named else self.column.replace("_", " ")


class Source(ABC):
    """Tables, which a Folder has in files and Frames has in memory."""

    place: str  # as messages call it
    tables: list[str]  # those of TABLES that are there

    @property
    @abstractmethod
    def name(self) -> str:
        """Of the sweep or the scenario."""

    @property
    @abstractmethod
    def parameters(self) -> list[Parameter]:
        """What varies between runs, in its order; nothing for a single run."""

    @property
    @abstractmethod
    def units(self) -> dict[str, str]:
        """Column -> unit; "" for text and plain numbers."""

    @abstractmethod
    def called(self, table: str) -> str:
        """As messages call a table."""

    @abstractmethod
    def header(self, table: str) -> list[str]:
        """The columns of a table."""

    @abstractmethod
    def content(self, table: str, columns: list[str] | None) -> pd.DataFrame:
        """Some columns of a table, default all, in a frame that the caller may change."""

    def parameter(self, column: str) -> Parameter | None:
        return next((p for p in self.parameters if p.column == column), None)

    @cached_property
    def references(self) -> set[str]:
        """Runs that were only added for a relative column."""
        if "runs.csv" not in self.tables or "role" not in self.header("runs.csv"):
            return set()
        runs = self.read("runs.csv", ["run_id", "role"])
        return set(runs.loc[runs["role"] == "reference", "run_id"])

    def read(self, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Some columns, default all; what is true or false as text."""
        frame = self.content(table, columns)
        for column in frame.columns[frame.dtypes == bool]:
            frame[column] = frame[column].astype(str).str.lower()
        if frame.empty:
            raise PlotError(f"{self.called(table)} holds no row")
        return frame

    def rows(self, table: str) -> pd.DataFrame:
        """All of a table, which has what tells rows apart."""
        frame = self.read(table)
        absent = [column for column in NEEDED if column not in frame]
        if absent:
            raise PlotError(f"{self.called(table)} has no column '{absent[0]}': "
                            "autoscale did not write it")
        return frame

    def table_with(self, columns: list[str], preferred: tuple[str, ...]) -> str:
        """The first table that has all the columns; breakdown.csv where runs.csv is too coarse."""
        there = [name for name in preferred if name in self.tables]
        if not there:
            name = preferred[0]
            raise PlotError(f"{self.place} holds no {name}: {HOW_TO.get(name, 'it is needed')}")
        headers = {name: self.header(name) for name in there}
        for name in there:
            if all(column in headers[name] for column in columns):
                coarse = name == "runs.csv" and self.is_coarse(columns)
                return "breakdown.csv" if coarse and "breakdown.csv" in there else name
        legal = [column for header in headers.values() for column in header]
        for column in columns:
            if column not in legal:
                raise unknown("column", column, legal)
        where = "; ".join(f"{n} has {', '.join(c for c in columns if c in headers[n]) or 'none'}"
                          for n in there)  # fmt: skip
        raise PlotError(f"no table has all of {', '.join(columns)}: {where}")

    def is_coarse(self, columns: list[str]) -> bool:
        finer = sorted(FINER.intersection(columns))
        return bool(finer) and bool((self.read("runs.csv", finer) == SEVERAL).all().any())
