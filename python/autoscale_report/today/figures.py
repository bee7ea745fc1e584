"""The figures of results/today.md, drawn from its tables."""

from __future__ import annotations

import math
from collections.abc import Callable

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from autoscale_report.figure import Figure, no_tasks
from autoscale_report.today import ANSWER, GRIDS, PHONES
from autoscale_report.today.sites import HELPER, PHONE, SERVER
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    background,
    log_scale,
    plt,
)

Tables = dict[str, pd.DataFrame]
COLOURS = {PHONE: ORANGE, HELPER: PURPLE, SERVER: SKY}
CLOSE = 1.25  # costs of two sites that differ by less are drawn pale
NETWORKS = {("wifi", "regular"): "Wi-Fi", ("wifi", "weak"): "weak Wi-Fi", ("lte", "regular"): "LTE",
            ("nr_low", "regular"): "5G low", ("nr_mid", "regular"): "5G mid", ("nr_mmwave", "regular"): "5G mmWave"}  # fmt: skip
VIEWS = {"phone's joules,\nlaptop beside it": (0.0, True), "phone's joules,\nno laptop": (0.0, False),
         "all joules": (1.0, True)}  # fmt: skip
SHOWN = "galaxy_s25"


def costs(row: pd.Series, weight: float, helper: bool) -> dict[str, float]:
    """By site that is in time."""
    found = {PHONE: row["phone_j"], SERVER: row["server_j"] + weight * row["server_own_j"]}
    if helper:
        found[HELPER] = row["helper_j"] + weight * row["helper_own_j"]
    return {site: cost for site, cost in found.items() if not math.isnan(cost)}


def shade(found: dict[str, float]) -> tuple[float, float, float]:
    if not found:
        return to_rgb(GREY)
    ranked = sorted(found, key=found.get)
    colour = np.array(to_rgb(COLOURS[ranked[0]]))
    close = len(ranked) > 1 and found[ranked[1]] < CLOSE * found[ranked[0]]
    return tuple(0.45 * colour + 0.55 * np.array(to_rgb(background()))) if close else tuple(colour)


def map_panel(panel, rows: pd.DataFrame, weight: float, helper: bool) -> None:
    prompts, outputs = (sorted(rows[key].unique()) for key in ("prompt", "output"))
    cells = {(row["prompt"], row["output"]): shade(costs(row, weight, helper)) for _, row in rows.iterrows()}
    panel.imshow([[cells[p, o] for o in outputs] for p in prompts], origin="lower", aspect="auto")
    panel.set_xticks(range(0, len(outputs), 2), [f"{o:g}" for o in outputs[::2]])
    panel.set_yticks(range(1, len(prompts), 2), [f"{p:g}" for p in prompts[1::2]])
    panel.grid(False)
    panel.tick_params(labelsize=6)


def sites(tables: Tables):
    rows = tables["lengths"]
    rows = rows[rows["phone"] == SHOWN]
    canvas, panels = plt.subplots(len(VIEWS), len(NETWORKS), figsize=(7.6, 4.3), sharex=True, sharey=True)
    for panel, name in zip(panels[0], NETWORKS.values()):
        panel.set_title(name, fontsize=8)
    for line, (view, (weight, helper)) in zip(panels, VIEWS.items()):
        for panel, (network, signal) in zip(line, NETWORKS):
            of_panel = rows[(rows["network"] == network) & (rows["signal"] == signal)]
            map_panel(panel, of_panel, weight, helper)
        line[0].set_ylabel(f"{view}\ntokens of the prompt", fontsize=7)
    for panel in panels[-1]:
        panel.set_xlabel("of the answer", fontsize=7)
    handles = [Patch(color=colour, label="laptop" if site == HELPER else site) for site, colour in COLOURS.items()]
    canvas.legend(handles=handles, loc="outside lower center", ncols=3)
    return canvas


def load(tables: Tables):
    """Joules of a usual answer, phone and server together, over the load."""
    rows = tables["load"]
    canvas, panels = plt.subplots(1, len(PHONES), figsize=(7.6, 3.2), sharey=True)
    for panel, (phone, name) in zip(panels, PHONES.items()):
        usual = (rows["prompt"] == ANSWER["prompt"]) & (rows["output"] == ANSWER["output"])
        of_phone = rows[usual & (rows["phone"] == phone)].sort_values("others")
        for (grid, weight), dash in zip(GRIDS.items(), (":", "-", "--")):
            both = of_phone["server_j"] + weight * of_phone["server_own_j"]
            label = f"server, {grid} (x {weight:.2g})"
            panel.plot(of_phone["others"], both, color=BLUE, linestyle=dash, label=label)
        panel.plot(of_phone["others"], of_phone["helper_j"] + of_phone["helper_own_j"], color=PURPLE, label="laptop")
        panel.plot(of_phone["others"], of_phone["full_clock_j"], color=VERMILION, label="phone, full clock")
        panel.plot(of_phone["others"], of_phone["phone_j"], color=ORANGE, label="phone, cheapest clock")
        log_scale(panel, "x")
        log_scale(panel, "y")
        late = of_phone["phone_j"].isna().all()
        panel.set_title(f"{name}, never in time" if late else name, fontsize=8)
        panel.set_xlabel("others on the server")
        panel.tick_params(labelsize=7)
    panels[0].set_ylabel("J per answer, all joules")
    handles, labels = panels[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=7)
    return canvas


LEARNERS = {"residual": (VERMILION, "P"), "linucb": (GREEN, "^"), "thompson": (PURPLE, "v"), "autoscale": (BLUE, "o"),
            "autoscale_prompts": (SKY, "s"), "cloud": (GREY, "D"), "connected_edge": (LINE, "x")}  # fmt: skip
CALLED = {"cloud": "always the server", "connected_edge": "always the laptop"}
PLACES = {"S1": "calm", "S4": "weak Wi-Fi", "hand_heat": "warm hand", "foreground_chrome": "Chrome in front",
          "walk_nr_low": "walk, 5G low", "walk_nr_mid": "walk, 5G mid", "walk_nr_mmwave": "walk, mmWave"}  # fmt: skip
SETTINGS = {("phone", 31): "phone's joules, 31 others", ("system", 7): "all joules, 7 others",
            ("system", 31): "all joules, 31 others", ("system", 127): "all joules, 127 others"}  # fmt: skip


def savings(tables: Tables):
    """Energy that counts over that of always the phone's NPU."""
    rows = tables["savings"]
    rows = rows[rows["device"] == SHOWN]
    canvas, panels = plt.subplots(1, len(SETTINGS), figsize=(7.6, 3.6), sharey=True)
    for panel, ((counts, others), title) in zip(panels, SETTINGS.items()):
        here = rows[(rows["counts"] == counts) & (rows["others"] == others)]
        for shift, (policy, (colour, marker)) in enumerate(LEARNERS.items()):
            line = here[here["policy"] == policy].set_index("place").loc[list(PLACES)]
            y = np.arange(len(PLACES)) + 0.1 * (shift - 3)
            above = {end: 1 - line[f"saved_over_edge_best{end}"] for end in ("", "_low", "_high")}
            half = [(above[""] - above["_high"]).clip(lower=0), (above["_low"] - above[""]).clip(lower=0)]
            panel.errorbar(above[""], y, xerr=half, color=colour, marker=marker, markersize=4, linestyle="",
                           label=CALLED.get(policy, policy))  # fmt: skip
        panel.axvline(1, color=VERMILION, linewidth=0.7)
        panel.set_title(title, fontsize=7)
        panel.set_yticks(range(len(PLACES)), PLACES.values(), fontsize=7)
        panel.set_ylim(len(PLACES) - 0.5, -0.5)
        log_scale(panel, "x")
        panel.grid(True, axis="x")
        panel.tick_params(axis="x", labelsize=6)
    canvas.supxlabel("energy that counts over that of always the NPU", fontsize=8)
    handles, labels = panels[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=7)
    return canvas


# Measure of sensitivity.py -> from how many of these the server is cheaper.
MEASURES = {"load": "others on the server",
            "short": "tokens of the answer"}  # fmt: skip
EDGES = {"load": (1, 300), "short": (2, 300)}


def tornado(panel, rows: pd.DataFrame, measure: str, phone: str) -> None:
    nominal = rows.iloc[0][phone]
    low, high = EDGES[measure]
    moved = rows.iloc[1:].copy()
    moved["drawn"] = moved[phone].clip(low, high)
    spans = [(text, group["drawn"].to_list()) for text, group in moved.groupby("assumption", sort=False)]
    spans.sort(key=lambda span: math.log(max([*span[1], nominal]) / min([*span[1], nominal])))
    for y, (_, ends) in enumerate(spans):
        for end in ends:
            panel.barh(y, end - nominal, left=nominal, color=SKY if end < nominal else ORANGE, height=0.7)
    panel.axvline(nominal, color=LINE)
    log_scale(panel, "x")
    panel.set_xlim(low, high)
    panel.set_yticks(range(len(spans)), [text for text, _ in spans], fontsize=6)
    panel.tick_params(axis="x", labelsize=7)
    panel.grid(True, axis="x")
    panel.grid(False, axis="y")
    panel.set_title(PHONES[phone], fontsize=8)


def sensitivity(tables: Tables):
    rows = tables["sensitivity"]
    canvas, panels = plt.subplots(len(MEASURES), 2, figsize=(7.6, 6.8))
    for line, (measure, text) in zip(panels, MEASURES.items()):
        for panel, phone in zip(line, ("galaxy_s25", "iphone_17_pro")):
            tornado(panel, rows[rows["measure"] == measure], measure, phone)
            panel.set_xlabel(text, fontsize=7)
    return canvas


def figure(name: str, title: str, draw: Callable[[Tables], matplotlib.figure.Figure]) -> Figure:
    return Figure(name, title, no_tasks, draw, lambda tables: "")


FIGURES = (
    figure("today_sites", "Who answers most cheaply, by lengths and network", sites),
    figure("today_load", "Joules of an answer over the load of the server", load),
    figure("today_savings", "What learners save", savings),
    figure("today_sensitivity", "What turns the answer", sensitivity),
)
