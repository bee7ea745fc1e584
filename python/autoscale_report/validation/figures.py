"""Figures of a comparison: every row with its interval, errors by class, how often intervals hold the truth."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from autoscale_report.validation.errors import AIM, classes
from autoscale_sim.plots.style import BLUE, LINE, VERMILION, legend_above, log_scale, plt, themed, write

matplotlib.use("Agg")  # into files: no display is needed

NAMES = {"latency_ms": "latency (ms)", "power_w": "power (W)", "energy_mj": "energy (mJ)"}
SHOWN = ("family", "precision", "cores", "backend", "phone", "board")  # classes of the figures, where there are some
RANGE = 0.05, 0.95  # of the errors of a class that a line spans
AIMED = 0.85, 0.95


def scatter(quantities: dict[str, pd.DataFrame]) -> Figure:
    """Predicted over measured, with intervals."""
    canvas, panels = plt.subplots(1, len(quantities), figsize=(4.4 * len(quantities) + 0.4, 4.6), squeeze=False)
    for panel, (quantity, frame) in zip(panels[0], quantities.items()):
        inside = (frame.low <= frame.measured) & (frame.measured <= frame.high)
        for part, colour in ((frame[inside], BLUE), (frame[~inside], VERMILION)):
            panel.vlines(part.measured, part.low, part.high, color=colour, linewidth=0.5, alpha=0.25)
            panel.plot(part.measured, part.predicted, ".", color=colour, markersize=2.5, alpha=0.7)
        ends = [min(frame.measured.min(), frame.low.min()), max(frame.measured.max(), frame.high.max())]
        panel.plot(ends, ends, color=LINE, linewidth=1)
        panel.set(xlabel=f"measured {NAMES[quantity]}", ylabel=f"predicted {NAMES[quantity]}")
        log_scale(panel, "x")
        log_scale(panel, "y")
    dots = [plt.Line2D([], [], color=colour, marker=".", linestyle="") for colour in (BLUE, VERMILION)]
    legend_above(canvas, dots, ["measured value in the 90 % interval", "outside"], 2)
    return canvas


def _values(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """(label, rows) of every value of the classes shown, all rows first."""
    found = [("all", frame)]
    for name, values in classes(frame).items():
        if name in SHOWN:
            found += [(f"{name} {value}", part) for value, part in frame.groupby(values, sort=True)]
    return found


def _column(quantities: dict[str, pd.DataFrame], draw) -> Figure:
    """A panel per quantity; a line per class value."""
    lines = max(len(_values(frame)) for frame in quantities.values())
    size = (4.2 * len(quantities) + 1.2, 0.17 * lines + 1.2)
    canvas, panels = plt.subplots(1, len(quantities), figsize=size, squeeze=False)
    for panel, (quantity, frame) in zip(panels[0], quantities.items()):
        values = _values(frame)
        draw(panel, quantity, [part for _, part in values])
        panel.set_yticks(range(len(values)), [label for label, _ in values], fontsize=7)
        panel.set_ylim(len(values) - 0.5, -0.5)
        panel.grid(axis="x")
        panel.grid(visible=False, axis="y")
    return canvas


def _draw_errors(panel, quantity: str, parts: list[pd.DataFrame]) -> None:
    for place, part in enumerate(parts):
        ratio = part.predicted / part.measured
        panel.hlines(place, *ratio.quantile(RANGE), color=BLUE, linewidth=2, alpha=0.4)
        panel.plot(ratio.median(), place, ".", color=BLUE)
    panel.axvline(1, color=LINE, linewidth=1)
    panel.set(xlabel=f"predicted / measured {NAMES[quantity]}: median, 5 to 95 %")
    log_scale(panel, "x")


def _draw_coverage(panel, quantity: str, parts: list[pd.DataFrame]) -> None:
    share = [np.mean((part.low <= part.measured) & (part.measured <= part.high)) for part in parts]
    panel.axvspan(*(100 * end for end in AIMED), color=LINE, alpha=0.25, linewidth=0)
    panel.axvline(100 * AIM, color=LINE, linewidth=1)
    panel.plot(np.multiply(share, 100), range(len(parts)), ".", color=BLUE)
    panel.set(xlabel=f"{NAMES[quantity]}: % of rows in the 90 % interval", xlim=(-2, 102))


def errors_by_class(quantities: dict[str, pd.DataFrame]) -> Figure:
    return _column(quantities, _draw_errors)


def coverage(quantities: dict[str, pd.DataFrame]) -> Figure:
    return _column(quantities, _draw_coverage)


FIGURES = {"scatter": scatter, "errors_by_class": errors_by_class, "coverage": coverage}


def draw(quantities: dict[str, pd.DataFrame], folder: Path) -> None:
    """Every figure as PNG and PDF."""
    for name, make in FIGURES.items():
        with themed("light"):
            canvas = make(quantities)
            for ending in (".png", ".pdf"):
                write(canvas, folder / f"{name}{ending}")
            plt.close(canvas)
