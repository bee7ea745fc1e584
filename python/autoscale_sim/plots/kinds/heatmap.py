"""Two parameters and in each cell a value, the mean over replications, as a colour and a number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import Grid, cell_format, ink
from ..kind import Kind
from ..style import log_ticks, plt
from ..view import COUNT, MEAN, MEASURED, Statistic, View, is_wide

MOST_NUMBERS = 150  # cells of a panel that get their number written in


def defaults(view: View) -> None:
    two_parameters(view)
    view.roles.default("facet", [*view.policies, *view.parameters])


def two_parameters(view: View) -> None:
    view.roles.default("x", [*view.numeric_parameters, *view.parameters, *view.policies])
    view.roles.default("y", [*view.parameters, *view.policies])
    view.roles.default("value", MEASURED)


def draw(view: View) -> tuple[Canvas, object]:
    x, y, value, facet = view.need("x"), view.need("y"), view.need("value"), view.roles.facet
    view.need_numbers(value)
    means = view.means([key for key in (x, y, facet) if key], value)
    grid, shades = Grid(view), shades_of(means[MEAN])
    for axes, _, rows in grid.panels(means):
        cells = table(view, rows, x, y, MEAN).to_numpy(dtype=float)
        image = axes.imshow(cells, aspect="auto", cmap="viridis", norm=shades, origin="lower")
        if cells.size <= MOST_NUMBERS:
            write_numbers(axes, cells, image, cell_format(means[MEAN]))
        label_cells(axes, view, x, y)
    bar = grid.figure.colorbar(image, ax=grid.axes, shrink=0.9)
    bar.set_label(labels.axis(view.source, value))
    bar.outline.set_visible(False)
    if isinstance(shades, LogNorm):
        log_ticks(bar.ax.yaxis)
    grid.label(labels.axis(view.source, x), labels.axis(view.source, y))
    return grid.finish(None, f"mean of {int(means[COUNT].max())} replication(s)"), means


def shades_of(values: pd.Series) -> Normalize:
    return (LogNorm if is_wide(values) else Normalize)(values.min(), values.max())


def table(view: View, rows: pd.DataFrame, x: str, y: str, content: Statistic) -> pd.DataFrame:
    """A row per y, a column per x, in the order of drawing; nan where the sweep has no point."""
    return rows.pivot(index=y, columns=x, values=content).reindex(
        index=view.values(y), columns=view.values(x)
    )


def write_numbers(axes, cells: np.ndarray, image, text_of: Callable[[float], str]) -> None:
    for (row, column), number in np.ndenumerate(cells):
        if np.isfinite(number):
            axes.text(column, row, text_of(number), ha="center", va="center", fontsize=7,
                      color=ink(image.cmap(image.norm(number))))  # fmt: skip


def label_cells(axes, view: View, x: str, y: str) -> None:
    for axis, column in ((axes.xaxis, x), (axes.yaxis, y)):
        names = [labels.value(v) for v in view.values(column)]
        axis.set_ticks(range(len(names)), names)
    if sum(len(name.get_text()) + 1 for name in axes.get_xticklabels()) > 34:
        plt.setp(axes.get_xticklabels(), rotation=45, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


KIND = Kind("heatmap", "two parameters, and a value as colour (--value)", defaults, draw)
