"""Panels of one phone over time, above one another: signals, co-runner, choice, energy, latency.

A row of the frames is a request, in the columns of requests.csv that the panels name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure as Canvas

from .style import BLUE, GREY, LINE, ORANGE, PURPLE, SKY, TARGETS, VERMILION, log_scale

SIGNALS = {"cloud_signal_dbm": ("cloud", SKY), "tablet_signal_dbm": ("tablet", PURPLE)}
CO_RUNNERS = {"co_cpu": ("CPU", ORANGE), "co_memory": ("memory", BLUE)}
MOST_RATIO = 8  # largest over least value from which the axis is logarithmic


@dataclass(frozen=True)
class Panel:
    height: float  # beside the others
    draw: Callable  # (axes, time, rows)


def draw_panels(figure: Canvas, time: pd.Series, rows: pd.DataFrame, panels: list[Panel],
                label: str) -> None:  # fmt: skip
    """`time`, on the axis that the panels share, has an entry per row and that `label`."""
    heights = [panel.height for panel in panels]
    all_axes = figure.subplots(len(panels), sharex=True, height_ratios=heights)
    for axes, panel in zip(all_axes, panels):
        panel.draw(axes, time, rows)
    all_axes[-1].set_xlabel(label)


def beside(axes) -> None:
    """The legend right of a panel, where no data is."""
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def draw_steps(axes, time, rows: pd.DataFrame, columns: dict, label: str) -> None:
    for column, (name, colour) in columns.items():
        axes.step(time, rows[column], where="post", color=colour, label=name, linewidth=1)
    axes.set_ylabel(label)
    beside(axes)


def draw_signals(axes, time, rows: pd.DataFrame) -> None:
    draw_steps(axes, time, rows, SIGNALS, "signal (dBm)")


def draw_co_runners(axes, time, rows: pd.DataFrame) -> None:
    draw_steps(axes, time, rows, CO_RUNNERS, "co-runner\n(utilisation)")
    axes.set_ylim(-0.05, 1.05)


def draw_choices(axes, time, rows: pd.DataFrame) -> None:
    """A row per target that was used, a mark per inference, cloud on top."""
    targets = rows["executed"].str.split("@").str[0]
    known = [target for target in TARGETS if (targets == target).any()]
    others = sorted(set(targets) - set(known))
    for place, target in enumerate([*known, *others]):
        _, colour, _ = TARGETS.get(target, (target, GREY, ""))
        axes.plot(time[targets == target], [place] * int((targets == target).sum()), "|",
                  color=colour, markersize=9)  # fmt: skip
    names = [TARGETS.get(target, (target,))[0] for target in [*known, *others]]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_ylabel("executed on")


def draw_marks(axes, time, values: pd.Series, in_time: pd.Series) -> None:
    """A mark per inference, another for those that missed their bound."""
    late = in_time == 0
    axes.plot(time[~late], values[~late], "o", markersize=2.5, color=GREY, label="in time")
    axes.plot(time[late], values[late], "x", markersize=5, color=VERMILION, label="QoS missed")
    if values.min() > 0 and values.max() > MOST_RATIO * values.min():
        log_scale(axes)


def draw_energy(axes, time, rows: pd.DataFrame) -> None:
    draw_marks(axes, time, rows["energy_mj"], rows["qos_met"])
    axes.set_ylabel("energy (mJ)")
    beside(axes)


def draw_latency(axes, time, rows: pd.DataFrame) -> None:
    """Beside the bound of each inference."""
    draw_marks(axes, time, rows["latency_ms"], rows["qos_met"])
    axes.plot(time, rows["bound_ms"], color=LINE, linestyle="--", linewidth=1, label="bound")
    axes.set_ylabel("latency (ms)")
    beside(axes)


SIGNAL = Panel(1, draw_signals)
CO_RUNNER = Panel(0.8, draw_co_runners)
CHOICE = Panel(1.5, draw_choices)
ENERGY = Panel(1.2, draw_energy)
LATENCY = Panel(1.2, draw_latency)
