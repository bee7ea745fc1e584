"""The claims as rows of text, and the table of them for the terminal."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from autoscale_report.claims import Evaluated
from autoscale_report.registrations import Beside
from autoscale_report.verdict import tolerance_text
from autoscale_sim.plots.intervals import Interval


class Row(NamedTuple):
    claim: str
    paper: str
    first: str
    first_verdict: str
    simulated: str
    interval: str
    study: str
    tolerance: str
    verdict: str


HEADER = Row("claim", "paper", "first", "verdict", "simulated", "95 % interval", "parameters 5-95 %",
             "tolerance", "verdict")  # fmt: skip


def readable(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


def plus_minus(value: Interval) -> str:
    """With half the width of the interval: its first digit is the last that is shown."""
    half = value.high - value.mean
    if not half > 0:
        return readable(value.mean)
    decimals = max(0, -math.floor(math.log10(half)))
    return f"{value.mean:.{decimals}f} ±{half:.{decimals}f}"


def percent(share: float | None) -> str:
    """Nothing of a share that is not known."""
    return "" if pd.isna(share) else f"{100 * share:.1f} %"


def value_with(unit: str, value: float) -> str:
    return "-" if math.isnan(value) else readable(value) + ("" if unit in ("", "1") else f" {unit}")


def from_to(low: float, high: float) -> str:
    return "-" if math.isnan(low) else f"{readable(low)} to {readable(high)}"


def row(e: Evaluated, beside: Beside) -> Row:
    paper = e.claim["paper"]
    value = e.value or Interval(math.nan, math.nan, math.nan)
    unit = "" if paper["unit"] == "1" else f" {paper['unit']}"
    return Row(e.claim["id"], f"{paper['value']}{unit}",
               value_with(beside.first_unit, beside.first_value), beside.first_verdict or "-",
               value_with(paper["unit"], value.mean), from_to(value.low, value.high),
               from_to(beside.study_low, beside.study_high),
               tolerance_text(e.claim.get("tolerance")) or "-", e.verdict)  # fmt: skip


def terminal(
    evaluated: list[Evaluated], beside: dict[str, Beside], timing: pd.DataFrame
) -> str:
    """The table of claims, and the wall-clock time of a decision, which no result file holds."""
    table = [HEADER, *(row(e, beside[e.claim["id"]]) for e in evaluated)]
    widths = [max(len(r[i]) for r in table) for i in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in table]
    decisions = timing[timing["run_id"].str.startswith("autoscale-")]["decision_ns"]
    lines += ["", f"A decision of AutoScale took {decisions.median():.0f} ns on this machine"
              " (median of the runs; the simulation charges decision_time)."]  # fmt: skip
    return "\n".join(lines)
