"""Lines of means over a number, with bands of 95 % intervals over replications."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import Grid, intervals
from ..kind import Kind
from ..series import series_of
from ..view import HIGH, LOW, MEAN, MEASURED, View

FEW = 25  # points of a line that get a marker each


def defaults(view: View) -> None:
    learned = ["learned"] if view.table == "learning.csv" else []
    view.roles.default("x", [*view.numeric_parameters, *learned])
    view.roles.default("y", MEASURED[::-1] if learned else MEASURED)
    view.roles.default("hue", [*view.policies, *view.parameters])
    view.roles.default("facet", view.parameters)


def draw(view: View) -> tuple[Canvas, object]:
    x, y = view.need("x", "; bars need no number: --kind bar"), view.need("y")
    hue, facet = view.roles.hue, view.roles.facet
    view.need_numbers(x, y)
    means = view.means([key for key in (x, hue, facet) if key], y)
    looks, grid, handles = series_of(view, hue), Grid(view), {}
    for axes, _, rows in grid.panels(means):
        for value, look in looks.items():
            points = (rows[rows[hue] == value] if hue else rows).sort_values(x)
            marker = look.marker if len(points) <= FEW else None
            (line,) = axes.plot(points[x], points[MEAN], color=look.colour, marker=marker,
                                linestyle=look.dash, markersize=4, linewidth=1.4)  # fmt: skip
            axes.fill_between(points[x], points[LOW], points[HIGH], color=look.colour,
                              alpha=0.2, linewidth=0)  # fmt: skip
            handles.setdefault(look.label, line)
    grid.scale(x, y)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    return grid.finish(handles, intervals(means)), means


KIND = Kind("line", "means over a number, with bands of 95 % intervals", defaults, draw)
