"""What the command line does, as functions that return pandas frames."""

from __future__ import annotations

import io
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas

from . import _core
from ._data import (Folders, absolute, assignments, data_variable, folders_of, name_or_file, search_path,
                    whole_number)
from .executors import Executor, Place, sweep_on
from .plots.folder import Folder
from .plots.frames import describe
from .plots.tables import read_table
from .points import with_policies
from .policy import Listed, Policy, checked_policies
from .progress import bar
from .tables import Table


@dataclass(frozen=True, repr=False)
class Results:
    """The files of a results folder as frames; columns.csv says what each column means.

    Frames of files that are not there are None: `requests` only where they were asked for,
    `breakdown` and `learning` only of a run, `summary` and `failures` only of a sweep.
    """

    runs: pandas.DataFrame
    columns: pandas.DataFrame | None
    breakdown: pandas.DataFrame | None
    learning: pandas.DataFrame | None
    requests: pandas.DataFrame | None
    summary: pandas.DataFrame | None
    failures: pandas.DataFrame | None
    manifest: dict

    def __repr__(self) -> str:
        """The frames that are there, with their sizes; each prints itself."""
        frames = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "manifest"}
        sizes = [f"  .{name:<10} {len(frame):>8} rows x {len(frame.columns)} columns"
                 for name, frame in frames.items() if frame is not None]
        described = self.manifest.get("sweep") or self.manifest.get("scenario") or {}
        return "\n".join([f"results of {described.get('name', 'a scenario')}", *sizes])


def run(scenario: str | os.PathLike, policies: Listed | Sequence[Listed] | None = None, *,
        settings: Mapping[str, Any] | None = None, seed: int | None = None,
        replications: int | None = None, jobs: int = 1, out: str | os.PathLike | None = None,
        requests: bool = False, timeline: bool = False, data: Folders = (),
        progress: bool = True) -> pandas.DataFrame:
    """Runs a scenario, as `autoscale run` does, and returns its runs.csv: a row per run.

    Args:
        scenario: scenario file, or its name in the scenarios of the data.
        policies: names of the simulator's policies and instances of autoscale_sim.Policy, instead of
            the scenario's list; a name keeps the parameters that it has there. With items that give
            parameters, {"autoscale": {"epsilon": 0.2}, "label": "bold"}, it is a scenario's list, as in
            YAML: a name beside them has its default parameters.
        settings: changes to the scenario, such as {"constraints.accuracy": 70}. Text stays text: a number
            is 70, not "70". Paths (pathlib) are relative to the working directory.
        seed: of the first replication.
        replications: independent repetitions.
        jobs: runs at the same time; results do not depend on it. Python policies take turns.
        out: folder for all result files (see load_results); default: they are not kept.
        requests: also write requests.csv, a row per inference; needs `out`.
        timeline: also write timeline.json for Perfetto; needs `out`.
        data: folders of your own with device_profiles/, workloads/ or scenarios/, searched before those of
            the environment variable AUTOSCALE_DATA and the package's. A name that two folders have is
            a ConfigError where it is used.
        progress: show a bar, if tqdm is installed.

    Raises ConfigError for mistakes in the scenario, PolicyError for an illegal decision, OSError if
    files cannot be written, and what a Python policy raises.
    """
    if out is None and (requests or timeline):
        raise ValueError("requests and timeline need out, a folder")
    search = search_path(data)
    listed, setting = checked_policies(policies)
    jobs = whole_number("jobs", jobs, 1, 1024)
    file = search.find_scenario(os.fspath(scenario))
    with _folder(out) as folder, bar(progress, Path(file).stem) as tell:
        _core.run(search, file, folder, [*assignments(settings), *assignments(setting)], listed, seed,
                  replications, jobs, requests, timeline, tell)
        return _table(Folder(Path(folder)), "runs.csv")


def sweep(file: str | os.PathLike, *, jobs: int = 1, out: str | os.PathLike | None = None,
          resume: bool = False, policies: Policy | Sequence[Policy] = (), executor: Executor | None = None,
          shards: int = 16, data: Folders = (), progress: bool = True) -> pandas.DataFrame:
    """Runs a sweep, a scenario at many points, as `autoscale sweep` does; returns its runs.csv: a row
    per point, replication and policy, with a column for every parameter that varies.

    Args:
        file: sweep file, or its name in the scenarios of the data.
        jobs: points at the same time; results do not depend on it.
        out: folder for all files (see load_results), new or empty; default: they are not kept.
        resume: go on with a sweep in `out` that was interrupted; with an executor, from its last whole shard.
        policies: instances of autoscale_sim.Policy that run at every point beside the sweep's own, with
            the same seeds. Their rows are in what is returned, behind the point's others; the files in
            `out` are without them, as those of the command line.
        executor: where to run: anything whose submit(), of a function and its arguments, gives something with
            result(), such as a concurrent.futures.Executor or a Dask client. `jobs` is of no effect then.
        shards: parts into which the work for an executor is cut, 1 to 1000; a few for each of its workers.
            Results do not depend on it.
        data: folders of your own, as in run().
        progress: show a bar, if tqdm is installed.

    Raises what run() raises; runs that fail in the middle are left out with a RuntimeWarning and stand
    in failures.csv. A Python policy is not run at points where all others failed.
    """
    if resume and out is None:
        raise ValueError("resume needs out, the folder of the interrupted sweep")
    jobs, shards = whole_number("jobs", jobs, 1, 1024), whole_number("shards", shards, 1, 1000)
    own = _in_python(policies)
    place = Place(tuple(absolute(folder) for folder in folders_of(data)), data_variable())
    file = os.path.abspath(place.search().find_scenario(os.fspath(file)))
    with _folder(out) as folder:
        with bar(progress, Path(file).stem) as tell:
            if executor is None:
                failed = _core.sweep(place.search(), file, folder, jobs, resume, 0, 1, tell)
            else:
                failed = sweep_on(executor, place, file, Path(folder), shards, resume, tell)
        if failed:
            warnings.warn(f"{failed} runs failed; failures.csv says why", RuntimeWarning,
                          stacklevel=2)
        source = Folder(Path(folder))
        if not own:
            return _table(source, "runs.csv")
        with bar(progress, ", ".join(policy.name for policy in own)) as tell:
            return _described(with_policies(source.path, file, place, own, executor, tell), source, "runs.csv")


def _in_python(policies: Policy | Sequence[Policy]) -> list[Policy]:
    """What a sweep is given beside the policies of its file."""
    listed, _ = checked_policies(policies)
    for policy in listed:
        if not isinstance(policy, Policy):
            raise TypeError(f"policies: expected instances of autoscale_sim.Policy, got {policy!r}: the "
                            "simulator's stand in the sweep's file")
    return listed


def load_results(folder: str | os.PathLike) -> Results:
    """Reads a folder that run() or sweep(), `autoscale run --out` or `autoscale sweep` wrote."""
    folder = Path(folder)
    if not (folder / "runs.csv").is_file():
        raise FileNotFoundError(f"{folder}: no runs.csv; not a folder of results")

    source = Folder(folder)
    frames = {field.name: _table(source, field.name + ".csv") for field in fields(Results)
              if field.name != "manifest"}
    return Results(**frames, manifest=source.manifest)


def explain(device: str | os.PathLike, dnn: str, *, use_case: str | os.PathLike = "",
            links: Mapping[str, float] | None = None,
            co_cpu: float = 0.0, co_memory: float = 0.0, cloud_link: str | os.PathLike = "wifi",
            tablet_link: str | os.PathLike = "wifi_direct", accuracy: float = 50.0,
            accuracy_set: str = "post_training", accounting: str = "whole_phone",
            power_level: str = "", upload: str = "raw", data: Folders = ()) -> pandas.DataFrame:
    """What each action of a phone would cost for one inference, as `autoscale explain --csv`.

    Args:
        device, dnn: names such as "mi8pro" and "mobilenet_v1"; a device may be the path of a profile, as
            use_case and the links may be those of their files.
        use_case: default: the first that uses the DNN.
        links: signals in dBm by link technology, such as {"wifi": -85}; others are regular.
        co_cpu, co_memory: utilisation by co-running apps, 0 to 1.
        cloud_link, tablet_link: link technologies.
        accuracy: target, percent.
        accuracy_set, accounting, power_level, upload: as in a scenario.
        data: folders of your own, as in run().

    One row per action; `opt` is 1 for the oracle's choice.
    """
    for name, share in (("co_cpu", co_cpu), ("co_memory", co_memory)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name}: expected a number from 0 to 1, got {share}")
    if not 0 <= accuracy <= 100:
        raise ValueError(f"accuracy: expected a number from 0 to 100, got {accuracy}")
    signals = {name: float(dbm) for name, dbm in (links or {}).items()}
    for name, dbm in signals.items():
        if not -160 <= dbm <= 0:
            raise ValueError(f"links: {name}: expected -160 to 0 dBm, got {dbm}")
    text = _core.explain_csv(search_path(data), name_or_file(device), dnn, name_or_file(use_case), signals,
                             co_cpu, co_memory, name_or_file(cloud_link), name_or_file(tablet_link),
                             accuracy, accounting, accuracy_set, power_level, upload)
    return Table(read_table(io.StringIO(text)))


@contextmanager
def _folder(out: str | os.PathLike | None) -> Iterator[str]:
    """The folder for results: the caller's, or one that goes when it has been read."""
    if out is not None:
        yield os.fspath(out)
        return
    with tempfile.TemporaryDirectory(prefix="autoscale_") as scratch:
        yield scratch


def _table(folder: Folder, name: str) -> Table | None:
    """A file of a results folder, None if it is not there; with what plot() needs to know of it."""
    if not (folder.path / name).is_file():
        return None
    return _described(folder.content(name, None), folder, name)


def _described(frame: pandas.DataFrame, folder: Folder, name: str) -> Table:
    table = Table(frame)
    describe(table, folder, name)
    return table
