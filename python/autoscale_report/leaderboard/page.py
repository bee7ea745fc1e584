"""leaderboard.md: the table over all cases, the figures, how it was made."""

from __future__ import annotations

import json
import math
from pathlib import Path

from autoscale_report.leaderboard.entries import Board
from autoscale_report.leaderboard.figures import FIGURES, Shown
from autoscale_report.leaderboard.table import LEAST_RISE, PASSES, WAY
from autoscale_report.report import plus_minus, readable
from autoscale_sim.plots.intervals import Interval
from autoscale_sim.plots.tables import read_table

HEADER = ["policy", "family", "vs CPU FP32", "difference from AutoScale", "settled", "QoS missed",
          "accuracy missed", "agrees with Opt", "gap to Opt", "to converge", "own rule",
          "memory"]  # fmt: skip
SETTLED = {"above": "better", "below": "worse", "open": "no"}


def blank(value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def percent(value: float) -> str:
    return "" if blank(value) else f"{100 * value:.1f} %"


def bounded(row, name: str) -> str:
    """A value with its interval."""
    value = Interval(*(getattr(row, f"{name}{end}") for end in ("", "_ci95_low", "_ci95_high")))
    return "" if blank(value.mean) else plus_minus(value)


def size(value: float) -> str:
    if not value > 0:
        return ""
    return f"{value / 1024:.0f} KiB" if value >= 1024 else f"{value:.0f} B"


def cells(row) -> list[str]:
    title = f"{row.policy} (tuned)" if row.parameters == "tuned" else row.policy
    own_rule = ""
    if not blank(row.states_converged):
        own_rule = f"{row.visits_until_converged:.0f} ({percent(row.states_converged)})"
    converge = "" if blank(row.inferences_to_converge) else f"{row.inferences_to_converge:.0f}"
    return [title, row.family, bounded(row, "efficiency"), bounded(row, "efficiency_difference"),
            SETTLED.get(row.order, ""), percent(row.qos_violation_ratio),
            percent(row.accuracy_violation_ratio), percent(row.agreement_target),
            bounded(row, "gap_to_opt"), converge, own_rule, size(row.table_bytes)]  # fmt: skip


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def overall(shown: Shown) -> str:
    """The table over all cases, best first."""
    return markdown(HEADER, [cells(row) for row in shown.overall().itertuples()])


def tuning_table(path: Path) -> str:
    rows = []
    for row in read_table(path).itertuples():
        given = json.loads(row.parameters)
        text = ", ".join(f"{k} = {v}" for k, v in given.items()) or "the defaults"
        rows.append([row.policy, text, readable(row.gap_to_opt), readable(row.default_gap_to_opt),
                     percent(row.violation_ratio), percent(row.default_violation_ratio),
                     str(row.candidates)])  # fmt: skip
    return markdown(["policy", "chosen", "gap to Opt", "with defaults", "violations",
                     "with defaults", "candidates"], rows)  # fmt: skip


def render(board: Board, shown: Shown, tuned: Path, origin: dict) -> str:
    """The page."""
    replications = int(shown.table["replications"].max())
    figures = "\n".join(
        f"## {figure.title}\n\n![{figure.title}](figures/{figure.name}.png)\n\n"
        f"{figure.caption(shown)}\n" for figure in FIGURES
    )  # fmt: skip
    quick = "\n**A quick look: few replications.**\n" if board.quick else ""
    return f"""# Leaderboard
{quick}
All policies of the registry after the same training, the paper's: the grid of 64 variance states, the
same inferences per state and DNN for all, {replications} seeds. Then nothing is learned any more, and
they are evaluated in the nine environments, on three phones and all DNNs of three use cases: a case is
one of each, and every case weighs the same. Entries meet the same worlds, so differences are formed per
seed; intervals are Student's t at 95 %.

- **vs CPU FP32**: mean over cases of inferences per joule over those of Edge (CPU FP32).
- **settled**: whether the interval of the difference from AutoScale leaves out 0.
- **gap to Opt**: mean over cases of E / E_opt - 1. What violates its constraints may spend less than Opt.
- **to converge**: training inferences per state and DNN until the mean reward over whole passes of the grid
  has made {100 * WAY:.0f} % of its way from the first {PASSES} passes to the last tenth; median over phones, use
  cases and seeds. Empty if it rises by less than {LEAST_RISE}: nothing is learned, or what is learned does not show
  while training because the policy then chooses at random.
- **own rule**: where a policy declares states converged, the median of visits until then, and the share of
  states that did.
- **memory**: what one phone keeps of what was learned, the largest of the phones.
- **(tuned)**: parameters chosen on training seeds that are never evaluated, as
  `scenarios/leaderboard/tuning.yaml` says; where the defaults won, there is no second entry.

{overall(shown)}
{figures}
## Tuning

{tuning_table(tuned)}
## Origin

Revision {", ".join(origin["revisions"])}; seeds {origin["seeds"][0]} to {origin["seeds"][-1]}. Every command
stands in `manifest.json`, every number of the figures in `leaderboard.csv`, `leaderboard_regret.csv` and the runs.
"""
