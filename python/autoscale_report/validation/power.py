"""Power of a board while it runs a network, from its anchor: idle, and above it a share that cores at work draw.

While work that does not spread runs, one core of several is busy (and a GPU waits): SERIAL of the power above idle of
the parallel part. So a network with more of such work than the anchor draws less.
"""

from __future__ import annotations

import numpy as np

# W of the whole board at rest, middle of the range of the submissions (Firefly 1.8 to 2.3, VIM4 3.4 to 3.8).
IDLE = {"firefly": 2.05, "vim4": 3.6, "orin": 12.7}
SERIAL, SERIAL_WIDTH = 0.4, 0.2  # assumed: one core of four, with caches and memory; plausible 0.2 to 0.7
MISFIT = 0.08  # assumed: log of the power above idle between networks of one kind; readings are of 0.1 W at 1 Hz


def predicted(anchor_w: float, idle_w: float, spreading: np.ndarray, anchor_spreading: float):
    """Power in W and the standard deviation of its log. `spreading`: share of the time in work that spreads, of each
    network, and of the anchor."""
    above = anchor_w - idle_w

    def use(serial: float, share):
        return share + serial * (1 - share)

    ratio = use(SERIAL, spreading) / use(SERIAL, anchor_spreading)
    moved = use(SERIAL + SERIAL_WIDTH, spreading) / use(SERIAL + SERIAL_WIDTH, anchor_spreading)
    width = np.hypot(MISFIT, np.log(moved / ratio))
    power = idle_w + above * ratio
    return power, width * above * ratio / power
