"""Two parameters and in each cell the policy with the best mean, beside that mean.

The oracle `opt` and other policies of no use to a phone can be left out with --where.
"""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle

from .. import labels
from ..errors import PlotError
from ..grid import Grid, cell_format, ink
from ..kind import Kind
from ..series import ORACLE, series_of
from ..style import background
from ..view import MEAN, View
from .heatmap import MOST_NUMBERS, label_cells, two_parameters


def defaults(view: View) -> None:
    two_parameters(view)
    view.roles.default("hue", view.policies)
    view.roles.default("facet", view.parameters)


def draw(view: View) -> tuple[Canvas, object]:
    x, y, value = view.need("x"), view.need("y"), view.need("value")
    rival, facet = view.need("hue", ": there is one policy"), view.roles.facet
    if rival == "policy" and (view.frame["policy"] == ORACLE).any():
        view.frame = view.frame[view.frame["policy"] != ORACLE]
        view.notes.append(f"{ORACLE}, the oracle, does not compete")
        if view.frame.empty:
            raise PlotError(f"there is no policy but {ORACLE}")
    view.need_numbers(value)
    keys = [key for key in (x, y, facet) if key]
    means = view.means([*keys, rival], value)
    ordered = means.sort_values(MEAN, ascending=not labels.larger_is_better(value))
    winners = ordered.drop_duplicates(keys)
    looks, grid = series_of(view, rival), Grid(view)
    for axes, _, rows in grid.panels(winners):
        draw_winners(axes, view, rows, x, y, rival, looks, cell_format(winners[MEAN]))
        label_cells(axes, view, x, y)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    won = [policy for policy in looks if (winners[rival] == policy).any()]
    handles = {looks[p].label: Patch(color=looks[p].colour) for p in won}
    said = f"{rival} with the {'largest' if labels.larger_is_better(value) else 'least'} " + (
        labels.axis(view.source, value)
    )
    return grid.finish(handles, said), winners


def draw_winners(axes, view: View, rows, x: str, y: str, rival: str, looks, text_of) -> None:
    columns = {value: place for place, value in enumerate(view.values(x))}
    lines = {value: place for place, value in enumerate(view.values(y))}
    few = len(columns) * len(lines) <= MOST_NUMBERS
    for cell in rows.to_dict("records"):
        column, line = columns[cell[x]], lines[cell[y]]
        axes.add_patch(Rectangle((column - 0.5, line - 0.5), 1, 1, edgecolor=background(),
                                 facecolor=looks[cell[rival]].colour))  # fmt: skip
        if few:
            axes.text(column, line, text_of(cell[MEAN]), ha="center", va="center", fontsize=7,
                      color=ink(looks[cell[rival]].colour))  # fmt: skip
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(-0.5, len(lines) - 0.5)


KIND = Kind("best", "two parameters, and which policy is best as colour", defaults, draw)
