"""Figure of what each clock costs where nothing varies."""

from __future__ import annotations

import pandas as pd
from matplotlib.lines import Line2D

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.explained import (
    CASES,
    DNNS,
    PROCESSORS,
    STAR,
    actions,
    at_best,
    at_top,
)
from autoscale_report.style import DEVICES, panels
from autoscale_sim.plots.style import LINE, log_scale

STYLES = {"fp32": "-", "fp16": "--", "int8": ":"}


def draw_dvfs(data: Data):
    figure, axes = panels(len(DNNS), len(DEVICES), width=11, height=2.3, sharey="row")
    for row, (dnn, title) in zip(axes, DNNS.items()):
        for panel, (device, (name, _)) in zip(row, DEVICES.items()):
            draw_clocks(panel, actions(data, device, dnn))
            panel.set_title(f"{title}, {name}", loc="left")
            log_scale(panel)
        row[0].set_ylabel("energy per\ninference (mJ)")
    for panel in axes[-1]:
        panel.set_xlabel("clock / highest clock")
    handles = [Line2D([], [], color=colour, linewidth=2, label=name)
               for name, colour in PROCESSORS.values()]  # fmt: skip
    handles += [Line2D([], [], color=LINE, linestyle=s, label=p) for p, s in STYLES.items()]
    handles += [
        Line2D([], [], color=LINE, marker="o", markersize=4, ls="", label="meets QoS"),
        Line2D([], [], color=LINE, marker="o", markersize=4, ls="", markerfacecolor="none",
               label="too late"),
        Line2D([], [], color=LINE, marker="*", markersize=10, ls="", label="least within QoS"),
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def draw_clocks(panel, frame: pd.DataFrame) -> None:
    """Energy over clock of every processor and precision of a phone."""
    frame = frame[frame["legal"] & frame["target"].str.startswith("phone")]
    for target, own in frame.groupby("target", sort=False):
        _, processor, precision = target.split("_")
        colour = PROCESSORS[processor][1]
        clock = own["frequency_mhz"] / own["frequency_mhz"].max()
        panel.plot(clock, own["energy_mj"], STYLES[precision], color=colour, linewidth=1.2)
        faces = [colour if allowed else "none" for allowed in own["allowed"]]
        panel.scatter(clock, own["energy_mj"], s=12, c=faces, edgecolors=colour, linewidths=0.8)
        if own["allowed"].any():
            least = own[own["allowed"]]["energy_mj"].idxmin()
            panel.scatter(clock[least], own["energy_mj"][least], color=colour, edgecolors=LINE,
                          **STAR)  # fmt: skip


def caption_dvfs(data: Data) -> str:
    def saving(kind: str) -> tuple[list[float], list[float]]:
        """Over cases in time at the top clock: energy saved, and the clock with least energy."""
        saved, clocks = [], []
        for case in CASES:
            frame = actions(data, *case)
            top, best = at_top(frame), at_best(frame)
            for target in best.index:
                if target.startswith(kind) and top.loc[target, "allowed"]:
                    least, full = best.loc[target], top.loc[target]
                    saved.append(1 - least["energy_mj"] / full["energy_mj"])
                    clocks.append(least["frequency_mhz"] / full["frequency_mhz"])
        return saved, clocks

    def described(kind: str) -> str:
        saved, clocks = saving(kind)
        return (f"{100 * min(saved):.0f} to {100 * max(saved):.0f} % (at {min(clocks):.2f} to "
                f"{max(clocks):.2f} of the highest clock)")  # fmt: skip

    return (
        "Energy per inference at each operating point of the phone's processors (the DSP has one). "
        "It falls as the clock does, until the phone's baseline power over the longer time "
        "outweighs what the processor saves. Where the top clock is in time, the best one "
        f"saves {described('phone_cpu')} on the CPU and {described('phone_gpu')} on the GPU."
    )


FIGURES = [Figure("fig_dvfs", "Energy at each clock", no_tasks, draw_dvfs, caption_dvfs)]
