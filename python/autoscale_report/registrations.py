"""What the table of claims shows beside a simulated value: what the first registration came to, and how
far the value moves with the free parameters (5th to 95th percentile of the sensitivity study)."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd
import yaml

from autoscale_report.compare import RECORD
from autoscale_sim.plots.tables import read_table

FIRST = RECORD / "first"  # history: never written


class Beside(NamedTuple):
    first_value: float = math.nan
    first_verdict: str = ""
    first_unit: str = ""
    study_low: float = math.nan
    study_high: float = math.nan


def study_ranges(claims: dict, percentiles: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Claim -> 5th and 95th percentile of its value over the draws of a study: the ratios of AutoScale
    over all cases, by the average that is named first."""
    judged = percentiles[percentiles["average"] == claims["averages"]["first"]]
    drawn = {row.baseline: (row.p5, row.p95) for row in judged.itertuples()}
    found = {}
    for claim in claims["claims"]:
        compute = claim.get("compute", {})
        over = (compute.get("kind"), compute.get("policy"), compute.get("environments"))
        if over == ("efficiency", "autoscale", "all") and compute["baseline"] in drawn:
            found[claim["id"]] = drawn[compute["baseline"]]
    return found


def beside(claims: dict, percentiles: pd.DataFrame) -> dict[str, Beside]:
    """By claim. A claim that the first registration did not have, or the study does not vary, has none
    of it."""
    units = {
        claim["id"]: claim["paper"]["unit"]
        for claim in yaml.safe_load((FIRST / "claims.yaml").read_text())["claims"]
    }
    first = {
        row.claim: (row.simulated_value, row.verdict, units[row.claim])
        for row in read_table(FIRST / "claims.csv").itertuples()
    }
    ranges = study_ranges(claims, percentiles)
    none = Beside()
    return {
        name: Beside(*first.get(name, none[:3]), *ranges.get(name, none[3:]))
        for name in (claim["id"] for claim in claims["claims"])
    }
