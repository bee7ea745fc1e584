"""Where inferences were executed: the shares of all targets stacked, means over replications."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from .. import labels
from ..errors import PlotError
from ..grid import Grid
from ..kind import Kind
from ..labels import SHARE
from ..style import LINE, TARGETS
from ..view import View
from .bar import label_places

OTHER = ("#BBBBBB", "xx")  # look of targets without one of their own


def defaults(view: View) -> None:
    view.roles.default("x", [*view.parameters, *view.policies, "policy"])
    view.roles.default("facet", [*view.policies, *view.parameters])


def draw(view: View) -> tuple[Canvas, object]:
    x, facet = view.need("x"), view.roles.facet
    shares = [column for column in view.measured if column.startswith(SHARE)]
    if not shares:
        raise PlotError(f"{view.table} has no {SHARE}... columns")
    view.frame = view.frame.dropna(subset=shares)  # a run without a finished inference
    if view.frame.empty:
        raise PlotError("no run here has finished an inference")
    keys = [key for key in (x, facet) if key]
    view.say_averaged(keys)
    each = view.frame.groupby([*keys, "replication"], observed=True)[shares].mean()
    means = each.groupby(keys, observed=True).mean().reset_index()
    used = [column for column in in_order(shares) if means[column].max() > 0]
    grid = Grid(view)
    for axes, _, rows in grid.panels(means):
        stack(axes, rows, [view.values(x).index(value) for value in rows[x]], used)
        label_places(axes, view, x, grid.columns)
        axes.set_ylim(0, 100)
        axes.grid(False)
    grid.label(labels.axis(view.source, x), "inferences (%)")
    handles = {name: Patch(facecolor=colour, hatch=hatch, edgecolor=LINE, linewidth=0.3)
               for name, colour, hatch in map(look, used)}  # fmt: skip
    said = f"where inferences ran, mean of {view.frame['replication'].nunique()} replication(s)"
    return grid.finish(handles, said), means[[*keys, *used]]


def in_order(shares: list[str]) -> list[str]:
    """As in the legend of the reports, then the rest."""
    known = [SHARE + target for target in TARGETS]
    return [c for c in known if c in shares] + [c for c in shares if c not in known]


def look(column: str) -> tuple[str, str, str]:
    target = column.removeprefix(SHARE)
    return TARGETS.get(target, (target.replace("_", " "), *OTHER))


def stack(axes, rows: pd.DataFrame, places: list[int], used: list[str]) -> None:
    bottom = pd.Series(0.0, rows.index)
    for column in used:
        _, colour, hatch = look(column)
        height = 100 * rows[column]
        axes.bar(places, height, 0.8, bottom=bottom, color=colour, hatch=hatch, edgecolor=LINE,
                 linewidth=0.3)  # fmt: skip
        bottom = bottom + height


KIND = Kind("shares", "where inferences were executed, stacked", defaults, draw,
            ("runs.csv", "breakdown.csv"))  # fmt: skip
