"""What a laboratory says of the claims: for every claim of the study a number by every reading that the
paper leaves open, that is by each average and by target or action.

The readings are choices that cost no simulation, so one laboratory answers for all of them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from autoscale_report.cases import Results, by_pair, cases_of
from autoscale_report.claims import KINDS, Inputs
from autoscale_report.laboratories.hypotheses import Space


class Response(NamedTuple):
    """A claim by one reading."""

    name: str  # of its column
    claim: dict
    reading: str  # average or column; "" where the claim has only one


def readings(space: Space, key: str) -> list[str]:
    """Of the judged choices: every average, or every column of agreement."""
    return [o.judge[key] for c in space.judged for o in c.options if key in o.judge]


def readings_of(space: Space, claim: dict) -> list[str]:
    kind = claim["compute"]["kind"]
    if kind == "attainable":
        return readings(space, "agreement")
    if kind in ("efficiency", "shortfall", "pairs_held"):
        return readings(space, "average")
    return [""]


def responses_of(space: Space) -> list[Response]:
    claims = {c["id"]: c for c in space.claims["claims"]}
    return [
        Response(f"{entry['claim']}.{reading}".rstrip("."), claims[entry["claim"]], reading)
        for entry in space.study["study"]["claims"]
        for reading in readings_of(space, claims[entry["claim"]])
    ]  # fmt: skip


class Reader:
    """Reads the responses of one laboratory after the other."""

    def __init__(self, space: Space):
        self.space, self.responses = space, responses_of(space)

    def read(self, cases: pd.DataFrame) -> dict[str, float]:
        """Of the cases of a laboratory; nan where none finished."""
        inputs = Inputs(self.space.claims, Results(cases), pd.DataFrame(), pd.DataFrame())
        averages: dict[tuple, dict[str, float]] = {}  # all four come at once
        return {r.name: self.value(r, inputs, averages) for r in self.responses}

    def value(self, response: Response, inputs: Inputs, averages: dict) -> float:
        compute = response.claim["compute"]
        kind = compute["kind"]
        if kind in ("efficiency", "shortfall"):
            ratio = self.ratio(inputs, averages, compute["policy"], compute["baseline"],
                               compute["environments"])[response.reading]  # fmt: skip
            return ratio if kind == "efficiency" else 1 - ratio
        if kind == "pairs_held":
            return self.worst_pair(inputs, averages, compute, response.reading)
        if kind == "attainable":
            cases = cases_of(self.space.claims, compute["environments"])
            return inputs.results.case_mean(compute["policy"], response.reading, cases)[0]
        values = KINDS[kind](inputs, compute, [])
        return statistics.fmean(values) if values else math.nan

    def ratio(self, inputs: Inputs, averages: dict, policy: str, baseline: str, environments: str):
        key = policy, baseline, environments
        if key not in averages:
            cases = cases_of(self.space.claims, environments)
            averages[key] = inputs.results.averages(policy, baseline, cases)[0]
        return averages[key]

    def worst_pair(self, inputs: Inputs, averages: dict, compute: dict, reading: str) -> float:
        """The least ratio to any baseline in any pair of environment and use case."""
        key = compute["environments"]
        if key not in averages:
            policy, baselines = compute["policy"], compute["baselines"]
            averages[key] = [
                inputs.results.averages(policy, baseline, cases)[0]
                for cases in by_pair(cases_of(self.space.claims, key)).values() for baseline in baselines
            ]  # fmt: skip
        return min(each[reading] for each in averages[key])


def names(responses: Sequence[Response]) -> list[str]:
    return [r.name for r in responses]
