"""Policies in Python at the points of a sweep.

A sweep file cannot name them and `autoscale merge` cannot know them, so they run beside the sweep: at every
point, by run(), with the sweep's seeds. Replication r thus meets the same draws as the simulator's policies
do there, and the rows stand beside theirs.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas

from . import _core
from ._data import assignments
from .executors import Executor, Place, results
from .plots.settings import settings
from .plots.tables import read_table
from .policy import Policy
from .progress import Tell


@dataclass(frozen=True)
class Point:
    """The runs of Python policies at one point of a sweep."""

    place: Place
    scenario: str
    settings: tuple[str, ...]
    policies: tuple[Policy, ...]
    seed: int
    replications: int


def runs_at(point: Point) -> pandas.DataFrame:
    """Their rows of runs.csv, as text."""
    with tempfile.TemporaryDirectory(prefix="autoscale_") as folder:
        _core.run(point.place.search(), point.scenario, folder, list(point.settings), list(point.policies),
                  point.seed, point.replications, 1, False, False, None)
        rows = pandas.read_csv(Path(folder) / "runs.csv", dtype=str, keep_default_na=False)
    return rows[rows.policy.isin([policy.name for policy in point.policies])]


def with_policies(folder: Path, file: str, place: Place, policies: Sequence[Policy],
                  executor: Executor | None, tell: Tell | None) -> pandas.DataFrame:
    """Runs.csv of a sweep's folder with the rows of Python policies: at each point behind the others'."""
    rows = pandas.read_csv(folder / "runs.csv", dtype=str, keep_default_na=False)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sweep = manifest["sweep"]
    names = [*(parameter["column"] for parameter in sweep["parameters"]), "scenario"]
    points = [group for _, group in rows.groupby(names, sort=False)]
    calls = [(runs_at, Point(place, *_scenario(group.iloc[0], manifest, Path(file).parent, place), tuple(policies),
                             sweep["seed"], sweep["replications"])) for group in points]
    added = results(executor or Here(), calls, tell)
    both = [rows[:0]]
    for number, (group, runs) in enumerate(zip(points, added), 1):
        ids = f"point{number}-" + runs.run_id  # of one run alone they would be equal at all points
        both += [group, runs.assign(run_id=ids, **group.iloc[0][names])]
    written = io.StringIO(pandas.concat(both)[list(rows.columns)].to_csv(index=False))
    return read_table(written, None, {parameter["column"]: parameter["path"] for parameter in sweep["parameters"]})


class Here:
    """An executor that runs a function when its result is wanted."""

    def submit(self, function: Any, /, *arguments: Any) -> Any:
        return _Later(function, arguments)


@dataclass
class _Later:
    function: Any
    arguments: tuple

    def result(self) -> Any:
        return self.function(*self.arguments)


def _scenario(row: pandas.Series, manifest: Mapping[str, Any], beside: Path,
              place: Place) -> tuple[str, tuple[str, ...]]:
    """The scenario file of a point, and the settings that make it the point's."""
    index = [scenario["name"] for scenario in manifest["scenarios"]].index(row.scenario)
    values = settings(manifest, row.scenario, row)
    return (_file(manifest["sweep"]["scenarios"][index], beside, place),
            tuple(assignments({path: _located(value, beside) for path, value in values.items()})))


def _located(value: Any, beside: Path) -> Any:
    """A value with the files that it names made absolute: in a sweep they are relative to its own file."""
    if isinstance(value, Mapping):
        return {key: _located(item, beside) for key, item in value.items()}
    if isinstance(value, list):
        return [_located(item, beside) for item in value]
    is_file = isinstance(value, str) and ("/" in value or "." in value) and (beside / value).is_file()
    return os.path.abspath(beside / value) if is_file else value


def _file(name: str, beside: Path, place: Place) -> str:
    return os.path.abspath(beside / name) if (beside / name).is_file() else place.search().find_scenario(name)
