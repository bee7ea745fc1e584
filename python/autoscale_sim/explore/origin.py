"""Where a row comes from: the command line that makes its runs again, and the scenario that it runs.

Of a run the manifest holds the whole scenario, which the page lets one save under its name. Of a sweep it holds the
scenarios, their files and what the sweep sets. Of studies of many runs it holds their command lines.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd

from autoscale_sim.plots.settings import settings

from .results import Results
from .tables import Table

REQUESTS = "requests.csv"
NOTHING = (False, 0)
MIXED = "# The row is a mean over several settings, which no one command makes."
NAMING = ("scenario", "environment", "use_case", "policy")  # columns whose values command lines may name


def scenario(results: Results) -> dict | None:
    """The scenario of a run, complete with defaults; None for other folders."""
    found = results.manifest.get("scenario")
    return found if isinstance(found, dict) else None


def is_sweep(results: Results) -> bool:
    return isinstance(results.manifest.get("sweep"), dict)


def scenarios(results: Results) -> list[dict]:
    """Those that the manifest tells, complete with defaults."""
    one = scenario(results)
    found = [one] if one else results.manifest.get("scenarios") or []
    return [described for described in found if isinstance(described, dict)]


def about(results: Results) -> str:
    """What a reader has to know who pastes a command line."""
    if scenario(results):
        return "It runs the scenario below, which has every default filled in; save it first."
    if is_sweep(results):
        return ("It names the scenario's file as the sweep does: run it in the folder of the sweep's file. Below is "
                "the scenario with every default filled in, without what the row sets.")  # fmt: skip
    return "Run it in the folder of the project; OUT is a folder of your choice."


def commands(results: Results, made: Table) -> list[str]:
    """The command line of every row; an empty text where the folder does not tell."""
    manifest, frame = results.manifest, made.frame
    if scenario(results):
        one = Run(scenario(results), made.name == REQUESTS).command
    elif made.mixed:
        return [MIXED] * len(frame)
    elif is_sweep(results):
        one = Sweep(manifest).command
    elif manifest.get("commands"):
        one = Listed(manifest["commands"]).command
    else:
        return [""] * len(frame)
    return [one(row) for row in frame.to_dict("records")]


class Run:
    def __init__(self, described: dict, requests: bool):
        self.words = ["autoscale", "run", file_name(described)]
        self.last = [*(["--requests"] if requests else []), "--out", "again"]

    def command(self, row: dict) -> str:
        policy = ["--policy", row["policy"]] if present(row, "policy") else []
        return shlex.join([*self.words, *policy, *self.last])


class Sweep:
    def __init__(self, manifest: dict):
        self.manifest = manifest
        names = [scenario["name"] for scenario in manifest.get("scenarios", [])]
        self.files = dict(zip(names, manifest["sweep"].get("scenarios", [])))
        self.columns = [parameter["column"] for parameter in manifest["sweep"].get("parameters") or []]
        self.seeds = manifest.get("seeds") or {}

    def command(self, row: dict) -> str:
        if any(column not in row for column in self.columns):
            return ""
        name = row.get("scenario", next(iter(self.files), ""))
        words = ["autoscale", "run", self.files.get(name, "SCENARIO")]
        cells = {column: written(row[column]) for column in self.columns if present(row, column)}
        for path, value in settings(self.manifest, name, cells).items():
            words += ["--set", f"{path}={written(value)}"]
        if present(row, "policy"):
            words += ["--policy", row["policy"]]
        if "first" in self.seeds:
            first, last = self.seeds["first"], self.seeds.get("last", self.seeds["first"])
            words += ["--replications", str(last - first + 1), "--seed", str(first)]
        return shlex.join([*words, "--out", "again"])


class Listed:
    def __init__(self, lines: list[str]):
        self.lines = lines
        self.words = [set(re.findall(r"[\w.-]+", line.replace(".yaml", ""))) for line in lines]
        self.known: dict[tuple, str] = {}

    def command(self, row: dict) -> str:
        """The lines that name most of what the row is of; of those the ones whose scenario's file has that name."""
        names = tuple(str(row[column]) for column in NAMING if present(row, column))
        if names not in self.known:
            together = {"_".join(names[i:j]) for i in range(len(names)) for j in range(i + 1, len(names) + 1)}
            score = [(bool(together & {file_stem(line)}), len(together & words))
                     for line, words in zip(self.lines, self.words)]  # fmt: skip
            best = max(score, default=NOTHING)
            lines = [line for line, points in zip(self.lines, score) if points == best != NOTHING]
            self.known[names] = "\n".join(lines[:3])
        return self.known[names]


def file_stem(line: str) -> str:
    """Of the scenario that `autoscale run FILE` names."""
    return Path((line.split() + ["", "", ""])[2]).stem


def present(row: dict, column: str) -> bool:
    return column in row and not pd.isna(row[column])


def written(value: object) -> str:
    """A value as --set reads it."""
    if isinstance(value, str):
        return value
    return json.dumps(value.item() if hasattr(value, "item") else value)


def file_name(described: dict) -> str:
    return Path(str(described.get("name", "scenario"))).name + ".json"
