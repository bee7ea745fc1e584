"""Figure of what AutoScale costs the phone: memory of its table, time of its decision.

Memory follows from states and actions. The time is of this machine, which is no phone, and changes
from run to run: the one figure that is not reproduced exactly.
"""

from __future__ import annotations

import pandas as pd

from autoscale_report.claims import paper_value
from autoscale_report.data import Data
from autoscale_report.figure import Figure
from autoscale_report.plan import RATIOS_ONLY, Plan
from autoscale_report.simulate import Task
from autoscale_report.style import DEVICES
from autoscale_sim.plots.style import BLUE, LINE, POLICIES, background, legend_above, plt


def table_tasks(plan: Plan) -> dict[str, Task]:
    """Phone -> a run of it alone: runs.csv tells the size of the largest table only."""
    first = f"{plan.environments[0]}_{plan.use_cases[0]}"
    return {
        device: plan.task(f"overhead/{device}", first, 1, policies=("autoscale",),
                          settings={"devices": f"[{{profile: {device}}}]", **RATIOS_ONLY})
        for device in DEVICES
    }  # fmt: skip


def tasks(plan: Plan) -> list[Task]:
    return [*table_tasks(plan).values(), *plan.main_tasks()]


def table_kb(data: Data) -> dict[str, float]:
    """Phone -> memory of its Q-table, kB."""
    return {
        device: data.frame(task, "runs.csv")["table_bytes"].max() / 1000
        for device, task in table_tasks(data.plan).items()
    }


def decision_us(data: Data) -> dict[str, pd.Series]:
    """Policy -> time of a decision in each run, us."""
    timing = pd.concat([data.frame(t, "timing.csv") for t in data.plan.main_tasks()])
    policy = timing["run_id"].str.rsplit("-", n=1).str[0]
    times = {p: timing["decision_ns"][policy == p] / 1000 for p in POLICIES}
    return dict(sorted(times.items(), key=lambda item: -item[1].median()))


def draw_overhead(data: Data):
    memory, times = table_kb(data), decision_us(data)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6))
    names = [phone for phone, _ in DEVICES.values()]
    drawn = left.bar(names, memory.values(), 0.55, color=BLUE)
    left.bar_label(drawn, [f"{kb:.1f} kB" for kb in memory.values()], label_type="center",
                   color=background())  # fmt: skip
    paper_kb = paper_value(data.plan.claims, "q_table_memory") / 1000
    line = left.axhline(paper_kb, color=LINE, linestyle="--", linewidth=1.2)
    left.set_ylim(0, 1.15 * paper_kb)
    left.set_ylabel("memory of the Q-table (kB)")
    left.tick_params(axis="x", length=0)

    y = range(len(times))
    middle = [t.median() for t in times.values()]
    ends = [[m - t.quantile(0.05) for m, t in zip(middle, times.values())],
            [t.quantile(0.95) - m for m, t in zip(middle, times.values())]]  # fmt: skip
    right.errorbar(middle, y, xerr=ends, fmt="none", ecolor=LINE, elinewidth=1, capsize=2)
    right.scatter(middle, y, color=[POLICIES[p][1] for p in times], zorder=3)
    paper_us = paper_value(data.plan.claims, "decision_time")
    right.axvline(paper_us, color=LINE, linestyle="--", linewidth=1.2)
    right.set_yticks(y, [POLICIES[p][0] for p in times])
    right.set_xscale("log")
    right.xaxis.set_major_formatter("{x:g}")
    right.set_xlabel("time of a decision on this machine (µs)")
    right.grid(True, axis="x")
    right.grid(False, axis="y")
    legend_above(figure, [line], [f"paper: {paper_kb:.1f} kB, and {paper_us} µs on a phone"], 1)
    return figure


def caption_overhead(data: Data) -> str:
    memory = ", ".join(f"{DEVICES[d][0]} {kb:.1f} kB" for d, kb in table_kb(data).items())
    times = decision_us(data)
    paper = paper_value(data.plan.claims, "decision_time")
    return (
        f"Left: memory of the Q-table, half precision: {memory}; the paper's 0.4 MB is the table "
        "of the phone with the most actions. Right: wall-clock time of a decision on this machine, "
        "which is no phone: points are medians over the runs of all scenarios, bars reach from the "
        f"5th to the 95th percentile. AutoScale needs {times['autoscale'].median():.2f} µs, Opt "
        f"{times['opt'].median():.2f} µs. The paper measured {paper} µs on a phone (recalled); "
        "that value is an input here, charged for every decision, so neither tests the other."
    )


FIGURES = [
    Figure("fig_overhead", "Memory and decision time", tasks, draw_overhead, caption_overhead),
]  # fmt: skip
