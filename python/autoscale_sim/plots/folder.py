"""The folder that `autoscale run --out` or `autoscale sweep --out` wrote."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import pandas as pd

from .errors import PlotError
from .settings import described, drawn
from .source import TABLES, Parameter, Source
from .tables import header, read_table


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
            return json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
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
        scales = {p["path"]: (p.get("range") or {}).get("scale") for p in described(sweep)}
        drawn_paths = {p["path"] for p in drawn(sweep)}
        named = {p["path"] for p in described(sweep) if p.get("name")}
        return [
            Parameter(p["column"], p.get("unit", ""), scales.get(p.get("path")) == "log",
                      p.get("path") in drawn_paths, p.get("path", p["column"]), p.get("path") in named)
            for p in sweep.get("parameters", [])
        ]  # fmt: skip

    @cached_property
    def units(self) -> dict[str, str]:
        units = {p.column: p.unit for p in self.parameters}
        if (self.path / "columns.csv").is_file():
            described = read_table(self.path / "columns.csv")
            for column, unit in zip(described["column"], described["unit"].fillna("")):
                units.setdefault(column, unit)
        return units

    def header(self, table: str) -> list[str]:
        try:
            return header(self.path / table)
        except pd.errors.EmptyDataError:
            raise PlotError(f"{self.path / table} is empty") from None
        except UnicodeDecodeError as error:
            raise PlotError(f"{self.path / table} is no text: {error}") from None

    def called(self, table: str) -> str:
        return str(self.path / table)

    def content(self, table: str, columns: list[str] | None) -> pd.DataFrame:
        """Also of tables that are not drawn, such as summary.csv."""
        try:
            return read_table(self.path / table, columns, {p.column: p.path for p in self.parameters})
        except ValueError as error:  # ParserError is one
            raise PlotError(f"{self.path / table} cannot be read: {error}") from None
