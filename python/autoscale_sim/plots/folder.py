"""The folder that `autoscale run --out` or `autoscale sweep --out` wrote."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import pandas as pd

from .errors import PlotError
from .source import TABLES, Parameter, Source

DRAWS = ("random", "latin_hypercube")  # of a sweep file


class Folder(Source):
    """Reads lazily, and of large tables only the columns that are asked for."""

    def __init__(self, path: Path):
        self.path, self.place = path, f"'{path}'"
        if not path.is_dir():
            raise PlotError(f"no folder {self.place}")
        self.tables = [name for name in TABLES if (path / name).is_file()]
        if not self.tables:
            raise PlotError(
                f"{self.place} holds no {TABLES[0]}: it is no folder of `autoscale run --out` or of a "
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
        described = self.manifest.get("sweep") or self.manifest.get("scenario") or {}
        return described.get("name", self.path.resolve().name)

    @cached_property
    def parameters(self) -> list[Parameter]:
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
    def units(self) -> dict[str, str]:
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

    def called(self, table: str) -> str:
        return str(self.path / table)

    def content(self, table: str, columns: list[str] | None) -> pd.DataFrame:
        """Text stays text: only an empty cell is no value."""
        try:
            return pd.read_csv(self.path / table, usecols=columns, keep_default_na=False,
                               na_values=["", "nan", "-nan"], low_memory=False)  # fmt: skip
        except ValueError as error:  # ParserError is one
            raise PlotError(f"{self.path / table} cannot be read: {error}") from None
