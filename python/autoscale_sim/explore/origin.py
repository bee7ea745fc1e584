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
MOST_LINES = 3
OF_STUDY = "Run it in the folder of the project; OUT is a folder of your choice."
MIXED = "# The row is a mean over several settings, which no one command makes."
# Columns whose values, or several of them together, name the folders of a study.
NAMING = ("scenario", "environment", "use_case", "environments", "use_cases", "before", "after", "policy", "parameters")


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
    return OF_STUDY


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
        one = Listed(manifest["commands"], made.name).command
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
    """The command lines of a study, whose folders (--out=OUT/board/autoscale/streaming) say what they are of."""

    def __init__(self, lines: list[str], table: str):
        self.lines = {line: Path(*re.findall(r"--out=OUT/(\S+)", line)[:1]).parts for line in lines}
        self.table = Path(table).stem.split("_")
        self.known: dict[tuple, str] = {}

    def command(self, row: dict) -> str:
        """The lines whose folders name most of what the row is of; of those the least deep. Nothing if they are many:
        the row is of more than them."""
        names = tuple(str(row[column]) for column in NAMING if present(row, column))
        if names not in self.known:
            together = {"_".join(names[i:j]) for i in range(len(names)) for j in range(i + 1, len(names) + 1)}
            named = {line: sum(len(part) for part in parts if part in together) for line, parts in self.lines.items()}
            score = {line: (named[line], len(set(self.table) & set(parts)), -len(parts))
                     for line, parts in self.lines.items() if named[line]}  # fmt: skip
            best = [line for line in score if score[line] == max(score.values())]
            alike = [line for line in best if self.lines[line][0] == self.lines[best[0]][0]]
            self.known[names] = "\n".join(alike) if len(alike) <= MOST_LINES else ""
        return self.known[names]


def present(row: dict, column: str) -> bool:
    return column in row and not pd.isna(row[column])


def written(value: object) -> str:
    """A value as --set reads it."""
    if isinstance(value, str):
        return value
    return json.dumps(value.item() if hasattr(value, "item") else value)


def file_name(described: dict) -> str:
    return Path(str(described.get("name", "scenario"))).name + ".json"
