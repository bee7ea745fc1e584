"""What the command line does, as functions that return pandas frames."""

import io
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas

from . import _core
from ._data import assignments, data_root, find_scenario
from .policy import checked_policies


@dataclass(frozen=True)
class Results:
    """The files of a results folder as frames; columns.csv says what each column means.

    Frames of files that are not there are None: requests only where they were asked for.
    """

    runs: pandas.DataFrame
    breakdown: pandas.DataFrame | None
    learning: pandas.DataFrame | None
    requests: pandas.DataFrame | None
    columns: pandas.DataFrame | None
    manifest: dict


def run(scenario, policies=None, *, settings=None, seed=None, replications=None, jobs=1, out=None,
        requests=False, timeline=False) -> pandas.DataFrame:
    """Runs a scenario, as `autoscale run` does, and returns its runs.csv: a row per run.

    Args:
        scenario: scenario file, or its name in the package's scenarios.
        policies: names of the simulator's policies and instances of autoscale_sim.Policy, instead of
            the scenario's list.
        settings: changes to the scenario, such as {"constraints.accuracy": 70}.
        seed: of the first replication.
        replications: independent repetitions.
        jobs: runs at the same time; results do not depend on it. Python policies take turns.
        out: folder for all result files (see load_results); default: they are not kept.
        requests: also write requests.csv, a row per inference; needs `out`.
        timeline: also write timeline.json for Perfetto; needs `out`.

    Raises ConfigError for mistakes in the scenario, PolicyError for an illegal decision, OSError if
    files cannot be written, and what a Python policy raises.
    """
    if out is None and (requests or timeline):
        raise ValueError("requests and timeline need out, a folder")
    if jobs < 1:
        raise ValueError(f"jobs: expected at least 1, got {jobs}")
    with tempfile.TemporaryDirectory(prefix="autoscale_") as scratch:
        folder = scratch if out is None else os.fspath(out)
        _core.run(data_root(), find_scenario(scenario), folder, assignments(settings),
                  checked_policies(policies), seed, replications, jobs, requests, timeline)
        return _read(Path(folder) / "runs.csv")


def load_results(folder) -> Results:
    """Reads a folder that run() or `autoscale run --out` wrote."""
    folder = Path(folder)
    if not (folder / "runs.csv").is_file():
        raise FileNotFoundError(f"{folder}: no runs.csv; not a folder of results")

    def frame(name):
        file = folder / name
        return _read(file) if file.is_file() else None

    return Results(frame("runs.csv"), frame("breakdown.csv"), frame("learning.csv"),
                   frame("requests.csv"), frame("columns.csv"),
                   json.loads((folder / "manifest.json").read_text()))


def explain(device, dnn, *, use_case="", links=None, co_cpu=0.0, co_memory=0.0, cloud_link="wifi",
            tablet_link="wifi_direct", accuracy=50.0, accuracy_set="post_training",
            accounting="whole_phone", power_level="", upload="raw") -> pandas.DataFrame:
    """What each action of a phone would cost for one inference, as `autoscale explain --csv`.

    Args:
        device, dnn: names such as "mi8pro" and "mobilenet_v1".
        use_case: default: the first that uses the DNN.
        links: signals in dBm by link technology, such as {"wifi": -85}; others are regular.
        co_cpu, co_memory: utilisation by co-running apps, 0 to 1.
        cloud_link, tablet_link: link technologies.
        accuracy: target, percent.
        accuracy_set, accounting, power_level, upload: as in a scenario.

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
    text = _core.explain_csv(data_root(), device, dnn, use_case, signals, co_cpu, co_memory, cloud_link,
                             tablet_link, accuracy, accounting, accuracy_set, power_level, upload)
    return _read(io.StringIO(text))


def _read(source) -> pandas.DataFrame:
    return pandas.read_csv(source, float_precision="round_trip")
