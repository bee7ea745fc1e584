"""Share of the rows at or below a value: of all requests of all replications together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from .. import labels
from ..errors import PlotError
from ..grid import Grid
from ..kind import Kind
from ..series import series_of
from ..source import HOW_TO, TABLES
from ..view import SHARE, View

LATENCY = "latency_ms"
MOST_STEPS = 2000  # of a curve; more are thinned to as many quantiles


def defaults(view: View) -> None:
    if view.roles.x is None and LATENCY not in view.measured:
        raise PlotError(f"{view.source.place} holds no requests.csv: {HOW_TO['requests.csv']}; "
                        "--x takes another column, such as latency_p99_ms")  # fmt: skip
    view.roles.default("x", [LATENCY])
    view.roles.default("hue", [*view.policies, *view.parameters])


def steps(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Values in order, and the share of all that are at most so large."""
    ordered = np.sort(values.to_numpy(dtype=float))
    shares = np.arange(1, len(ordered) + 1) / len(ordered)
    if len(ordered) > MOST_STEPS:
        kept = np.unique(np.linspace(0, len(ordered) - 1, MOST_STEPS).round().astype(int))
        return ordered[kept], shares[kept]
    return ordered, shares


def draw(view: View) -> tuple[Canvas, object]:
    x, hue, facet = view.need("x"), view.roles.hue, view.roles.facet
    view.need_numbers(x)
    looks, grid, handles, drawn = series_of(view, hue), Grid(view), {}, []
    for axes, panel, rows in grid.panels(view.frame):
        for value, look in looks.items():
            own = rows[rows[hue] == value] if hue else rows
            if own.empty:
                continue
            at, share = steps(own[x])
            (line,) = axes.step(at, share, where="post", color=look.colour, linestyle=look.dash)
            handles.setdefault(look.label, line)
            parts = {key: v for key, v in ((hue, value), (facet, panel)) if key}
            drawn.append(pd.DataFrame({**parts, x: at, SHARE: share}))
        axes.set_ylim(0, 1.02)
    view.log_if_wide("x", view.frame[x])
    grid.scale(x, None)
    grid.label(labels.axis(view.source, x), f"share of {rows_of(view)}")
    said = f"{len(view.frame)} {rows_of(view)}, all replications together"
    return grid.finish(handles, said), pd.concat(drawn)


def rows_of(view: View) -> str:
    return view.table.removesuffix(".csv")


KIND = Kind("cdf", "distribution of the requests' latency (--x: of another column)", defaults, draw,
            ("requests.csv", *TABLES))  # fmt: skip
