"""The most plausible laboratory among those that were simulated, and its scenario file."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from autoscale_report.laboratories.hypotheses import Laboratory, Space
from autoscale_report.laboratories.matching import Reading
from autoscale_report.laboratories.outcome import Cloud

HEAD = """\
# The laboratory of the paper that is most plausible among {count} simulated ones, by the claims that it was chosen
# by: found after the targets were known. It stands beside the registered scenarios and judges nothing.
#   scripts/reproduce.sh laboratory
# Its claims are read by the average {average} and agreement by {agreement}. Written by scripts/reproduce.sh
# --laboratories; environment and use case are set by who runs it.
"""


@dataclass(frozen=True)
class Found:
    row: int  # among the simulated
    reading: Reading
    distances: np.ndarray  # [targets]


def most_plausible(simulated: Cloud, conditioned: Sequence[int]) -> Found:
    """The laboratory and reading whose simulated values come nearest: least in its worst claim."""
    worst = simulated.distances[:, :, list(conditioned)].max(axis=2)
    reading, row = np.unravel_index(int(worst.argmin()), worst.shape)
    return Found(int(row), simulated.readings[reading], simulated.distances[reading, row])


def put(tree: dict, path: str, value: object) -> None:
    """Sets what stands at a path such as phases[0].order."""
    *above, last = re.findall(r"[^.\[\]]+", path)
    for name in above:
        tree = tree[int(name)] if isinstance(tree, list) else tree.setdefault(name, {})
    tree[last] = value


def scenario(space: Space, laboratory: Laboratory, common: dict) -> dict:
    """The paper's scenarios as that laboratory has them."""
    tree = {"name": "laboratory", "summary": "the most plausible laboratory, found after the targets were known",
            "environment": "D3", "use_case": "non_streaming",
            "phases": copy.deepcopy(common["phases"])}  # fmt: skip
    for path, value in {**space.settings(laboratory), **space.data(laboratory)}.items():
        put(tree, path, value)
    learner = space.policy(laboratory)
    if learner:
        tree["policies"] = [{"autoscale": learner} if p == "autoscale" else p for p in common["policies"]]
    return tree


def scenario_text(space: Space, laboratory: Laboratory, reading: Reading, count: int) -> str:
    common = yaml.safe_load((space.root / "scenarios/paper/common.yaml").read_text())
    average, agreement = reading.options
    head = HEAD.format(count=count, average=average, agreement=agreement)
    tree = scenario(space, laboratory, common)
    return f"{head}include: common.yaml\n{yaml.safe_dump(tree, sort_keys=False, width=110)}"
