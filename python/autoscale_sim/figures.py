"""The functions that draw. Matplotlib is loaded when one is called: without it all others work."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
import pandas
from numpy.typing import NDArray

from .experiment import Results
from .plots.folder import Folder
from .plots.frames import Frames, table_of
from .plots.source import TABLES, Source

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(results: str | os.PathLike | pandas.DataFrame | Results, kind: str | None = None, *,
         x: str | None = None, y: str | None = None, hue: str | None = None,
         facet: str | None = None, value: str | None = None,
         where: str | Sequence[str] | Mapping[str, Any] = (), table: str | None = None,
         x_scale: str | None = None, y_scale: str | None = None, theme: str = "light") -> Figure:
    """Draws results, as scripts/plot.sh does, and returns the Matplotlib figure.

        autoscale_sim.plot("results/signals", "heatmap", value="latency_p99_ms", where="policy=cloud")

    Args:
        results: a folder of run() or sweep(); the frame that they return, or rows of it, also joined
            with others; what load_results() gives, or one of its frames.
        kind: line, bar, scatter, pareto, heatmap, best, cdf, shares or timeline; default: what suits.
            timeline, and cdf of latencies, need `requests`: a folder or Results of run(requests=True).
        x, y: columns along the axes.
        hue, facet: columns with a colour and with a panel per value; "none": one colour, one panel.
        value: column that the cells of heatmap and best show.
        where: only such rows: "policy=cloud,opt" (also with !=, <, <=, >, >=), several of them, or
            {column: value or list of values}.
        table: "runs", "breakdown", "learning" or "requests"; default: the first that has the columns.
        x_scale, y_scale: "linear" or "log"; default: as a sweep is spaced, and linear.
        theme: "light" or "dark".

    Points are means over replications, bands and error bars 95 % intervals. What the reader has to
    know besides, such as what else was averaged over, is a UserWarning. A notebook shows the figure if
    it is a cell's last expression; pyplot does not keep it, so it is not shown twice.

    Raises ValueError for a name that is not there, and tells those that are; ImportError without
    Matplotlib (pip install 'autoscale_sim[plots]').
    """
    _need_matplotlib()
    from .plots.conditions import parsed
    from .plots.drawing import Request, checked, draw
    from .plots.errors import PlotError
    from .plots.roles import Roles
    from .plots.style import THEMES, plt, themed

    try:
        roles = Roles.of(x=x, y=y, hue=hue, facet=facet, value=value)
        request = Request(roles, kind, parsed(where), table, x_scale, y_scale)
        with themed(checked("theme", theme, THEMES)):
            drawing = draw(_source(results), request)
    except PlotError as error:
        raise ValueError(_in_python(str(error))) from None
    plt.close(drawing.figure)
    for note in dict.fromkeys(drawing.view.notes):
        warnings.warn(_in_python(note), stacklevel=2)
    return drawing.figure


def plot_episode(env: gymnasium.Env, figure: Figure) -> None:
    """Draws the episode of an environment made with a render_mode into a Matplotlib figure."""
    _need_matplotlib()
    from .plots import episode

    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # legends stand beside the panels
    episode.draw(env.unwrapped, figure)


def draw_episode(env: gymnasium.Env) -> NDArray[np.uint8]:
    """The episode so far as an RGB image, uint8 of shape (600, 800, 3)."""
    _need_matplotlib()
    from .plots import episode

    return episode.image(env.unwrapped)


def _need_matplotlib() -> None:
    if find_spec("matplotlib") is None:
        raise ImportError("figures need Matplotlib: pip install 'autoscale_sim[plots]'")


def _source(results: Any) -> Source:
    if isinstance(results, pandas.DataFrame):
        return Frames({table_of(results): results})
    if isinstance(results, Results):
        frames = {f"{field.name}.csv": getattr(results, field.name) for field in fields(results)}
        return Frames({table: frames[table] for table in TABLES if frames[table] is not None})
    if isinstance(results, (str, os.PathLike)):
        return Folder(Path(results))
    raise TypeError("results: expected a folder, a frame or Results, got "
                    f"{type(results).__name__}")


def _in_python(message: str) -> str:
    """Of the plots' command line, whose options are arguments here."""
    return re.sub(r"--(kind|x|y|hue|facet|value|where|table)\b", r"\1", message)
