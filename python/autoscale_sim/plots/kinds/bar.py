"""Bars of means, with error bars of 95 % intervals over replications."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import Grid, errors, intervals
from ..kind import Kind
from ..series import series_of
from ..style import LINE
from ..view import MEAN, MEASURED, View


def defaults(view: View) -> None:
    view.roles.default("x", [*view.parameters, *view.policies, "policy"])
    view.roles.default("y", MEASURED)
    view.roles.default("hue", [*view.policies, *view.parameters])
    view.roles.default("facet", view.parameters)


def draw(view: View) -> tuple[Canvas, object]:
    x, y, hue, facet = view.need("x"), view.need("y"), view.roles.hue, view.roles.facet
    view.need_numbers(y)
    means = view.means([key for key in (x, hue, facet) if key], y)
    looks, grid, handles = series_of(view, hue), Grid(view), {}
    places = {value: place for place, value in enumerate(view.values(x))}
    width = 0.82 / len(looks)
    for axes, _, rows in grid.panels(means):
        for i, (value, look) in enumerate(looks.items()):
            points = rows[rows[hue] == value] if hue else rows
            middle = [places[v] + (i - (len(looks) - 1) / 2) * width for v in points[x]]
            drawn = axes.bar(middle, points[MEAN], width, yerr=errors(points),
                             color=own_colours(view, x, points) if hue is None else look.colour,
                             error_kw={"elinewidth": 0.9, "ecolor": LINE}, capsize=2)  # fmt: skip
            handles.setdefault(look.label, drawn)
        label_places(axes, view, x, grid.columns)
    grid.scale(None, y)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    return grid.finish(handles, intervals(means)), means


def own_colours(view: View, x: str, points) -> list[str]:
    """A policy keeps its colour where policies stand side by side; other bars are alike."""
    if x != "policy":
        return [series_of(view, None)[None].colour] * len(points)
    looks = series_of(view, x)
    return [looks[policy].colour for policy in points[x]]


def label_places(axes, view: View, x: str, columns: int) -> None:
    """A tick per value of x, slanted if the names would run into one another."""
    names = [labels.value(value) for value in view.values(x)]
    slanted = sum(len(name) + 2 for name in names) > (60 if columns == 1 else 42)
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(axis="x", length=0)
    if slanted:
        for tick in axes.get_xticklabels():
            tick.set(rotation=30, ha="right", rotation_mode="anchor")


KIND = Kind("bar", "means side by side, with error bars of 95 % intervals", defaults, draw)
