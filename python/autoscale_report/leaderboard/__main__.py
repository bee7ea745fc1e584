"""Compares every policy under one training budget: runs, tables, figures, leaderboard.md.

Called by scripts/leaderboard.sh, which sets up and builds first.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd
import yaml

from autoscale_report import NUMBERS, ROOT, provenance
from autoscale_report.command import parser, until_interrupted
from autoscale_report.figure import render
from autoscale_report.leaderboard import page, regret, tuning
from autoscale_report.leaderboard.entries import CHANGES, REFERENCE_POLICIES, Board, Entry, chosen
from autoscale_report.leaderboard.figures import FIGURES, Shown
from autoscale_report.leaderboard.table import OVERALL, scopes, table
from autoscale_report.simulate import Simulator, Task
from autoscale_sim.plots.tables import read_table

RECORD = ROOT / "results/reference/leaderboard_tuning.csv"
SUMMARIES = ["leaderboard.csv", "leaderboard_blocks.csv", "leaderboard_regret.csv", "leaderboard.md",
             "manifest.json"]  # fmt: skip


def parse() -> argparse.Namespace:
    p = parser(__doc__)
    p.add_argument("policy", nargs="*", help="none: all of the registry")
    return p.parse_args()


def tune(board: Board, simulator: Simulator, names: list[str]) -> Path:
    """Runs the tuning of these policies; the table of chosen values."""
    path = simulator.out / "leaderboard_tuning.csv"
    names = [name for name in board.tuning["policies"] if name in names]
    simulator.run_all([board.tuning_task(name) for name in names])
    rows = [
        tuning.tune(board, name,
                    read_table(simulator.out / board.tuning_task(name).name / "breakdown.csv"))
        for name in names
    ]  # fmt: skip
    pd.DataFrame(rows, columns=tuning.COLUMNS).to_csv(path, index=False, float_format=NUMBERS)
    return path


def frames(board: Board, out: Path, tasks: dict[str, list[Task]]) -> dict[str, dict[str, dict]]:
    """File -> label -> use case -> its table, of finished runs; `tasks`: label -> run per use case."""
    return {
        file: {
            label: {
                use_case: read_table(out / task.name / file)
                for use_case, task in zip(board.use_cases, of_label)
            }
            for label, of_label in tasks.items()
        }
        for file in ("breakdown.csv", "runs.csv", "learning.csv")
    }


def blocks_table(board: Board, out: Path, entries: list[Entry]) -> pd.DataFrame:
    """leaderboard_blocks.csv: over all cases, after training in blocks. A point of its learning curves
    is of few states, so that nothing is read from them."""
    read = frames(board, out, {entry.label: board.block_tasks(entry) for entry in entries})
    read["learning.csv"] = {entry.label: {} for entry in entries}
    return table(board, entries, read, [OVERALL])


def learners_of(board: Board, entries: list[Entry]) -> list[Entry]:
    """Those with default parameters that learn on the job."""
    return [e for e in entries if board.learns(e)]


def in_blocks(board: Board, entries: list[Entry]) -> list[Entry]:
    """Who is also trained in blocks: the learners, beside what columns compare with."""
    references = [e for e in entries if e.label in REFERENCE_POLICIES]
    return list(dict.fromkeys([*references, *learners_of(board, entries)]))


def regret_table(shown: Shown) -> pd.DataFrame:
    """leaderboard_regret.csv: a row per change and learner."""
    rows = []
    for (before, after), curves in shown.changes.items():
        for name, curve in curves.items():
            values = regret.summary(curve)
            rows.append({"before": before, "after": after, "policy": name, **values})
    return pd.DataFrame(rows)


def write(board: Board, simulator: Simulator, entries: list[Entry], tasks: list[Task],
          tuned: Path) -> None:  # fmt: skip
    out = simulator.out
    of_entries = {entry.label: board.tasks(entry) for entry in entries}
    rows = table(board, entries, frames(board, out, of_entries), scopes(board))
    rows.to_csv(out / "leaderboard.csv", index=False, float_format=NUMBERS)
    blocks = blocks_table(board, out, in_blocks(board, entries))
    blocks.to_csv(out / "leaderboard_blocks.csv", index=False, float_format=NUMBERS)
    learners = learners_of(board, entries)
    changes = {
        change: {
            entry.label: read_table(
                out / board.change_task(change, entry).name / "learning.csv"
            )
            for entry in learners
        }
        for change in CHANGES
    }
    shown = Shown(rows, blocks, changes)
    regret_table(shown).to_csv(out / "leaderboard_regret.csv", index=False, float_format=NUMBERS)
    for figure in FIGURES:
        render(figure, shown, out / "figures")
    manifests = {task.name: simulator.manifest(task) for task in tasks}
    commands = [provenance.command(task, out) for task in tasks]
    origin = provenance.manifest(ROOT, "quick" if board.quick else "full", manifests, commands)
    (out / "manifest.json").write_text(json.dumps(origin, indent=2) + "\n")
    (out / "leaderboard.md").write_text(page.render(board, shown, tuned, origin))
    print(page.overall(shown))


def main() -> None:
    arguments = parse()
    claims = yaml.safe_load((ROOT / provenance.CLAIMS).read_text())
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    board = Board(ROOT, arguments.program, claims, arguments.quick)
    simulator = Simulator(ROOT, arguments.program, out, arguments.jobs)
    for name in SUMMARIES:
        (out / name).unlink(missing_ok=True)  # an interrupted run leaves no stale table

    wanted = arguments.policy or list(board.policies)
    names = [n for n in board.policies if n in wanted or n in REFERENCE_POLICIES]
    tuned = RECORD if board.quick else tune(board, simulator, names)
    entries = board.entries(names)
    entries += [entry for entry in chosen(tuned) if entry.policy in names]
    tasks = [task for entry in entries for task in board.tasks(entry)]
    tasks += [task for entry in in_blocks(board, entries) for task in board.block_tasks(entry)]
    tasks += [
        board.change_task(change, entry)
        for change in CHANGES for entry in learners_of(board, entries)
    ]  # fmt: skip
    simulator.run_all(tasks)
    write(board, simulator, entries, tasks, tuned)
    print(f"\nWritten to {out}")


if __name__ == "__main__":
    until_interrupted(main)
