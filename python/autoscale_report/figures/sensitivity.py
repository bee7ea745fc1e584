"""Figures of the sensitivity study (scripts/reproduce.sh --sensitivity): which free parameters move
the headline ratios, where the paper's values stand among plausible worlds, and what one replication
per draw costs in precision. Left out while there is no study of this program and these data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from autoscale_report import sensitivity
from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.parameters import parameters_of
from autoscale_report.plan import FULL_REPLICATIONS
from autoscale_report.sensitivity import Response, responses_of
from autoscale_sim.plots.intervals import interval
from autoscale_sim.plots.style import (
    BLUE,
    LINE,
    ORANGE,
    POLICIES,
    VERMILION,
    background,
    legend_above,
    plt,
)
from autoscale_sim.plots.tables import read_table

SHOWN = 12  # parameters per panel of the tornado
AVERAGES = {
    "ratio_of_mean_normalised_ppw": "ratio of mean normalised PPW",
    "mean_of_ratios": "mean of ratios",
    "geometric_mean": "geometric mean",
    "ratio_of_totals": "ratio of totals",
}


def is_ready(data: Data) -> bool:
    return sensitivity.is_done(data.plan, data.simulator)


def table(data: Data, name: str) -> pd.DataFrame:
    folder = sensitivity.folder_of(data.simulator.out)
    return read_table(folder / f"{name}.csv")


def first_responses(data: Data) -> list[Response]:
    """The four ratios by the average named first."""
    first = data.plan.claims["averages"]["first"]
    return [r for r in responses_of(data.plan.claims) if r.average == first]


def against(baseline: str) -> str:
    return f"against {POLICIES[baseline][0]}"


def four_panels(data: Data, height: float, panel: Callable):
    figure, axes = plt.subplots(2, 2, figsize=(11, height))
    for axis, response in zip(axes.flat, first_responses(data)):
        axis.set_title(f"AutoScale {against(response.baseline)}", loc="left")
        panel(axis, response)
    return figure, axes


def backdrop() -> dict:
    """Behind text that may stand on a line."""
    return {"facecolor": background(), "linewidth": 0, "pad": 0.5, "alpha": 0.8}


def swings(tornado: pd.DataFrame, response: Response) -> pd.DataFrame:
    """Per parameter the response at both ends of its range, the widest movement first."""
    ends = tornado[tornado["end"] != "nominal"].pivot(index="parameter", columns="end")
    nominal = nominal_runs(tornado, response).iloc[0]  # of the seed that the ends have
    frame = pd.DataFrame(
        {end: ends[response.name][end] for end in ("low", "high")}
        | {f"{end}_value": ends["value"][end] for end in ("low", "high")}
    )
    frame["swing"] = (frame[["low", "high"]] - nominal).abs().max(axis=1)
    return frame.sort_values("swing", ascending=False)


def nominal_runs(tornado: pd.DataFrame, response: Response) -> pd.Series:
    return tornado.loc[tornado["end"] == "nominal", response.name]


def draw_tornado(data: Data):
    tornado = table(data, "tornado")
    by_id = {p.id: p for p in parameters_of(data.plan.claims)}

    def panel(axes, response: Response):
        runs = nominal_runs(tornado, response)
        nominal, noise = runs.iloc[0], 2 * runs.std()
        shown = swings(tornado, response).head(SHOWN)
        axes.axvspan(nominal - noise, nominal + noise, color=LINE, alpha=0.2, linewidth=0)
        axes.axvline(nominal, color=LINE, linewidth=0.8)
        axes.axvline(response.paper, color=VERMILION, linestyle="--", linewidth=1.2)
        for end, offset, colour, hatch in (("low", -0.2, BLUE, ""), ("high", 0.2, ORANGE, "////")):
            axes.barh(np.arange(len(shown)) + offset, shown[end] - nominal, 0.36, left=nominal,
                      color=colour, hatch=hatch, edgecolor=background(), linewidth=0)  # fmt: skip
            for row, (name, bar) in enumerate(shown.iterrows()):
                rises = bar[end] >= nominal
                axes.annotate(
                    by_id[name].label(bar[f"{end}_value"]), (bar[end], row + offset),
                    xytext=(3 if rises else -3, 0), textcoords="offset points", fontsize=7,
                    ha="left" if rises else "right", va="center", bbox=backdrop(),
                )  # fmt: skip
        axes.set_yticks(range(len(shown)), [by_id[name].text for name in shown.index], fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.margins(x=0.22)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("ratio of inferences per joule")

    figure, axes = four_panels(data, 9.5, panel)
    patches = [
        plt.Rectangle((0, 0), 1, 1, color=BLUE, linewidth=0),
        plt.Rectangle((0, 0), 1, 1, facecolor=ORANGE, hatch="////", edgecolor=background(),
                      linewidth=0),
        plt.Line2D([], [], color=LINE, linewidth=0.8),
        plt.Rectangle((0, 0), 1, 1, color=LINE, alpha=0.2, linewidth=0),
        plt.Line2D([], [], color=VERMILION, linestyle="--", linewidth=1.2),
    ]  # fmt: skip
    labels = ["low end of the range", "high end", "nominal", "noise of one replication", "paper"]
    legend_above(figure, patches, labels, 5)
    return figure


def caption_tornado(data: Data) -> str:
    tornado = table(data, "tornado")
    text = {p.id: p.text for p in parameters_of(data.plan.claims)}
    most, beyond, reached = [], [], []
    for response in first_responses(data):
        moved = swings(tornado, response)
        most.append(f"{POLICIES[response.baseline][0]}: {text[moved.index[0]]}")
        noise = 2 * nominal_runs(tornado, response).std()
        beyond.append(int((moved["swing"] > noise).sum()))
        ends = tornado[response.name]
        if ends.min() <= response.paper <= ends.max():
            reached.append(against(response.baseline))
    return (
        f"How each of {len(moved)} free parameters moves a ratio when it alone goes to an end of "
        f"its plausible range; the {SHOWN} that move it most, labelled with their values, in the "
        f"average named first. What moves it most: {'; '.join(most)}. A single parameter can bring "
        f"the ratio to the paper's value {' and '.join(reached) or 'against none of the baselines'}"
        f"{', not against the others' if 0 < len(reached) < 4 else ''}. Per ratio {min(beyond)} to "
        f"{max(beyond)} parameters move it beyond the noise of one replication (grey, two standard "
        "deviations)."
    )


def draw_monte_carlo(data: Data):
    drawn, placed = table(data, "monte_carlo"), table(data, "percentiles")
    placed = placed.set_index(["baseline", "average"])
    first = data.plan.claims["averages"]["first"]

    def panel(axes, response: Response):
        both = [r for r in responses_of(data.plan.claims) if r.baseline == response.baseline]
        axes.axvline(response.paper, color=VERMILION, linestyle="--", linewidth=1.2)
        for r in both:
            leads = r.average == first
            colour, dash, marker = (BLUE, "-", "o") if leads else (ORANGE, "-.", "s")
            values, at = np.sort(drawn[r.name].dropna()), placed.loc[(r.baseline, r.average)]
            below = 100 * np.arange(len(values) + 1) / len(values)
            axes.step([values[0], *values], below, where="post", color=colour, linestyle=dash,
                      linewidth=1.6)  # fmt: skip
            axes.plot(at["nominal"], at["nominal_percentile"], marker, color=colour, markersize=7,
                      markeredgecolor=background())  # fmt: skip
        lines = [
            f"{AVERAGES[r.average]}: {place(placed.loc[(r.baseline, r.average)].paper_percentile)}"
            for r in both
        ]
        axes.text(0.98, 0.05, "\n".join([f"the paper's {response.paper:g}x stands at", *lines]),
                  transform=axes.transAxes, ha="right", va="bottom", fontsize=8,
                  bbox=backdrop())  # fmt: skip
        axes.set_ylim(0, 100)
        axes.set_ylabel("draws below (%)")
        axes.set_xlabel("ratio of inferences per joule")

    figure, axes = four_panels(data, 7, panel)
    lines = [
        plt.Line2D([], [], color=BLUE, linewidth=1.6),
        plt.Line2D([], [], color=ORANGE, linestyle="-.", linewidth=1.6),
        plt.Line2D([], [], color=VERMILION, linestyle="--", linewidth=1.2),
        plt.Line2D([], [], color=LINE, marker="o", linestyle="none"),
    ]
    labels = [AVERAGES[first], AVERAGES["geometric_mean"], "paper", "nominal values"]
    legend_above(figure, lines, labels, 4)
    return figure


def place(percentile: float) -> str:
    """In words: 23rd percentile."""
    if percentile in (0, 100):
        return f"{'below' if percentile == 0 else 'above'} every draw"
    number = min(max(round(percentile), 1), 99)
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else last} percentile"


def verdict(placed: pd.DataFrame) -> str:
    """Which of the paper's values are typical: inside the middle 90 % of the draws."""
    groups = {"Typical (middle 90 % of draws)": [], "Lucky (above)": [], "Modest (below)": []}
    typical, lucky, modest = groups.values()
    for row in placed.itertuples():
        at = row.paper_percentile
        (modest if at < 5 else lucky if at > 95 else typical).append(
            f"{row.paper:g}x {against(row.baseline)}, {place(at)}, middle 90 % {row.p5:.3g} to "
            f"{row.p95:.3g}x"
        )
    return " ".join(f"{word}: {'; '.join(rows)}." for word, rows in groups.items() if rows)


def strongest(data: Data) -> str:
    """Per ratio, the parameter that ranks with it most in the joint study."""
    correlations = table(data, "rank_correlations").set_index("parameter")
    text = {p.id: p.text for p in parameters_of(data.plan.claims)}
    parts = []
    for response in first_responses(data):
        column = correlations[response.name]
        name = column.abs().idxmax()
        parts.append(f"{POLICIES[response.baseline][0]} by {text[name]} ({column[name]:+.2f})")
    return ", ".join(parts)


def caption_monte_carlo(data: Data) -> str:
    placed = table(data, "percentiles")
    first = placed[placed["average"] == data.plan.claims["averages"]["first"]]
    geometric = placed[placed["average"] == "geometric_mean"]
    means = ", ".join(f"{place(row.paper_percentile)} ({POLICIES[row.baseline][0]})"
                      for row in geometric.itertuples())  # fmt: skip
    return (
        f"Share of {first['draws'].min()} draws, all free parameters together over their ranges "
        "(Latin hypercube, one replication), that give less than a ratio; a curve crosses the "
        "dashed line at the percentile of the paper's value. By the average named first: "
        f"{verdict(first)} By the geometric mean the paper's values stand at: {means}. "
        f"The ratios rank most with: {strongest(data)} (Spearman)."
    )


def offsets(repeated: pd.DataFrame, response: Response) -> pd.DataFrame:
    """Per draw in %: one replication against the mean of all, and half of its 95 % interval."""
    rows = []
    for draw, runs in repeated.dropna(subset=[response.name]).groupby("draw"):
        mean = interval(runs.sort_values("replication")[response.name].to_list())
        single = runs.loc[runs["replication"] == 0, response.name].iloc[0]
        rows.append((draw, 100 * (single / mean.mean - 1), 100 * (mean.high / mean.mean - 1)))
    return pd.DataFrame(rows, columns=["draw", "single", "half_width"])


def draw_offset(data: Data):
    repeated = table(data, "offset")

    def panel(axes, response: Response):
        found = offsets(repeated, response)
        axes.axhline(0, color=LINE, linewidth=0.8)
        axes.errorbar(found["draw"], 0 * found["draw"], yerr=found["half_width"], fmt="none",
                      ecolor=LINE, elinewidth=5, alpha=0.45)  # fmt: skip
        axes.plot(found["draw"], found["single"], "o", color=BLUE, markersize=5,
                  markeredgecolor=background())  # fmt: skip
        axes.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
        axes.set_xlabel("draw")
        axes.set_ylabel("against the mean (%)")

    figure, axes = four_panels(data, 6, panel)
    widest = max(abs(limit) for axis in axes.flat for limit in axis.get_ylim())
    for axis in axes.flat:
        axis.set_ylim(-widest, widest)
    marks = [
        plt.Line2D([], [], color=BLUE, marker="o", linestyle="none", markersize=5),
        plt.Line2D([], [], color=LINE, linewidth=5, alpha=0.45),
    ]
    count = repeated["replication"].nunique()
    labels = ["one replication", f"95 % interval of the mean of {count} replications"]
    legend_above(figure, marks, labels, 2)
    return figure


def caption_offset(data: Data) -> str:
    repeated = table(data, "offset")
    count = repeated["replication"].nunique()
    drawn = table(data, "monte_carlo")
    parts, largest, spreads = [], 0.0, []
    for response in first_responses(data):
        single = offsets(repeated, response)["single"]
        mean = interval(single.to_list())
        largest = max(largest, single.abs().max())
        spreads.append(100 * drawn[response.name].std() / drawn[response.name].mean())
        parts.append(f"{mean.mean:+.2f} % ({mean.low:+.2f} to {mean.high:+.2f}) "
                     f"{against(response.baseline)}")  # fmt: skip
    return (
        f"The first {repeated['draw'].nunique()} draws again under {count} seeds each: how far the "
        "one replication that the joint study uses lies from their mean (the full protocol takes "
        f"that of {FULL_REPLICATIONS}). Mean offset: {', '.join(parts)}; the largest single one is "
        f"{largest:.1f} %, where the standard deviation over the draws of fig_monte_carlo is "
        f"{min(spreads):.0f} to {max(spreads):.0f} %."
    )


FIGURES = [
    Figure("fig_tornado", "Sensitivity of the headline ratios to each free parameter",
           no_tasks, draw_tornado, caption_tornado, is_ready),
    Figure("fig_monte_carlo", "Headline ratios over all plausible parameter values",
           no_tasks, draw_monte_carlo, caption_monte_carlo, is_ready),
    Figure("fig_offset", "One replication against many",
           no_tasks, draw_offset, caption_offset, is_ready),
]  # fmt: skip
