"""Figures of what was chosen: the targets of AutoScale and of Opt, per DNN and in all.

Shares of the test's inferences, means over replications; of a camera only frames that were served.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import yaml
from matplotlib.patches import Patch

from autoscale_report.cases import Case
from autoscale_report.data import Data
from autoscale_report.figure import Figure, main_tasks
from autoscale_report.style import DEVICES, USE_CASES
from autoscale_sim.plots.style import LINE, TARGETS, legend_above, plt

POLICIES = {"autoscale": "AutoScale", "opt": "Opt"}
SITES = {"phone": "on the phone", "tablet": "on the tablet", "cloud": "in the cloud"}


def shares(data: Data, policy: str) -> pd.DataFrame:
    """Share of each target by case."""
    frame = data.results(data.plan.main_tasks()).frame.loc[policy]
    columns = {f"share_{target}": target for target in TARGETS}
    return frame[list(columns)].rename(columns=columns).groupby(level=list(Case._fields)).mean()


def stacked(panel, horizontal: bool, at, start, size, thickness: float, values: pd.DataFrame):
    """A bar per row of `values`, made of its targets' shares; `size` long where they sum to 1."""
    bar, ends = (panel.barh, "left") if horizontal else (panel.bar, "bottom")
    at, end = np.asarray(at), np.broadcast_to(start, len(values))
    for target, (_, colour, hatch) in TARGETS.items():
        begin, length = end, values[target].to_numpy() * size
        end, drawn = begin + length, length > 0
        bar(at[drawn], length[drawn], thickness, **{ends: begin[drawn]}, color=colour, hatch=hatch,
            edgecolor=LINE, linewidth=0.3)  # fmt: skip


def legend_of_targets(figure) -> None:
    patches = [Patch(facecolor=colour, hatch=hatch, edgecolor=LINE, linewidth=0.3)
               for _, colour, hatch in TARGETS.values()]  # fmt: skip
    legend_above(figure, patches, [label for label, *_ in TARGETS.values()], 5)


def rows_of(data: Data) -> list[tuple[str, str]]:
    """(use case, DNN), top to bottom."""
    return [(u, d) for u, dnns in data.plan.claims["cases"]["use_cases"].items() for d in dnns]


def name_of(data: Data, dnn: str) -> str:
    return yaml.safe_load((data.plan.root / f"workloads/dnns/{dnn}.yaml").read_text())["name"]


def draw_decisions(data: Data):
    rows, environments = rows_of(data), data.plan.environments
    y_of = {row: y for y, row in enumerate(rows)}
    x_of = {environment: x for x, environment in enumerate(environments)}
    figure, axes = plt.subplots(1, len(DEVICES), figsize=(11, 8), sharey=True)
    for panel, (device, (phone, _)) in zip(axes, DEVICES.items()):
        for policy, offset in zip(POLICIES, (-0.2, 0.2)):
            values = shares(data, policy).xs(device, level="device")
            index = values.index.to_frame()
            y = [y_of[row] + offset for row in zip(index["use_case"], index["dnn"])]
            x = index["environment"].map(x_of).to_numpy() + 0.05
            stacked(panel, True, y, x, 0.9, 0.38, values)
        panel.set_title(phone, loc="left")
        panel.set_xticks([x + 0.5 for x in x_of.values()], environments)
        panel.set_xlim(0, len(environments))
        panel.set_ylim(len(rows) - 0.4, -0.6)
        panel.tick_params(length=0)
        panel.grid(False)
        for y, (above, below) in enumerate(zip(rows, rows[1:])):
            if above[0] != below[0]:
                panel.axhline(y + 0.5, color=LINE, linewidth=1)
    axes[0].set_yticks(range(len(rows)), [name_of(data, dnn) for _, dnn in rows])
    for use_case, (label, _) in USE_CASES.items():
        own = [y for (u, _), y in y_of.items() if u == use_case]
        axes[-1].text(len(environments) + 0.2, (own[0] + own[-1]) / 2, label.replace(" ", "\n"),
                      va="center", fontsize=8)  # fmt: skip
    figure.supxlabel("environment; in each cell AutoScale above, Opt below", fontsize=9)
    legend_of_targets(figure)
    return figure


def most_chosen(data: Data, policy: str) -> pd.Series:
    return shares(data, policy).dropna().idxmax(axis="columns")


def caption_decisions(data: Data) -> str:
    learned, best = most_chosen(data, "autoscale"), most_chosen(data, "opt")
    learned, best = learned.align(best, join="inner")
    same = learned == best
    by_dnn = same.groupby(level="dnn").mean()
    places = best.str.split("_").str[0].value_counts(normalize=True)
    spread = ", ".join(f"{text} in {100 * places.get(s, 0):.0f} %" for s, text in SITES.items())
    phones = ", ".join(
        f"{phone} {100 * same.xs(device, level='device').mean():.0f} %"
        for device, (phone, _) in DEVICES.items()
    )
    return (
        f"The target that AutoScale takes most often is Opt's in {same.sum()} of {len(same)} cases "
        f"({phones}). A cell whose halves differ in colour is a case in which the table settled "
        f"elsewhere: most often {name_of(data, by_dnn.idxmin())} (the same in "
        f"{100 * by_dnn.min():.0f} % of its cases), least often {name_of(data, by_dnn.idxmax())} "
        f"({100 * by_dnn.max():.0f} %). Opt's most frequent target lies {spread} of the cases. "
        "A half of several colours: the choice followed the conditions, or training settled on "
        "something else from one replication to the next."
    )


def draw_shares(data: Data):
    environments = data.plan.environments
    figure, axes = plt.subplots(len(DEVICES), 1, figsize=(11, 6.6), sharex=True)
    for panel, (device, (phone, _)) in zip(axes, DEVICES.items()):
        for policy, offset in zip(POLICIES, (-0.21, 0.21)):
            values = shares(data, policy).xs(device, level="device")
            values = values.groupby(level="environment").mean().loc[environments]
            x = [i + offset for i in range(len(environments))]
            stacked(panel, False, x, 0, 100, 0.38, values)
        panel.set_title(phone, loc="left")
        panel.set_ylabel("inferences (%)")
        panel.set_ylim(0, 100)
        panel.tick_params(axis="x", length=0)
        panel.grid(False)
    ticks = range(len(environments))
    panel.set_xticks(ticks, [f"A   O\n{name}" for name in environments])
    panel.set_xlabel("environment (A: AutoScale, O: Opt)")
    legend_of_targets(figure)
    return figure


def caption_shares(data: Data) -> str:
    def by_site(policy: str, environment: str) -> pd.Series:
        values = shares(data, policy).xs(environment, level="environment").mean()
        return 100 * values.groupby(values.index.str.split("_").str[0]).sum()

    def sites(policy: str, environment: str) -> str:
        values = by_site(policy, environment)
        return ", ".join(f"{values[site]:.0f} % {text}" for site, text in SITES.items())

    return (
        f"Without variance (S1) Opt runs {sites('opt', 'S1')}; AutoScale runs "
        f"{sites('autoscale', 'S1')}. With a weak link to the cloud (S4) Opt runs "
        f"{sites('opt', 'S4')}; AutoScale runs {sites('autoscale', 'S4')}. Means over DNNs and use "
        "cases."
    )


FIGURES = [
    Figure("fig_decisions", "The target chosen for each DNN in each environment", main_tasks,
           draw_decisions, caption_decisions),
    Figure("fig_decision_shares", "Targets chosen by AutoScale and Opt", main_tasks, draw_shares,
           caption_shares),
]  # fmt: skip
