"""The rows that a plot shows: selected, with their means and intervals over replications."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

import pandas as pd
from pandas.api.types import is_numeric_dtype

from .conditions import Condition
from .errors import PlotError, listed
from .intervals import interval
from .roles import Roles
from .source import Source

# Columns that tell rows apart, beside what a sweep changed.
IDENTITY = ("policy", "scenario", "environment", "use_case", "device", "dnn", "phase")
MEASURED = ("energy_mean_mj", "latency_mean_ms", "reward_mean")  # what is looked at first
SPACED = 8  # a swept axis is logarithmic only if its last value is so many times its first
WIDE = 30  # the same for measured values, largest over least
MAX_PANELS = 12


class Statistic(Enum):
    """Columns of what is calculated from rows. No text, so that a swept parameter may have any name."""

    MEAN = "mean"
    LOW = "low"
    HIGH = "high"
    COUNT = "n"
    SHARE = "share"
    MEAN_X, LOW_X, HIGH_X, COUNT_X = "mean_x", "low_x", "high_x", "n_x"
    MEAN_Y, LOW_Y, HIGH_Y, COUNT_Y = "mean_y", "low_y", "high_y", "n_y"


MEAN, LOW, HIGH, COUNT, SHARE = (Statistic(name) for name in ("mean", "low", "high", "n", "share"))


@dataclass
class View:
    """Rows of one table of a source. `notes` collects what the reader has to be told."""

    source: Source
    table: str
    frame: pd.DataFrame
    roles: Roles = field(default_factory=Roles)
    scales: dict[str, str] = field(default_factory=dict)  # x, y -> linear or log, as the user says
    notes: list[str] = field(default_factory=list)
    selection: list[str] = field(default_factory=list)  # what the figure itself says of its rows

    def select(self, conditions: list[Condition]) -> None:
        for condition in conditions:
            self.frame = self.frame[condition.rows(self.frame)]
            if self.frame.empty:
                raise PlotError(f"no row is left after --where {condition.text}")
            self.selection.append(condition.text)
        named = any(condition.column in ("role", "policy", "run_id") for condition in conditions)
        references = self.frame["run_id"].isin(self.source.references)
        if not named and not references.all():
            self.frame = self.frame[~references]

    def varies(self, column: str) -> bool:
        return column in self.frame and self.frame[column].nunique() > 1

    def is_numeric(self, column: str) -> bool:
        return is_numeric_dtype(self.frame[column])

    @property
    def swept(self) -> list[str]:
        return [p.column for p in self.source.parameters]

    @property
    def measured(self) -> list[str]:
        """The program's own columns, without those that a sweep added."""
        return [column for column in self.frame if column not in self.swept]

    @property
    def parameters(self) -> list[str]:
        """What tells the rows apart, except the policy: first what was swept. Of columns that change
        together, the first."""
        known = [*self.swept, *(column for column in IDENTITY if column != "policy")]
        kept: list[str] = []
        for column in dict.fromkeys(known):
            if self.varies(column) and all(self.still_varies(column, [k]) for k in kept):
                kept.append(column)
        return kept

    @property
    def policies(self) -> list[str]:
        """The column `policy`, if there are several."""
        return ["policy"] if self.varies("policy") else []

    @property
    def numeric_parameters(self) -> list[str]:
        return [column for column in self.parameters if self.is_numeric(column)]

    def values(self, column: str) -> list:
        return values_of(self.frame[column])

    def leave_out_missing(self, columns: list[str]) -> None:
        """Rows without a value in one of the columns, and says so."""
        for column in columns:
            present = self.frame[column].notna()
            if not present.any():
                raise PlotError(f"column '{column}' holds no value here; numbers are in\n"
                                + listed(self.numeric_columns()))  # fmt: skip
            if not present.all():
                self.notes.append(f"{(~present).sum()} of {len(self.frame)} rows have no {column} "
                                  "and are left out")  # fmt: skip
                self.frame = self.frame[present]

    def need_numbers(self, *columns: str) -> None:
        for column in columns:
            if not self.is_numeric(column):
                raise PlotError(f"column '{column}' holds text; numbers are in\n"
                                + listed(self.numeric_columns()))  # fmt: skip

    def numeric_columns(self) -> list[str]:
        return [c for c in self.frame if self.is_numeric(c) and self.frame[c].notna().any()]

    def need(self, part: str, hint: str = "") -> str:
        """The column of a part that has to be there."""
        column = getattr(self.roles, part)
        if column is None:
            raise PlotError(f"--{part} is needed: nothing here can stand for it{hint}")
        return column

    def leftover(self, keys: list[str]) -> list[str]:
        """Parameters that still vary when the keys are fixed: what a mean would run over."""
        return [
            column for column in [*self.parameters, *self.policies]
            if column not in keys and self.still_varies(column, keys)
        ]  # fmt: skip

    def still_varies(self, column: str, keys: list[str]) -> bool:
        if not keys:
            return True
        return bool((self.frame.groupby(keys, observed=True)[column].nunique() > 1).any())

    def means(self, keys: list[str], column: str) -> pd.DataFrame:
        """MEAN and 95 % interval (LOW, HIGH) over the COUNT replications, a row per value of the keys.

        Within a replication all rows that the keys do not tell apart are averaged first.
        """
        self.say_averaged(keys)
        keys = list(dict.fromkeys(keys))
        grouping = list(dict.fromkeys([*keys, "replication"]))
        each = self.frame.groupby(grouping, observed=True)[column].mean().reset_index(name=MEAN)
        rows = [
            [*key, *interval(group.to_list()), len(group)]
            for key, group in each.groupby(keys, observed=True)[MEAN]
        ]
        means = pd.DataFrame(rows, columns=[*keys, MEAN, LOW, HIGH, COUNT])
        if means[COUNT].max() == 1:
            self.notes.append("one replication: no intervals")
        return means

    def say_averaged(self, keys: list[str]) -> None:
        """Names what a mean per value of the keys runs over, beside replications."""
        across = self.leftover(keys)
        said = f"averaged over {', '.join(map(self.counted, across))}"
        if across and said not in self.selection:
            self.selection.append(said)
            self.notes.append(f"{said}; --where {across[0]}=... picks one")
            if self.differs(keys, across):
                self.notes.append("these values are not the same everywhere: some were skipped or "
                                  "failed")  # fmt: skip

    def differs(self, keys: list[str], across: list[str]) -> bool:
        """Whether some values of the keys have fewer combinations of the rest than others."""
        combinations = self.frame[[*keys, *across]].drop_duplicates()
        return bool(combinations.groupby(keys, observed=True).size().nunique() > 1)

    def counted(self, column: str) -> str:
        return f"{column} ({self.frame[column].nunique()} values)"

    def is_log(self, axis: str, column: str) -> bool:
        """As the user says; else as the sweep was spaced."""
        if not (self.frame[column] > 0).any():
            if self.scales.get(axis) == "log":
                self.notes.append(f"{column} has no value above 0: its axis stays linear")
            return False
        if axis in self.scales:
            return self.scales[axis] == "log"
        if any(p.column == column and p.logarithmic for p in self.source.parameters):
            return True
        swept = any(p.column == column for p in self.source.parameters)
        return swept and self.is_numeric(column) and evenly_by_ratio(self.values(column))

    def log_if_wide(self, axis: str, values: pd.Series) -> None:
        """For measured values; the user's word stands."""
        if is_wide(values):
            self.scales.setdefault(axis, "log")


def is_wide(values: pd.Series) -> bool:
    return bool(values.min() > 0 and values.max() >= WIDE * values.min())


def values_of(cells: pd.Series) -> list:
    """In the order of drawing: numbers by size, text as it stands in the file."""
    present = cells.dropna().unique()
    return sorted(present) if is_numeric_dtype(cells) else list(present)


def evenly_by_ratio(values: list[float]) -> bool:
    """Whether increasing numbers are spaced more evenly by their ratios than by differences."""
    if len(values) < 3 or values[0] <= 0 or values[-1] < SPACED * values[0]:
        return False
    differences = [b - a for a, b in zip(values, values[1:])]
    ratios = [math.log(b / a) for a, b in zip(values, values[1:])]
    return max(ratios) / min(ratios) < max(differences) / min(differences)
