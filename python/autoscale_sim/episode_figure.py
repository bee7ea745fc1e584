"""The figure of an episode: energy, latency and the place of every inference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_episode(env: gymnasium.Env) -> NDArray[np.uint8]:
    """The episode so far as an RGB image, uint8 of shape (height, width, 3). Needs Matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    plot_episode(env, figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def plot_episode(env: gymnasium.Env, figure: Figure) -> None:
    """Draws the episode of an environment made with a render_mode into a Matplotlib figure."""
    world: Any = env.unwrapped
    history = world.history
    if history is None:
        raise ValueError("plot_episode: make the environment with a render_mode, so that it keeps "
                         "its history")
    infos = [info for _, _, info in history]
    at = np.arange(1, len(infos) + 1)
    energy, latency, target = figure.subplots(3, sharex=True)
    figure.suptitle(f"{world.scenario} on {world.device}, {len(infos)} inferences")
    energy.plot(at, [1e3 * i["energy_j"] for i in infos], ".", markersize=3)
    energy.set_ylabel("energy (mJ)")
    energy.set_ylim(bottom=0)
    latency.plot(at, [1e3 * i["latency_s"] for i in infos], ".", markersize=3)
    latency.axhline(1e3 * world.qos_s, color="0.5", linestyle="--", linewidth=1,
                    label="constraint")
    latency.legend(loc="upper left")
    latency.set_ylabel("latency (ms)")
    latency.set_ylim(bottom=0)
    names = [world.action_names[i["executed"]].split("@")[0] for i in infos]
    places = sorted(set(names))
    target.plot(at, [places.index(name) for name in names], ".", markersize=3)
    target.set_yticks(range(len(places)), places)
    target.set_ylim(-0.5, max(len(places) - 0.5, 0.5))
    target.set_xlabel("inference")
