"""The claims as rows of text, and the table of them for the terminal."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from autoscale_report.claims import Evaluated
from autoscale_report.verdict import tolerance_text
from autoscale_sim.plots.intervals import Interval


class Row(NamedTuple):
    claim: str
    paper: str
    simulated: str
    interval: str
    tolerance: str
    verdict: str


HEADER = Row("claim", "paper", "simulated", "95 % interval", "tolerance", "verdict")


def readable(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


def plus_minus(value: Interval) -> str:
    """With half the width of the interval: its first digit is the last that is shown."""
    half = value.high - value.mean
    if not half > 0:
        return readable(value.mean)
    decimals = max(0, -math.floor(math.log10(half)))
    return f"{value.mean:.{decimals}f} ±{half:.{decimals}f}"


def row(e: Evaluated) -> Row:
    paper, value = e.claim["paper"], e.value
    unit = "" if paper["unit"] == "1" else f" {paper['unit']}"
    simulated = f"{readable(value.mean)}{unit}" if value else "-"
    interval = "-"
    if value and not math.isnan(value.low):
        interval = f"{readable(value.low)} to {readable(value.high)}"
    return Row(e.claim["id"], f"{paper['value']}{unit}", simulated, interval,
               tolerance_text(e.claim.get("tolerance")) or "-", e.verdict)  # fmt: skip


def terminal(evaluated: list[Evaluated], timing: pd.DataFrame) -> str:
    """The table of claims, and the wall-clock time of a decision, which no result file holds."""
    table = [HEADER, *(row(e) for e in evaluated)]
    widths = [max(len(r[i]) for r in table) for i in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in table]
    decisions = timing[timing["run_id"].str.startswith("autoscale-")]["decision_ns"]
    lines += ["", f"A decision of AutoScale took {decisions.median():.0f} ns on this machine"
              " (median of the runs; the simulation charges decision_time)."]  # fmt: skip
    return "\n".join(lines)
