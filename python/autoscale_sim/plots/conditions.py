"""Which rows are drawn: as `column=value`, also with !=, <, <=, > and >=."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from .errors import PlotError, unknown

ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FORM = re.compile(r"\s*([^=!<>]+?)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    column: str
    comparison: str
    values: list[str]  # of = and !=: any of them
    whole: str = ""  # the values as written: a single one, if the column has it, though there is a comma in it

    @property
    def text(self) -> str:
        return f"{self.column} {self.comparison} {', '.join(self.values)}"

    def rows(self, frame: pd.DataFrame) -> pd.Series:
        """Which rows it keeps."""
        cells = frame[self.column]
        if self.comparison in ORDERED:
            return ORDERED[self.comparison](self.numeric(cells), self.number(self.values[0]))
        values = [self.whole] if self.whole and (cells == self.whole).any() else self.values
        matching = [self.matching(cells, value) for value in values]
        any_of_them = pd.concat(matching, axis="columns").any(axis="columns")
        return any_of_them if self.comparison == "=" else ~any_of_them

    def matching(self, cells: pd.Series, value: str) -> pd.Series:
        is_text = not is_numeric_dtype(cells)
        found = cells == (value if is_text else self.number(value))
        if not found.any():
            present = (f"{v:g}" if not is_text else str(v) for v in sorted(cells.dropna().unique()))
            raise unknown(f"{self.column} of", value, present)
        return found

    def numeric(self, cells: pd.Series) -> pd.Series:
        if not is_numeric_dtype(cells):
            raise PlotError(f"--where {self.text}: '{self.column}' is text; use = or !=")
        return cells

    def number(self, text: str) -> float:
        try:
            return float(text)
        except ValueError:
            raise PlotError(f"--where {self.text}: '{text}' is no number") from None


def parse(text: str) -> Condition:
    found = FORM.fullmatch(text)
    if not found or not found[3]:
        raise PlotError(
            f"--where '{text}' is not of the form column=value (also a,b after =; !=, <, <=, >, >=)"
        )
    column, comparison, values = found.groups()
    split = comparison in ("=", "!=")
    return Condition(column, comparison, re.split(r"\s*,\s*", values) if split else [values], values)


def parsed(where: str | Iterable[str] | Mapping[str, object]) -> list[Condition]:
    """Of one text or several, or {column: value or list of values}."""
    if isinstance(where, Mapping):
        return [Condition(column, "=", texts_of(value)) for column, value in where.items()]
    return [parse(text) for text in ([where] if isinstance(where, str) else where)]


def texts_of(value: object) -> list[str]:
    """Values as a results file writes them."""
    values = value if isinstance(value, (list, tuple, set)) else [value]
    return [str(v).lower() if isinstance(v, (bool, np.bool_)) else str(v) for v in values]
