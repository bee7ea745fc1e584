"""What all kinds of plots share: a panel per facet, a legend above them, a line that says what is
shown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas

from . import labels
from .errors import PlotError
from .style import LINE, legend_above, log_scale, plt
from .view import COUNT, HIGH, LOW, MAX_PANELS, MEAN, Statistic, View, is_wide

PANEL = (3.6, 2.7)  # inches
ALONE = (5.6, 3.6)
CHARACTERS = 13  # per inch, about
FINE_CHARACTERS = 18  # of the smallest text
HANDLE = 9  # characters that a legend's handle and spacing take


class Grid:
    def __init__(self, view: View):
        self.view, self.column = view, view.roles.facet
        self.values = view.values(self.column) if self.column else [None]
        if len(self.values) > MAX_PANELS:
            raise PlotError(
                f"--facet {self.column} would draw {len(self.values)} panels, more than {MAX_PANELS}; "
                f"choose some with --where {self.column}=a,b"
            )
        count = len(self.values)
        columns = count if count <= 3 else {4: 2, 5: 3, 6: 3, 9: 3}.get(count, 4)
        rows = math.ceil(count / columns)
        width, height = ALONE if count == 1 else (PANEL[0] * columns, PANEL[1] * rows)
        self.figure, axes = plt.subplots(rows, columns, figsize=(width, height + 0.5), squeeze=False,
                                         sharex=True, sharey=True)  # fmt: skip
        self.axes = list(axes.flat[:count])
        for unused in axes.flat[count:]:
            unused.remove()
        self.columns = columns
        self.characters = CHARACTERS * width  # of a line of text

    def panels(self, frame: pd.DataFrame) -> Iterator[tuple[object, object, pd.DataFrame]]:
        """(axes, value of the facet, its rows of the frame), each panel with its title."""
        for axes, value in zip(self.axes, self.values):
            if self.column:
                axes.set_title(labels.title(self.view.source, self.column, value), loc="left")
            yield axes, value, frame[frame[self.column] == value] if self.column else frame

    def label(self, x: str, y: str) -> None:
        """Axis labels, at the left and at the bottom only, as the axes are shared."""
        for i, axes in enumerate(self.axes):
            if i % self.columns == 0:
                axes.set_ylabel(y)
            if i + self.columns >= len(self.axes):
                axes.set_xlabel(x)
                axes.tick_params(labelbottom=True)

    def scale(self, x: str | None, y: str | None) -> None:
        """Logarithmic axes where they are wanted."""
        for axis, column in (("x", x), ("y", y)):
            if column and self.view.is_log(axis, column):
                for axes in self.axes:
                    log_scale(axes, axis)

    def finish(self, handles: dict[str, object] | None, said: str) -> Canvas:
        """Legend if there is something to tell apart, and the line about what is shown."""
        if handles and (len(handles) > 1 or next(iter(handles))):
            longest = max(len(label) for label in handles) + HANDLE
            columns = max(1, min(len(handles), int(self.characters // longest)))
            legend_above(self.figure, list(handles.values()), list(handles), columns)
        footer(self.figure, self.view, said)
        return self.figure


def footer(figure: Canvas, view: View, said: str) -> None:
    """Small, below everything: what is shown, and of which rows."""
    text = f"{view.source.name}: {'; '.join([said, *view.selection])}"
    characters = int(FINE_CHARACTERS * figure.get_figwidth())
    figure.supxlabel(textwrap.fill(text, characters), x=0.01, ha="left", fontsize=7, color=LINE)


def intervals(means: pd.DataFrame) -> str:
    """What the marks of the means are, in words."""
    most = int(means[COUNT].max())
    if most == 1:
        return "one replication"
    return f"mean and 95 % interval of {most} replications"


def cell_format(numbers: pd.Series) -> Callable[[float], str]:
    """How the cells of all panels write their numbers: with as many decimals as give the largest
    three digits; over a wide range three digits each."""
    if is_wide(numbers):
        return lambda n: f"{n:.0f}" if 1000 <= abs(n) < 100_000 else f"{n:.3g}"
    largest = numbers.abs().max()
    decimals = 2 - math.floor(math.log10(largest)) if largest > 0 else 0
    return lambda n: f"{n:.{min(max(decimals, 0), 4)}f}"


def ink(colour) -> str:
    """What can be read on a colour."""
    red, green, blue = to_rgb(colour)
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.45 else "white"


def errors(points: pd.DataFrame, mean: Statistic = MEAN, low: Statistic = LOW,
           high: Statistic = HIGH) -> list[list[float]]:
    """Lengths below and above the means; 0 where one replication gives no interval."""
    below = (points[mean] - points[low]).fillna(0)
    above = (points[high] - points[mean]).fillna(0)
    return [below.to_list(), above.to_list()]
