"""A point per condition, with error bars of 95 % intervals: for parameters that were drawn at random.

Nothing is averaged over but replications.
"""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import Grid, errors, intervals
from ..kind import Kind
from ..series import series_of
from ..view import MEAN, MEASURED, View


def defaults(view: View) -> None:
    drawn = [p.column for p in view.source.parameters if p.drawn]
    view.roles.default("x", [c for c in [*drawn, *view.parameters] if view.is_numeric(c)])
    view.roles.default("y", MEASURED)
    view.roles.default("hue", [*view.policies, *view.parameters])


def draw(view: View) -> tuple[Canvas, object]:
    x, y, hue, facet = view.need("x"), view.need("y"), view.roles.hue, view.roles.facet
    view.need_numbers(x, y)
    keys = [key for key in (x, hue, facet) if key]
    means = view.means([*keys, *view.leftover(keys)], y)
    looks, grid, handles = series_of(view, hue), Grid(view), {}
    for axes, _, rows in grid.panels(means):
        for value, look in looks.items():
            points = rows[rows[hue] == value] if hue else rows
            drawn = axes.errorbar(points[x], points[MEAN], yerr=errors(points), fmt=look.marker,
                                  color=look.colour, elinewidth=0.8, markersize=4)  # fmt: skip
            handles.setdefault(look.label, drawn)
    grid.scale(x, y)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    return grid.finish(handles, intervals(means)), means


KIND = Kind("scatter", "a point per condition: for parameters drawn at random", defaults, draw)
