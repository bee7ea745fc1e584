"""leaderboard.md: the tables over all cases, the figures, how they were made."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from autoscale_report.leaderboard.comparisons import ALPHA
from autoscale_report.leaderboard.entries import KNOWN_COSTS, PLANNER_MODEL, Board
from autoscale_report.leaderboard.figures import FIGURES, Shown
from autoscale_report.leaderboard.table import LEAST_RISE, PASSES, WAY
from autoscale_report.report import percent, plus_minus, readable
from autoscale_sim.plots.intervals import Interval
from autoscale_sim.plots.tables import read_table

Cell = Callable[[Any], str]  # of a row of leaderboard.csv
SETTLED = {"above": "better", "below": "worse", "open": "no"}


def blank(value) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def bounded(row, name: str) -> str:
    """A value with its interval."""
    value = Interval(*(getattr(row, f"{name}{end}") for end in ("", "_ci95_low", "_ci95_high")))
    return "" if blank(value.mean) else plus_minus(value)


def size(value: float) -> str:
    if not value > 0:
        return ""
    return f"{value / 1024:.0f} KiB" if value >= 1024 else f"{value:.0f} B"


def title(row) -> str:
    return row.policy if row.parameters == "default" else f"{row.policy} ({row.parameters})"


def settled(row) -> str:
    """With the adjusted p-value."""
    return f"{SETTLED[row.order]} ({row.p_holm:.2g})" if row.order else ""


def own_rule(row) -> str:
    if blank(row.states_converged):
        return ""
    visits = "-" if blank(row.visits_until_converged) else f"{row.visits_until_converged:.0f}"
    return f"{visits} ({percent(row.states_converged)})"


COLUMNS: dict[str, Cell] = {
    "policy": title,
    "family": lambda row: row.family,
    "vs CPU FP32": lambda row: bounded(row, "efficiency"),
    "difference from AutoScale": lambda row: bounded(row, "efficiency_difference"),
    "settled (p)": settled,
    "QoS missed": lambda row: percent(row.qos_violation_ratio),
    "unattainable": lambda row: percent(row.qos_unattainable),
    "accuracy missed": lambda row: percent(row.accuracy_violation_ratio),
    "agrees with Opt": lambda row: percent(row.agreement_target),
    "gap to Opt": lambda row: bounded(row, "gap_to_opt"),
    "regret": lambda row: bounded(row, "regret"),
    "by regret": lambda row: str(row.regret_rank),
    "to converge": lambda row: "" if blank(row.inferences_to_converge)
    else f"{row.inferences_to_converge:.0f}",
    "own rule": own_rule,
    "memory": lambda row: size(row.table_bytes),
}  # fmt: skip
NOT_OF_BLOCKS = ("family", "to converge", "memory")  # the same as in turn, or not read


def markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def rows_table(rows: pd.DataFrame, columns: dict[str, Cell]) -> str:
    return markdown(list(columns), [[cell(row) for cell in columns.values()] for row in rows.itertuples()])


def equal_entries(rows: pd.DataFrame) -> str:
    """Which rows hold the same results as another, by comparison."""
    equal = [f"{title(row)} and {row.same_as}" for row in rows.itertuples() if row.same_as]
    if not equal:
        return "No two entries have the same results.\n"
    return f"The same results in every column and case, so the same decisions: {'; '.join(equal)}.\n"


def overall(shown: Shown) -> str:
    """A table over all cases for each kind of knowledge that a policy here has, best first."""
    rows = shown.overall()
    groups = [(heading, rows[rows["known_costs"] == known]) for known, heading in KNOWN_COSTS.items()]
    tables = [f"### {heading}\n\n{rows_table(group, COLUMNS)}" for heading, group in groups if len(group)]
    return "\n".join([*tables, equal_entries(rows)])


def blocks(shown: Shown) -> str:
    """The table over all cases after training in blocks, best first, beside that in turn."""
    in_turn = shown.overall().set_index(["policy", "parameters"])
    rows = shown.blocks.sort_values("efficiency", ascending=False)
    columns = {name: cell for name, cell in COLUMNS.items() if name not in NOT_OF_BLOCKS}
    columns["vs CPU FP32, in turn"] = lambda row: bounded(in_turn.loc[row.policy, row.parameters],
                                                            "efficiency")
    return f"{rows_table(rows, columns)}\n{equal_entries(rows)}"


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

What a policy knows of the costs is what the simulator gives it (`autoscale list policies`, column `knows`): the
nominal model, the true costs of the present, or neither. How much of it a policy uses is another matter: Edge (CPU
FP32) has one action to choose from.

- **vs CPU FP32**: mean over cases of inferences per joule over those of Edge (CPU FP32).
- **settled**: whether the difference from AutoScale is, below p = {ALPHA}. The p-value is of Student's t on the
  differences of the seeds, adjusted by Holm's method over all entries of this page, all groups together. The
  intervals are not adjusted.
- **unattainable**: share of inferences for which not even Opt meets QoS, though an accurate action exists.
- **gap to Opt**, **agrees with Opt**: over the others only. The gap is the mean over cases of E / E_opt - 1; a case
  without any such request has none. What violates its constraints may spend less than Opt.
- **regret**: what the rewards of the inferences fall short of Opt's in the same worlds, mean over cases; **by regret**
  is the rank by it among all entries of this page. Opt ranks expected costs, not rewards, so less than 0 is possible.
- **to converge**: training inferences per state and DNN until the mean reward over whole passes of the grid
  has made {100 * WAY:.0f} % of its way from the first {PASSES} passes to the last tenth; median over phones, use
  cases and seeds. Empty if it rises by less than {LEAST_RISE}: nothing is learned, or what is learned does not show
  while training because the policy then chooses at random.
- **own rule**: where a policy declares states converged, the Kaplan-Meier median of visits until then, in which a
  state that had not counts as censored (-: fewer than half would have), and the share of states that did.
- **memory**: what one phone keeps of what was learned, the largest of the phones.
- **(wrong model)**: a planner whose cost model errs, as `{PLANNER_MODEL}` says, by some tens of
  per cent; the others plan with the simulator's own. Of `residual`, which learns what its model errs by, that
  is the row to read.
- **(tuned)**: parameters chosen on training seeds that are never evaluated, as
  `scenarios/leaderboard/tuning.yaml` says; where the defaults won, there is no second entry.

## All cases

{overall(shown)}
{figures}
## Training in blocks

The learners again, trained as often, but each DNN with all its visits of a state in a row, state after state and DNN
after DNN (`phases[0].order=blocks`). In turn, as above, a phone's next request is always of another DNN or another
state, which cuts what leads from one request to the next, such as the traces of Q(lambda); in blocks it is not cut, and
no DNN meets a state again later. Settled and by regret are among these entries; the evaluation is in the same worlds.

{blocks(shown)}
## Tuning

{tuning_table(tuned)}
## Origin

Revision {", ".join(origin["revisions"])}; seeds {origin["seeds"][0]} to {origin["seeds"][-1]}. Every command
stands in `manifest.json`, every number of the tables and figures in `leaderboard.csv`, `leaderboard_blocks.csv`,
`leaderboard_regret.csv` and the runs.
"""
