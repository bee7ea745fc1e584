"""Figure of how the best target moves with co-runners."""

from __future__ import annotations

import pandas as pd
import yaml
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.explained import (
    CASES,
    DNNS,
    STAR,
    actions,
    at_best,
    at_top,
    chosen,
    comes_out,
    cpu_ppw,
    label,
    named,
    site,
)
from autoscale_report.style import DEVICES, panels
from autoscale_sim.plots.style import BLUE, GREY, LINE, ORANGE, TARGETS, background, log_scale

LOCAL = [target for target in TARGETS if target.startswith("phone")]
PLACES = [*LOCAL, "tablet", "cloud"]
CO_RUNNERS = {
    "S1": ("none", GREY, ""),
    "S2": ("CPU-intensive", ORANGE, "////"),
    "S3": ("memory-intensive", BLUE, "...."),
}


def by_place(frame: pd.DataFrame) -> pd.DataFrame:
    """The best action per target of the phone, on the tablet and in the cloud."""
    place = frame["target"].where(frame["target"].isin(LOCAL), frame["target"].map(site))
    return at_best(frame.assign(place=place), by="place")


def co_runner(data: Data, environment: str) -> dict[str, float]:
    """Options of `explain` for the environment's steady co-runner."""
    path = data.plan.root / f"scenarios/environments/{environment}.yaml"
    config = yaml.safe_load(path.read_text())["co_runner"]
    if config == "none":
        return {}
    return {"co_cpu": config["steady"]["cpu"], "co_mem": config["steady"]["memory"]}


def beside(data: Data, environment: str, device: str, dnn: str) -> pd.DataFrame:
    return actions(data, device, dnn, **co_runner(data, environment))


def draw_interference(data: Data):
    figure, axes = panels(len(DNNS), len(DEVICES), width=11, height=2.4, sharey="row")
    for panel, (device, dnn) in zip(axes.flat, CASES):
        for i, environment in enumerate(CO_RUNNERS):
            frame = beside(data, environment, device, dnn)
            draw_places(panel, frame, environment, cpu_ppw(data, device, dnn), (i - 1) * 0.27)
        panel.set_title(f"{DNNS[dnn]}, {DEVICES[device][0]}", loc="left")
        panel.axhline(1, color=LINE, linewidth=0.8, linestyle="--")
        log_scale(panel)
    names = [label(p).removeprefix("phone ").replace(" ", "\n") for p in LOCAL]
    names += PLACES[len(LOCAL):]
    for panel in axes[-1]:
        panel.set_xticks(range(len(PLACES)), names, fontsize=8)
        panel.tick_params(axis="x", length=0)
        panel.set_xlim(-0.6, len(PLACES) - 0.4)
    for row in axes:
        row[0].set_ylabel("efficiency,\nphone CPU fp32 = 1")
    handles = [Patch(facecolor=colour, hatch=hatch, edgecolor=background(), label=f"{e}: {text}")
               for e, (text, colour, hatch) in CO_RUNNERS.items()]  # fmt: skip
    handles += [
        Patch(facecolor="none", edgecolor=LINE, label="misses QoS"),
        Line2D([], [], color=LINE, marker="*", markersize=10, ls="", label="Opt"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def draw_places(panel, frame: pd.DataFrame, environment: str, scale: float, shift: float) -> None:
    """Bars of one environment, and a star on what Opt takes."""
    _, colour, hatch = CO_RUNNERS[environment]
    best, opt = by_place(frame), chosen(frame)
    for x, place in enumerate(PLACES):
        if place not in best.index:
            continue
        action = best.loc[place]
        look = {"facecolor": colour, "hatch": hatch, "edgecolor": background(), "linewidth": 0}
        if not action["allowed"]:
            look = {"facecolor": "none", "edgecolor": colour}
        panel.bar(x + shift, action["ppw"] / scale - 1, 0.25, bottom=1, **look)
        if action["name"] == opt["name"]:
            panel.scatter(x + shift, action["ppw"] / scale, color=colour, edgecolors=LINE, **STAR)


def caption_interference(data: Data) -> str:
    def count(environment: str, prefix: str) -> int:
        choices = [chosen(beside(data, environment, *case))["target"] for case in CASES]
        return sum(target.startswith(prefix) for target in choices)

    def moves(environment: str) -> str:
        texts = []
        for device, dnn in CASES:
            old, new = (chosen(beside(data, e, device, dnn))["target"] for e in ("S1", environment))
            if old != new:
                texts.append(f"{named(device, dnn)} from {label(old)} to {label(new)}")
        return "; ".join(texts) or "none"

    def loss(environment: str, kinds: tuple[str, ...]) -> str:
        kept = pd.concat(at_top(beside(data, environment, *case))["ppw"]
                         / at_top(beside(data, "S1", *case))["ppw"] for case in CASES)  # fmt: skip
        lost = 100 * (1 - kept[kept.index.str.startswith(kinds)])
        return f"{lost.min():.0f} to {lost.max():.0f} %"

    cpu = [count(e, "phone_cpu") for e in ("S1", "S2")]
    local = [count(e, "phone") for e in ("S1", "S3")]
    co_processors = ("phone_gpu", "phone_dsp")
    return (
        "Efficiency relative to the phone's CPU in fp32 at its top clock without a co-runner; no "
        "bar: cannot run there. At top clocks the CPU-intensive co-runner costs the CPU "
        f"{loss('S2', ('phone_cpu',))} of its efficiency, the memory-intensive one costs the CPU "
        f"{loss('S3', ('phone_cpu',))} and the co-processors {loss('S3', co_processors)}. Choices "
        f"of Opt that the first moves: {moves('S2')}; the second: {moves('S3')}. That a "
        "CPU-intensive co-runner moves the best target off the CPU "
        f"{comes_out(cpu[1] < cpu[0])} here (there in {cpu[0]} of {len(CASES)} cases without, "
        f"{cpu[1]} with it), that a memory-intensive one moves it off the phone "
        f"{comes_out(local[1] < local[0])} (there in {local[0]} without, {local[1]} with it)."
    )


FIGURES = [
    Figure("fig_interference", "Efficiency of each target beside co-runners", no_tasks,
           draw_interference, caption_interference),
]  # fmt: skip
