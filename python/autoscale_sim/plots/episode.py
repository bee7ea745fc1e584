"""The figure of an episode of the Gymnasium environment: energy, latency and place of every inference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from numpy.typing import NDArray

from .panels import CHOICE, ENERGY, LATENCY, draw_panels
from .style import as_written, themed


def image(world: Any) -> NDArray[np.uint8]:
    """The episode so far as an RGB image, uint8 of shape (600, 800, 3)."""
    with themed("light"):
        figure = Canvas(figsize=(8, 6), dpi=100)
        canvas = FigureCanvasAgg(figure)
        draw(world, figure)
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def draw(world: Any, figure: Canvas) -> None:
    """Into a figure. Raises ValueError if the environment keeps no history."""
    if world.history is None:
        raise ValueError("plot_episode: make the environment with a render_mode, so that it keeps "
                         "its history")
    rows = requests(world)
    with as_written():
        figure.suptitle(f"{world.scenario} on {world.phone}, {len(rows)} inferences")
        draw_panels(figure, rows["inference"], rows, [ENERGY, LATENCY, CHOICE], "inference")


def requests(world: Any) -> pd.DataFrame:
    """A row per step of the episode, its columns as in requests.csv."""
    infos = [info for _, _, info in world.history]
    return pd.DataFrame({
        "inference": range(1, len(infos) + 1),
        "energy_mj": [1e3 * info["energy_j"] for info in infos],
        "latency_ms": [1e3 * info["latency_s"] for info in infos],
        "bound_ms": 1e3 * world.qos_s,
        "qos_met": [info["qos_met"] for info in infos],
        "executed": pd.Series([world.action_names[info["executed"]] for info in infos], dtype=str),
    })  # fmt: skip
