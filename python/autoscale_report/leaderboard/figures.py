"""Figures of the leaderboard."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoscale_report.figure import Figure, no_tasks
from autoscale_report.leaderboard import regret
from autoscale_report.leaderboard.entries import CHANGES
from autoscale_report.leaderboard.table import RIVAL
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    legend_above,
    plt,
)

FAMILIES = {"oracle": VERMILION, "learner": BLUE, "predictor": GREEN, "heuristic": ORANGE,
            "prior work": PURPLE, "baseline": LINE}  # fmt: skip
COLOURS = [ORANGE, SKY, GREEN, VERMILION, PURPLE, "#F0E442", "#8B5A2B"]
POINTS = 90  # of a curve of regret
MARKERS = {"default": ("o", "full"), "tuned": ("o", "none"), "wrong model": ("X", "full")}


@dataclass
class Shown:
    """What the figures are drawn from."""

    table: pd.DataFrame  # leaderboard.csv
    blocks: pd.DataFrame  # leaderboard_blocks.csv
    changes: dict[tuple[str, str], dict[str, pd.DataFrame]]  # change -> policy -> learning.csv

    def overall(self, parameters: str | None = None) -> pd.DataFrame:
        """The rows over all cases, best first."""
        rows = self.table.query("environments == 'all' and use_cases == 'all'")
        if parameters:
            rows = rows[rows["parameters"] == parameters]
        return rows.sort_values("efficiency", ascending=False)

    def ranked(self) -> list[str]:
        return list(self.overall("default")["policy"])


def dots(panel, rows: pd.DataFrame, column: str, place: dict[str, int], factor: float = 1) -> None:
    """Value and interval of every entry; those that are no defaults stand a little lower."""
    for row in rows.itertuples():
        marker, fill = MARKERS[row.parameters]
        colour = FAMILIES[row.family]
        value = factor * getattr(row, column)
        low = factor * getattr(row, f"{column}_ci95_low", math.nan)
        high = factor * getattr(row, f"{column}_ci95_high", math.nan)
        y = place[row.policy] + (0 if row.parameters == "default" else 0.3)
        panel.plot([low, high], [y, y], color=colour, linewidth=1.5)
        panel.plot(value, y, marker, color=colour, markersize=4.5, markeredgewidth=1.2, fillstyle=fill)


def draw_leaderboard(shown: Shown):
    names = shown.ranked()
    place = {name: i for i, name in enumerate(names)}
    rows = shown.overall()
    rows = rows.assign(violation_ratio=rows["qos_violation_ratio"] + rows["accuracy_violation_ratio"])
    figure, axes = plt.subplots(1, 3, figsize=(11, 0.27 * len(names) + 1.4), sharey=True)
    dots(axes[0], rows, "efficiency", place)
    dots(axes[1], rows[rows["policy"] != RIVAL], "efficiency_difference", place)
    dots(axes[2], rows, "violation_ratio", place, 100)
    axes[0].set_xlabel("inferences per joule, Edge (CPU FP32) = 1")
    axes[1].set_xlabel("difference from AutoScale, 95 % interval")
    axes[2].set_xlabel("requests that violate QoS or accuracy (%)")
    axes[1].axvline(0, color=LINE, linewidth=0.8)
    axes[2].set_xscale("symlog", linthresh=1)
    axes[2].set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    axes[0].set_yticks(range(len(names)), names)
    axes[0].set_ylim(len(names) - 0.3, -0.6)
    for panel in axes:
        panel.grid(axis="both")
    handles = [plt.Line2D([], [], color=colour, marker="o", linestyle="none")
               for colour in FAMILIES.values()]
    variants = {name: plt.Line2D([], [], color=LINE, marker=marker, linestyle="none", fillstyle=fill)
                for name, (marker, fill) in MARKERS.items() if name != "default"}  # fmt: skip
    legend_above(figure, [*handles, *variants.values()], [*FAMILIES, *variants], 8)
    return figure


def caption_leaderboard(shown: Shown) -> str:
    default = shown.overall("default")
    rivals = default[default["policy"] != RIVAL]
    above = list(rivals[rivals["order"] == "above"]["policy"])
    own = default[default["policy"] == RIVAL].iloc[0]
    opt = default[default["policy"] == "opt"].iloc[0]
    tuned = shown.overall("tuned").head(1)
    best = "".join(
        f" The best tuned entry is {r.policy} with {r.efficiency:.2f}." for r in tuned.itertuples()
    )
    return (
        f"All cases, after the same training. AutoScale reaches {own.efficiency:.2f} times the "
        f"efficiency of Edge (CPU FP32), Opt {opt.efficiency:.2f}. More efficient than AutoScale, "
        f"with default parameters, settled after Holm's correction: {', '.join(above) or 'none'}.{best} "
        "Read efficiency beside the violations: what misses its constraints saves energy by that."
    )


def draw_environments(shown: Shown):
    names = shown.ranked()
    rows = shown.table.query("use_cases == 'all' and environments != 'all'")
    rows = rows[rows["parameters"] == "default"]
    cells = rows.pivot(index="policy", columns="environments", values="efficiency")
    order = list(dict.fromkeys(rows["environments"]))
    cells = (cells / cells.loc["opt"]).loc[names, order]
    figure, panel = plt.subplots(figsize=(8.5, 0.27 * len(names) + 1))
    image = panel.imshow(cells.to_numpy(), aspect="auto", cmap="cividis", vmin=0, vmax=1.1)
    for (y, x), value in np.ndenumerate(cells.to_numpy()):
        panel.text(x, y, f"{value:.2f}", ha="center", va="center", fontsize=7.5,
                   color="#000000" if value > 0.6 else "#FFFFFF")  # fmt: skip
    panel.set_xticks(range(len(order)), order)
    panel.set_yticks(range(len(names)), names)
    panel.grid(False)
    figure.colorbar(image, label="efficiency, Opt = 1")
    return figure


def caption_environments(shown: Shown) -> str:
    rows = shown.table.query("use_cases == 'all' and environments != 'all'")
    rows = rows[(rows["parameters"] == "default") & (rows["known_costs"] == "none")]
    best = rows.loc[rows.groupby("environments", sort=False)["efficiency"].idxmax()]
    winners = ", ".join(f"{r.environments} {r.policy}" for r in best.itertuples())
    return (
        "Efficiency by environment over that of Opt in the same worlds, default parameters. Above 1: "
        "Opt pays for constraints that the policy misses, or the plan is one that Opt, which keeps a "
        f"network whole, may not choose. Most efficient of those that know no costs: {winners}."
    )


def by_regret(curves: dict[str, pd.DataFrame]) -> list[str]:
    final = {
        name: regret.totals(frame).groupby("replication")["regret"].sum().mean()
        for name, frame in curves.items()
    }
    return sorted(final, key=lambda name: final[name])


def panels_of(names: list[str], count: int) -> list[list[str]]:
    return [list(part) for part in np.array_split(names, count)]


def draw_regret(shown: Shown):
    """A row per change, a third of the learners per column, best first; AutoScale in each."""
    figure, axes = plt.subplots(len(CHANGES), 3, figsize=(11, 3.4 * len(CHANGES)), squeeze=False)
    for row, (change, curves) in zip(axes, shown.changes.items()):
        names = [name for name in by_regret(curves) if name != RIVAL]
        for panel, group in zip(row, panels_of(names, 3)):
            last = min(frame["learned"].max() for frame in curves.values())
            at = np.linspace(0, last, POINTS)
            for name, colour in zip([*group, RIVAL], [*COLOURS[: len(group)], BLUE]):
                values = regret.cumulative(curves[name], at)
                points = [interval(column) for column in values.T.tolist()]
                panel.plot(at, [p.mean for p in points], color=colour, label=name,
                           linewidth=2 if name == RIVAL else 1.3)  # fmt: skip
                panel.fill_between(at, [p.low for p in points], [p.high for p in points],
                                   color=colour, alpha=0.25, linewidth=0)  # fmt: skip
            panel.axvline(last / 2, color=LINE, linewidth=0.8, linestyle="--")
            panel.set_title(f"{change[0]} to {change[1]}", loc="left")
            panel.legend(fontsize=7.5, loc="upper left")
            panel.set_ylim(bottom=0)
            panel.locator_params(axis="x", nbins=4)
    for panel in axes[-1]:
        panel.set_xlabel("requests of a phone")
    for row in axes:
        row[0].set_ylabel("cumulative regret")
    return figure


def caption_regret(shown: Shown) -> str:
    texts = []
    for (before, after), curves in shown.changes.items():
        names = by_regret(curves)
        n = int(curves[names[0]]["learned"].max())
        final = {
            name: regret.cumulative(curves[name], np.array([n / 2, n])).mean(axis=0)
            for name in (names[0], RIVAL, names[-1])
        }
        values = ", ".join(f"{name} {a:.0f} and {b:.0f}" for name, (a, b) in final.items())
        texts.append(f"{before} to {after}: at the change and at the end {values}")
    return (
        "What decisions give away against Opt, summed over a phone's requests, learning from nothing; "
        "the unit is the energy of one inference on Edge (CPU FP32), and a violation weighs 3 to 5 of "
        f"them. Dashed: the environment changes. {'; '.join(texts)}. Bands: 95 %."
    )


def draw_recovery(shown: Shown):
    """Left the course of the level after the change, right the requests until it is back."""
    figure, axes = plt.subplots(len(CHANGES), 2, figsize=(11, 3.6 * len(CHANGES)), squeeze=False)
    for (left, right), (change, curves) in zip(axes, shown.changes.items()):
        found = {name: regret.recoveries(frame) for name, frame in curves.items()}
        names = sorted(found, key=lambda name: (found[name]["requests_until_back"], name))
        drawn = [*(name for name in by_regret(curves)[:5] if name != RIVAL), RIVAL]
        for name, colour in zip(drawn, [*COLOURS[: len(drawn) - 1], BLUE]):
            course = found[name]["course"]
            points = [interval(values) for values in course.to_numpy().tolist()]
            left.plot(course.index, [p.mean for p in points], color=colour, label=name)
            left.fill_between(course.index, [p.low for p in points], [p.high for p in points],
                              color=colour, alpha=0.25, linewidth=0)  # fmt: skip
        left.axhline(regret.SHARE, color=LINE, linewidth=0.8, linestyle="--")
        left.set_title(f"{change[0]} to {change[1]}: {CHANGES[change]}", loc="left")
        left.set_ylabel("level, before the change = 1")
        left.legend(fontsize=7.5, loc="lower left", bbox_to_anchor=(-0.02, 1.07), ncols=len(drawn),
                    handlelength=1, columnspacing=0.8)  # above the title, off the data
        longest = max(found[name]["course"].index[-1] for name in names)
        for y, name in enumerate(names):
            back = found[name]["requests_until_back"]
            never = math.isinf(back)
            right.barh(y, longest if never else back, height=0.6,
                       color=BLUE if name == RIVAL else SKY, alpha=0.35 if never else 1)  # fmt: skip
            right.text(longest * 0.01, y, "not back" if never else f"{back:.0f}", va="center",
                       fontsize=7)  # fmt: skip
        right.set_yticks(range(len(names)), names, fontsize=7.5)
        right.invert_yaxis()
        right.grid(axis="x")
    axes[-1][0].set_xlabel("requests of a phone after the change")
    axes[-1][1].set_xlabel("requests of a phone until back within 10 %")
    return figure


def caption_recovery(shown: Shown) -> str:
    texts = []
    for (before, after), curves in shown.changes.items():
        found = {name: regret.recoveries(frame) for name, frame in curves.items()}
        back = {name: f["requests_until_back"] for name, f in found.items()}
        never = sorted(name for name, n in back.items() if math.isinf(n))
        own = found[RIVAL]
        texts.append(
            f"{before} to {after}: AutoScale falls to {100 * own['lowest_after']:.0f} % of its level "
            + (f"and is back after {back[RIVAL]:.0f} requests" if RIVAL not in never
               else "and is not back in the time shown")
            + f"; not back are {', '.join(never) or 'none'}"
        )  # fmt: skip
    return (
        f"The level is Opt's expected cost over that of the decisions, over {regret.WINDOW} requests of "
        f"every phone; before the change it is that of the last quarter. {'. '.join(texts)}. Left: the "
        "learners of least regret and AutoScale, bands 95 %; right: medians over replications, all "
        "learners. A learner that is at once back may have had a low level to come back to."
    )


FIGURES = [
    Figure("fig_leaderboard", "Efficiency and violations", no_tasks, draw_leaderboard,
           caption_leaderboard),
    Figure("fig_environments", "By environment", no_tasks, draw_environments, caption_environments),
    Figure("fig_regret", "Regret while learning", no_tasks, draw_regret, caption_regret),
    Figure("fig_recovery", "Recovery from a change", no_tasks, draw_recovery, caption_recovery),
]  # fmt: skip
