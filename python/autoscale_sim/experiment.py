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
from ._data import Folders, assignments, name_or_file, search_path, whole_number
from .plots.folder import Folder
from .plots.frames import describe
from .plots.tables import read_table
from .policy import Listed, checked_policies


@dataclass(frozen=True)
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


def run(scenario: str | os.PathLike, policies: Listed | Sequence[Listed] | None = None, *,
        settings: Mapping[str, Any] | None = None, seed: int | None = None,
        replications: int | None = None, jobs: int = 1, out: str | os.PathLike | None = None,
        requests: bool = False, timeline: bool = False, data: Folders = ()) -> pandas.DataFrame:
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

    Raises ConfigError for mistakes in the scenario, PolicyError for an illegal decision, OSError if
    files cannot be written, and what a Python policy raises.
    """
    if out is None and (requests or timeline):
        raise ValueError("requests and timeline need out, a folder")
    search = search_path(data)
    listed, setting = checked_policies(policies)
    with _folder(out) as folder:
        _core.run(search, search.find_scenario(os.fspath(scenario)), folder,
                  [*assignments(settings), *assignments(setting)], listed, seed, replications,
                  whole_number("jobs", jobs, 1, 1024), requests, timeline)
        return _table(Folder(Path(folder)), "runs.csv")


def sweep(file: str | os.PathLike, *, jobs: int = 1, out: str | os.PathLike | None = None,
          resume: bool = False, data: Folders = ()) -> pandas.DataFrame:
    """Runs a sweep, a scenario at many points, as `autoscale sweep` does; returns its runs.csv: a row
    per point, replication and policy, with a column for every parameter that varies.

    Args:
        file: sweep file, or its name in the scenarios of the data.
        jobs: points at the same time; results do not depend on it.
        out: folder for all files (see load_results), new or empty; default: they are not kept.
        resume: go on with a sweep in `out` that was interrupted.
        data: folders of your own, as in run().

    Raises what run() raises; runs that fail in the middle are left out with a RuntimeWarning and stand
    in failures.csv.
    """
    if resume and out is None:
        raise ValueError("resume needs out, the folder of the interrupted sweep")
    search = search_path(data)
    with _folder(out) as folder:
        failed = _core.sweep(search, search.find_scenario(os.fspath(file)), folder,
                             whole_number("jobs", jobs, 1, 1024), resume)
        if failed:
            warnings.warn(f"{failed} runs failed; failures.csv says why", RuntimeWarning,
                          stacklevel=2)
        return _table(Folder(Path(folder)), "runs.csv")


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
    return read_table(io.StringIO(text))


@contextmanager
def _folder(out: str | os.PathLike | None) -> Iterator[str]:
    """The folder for results: the caller's, or one that goes when it has been read."""
    if out is not None:
        yield os.fspath(out)
        return
    with tempfile.TemporaryDirectory(prefix="autoscale_") as scratch:
        yield scratch


def _table(folder: Folder, name: str) -> pandas.DataFrame | None:
    """A file of a results folder, None if it is not there; with what plot() needs to know of it."""
    if not (folder.path / name).is_file():
        return None
    frame = folder.content(name, None)
    describe(frame, folder, name)
    return frame
