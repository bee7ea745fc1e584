"""Reads the CSV files of results: the one place where cells become text, numbers and gaps.

Only an empty cell is a gap. Text stays as it is written, also if it looks like a gap, a number or a truth
value (None, NA, nan, 007, True): of the program's own columns that is known by their names. What a sweep
changed is numbers only if all of its values are, as JSON writes them, and no two would become the same one.
In the other columns "nan" is a number that could not be computed.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import TextIO

import pandas as pd

# The columns of all result files that hold names and messages.
TEXT = ("run_id", "scenario", "environment", "use_case", "policy", "role", "device", "device_type", "dnn", "phase",
        "action", "executed", "opt_action", "metric", "unit", "run", "error", "file", "column", "meaning", "name",
        "why", "parameters")  # fmt: skip
# Those that are numbers where another column has the name: of a phone in requests.csv, in `autoscale explain --csv`.
NAMED_BY = {"device": "device_type", "action": "name"}
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
NOT_COMPUTED = ("nan", "-nan")  # such as a mean of nothing
TRUTHS = {"true": True, "false": False}
# Numbers to the last digit; since pandas 3.1 the default, and the argument is deprecated.
EXACT = {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}


def read_table(file: str | os.PathLike | TextIO, columns: Sequence[str] | None = None,
               swept: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A CSV file of results as a frame.

    Args:
        file: its path, or a text that is read from its beginning.
        columns: some of its columns, in the order of the file; default: all.
        swept: the columns that a sweep added, with the paths that they change.

    Raises OSError, UnicodeDecodeError, and ValueError (of pandas) for a file that is no table.
    """
    written = header(file)
    names = told_apart(written, swept or {})
    parameters = {*(swept or {}), *(set(names) - set(written))}
    texts = {*TEXT, *parameters} - {column for column, name in NAMED_BY.items() if name in names}
    gaps = {name: [""] if name in texts else ["", *NOT_COMPUTED] for name in names}
    frame = pd.read_csv(file, header=0, names=None if names == written else names, usecols=columns,
                        dtype=dict.fromkeys(texts, str), keep_default_na=False, na_values=gaps,
                        low_memory=False, encoding="utf-8", **EXACT)  # fmt: skip
    for column in parameters.intersection(frame):
        frame[column] = values_of(frame[column])
    return frame


def header(file: str | os.PathLike | TextIO) -> list[str]:
    """The columns of a CSV file as they are written there. Raises as read_table() does."""
    if hasattr(file, "seek"):
        file.seek(0)
        names = next(csv.reader(file), None)
        file.seek(0)
    else:
        with open(file, newline="", encoding="utf-8-sig") as lines:
            names = next(csv.reader(lines), None)
    if not names:
        raise pd.errors.EmptyDataError(f"{file} is empty")
    return names


def told_apart(names: list[str], swept: Mapping[str, str]) -> list[str]:
    """No two columns of one name: where a statistic has the name of a swept column, as in older folders, the
    swept one, which stands first, is called by its path."""
    return [swept[name] if name in swept and name in names[i + 1:] else name for i, name in enumerate(names)]


def values_of(cells: pd.Series) -> pd.Series:
    """The values of a swept parameter, from text: numbers or truth values where all are, else text."""
    texts = list(cells.dropna().unique())
    if texts and all(text in TRUTHS for text in texts):
        return cells.map(TRUTHS)
    if texts and all(NUMBER.fullmatch(text) for text in texts):
        numbers = {text: json.loads(text) for text in texts}
        if len(set(numbers.values())) == len(texts):
            return cells.map(numbers)
    return cells
