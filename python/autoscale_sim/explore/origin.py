"""Where a row comes from: the command line that makes its runs again, and the scenario that it runs.

Of a run the manifest holds the whole scenario, which the page lets one save under its name. Of a sweep it holds the
scenario's file and what the sweep sets. Of studies of many runs it holds their command lines.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd

from .averages import RUNS
from .results import Results

DRAWS = ("random", "latin_hypercube")
NAMING = ("scenario", "environment", "use_case", "policy")  # columns whose values command lines may name


def scenario(results: Results) -> dict | None:
    """The scenario of a run, complete with defaults; None for other folders."""
    found = results.manifest.get("scenario")
    return found if isinstance(found, dict) else None


def commands(results: Results, frame: pd.DataFrame) -> list[str]:
    """The command line of every row; an empty text where the folder does not tell."""
    manifest = results.manifest
    if scenario(results):
        one = Run(scenario(results)).command
    elif isinstance(manifest.get("sweep"), dict):
        one = Sweep(manifest).command
    elif manifest.get("commands"):
        one = Listed(manifest["commands"]).command
    else:
        return [""] * len(frame)
    return [one(row) for row in frame.to_dict("records")]


class Run:
    def __init__(self, described: dict):
        self.words = ["autoscale", "run", f"{described.get('name', 'scenario')}.json"]

    def command(self, row: dict) -> str:
        policy = ["--policy", row["policy"]] if present(row, "policy") else []
        return shlex.join([*self.words, *policy, "--out", "again"])


class Sweep:
    def __init__(self, manifest: dict):
        sweep = manifest["sweep"]
        names = [scenario["name"] for scenario in manifest.get("scenarios", [])]
        self.files = dict(zip(names, sweep.get("scenarios", [])))
        self.always = [("--set", f"{path}={written(value)}") for path, value in (sweep.get("set") or {}).items()]
        self.parameters = sweep.get("parameters") or []
        self.labels = labels(sweep)
        self.first_seed = (manifest.get("seeds") or {}).get("first")

    def command(self, row: dict) -> str:
        file = self.files.get(row.get("scenario"), next(iter(self.files.values()), "SCENARIO"))
        words = ["autoscale", "run", file, *(word for pair in self.always for word in pair)]
        for parameter in self.parameters:
            if present(row, parameter["column"]):
                words += ["--set", f"{parameter['path']}={self.value(parameter, row[parameter['column']])}"]
        if present(row, "policy"):
            words += ["--policy", row["policy"]]
        if present(row, RUNS):
            words += ["--replications", str(int(row[RUNS]))]
        if self.first_seed is not None:
            words += ["--seed", str(self.first_seed)]
        return shlex.join([*words, "--out", "again"])

    def value(self, parameter: dict, cell: object) -> str:
        labelled = self.labels.get(parameter["path"], {})
        if str(cell) in labelled:
            return written(labelled[str(cell)])
        unit = parameter.get("unit", "")
        return f"{written(cell)} {unit}" if unit not in ("", "1") and not isinstance(cell, str) else written(cell)


class Listed:
    def __init__(self, lines: list[str]):
        self.lines = lines
        self.words = [set(re.findall(r"[\w.-]+", line.replace(".yaml", ""))) for line in lines]
        self.known: dict[tuple, str] = {}

    def command(self, row: dict) -> str:
        """The lines that name most of what the row is of."""
        names = tuple(str(row[column]) for column in NAMING if present(row, column))
        if names not in self.known:
            together = {"_".join(names[i:j]) for i in range(len(names)) for j in range(i + 1, len(names) + 1)}
            score = [len(together & words) for words in self.words]
            best = max(score, default=0)
            lines = [line for line, points in zip(self.lines, score) if points == best and best]
            self.known[names] = "\n".join(lines[:3])
        return self.known[names]


def labels(sweep: dict) -> dict[str, dict[str, object]]:
    """Path -> label -> the value that the sweep file gives that name."""
    drawn = [p for draws in DRAWS for p in (sweep.get(draws) or {}).get("parameters", [])]
    return {p["path"]: dict(zip(map(str, p["labels"]), p.get("values") or []))
            for p in [*(sweep.get("grid") or []), *(sweep.get("zip") or []), *drawn] if p.get("labels")}  # fmt: skip


def present(row: dict, column: str) -> bool:
    return column in row and not pd.isna(row[column])


def written(value: object) -> str:
    """A value as --set reads it."""
    if isinstance(value, str):
        return value
    return json.dumps(value.item() if hasattr(value, "item") else value)


def file_name(described: dict) -> str:
    return Path(str(described.get("name", "scenario"))).name + ".json"
