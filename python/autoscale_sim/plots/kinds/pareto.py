"""Energy against latency, a point per policy and condition, and the front that none beats in both."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import Grid, errors, intervals
from ..kind import Kind
from ..series import series_of
from ..style import LINE
from ..view import COUNT, HIGH, LOW, MEAN, Statistic, View

MEAN_X, MEAN_Y = Statistic.MEAN_X, Statistic.MEAN_Y


def defaults(view: View) -> None:
    view.roles.default("x", ["latency_mean_ms"])
    view.roles.default("y", ["energy_mean_mj"])
    view.roles.default("hue", [*view.policies, *view.parameters])
    view.roles.default("facet", view.parameters)


def on_axis(means: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The same means, told apart from those of the other axis."""
    return means.rename(columns={s: Statistic(f"{s.value}_{axis}") for s in (MEAN, LOW, HIGH, COUNT)})


def front(points: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """The points than which no other is at least as good in both and better in one, by x."""
    signed = pd.DataFrame({axis: -points[mean] if labels.larger_is_better(column) else points[mean]
                           for axis, mean, column in (("x", MEAN_X, x), ("y", MEAN_Y, y))})  # fmt: skip
    ordered = signed.sort_values(["x", "y"])
    best_before = ordered["y"].cummin().shift(fill_value=float("inf"))
    return points.loc[ordered.index[ordered["y"] < best_before]]


def draw(view: View) -> tuple[Canvas, object]:
    x, y, hue, facet = view.need("x"), view.need("y"), view.roles.hue, view.roles.facet
    view.need_numbers(x, y)
    keys = [key for key in (hue, facet) if key]
    keys += view.leftover(keys)  # a point for each rather than a mean over all
    if not keys:
        keys = ["policy"]
    over_x, over_y = view.means(keys, x), view.means(keys, y)
    points = on_axis(over_x, "x").merge(on_axis(over_y, "y"), on=keys)
    looks, grid, handles = series_of(view, hue), Grid(view), {}
    for axes, _, rows in grid.panels(points):
        for value, look in looks.items():
            own = rows[rows[hue] == value] if hue else rows
            handles.setdefault(look.label, draw_points(axes, own, look))
        best = front(rows, x, y)
        (line,) = axes.plot(best[MEAN_X], best[MEAN_Y], color=LINE, linewidth=1, zorder=1)
        handles.setdefault("front", line)
    handles["front"] = handles.pop("front")  # last in the legend
    view.log_if_wide("x", points[MEAN_X])
    view.log_if_wide("y", points[MEAN_Y])
    grid.scale(x, y)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    return grid.finish(handles, intervals(over_y)), points


def draw_points(axes, own: pd.DataFrame, look):
    across = errors(own, MEAN_X, Statistic.LOW_X, Statistic.HIGH_X)
    along = errors(own, MEAN_Y, Statistic.LOW_Y, Statistic.HIGH_Y)
    return axes.errorbar(own[MEAN_X], own[MEAN_Y], xerr=across, yerr=along, fmt=look.marker,
                         color=look.colour, ecolor=look.colour, elinewidth=0.8,
                         markersize=5)  # fmt: skip


KIND = Kind("pareto", "energy against latency, and the front that nothing beats", defaults, draw)
