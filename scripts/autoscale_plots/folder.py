"""A results folder: its tables, the units of their columns, what a sweep changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from autoscale_plots.errors import PlotError, unknown

TABLES = ("runs.csv", "breakdown.csv", "learning.csv", "requests.csv")
HOW_TO = {
    "learning.csv": "`autoscale run --out` writes it",
    "requests.csv": "`autoscale run --out DIR --requests` writes it",
}
DRAWS = ("random", "latin_hypercube")  # of a sweep file
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


class Folder:
    """Reads lazily, and of large tables only the columns that are asked for."""

    def __init__(self, path: Path):
        self.path = path
        if not path.is_dir():
            raise PlotError(f"no folder '{path}'")
        self.tables = [name for name in TABLES if (path / name).is_file()]
        if not self.tables:
            raise PlotError(
                f"'{path}' holds no {TABLES[0]}: it is no folder of `autoscale run --out` or of a "
                "finished `autoscale sweep --out`"
            )

    @cached_property
    def manifest(self) -> dict:
        try:
            return json.loads((self.path / "manifest.json").read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise PlotError(f"{self.path / 'manifest.json'} is no JSON: {error}") from None

    @cached_property
    def name(self) -> str:
        """Of the sweep or the scenario."""
        described = self.manifest.get("sweep") or self.manifest.get("scenario") or {}
        return described.get("name", self.path.resolve().name)

    @cached_property
    def parameters(self) -> list[Parameter]:
        """What the sweep changed, in its order; nothing for a single run."""
        sweep = self.manifest.get("sweep", {})
        drawn = [p for draws in DRAWS for p in (sweep.get(draws) or {}).get("parameters", [])]
        described = [*(sweep.get("grid") or []), *(sweep.get("zip") or []), *drawn]
        scales = {p["path"]: (p.get("range") or {}).get("scale") for p in described}
        drawn_paths = {p["path"] for p in drawn}
        return [
            Parameter(p["column"], p.get("unit", ""), scales.get(p.get("path")) == "log",
                      p.get("path") in drawn_paths)
            for p in sweep.get("parameters", [])
        ]  # fmt: skip

    @cached_property
    def references(self) -> set[str]:
        """Runs that were only added for a relative column."""
        if "runs.csv" not in self.tables or "role" not in self.header("runs.csv"):
            return set()
        runs = self.read("runs.csv", ["run_id", "role"])
        return set(runs.loc[runs["role"] == "reference", "run_id"])

    @cached_property
    def units(self) -> dict[str, str]:
        """Column -> unit; "" for text and plain numbers."""
        units = {p.column: p.unit for p in self.parameters}
        if (self.path / "columns.csv").is_file():
            described = pd.read_csv(self.path / "columns.csv", keep_default_na=False)
            for column, unit in zip(described["column"], described["unit"]):
                units.setdefault(column, unit)
        return units

    def header(self, table: str) -> list[str]:
        try:
            return list(pd.read_csv(self.path / table, nrows=0).columns)
        except pd.errors.EmptyDataError:
            raise PlotError(f"{self.path / table} is empty") from None
        except UnicodeDecodeError as error:
            raise PlotError(f"{self.path / table} is no text: {error}") from None

    def read(self, table: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Some columns, default all. Text stays text: only an empty cell is no value."""
        try:
            frame = pd.read_csv(self.path / table, usecols=columns, keep_default_na=False,
                                na_values=["", "nan", "-nan"], low_memory=False)  # fmt: skip
        except ValueError as error:  # ParserError is one
            raise PlotError(f"{self.path / table} cannot be read: {error}") from None
        for column in frame.columns[frame.dtypes == bool]:
            frame[column] = frame[column].astype(str).str.lower()
        if frame.empty:
            raise PlotError(f"{self.path / table} holds no row")
        return frame

    def rows(self, table: str) -> pd.DataFrame:
        """All of a table, which has what tells rows apart."""
        frame = self.read(table)
        absent = [column for column in NEEDED if column not in frame]
        if absent:
            raise PlotError(f"{self.path / table} has no column '{absent[0]}': no file of autoscale")
        return frame

    def table_with(self, columns: list[str], preferred: tuple[str, ...]) -> str:
        """The first table that has all the columns; breakdown.csv where runs.csv is too coarse."""
        there = [name for name in preferred if name in self.tables]
        if not there:
            name = preferred[0]
            raise PlotError(f"'{self.path}' holds no {name}: {HOW_TO.get(name, 'it is needed')}")
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
