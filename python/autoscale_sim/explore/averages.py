"""Fewer rows: means over replications with their intervals, then over whatever has the most values.

Rows that differ in the replication alone become one, with the half of the 95 % interval (Student's t) of each mean
over the replications. If rows are still too many, a number of many values is put into bins of equal width, else the
dimension with the most values is averaged over, within each replication first, so that the interval remains one over
independent replications. Every step is said in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from autoscale_sim.plots.intervals import t_quantile

REPLICATION = "replication"
RUNS = "replications in the mean"
BINS = 24


@dataclass
class Averaged:
    frame: pd.DataFrame
    dimensions: list[str]
    intervals: dict[str, tuple[str, str]]  # of a measure: the columns of its lower and upper end
    notes: list[str] = field(default_factory=list)
    mixed: bool = False  # a row is of more than one setting


def averaged(frame: pd.DataFrame, dimensions: list[str], measures: list[str], most: int) -> Averaged:
    """At most `most` rows, a row per combination of the values of the dimensions that are kept."""
    replicated = REPLICATION in frame
    reduced = Averaged(frame, list(dimensions), {})
    rows = len(frame)
    if replicated or rows > most:
        while combinations(reduced.frame, reduced.dimensions) > most:
            reduce_once(reduced)
            reduced.mixed = True
    if replicated:
        over_replications(reduced, measures)
    elif rows > most:
        reduced.mixed = True
        reduced.frame = means(reduced.frame, reduced.dimensions, measures)
        reduced.notes.append("Means without intervals: the table does not say what is independent.")
    if len(reduced.frame) < rows:
        points = len(reduced.frame)
        reduced.notes.insert(0, f"{rows:,} rows of the file are {points:,} point{'s' * (points != 1)} here.")
    return reduced


def combinations(frame: pd.DataFrame, dimensions: list[str]) -> int:
    return len(frame[dimensions].drop_duplicates()) if dimensions else 1


def reduce_once(reduced: Averaged) -> None:
    """Coarsens or drops the dimension that has the most values."""
    frame = reduced.frame
    widest = max(reduced.dimensions, key=lambda name: frame[name].nunique())
    if is_numeric_dtype(frame[widest]) and frame[widest].nunique() > BINS:
        reduced.frame = frame.assign(**{widest: binned(frame[widest])})
        reduced.notes.append(f"{widest} is put into {BINS} bins of equal width, shown by their middle.")
    else:
        reduced.dimensions.remove(widest)
        reduced.notes.append(f"Means run over all {frame[widest].nunique():,} values of {widest}.")


def binned(numbers: pd.Series) -> pd.Series:
    low, high = numbers.min(), numbers.max()
    width = (high - low) / BINS
    number = np.minimum(np.floor((numbers - low) / width), BINS - 1)
    return low + (number + 0.5) * width


def means(frame: pd.DataFrame, keys: list[str], measures: list[str]) -> pd.DataFrame:
    if not keys:
        return frame[measures].mean().to_frame().T
    return frame.groupby(keys, dropna=False, observed=True)[measures].mean().reset_index()


def over_replications(reduced: Averaged, measures: list[str]) -> None:
    keys = reduced.dimensions
    each = means(reduced.frame, [*keys, REPLICATION], measures)
    groups = each.groupby(keys, dropna=False, observed=True) if keys else each.groupby(lambda _: 0)
    mean, count, deviation = (getattr(groups[measures], name)() for name in ("mean", "count", "std"))
    runs = groups.size()
    quantiles = {n: t_quantile(n - 1) if n > 1 else np.nan for n in range(int(runs.max()) + 1)}
    half = deviation * count.apply(lambda column: column.map(quantiles)) / np.sqrt(count)
    parts = [mean]
    if runs.max() > 1:
        low, high = (f"{{}} ({end} end of 95 %)" for end in ("lower", "upper"))
        reduced.intervals = {name: (low.format(name), high.format(name)) for name in measures}
        parts += [(mean - half).set_axis([low.format(name) for name in measures], axis=1),
                  (mean + half).set_axis([high.format(name) for name in measures], axis=1)]  # fmt: skip
        reduced.notes.append("A point is the mean over replications; its bar is the 95 % interval (Student's t).")
    frame = pd.concat([*parts, runs.rename(RUNS)], axis=1)
    reduced.frame = frame.reset_index() if keys else frame.reset_index(drop=True)
