"""The figures of a reproduction, each from the same tables as the claims.

Bars and points are means over cases, then over replications; error bars and bands are 95 % intervals
over replications.
"""

from __future__ import annotations

import math
from pathlib import Path

from autoscale_report.averages import interval
from autoscale_report.cases import REFERENCE, Case, cases_of
from autoscale_report.claims import Inputs
from autoscale_report.style import (
    DEVICES,
    POLICIES,
    TARGETS,
    USE_CASES,
    legend_above,
    panels,
    plt,
    save,
)


def simulated_cases(inputs: Inputs) -> dict[tuple[str, str], list[Case]]:
    """(device, environment) -> its cases, for what was simulated."""
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases_of(inputs.claims, "all"):
        if inputs.results.has("autoscale", [case]):
            groups.setdefault((case.device, case.environment), []).append(case)
    return groups


def environments_of(groups) -> list[str]:
    return list(dict.fromkeys(environment for _, environment in groups))


def bars(axes, environments, series, value) -> list:
    """Grouped bars: a group per environment, a bar per entry of `series`, value -> replications."""
    width = 0.82 / len(series)
    handles = []
    for i, (key, (_, colour)) in enumerate(series.items()):
        x = [e + (i - (len(series) - 1) / 2) * width for e in range(len(environments))]
        points = [interval(value(key, name)) for name in environments]
        heights = [p.mean for p in points]
        errors = [0 if math.isnan(p.high) else p.high - p.mean for p in points]
        handles.append(
            axes.bar(x, heights, width, yerr=errors, color=colour,
                     error_kw={"elinewidth": 0.8, "ecolor": "#555555"}, capsize=1.5)
        )  # fmt: skip
    axes.set_xticks(range(len(environments)), environments)
    axes.tick_params(axis="x", length=0)
    return handles


def by_policy(inputs, folder, name, policies, ylabel, value, decorate) -> None:
    """One panel per phone, a group of bars per environment, a bar per policy."""
    groups = simulated_cases(inputs)
    figure, axes = panels(len(DEVICES))
    series = {p: POLICIES[p] for p in policies}
    for panel, (device, (title, _)) in zip(axes.flat, DEVICES.items()):
        handles = bars(panel, environments_of(groups), series,
                       lambda p, e: value(p, groups[device, e]))  # fmt: skip
        panel.set_title(title, loc="left")
        panel.set_ylabel(ylabel)
        decorate(panel)
    axes.flat[-1].set_xlabel("environment")
    legend_above(figure, handles, [label for label, _ in series.values()], len(series))
    save(figure, folder, name)


def efficiency(inputs: Inputs, folder: Path) -> None:
    def normalised(policy, cases):
        apart = set(inputs.results.unfinished([policy, REFERENCE], cases))
        kept = [c for c in cases if c not in apart]
        return [a["mean_of_ratios"] for a in inputs.results.averages(policy, REFERENCE, kept)]

    def decorate(panel):
        panel.axhline(1, color="#555555", linewidth=0.8, linestyle="--")
        panel.set_ylim(bottom=0)

    by_policy(inputs, folder, "efficiency",
              ["edge_best", "connected_edge", "cloud", "autoscale", "opt"],
              "inferences per joule,\nEdge (CPU FP32) = 1", normalised, decorate)  # fmt: skip


def qos_violations(inputs: Inputs, folder: Path) -> None:
    def ratio(policy, cases):
        values = inputs.results.case_mean(policy, "qos_violation_ratio", cases)
        return [100 * v for v in values]

    by_policy(inputs, folder, "qos_violations",
              [REFERENCE, "edge_best", "connected_edge", "cloud", "autoscale", "opt"],
              "QoS violations (%)", ratio, lambda panel: panel.set_ylim(0, 100))  # fmt: skip


def decision_shares(inputs: Inputs, folder: Path) -> None:
    groups = simulated_cases(inputs)
    environments = environments_of(groups)
    figure, axes = panels(len(DEVICES), 2.4)
    width, gap = 0.38, 0.42
    for panel, (device, (title, _)) in zip(axes.flat, DEVICES.items()):
        for offset, policy in ((-gap / 2, "autoscale"), (gap / 2, "opt")):
            x = [i + offset for i in range(len(environments))]
            bottom = [0.0] * len(environments)
            for target, (label, colour, hatch) in TARGETS.items():
                share = [
                    100 * interval(inputs.results.share(policy, [target], groups[device, e])).mean
                    for e in environments
                ]
                panel.bar(x, share, width, bottom=bottom, color=colour, hatch=hatch, label=label,
                          edgecolor="white", linewidth=0.4)  # fmt: skip
                bottom = [b + s for b, s in zip(bottom, share)]
        ticks = [i + offset for i in range(len(environments)) for offset in (-gap / 2, gap / 2)]
        panel.set_xticks(ticks, ["A", "O"] * len(environments))
        panel.tick_params(axis="x", length=0, labelsize=8)
        panel.set_title(title, loc="left")
        panel.set_ylabel("inferences (%)")
        panel.set_ylim(0, 100)
        panel.grid(False)
    for i, name in enumerate(environments):
        panel.annotate(name, (i, 0), (0, -16), xycoords="data", textcoords="offset points",
                       ha="center", va="top")  # fmt: skip
    panel.set_xlabel("environment (A: AutoScale, O: Opt)", labelpad=16)
    handles, labels = panel.get_legend_handles_labels()
    count = len(TARGETS)
    figure.legend(handles[:count][::-1], labels[:count][::-1], loc="outside right center")
    save(figure, folder, "decision_shares")


def learning_curve(inputs: Inputs, folder: Path) -> None:
    """Training is on the grid of variance states and does not depend on the environment: one drawn."""
    rows = inputs.learning[inputs.learning["policy"] == "autoscale"]
    rows = rows[rows["environment"] == rows["environment"].iloc[0]]
    figure, axes = panels(len(DEVICES))
    for panel, (device, (title, _)) in zip(axes.flat, DEVICES.items()):
        for use_case, (label, colour) in USE_CASES.items():
            own = rows[(rows["device"] == device) & (rows["use_case"] == use_case)]
            if own.empty:
                continue
            visits = own["learned"] / own["states_visited"].max()
            points = {x: interval(g.to_list()) for x, g in own["reward_mean"].groupby(visits)}
            panel.plot(points.keys(), [p.mean for p in points.values()], color=colour, label=label,
                       marker=".", markersize=4)  # fmt: skip
            panel.fill_between(points.keys(), [p.low for p in points.values()],
                               [p.high for p in points.values()], color=colour, alpha=0.25,
                               linewidth=0)  # fmt: skip
        panel.set_title(title, loc="left")
        panel.set_ylabel("mean reward")
    axes.flat[-1].set_xlabel("inferences learned from per state (training, exploring)")
    axes.flat[-1].set_xlim(left=0)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    legend_above(figure, handles, labels, len(labels))
    save(figure, folder, "learning_curve")


def gap_to_opt(inputs: Inputs, folder: Path) -> None:
    groups = simulated_cases(inputs)
    figure, axes = panels(1, 3)
    panel = axes.flat[0]

    def gap(device, environment):
        cases = groups[device, environment]
        return [100 * v for v in inputs.results.case_mean("autoscale", "gap_to_opt", cases)]

    handles = bars(panel, environments_of(groups), DEVICES, gap)
    paper = next(c for c in inputs.claims["claims"] if c["id"] == "gap_to_opt")["paper"]["value"]
    handles.append(panel.axhline(100 * paper, color="#555555", linewidth=1, linestyle="--"))
    panel.set_ylim(bottom=0)
    panel.set_ylabel("energy above Opt (%)")
    panel.set_xlabel("environment")
    labels = [label for label, _ in DEVICES.values()] + [f"paper (recalled): {100 * paper:g} %"]
    legend_above(figure, handles, labels, len(labels))
    save(figure, folder, "gap_to_opt")


def agreement(inputs: Inputs, folder: Path) -> None:
    def share(policy, cases):
        values = inputs.results.case_mean(policy, "agreement_target", cases)
        return [100 * v for v in values]

    paper = next(c for c in inputs.claims["claims"] if c["id"] == "agreement_with_opt")
    value = 100 * paper["paper"]["value"]

    def decorate(panel):
        panel.set_ylim(0, 105)
        panel.axhline(value, color="#555555", linewidth=1, linestyle="--")
        panel.annotate(f"paper (recalled): {value:g} %", (1, value), (0, -2),
                       xycoords=("axes fraction", "data"), textcoords="offset points",
                       ha="right", va="top", fontsize=8)  # fmt: skip

    by_policy(inputs, folder, "agreement", ["autoscale", "random"],
              "same target as Opt (%)", share, decorate)  # fmt: skip


def draw_all(inputs: Inputs, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if not simulated_cases(inputs):
        return
    plt.close("all")
    for draw in (efficiency, qos_violations, decision_shares, learning_curve, gap_to_opt, agreement):
        draw(inputs, folder)
