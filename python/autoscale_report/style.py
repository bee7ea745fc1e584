"""What only the report's figures share: the names and colours of the paper's phones and use cases."""

from __future__ import annotations

from autoscale_sim.plots.style import BLUE, GREEN, ORANGE, plt

DEVICES = {
    "mi8pro": ("Mi 8 Pro", BLUE),
    "galaxy_s10e": ("Galaxy S10e", ORANGE),
    "moto_x_force": ("Moto X Force", GREEN),
}
USE_CASES = {
    "non_streaming": ("non-streaming vision", BLUE),
    "streaming": ("streaming vision", ORANGE),
    "translation": ("translation", GREEN),
}


def panels(rows: int, columns: int = 1, *, width: float = 8.5, height: float = 2.2, **options):
    """A grid of panels; they share the x axis."""
    size = (width, height * rows + 0.6)
    return plt.subplots(rows, columns, figsize=size, sharex=True, squeeze=False, **options)
