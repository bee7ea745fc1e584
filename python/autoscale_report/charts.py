"""Interactive figures of the report, drawn as `autoscale report` draws its charts."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from autoscale_sim.explore.tables import HUES, ORDERS, Column, Table
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import POLICIES


def measure(name: str, words: str, unit: str = "", meaning: str = "") -> list[Column]:
    """The column of a measure, and those of the ends of its interval."""
    ends = [Column(end, f"{words}, {side} end", unit, meaning, "beside")
            for end, side in zip(ends_of(name), ("lower", "upper"))]  # fmt: skip
    return [Column(name, words, unit, meaning, "measure", *ends_of(name)), *ends]


def ends_of(name: str) -> tuple[str, str]:
    return f"{name}_ci95_low", f"{name}_ci95_high"


def cells(name: str, replications: list[float]) -> dict[str, float]:
    """Mean and interval, in the columns of measure()."""
    value = interval(replications)
    return dict(zip((name, *ends_of(name)), value))


def dimension(name: str, values: Iterable[str] = (), words: str = "") -> Column:
    """A column that says which row it is; `values` in their order."""
    return Column(name, words or name, "", "", "dimension", order=list(values) or ORDERS.get(name, []),
                  hues={POLICIES[p][0]: place for p, place in HUES.get(name, {}).items()})  # fmt: skip


def table(name: str, columns: list[Column], rows: list[dict]) -> Table:
    return Table(name, columns, pd.DataFrame(rows)[[column.name for column in columns]])
