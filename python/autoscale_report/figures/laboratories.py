"""Figures of the study of laboratories (scripts/reproduce.sh --laboratories): what is predicted of each claim
from the others, what each assumption rules out, and which laboratories remain. Drawn from the finished
study of this program and these data, else from the one of record."""

from __future__ import annotations

import json
import textwrap

import numpy as np
import pandas as pd

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.laboratories import run
from autoscale_report.laboratories.hypotheses import Choice, Space, space_of
from autoscale_sim.plots.style import BLUE, GREY, ORANGE, VERMILION, background, legend_above, plt
from autoscale_sim.plots.tables import read_table

AXES = 9  # free parameters of the parallel coordinates: those that are confined most
SHARES = ("agreement_with_opt", "gap_to_opt")
ORDERINGS = ("order_", "shape_")


def is_ready(data: Data) -> bool:
    return (run.study_of(data.plan, data.simulator)[0] / "claims.csv").exists()


def table(data: Data, name: str) -> pd.DataFrame:
    return read_table(run.study_of(data.plan, data.simulator)[0] / f"{name}.csv")


def summary(data: Data) -> dict:
    return json.loads((run.study_of(data.plan, data.simulator)[0] / "summary.json").read_text())


def space(data: Data) -> Space:
    return space_of(data.plan.root, data.plan.claims)


def choices(data: Data) -> list[Choice]:
    own = space(data)
    return [*own.choices, *own.judged]


def spoken(claim: str) -> str:
    """A claim's id as words."""
    return claim.removeprefix("efficiency_vs_").removeprefix("shape_").replace("_", " ")


def interval_panel(axes, rows: pd.DataFrame, scale) -> None:
    """Prior and held-out intervals of claims, the registered value and the paper's."""
    places = np.arange(len(rows))
    for name, offset, colour, width in (("prior", -0.16, GREY, 3), ("held_out", 0.16, BLUE, 6)):
        low, middle, high = (scale(rows, rows[f"{name}_{part}"]) for part in ("p5", "median", "p95"))
        axes.hlines(places + offset, low, high, color=colour, linewidth=width, alpha=0.6)
        axes.plot(middle, places + offset, "|", color=colour, markersize=9, markeredgewidth=2)
    axes.plot(scale(rows, rows["registered"]), places, "o", color=ORANGE, markersize=5)
    axes.plot(scale(rows, rows["paper"]), places, "D", color=VERMILION, markersize=6)
    axes.set_yticks(places, [spoken(c) for c in rows["claim"]])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


def draw_claims(data: Data):
    rows = table(data, "claims")
    ordering = rows["claim"].str.startswith(ORDERINGS)
    share = rows["claim"].isin(SHARES)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4.4), width_ratios=(3, 2, 2))
    interval_panel(left, rows[~ordering & ~share], lambda own, v: v / own["paper"])
    left.axvline(1, color=VERMILION, linestyle="--", linewidth=1)
    left.set_xscale("log")
    left.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["0.25", "0.5", "1", "2", "4", "8"])
    left.minorticks_off()
    left.set_xlabel("energy efficiency against a baseline, over the paper's")
    interval_panel(middle, rows[share], lambda own, v: 100 * v)
    middle.set_xlabel("agreement with Opt, gap to Opt (%)")
    held = rows[ordering]
    percent = pd.to_numeric(held["paper_is"].str.rstrip("%"), errors="coerce")
    right.barh(np.arange(len(held)), percent.fillna(0), color=BLUE, alpha=0.6)
    right.set_yticks(np.arange(len(held)), [spoken(c) for c in held["claim"]], fontsize=8)
    right.invert_yaxis()
    right.set_xlim(0, 100)
    right.grid(axis="y", visible=False)
    right.grid(axis="x", visible=True)
    right.set_xlabel("orderings: holds in this share (%)")
    handles = [
        plt.Line2D([], [], color=GREY, linewidth=3, alpha=0.6), plt.Line2D([], [], color=BLUE, linewidth=6, alpha=0.6),
        plt.Line2D([], [], color=ORANGE, marker="o", linestyle="none"),
        plt.Line2D([], [], color=VERMILION, marker="D", linestyle="none"),
    ]  # fmt: skip
    labels = ["all laboratories, 5 to 95 %", "those that fit the other claims", "registered laboratory", "paper"]
    legend_above(figure, handles, labels, 4)
    return figure


def caption_claims(data: Data) -> str:
    rows, found = table(data, "claims"), summary(data)
    numbers = rows[rows["side"].isna() | (rows["side"] == "")]
    inside = numbers[numbers["paper_is"] == "inside"]["claim"]
    outside = numbers[numbers["paper_is"] != "inside"]
    missed = "; ".join(f"{spoken(r.claim)} (paper {r.paper:g}, predicted {r.held_out_p5:.3g} to {r.held_out_p95:.3g})"
                       for r in outside.itertuples())  # fmt: skip
    given_up = ", ".join(spoken(c) for c in found["given_up"])
    return (
        f"Each claim predicted from the others by {found['laboratories']} simulated laboratories: what those that are "
        f"not ruled out by the other claims would have measured (5 to 95 %, emulator, noise and discrepancy included). "
        f"Of {len(numbers)} numbers the paper's lies inside for {len(inside)}"
        f"{': not for ' + missed if missed else ''}. "
        + (f"No laboratory fits all claims: {given_up} had to be given up for the others to hold together."
           if given_up else f"{found['remains_by_all_claims']:.2g} of the prior fits all claims.")
    )  # fmt: skip


def draw_choices(data: Data):
    rows, own = table(data, "choices"), choices(data)
    figure, axes = plt.subplots(2, -(-len(own) // 2), figsize=(12, 5))
    for panel in axes.flat[len(own):]:
        panel.set_visible(False)
    for panel, choice in zip(axes.flat, own):
        shown = rows[rows["choice"] == choice.id].reset_index(drop=True)
        places = np.arange(len(shown))
        panel.barh(places - 0.2, 100 * shown["prior"], 0.38, color=GREY, alpha=0.6)
        panel.barh(places + 0.2, 100 * shown["share_of_remaining"], 0.38, color=BLUE, alpha=0.8)
        panel.set_yticks(places, [o.replace("_", " ") for o in shown["option"]])
        panel.invert_yaxis()
        panel.set_xlim(0, 100)
        panel.grid(axis="y", visible=False)
        panel.set_title(textwrap.fill(choice.text, 26), loc="left", fontsize=8)
    for panel in axes[-1]:
        panel.set_xlabel("share (%)")
    handles = [plt.Rectangle((0, 0), 1, 1, color=GREY, alpha=0.6), plt.Rectangle((0, 0), 1, 1, color=BLUE, alpha=0.8)]
    legend_above(figure, handles, ["before the claims", "of what remains"], 2)
    return figure


def caption_choices(data: Data) -> str:
    rows = table(data, "choices")
    rows["moved"] = rows["share_of_remaining"] / rows["prior"]
    needed = rows[(rows["share_of_remaining"] >= 0.9) & (rows["prior"] < 0.9)]
    out = rows[rows["share_of_remaining"] < 0.02]
    strongest = rows.sort_values("moved", ascending=False).head(3)

    def named(some: pd.DataFrame) -> str:
        return ", ".join(f"{r.choice} = {r.option} ({r.prior:.0%} to {r.share_of_remaining:.0%})"
                         for r in some.itertuples())  # fmt: skip

    return (
        "Each choice that the paper leaves open: the weight of its options before the claims were looked at, and their "
        f"share of the laboratories that remain. {'Needed: ' + named(needed) + '. ' if len(needed) else ''}"
        f"{'As good as ruled out: ' + named(out) + '. ' if len(out) else ''}"
        f"What the claims favour most: {named(strongest)}."
    )


def spread_out(places: np.ndarray, options: int, rng: np.random.Generator) -> np.ndarray:
    """Options of a choice between 0 and 1, scattered a little so that lines can be told apart."""
    return (places + 0.5 + rng.uniform(-0.25, 0.25, len(places))) / options


def draw_remaining(data: Data):
    rows, own = table(data, "remaining"), choices(data)
    confined = table(data, "parameters").head(AXES)
    ranges = {p.id: p for p in space(data).parameters}
    rng = np.random.default_rng(0)
    columns = [
        spread_out(rows[c.id].map([o.id for o in c.options].index).to_numpy(float), len(c.options), rng) for c in own
    ]
    columns += [rows[p].to_numpy(float) for p in confined["parameter"]]
    values = np.stack(columns, axis=1) if len(rows) else np.empty((0, len(columns)))
    figure, axes = plt.subplots(figsize=(13, 6))
    first = own[0]
    colours = dict(zip([o.id for o in first.options], (GREY, ORANGE, VERMILION, BLUE)))
    for line, option in zip(values, rows[first.id] if len(rows) else []):
        axes.plot(line, color=colours[option], linewidth=0.6, alpha=0.35)
    for place, choice in enumerate(own):
        for i, option in enumerate(choice.options):
            axes.text(place, (i + 0.5) / len(choice.options), option.id.replace("_", "\n"), fontsize=7,
                      ha="center", va="center",
                      bbox={"facecolor": background(), "linewidth": 0, "pad": 0.8, "alpha": 0.75})  # fmt: skip
    for place, name in enumerate(confined["parameter"], len(own)):
        p = ranges[name]
        for share, align in ((0, "top"), (1, "bottom")):
            axes.annotate(p.label(p.at(share)), (place, share), xytext=(0, -4 if share == 0 else 4),
                          textcoords="offset points", fontsize=7, ha="center", va=align)  # fmt: skip
    axes.set_xticks(range(len(columns)), [*(c.id for c in own), *confined["parameter"]], rotation=45, ha="right")
    axes.set_yticks([])
    axes.set_ylim(-0.06, 1.06)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    handles = [plt.Line2D([], [], color=colour) for colour in colours.values()]
    legend_above(figure, handles, [f"{first.id}: {o}" for o in colours], len(colours))
    return figure


def caption_remaining(data: Data) -> str:
    rows, found = table(data, "remaining"), summary(data)
    confined = table(data, "parameters").head(4)
    parts = "; ".join(
        f"{r.text}: {r.p5:.3g} to {r.p95:.3g} of {r.low:.3g} to {r.high:.3g} {r.unit if r.unit != '1' else ''}".strip()
        for r in confined.itertuples()
    )
    return (
        f"{len(rows)} of the laboratories that remain, a line each: an option of every choice, then the free "
        f"parameters that the claims confine most ({parts}). They are {found['remains_by_these']:.2g} of the prior."
    )


FIGURES = [
    Figure("fig_held_out", "Each claim predicted from the others", no_tasks, draw_claims, caption_claims, is_ready),
    Figure("fig_choices", "What each assumption rules out", no_tasks, draw_choices, caption_choices, is_ready),
    Figure("fig_remaining", "The laboratories that remain", no_tasks, draw_remaining, caption_remaining, is_ready),
]  # fmt: skip
