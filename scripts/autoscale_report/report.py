"""The table of claims, for the terminal and as report.md."""

from __future__ import annotations

import math

import pandas as pd

from autoscale_report.claims import Evaluated
from autoscale_report.verdict import tolerance_text

HEADER = ["claim", "paper", "simulated", "95 % interval", "tolerance", "verdict"]


def readable(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


def row(e: Evaluated) -> list[str]:
    paper, value = e.claim["paper"], e.value
    unit = "" if paper["unit"] == "1" else f" {paper['unit']}"
    simulated = f"{readable(value.mean)}{unit}" if value else "-"
    interval = "-"
    if value and not math.isnan(value.low):
        interval = f"{readable(value.low)} to {readable(value.high)}"
    return [e.claim["id"], f"{paper['value']}{unit}", simulated, interval,
            tolerance_text(e.claim.get("tolerance")) or "-", e.verdict]  # fmt: skip


def terminal(evaluated: list[Evaluated], timing: pd.DataFrame) -> str:
    """The table of claims, and the wall-clock time of a decision, which no result file holds."""
    table = [HEADER, *(row(e) for e in evaluated)]
    widths = [max(len(r[i]) for r in table) for i in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(r, widths)).rstrip() for r in table]
    decisions = timing[timing["run_id"].str.startswith("autoscale-")]["decision_ns"]
    lines += ["", f"A decision of AutoScale took {decisions.median():.0f} ns on this machine"
              " (median of the runs; the simulation charges decision_time)."]  # fmt: skip
    return "\n".join(lines)


def markdown(evaluated: list[Evaluated], averages: pd.DataFrame, origin: dict) -> str:
    """report.md: claims, what is to be said about each, the four averages."""
    claims = origin["claims"]
    state = "as committed" if claims["equals_last_commit"] else "NOT as committed"
    lines = [
        "# Reproduction of the paper's claims",
        "",
        f"Mode: {origin['mode']}, {len(origin['seeds'])} replications. Program revision: "
        f"{', '.join(origin['revisions'])}. Claims file: {state} in {claims['last_commit']}.",
        "Wall-clock times, among them that of a decision, stand in timing.csv.",
        "",
        "## Claims",
        "",
        *markdown_table([HEADER, *(row(e) for e in evaluated)]),
        "",
        "## What each claim says, and notes",
        "",
    ]
    for e in evaluated:
        notes = "".join(f" {note}." for note in dict.fromkeys(e.notes))
        lines.append(
            f"- `{e.claim['id']}` ({e.claim['paper']['confidence']}): {e.claim['text']}.{notes}"
        )
    lines += ["", "## Efficiency by every average", ""]
    keys = ["policy", "baseline", "environments", "dnns"]
    header = [*keys, *averages["average"].drop_duplicates(), "cases", "cases unfinished"]
    body = [
        [*key, *(f"{v:.3g}" for v in rows["value"]), str(rows["cases"].iloc[0]),
         str(rows["cases_unfinished"].iloc[0])]
        for key, rows in averages.groupby(keys, sort=False)
    ]  # fmt: skip
    lines += markdown_table([header, *body])
    return "\n".join(lines) + "\n"


def markdown_table(table: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(cells) + " |" for cells in table]
    return [lines[0], "|" + " --- |" * len(table[0]), *lines[1:]]
