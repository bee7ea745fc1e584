"""What is known of the phones and boards before any anchor: cores, clocks, threads, GPUs, and how widely costs may lie.

Reference: one Cortex-A76 at 2.84 GHz, 2 x 4 fused multiply-adds in single precision a cycle, so 22.7 GMAC/s, and at
most four times that in int8 with the dot product (Arm's optimisation guides). Speeds below are relative to it.
`compute`: MACs per second; `rest`: everything else. From the width of the vector units and the clock: a Cortex-A75, A73
and A72 do half per cycle, an A55 too, in order; Exynos M4 three units of four; Carmel and A78AE two. All are priors,
wide enough (WIDTH) to be moved by one anchor.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

# Prior cost in ms on the reference and width of its log, per million MACs, elements or parameters, or per operation.
# dense to depthwise: 22.7 GMAC/s at 70 % (dense, pointwise), 50 % (few input channels), 35 % (groups), 25 % (depthwise,
# bound by loads); int8: three to four times as fast but where no dot product helps. written: two cycles an element;
# params: streamed at 10 GB/s; padded: one copy of the input of a padded convolution, which single precision does on
# the way; elementwise, moved, pooled: one to three cycles an element; operations: dispatch.
COSTS = {
    "fp32": {"dense": (0.063, 0.25), "first": (0.09, 0.3), "pointwise": (0.063, 0.25), "grouped": (0.12, 0.6),
             "depthwise": (0.18, 0.5), "written": (0.5, 0.7), "params": (0.4, 0.7), "padded": (0.1, 1.0),
             "elementwise": (0.3, 0.7), "moved": (0.3, 0.7), "pooled": (0.5, 0.8), "operations": (0.01, 0.6)},
    "int8": {"dense": (0.0175, 0.3), "first": (0.03, 0.4), "pointwise": (0.0175, 0.3), "grouped": (0.05, 0.7),
             "depthwise": (0.15, 0.6), "written": (0.5, 0.8), "params": (0.1, 0.8), "padded": (1.0, 0.8),
             "elementwise": (1.0, 0.8), "moved": (0.8, 0.9), "pooled": (1.0, 0.8), "operations": (0.02, 0.6)},
}  # fmt: skip
SPREADING = ("dense", "first", "pointwise", "grouped", "depthwise", "written")  # over the cores; the rest is serial
# Without the dot product an int8 product is a multiplication and a pairwise addition for eight: about twice as dear as
# with it (1.5 to 3, assumed), but for depthwise convolutions, which do not use it.
NO_DOT = 2.0
MULTIPLIED = ("dense", "first", "pointwise", "grouped")
# Assumed log widths of the effects of a phone.
WIDTH = {"compute": 0.3, "rest": 0.4, "cluster": 0.2, "set": 0.08, "meeting": 0.5}
# A phone's GPU (Adreno 640, half precision, 585 MHz): per million MACs, elements, parameters, per operation; per call.
GPU_COSTS = {"dense": (0.0095, 0.3), "first": (0.015, 0.4), "pointwise": (0.0085, 0.3), "grouped": (0.03, 0.7),
             "depthwise": (0.03, 0.5), "touched": (0.1, 0.6), "params": (0.1, 0.6), "operations": (0.025, 0.6),
             "call": (1.0, 0.7)}  # fmt: skip


@dataclass(frozen=True)
class Cores:
    """Cores of one kind: speed of one, relative to the reference; `dot`: whether they have the int8 dot product."""

    compute: float
    rest: float
    dot: bool = True


PHONES = {
    ("pixel4", "large"): Cores(1.0, 1.0),  # Cortex-A76 2.84 GHz
    ("pixel4", "med"): Cores(0.85, 0.85),  # A76 2.42 GHz
    ("pixel4", "small"): Cores(0.24, 0.35),  # A55 1.78 GHz
    ("s10", "large"): Cores(1.2, 1.1),  # Mongoose M4 2.73 GHz
    ("s10", "med"): Cores(0.45, 0.6, dot=False),  # A75 2.31 GHz
    ("s10", "small"): Cores(0.2, 0.3),  # A55 1.95 GHz
}
GPUS = {"pixel4": (1.0, 1.0), "s10": (1.0, 0.5)}  # Adreno 640; Mali-G76 MP12: MACs; call and dispatch


@dataclass(frozen=True)
class Board:
    """A board: one of its big cores, and how many there are; GPU relative to the Adreno 640, if it has one."""

    core: Cores
    cores: int
    gpu: float = 0.0


BOARDS = {
    "firefly": Board(Cores(0.85, 0.85), 4, 0.2),  # A76 2.4 GHz; Mali-G610 MP4 1.0 GHz
    "odroid": Board(Cores(0.37, 0.6, dot=False), 4, 0.1),  # A73 2.2 GHz; Mali-G52 MP6 846 MHz
    "vim4": Board(Cores(0.37, 0.6, dot=False), 4, 0.13),  # A73 2.2 GHz; Mali-G52 MP8
    "rpi4": Board(Cores(0.3, 0.4, dot=False), 4),  # A72 1.8 GHz, narrow memory
    "orin": Board(Cores(0.8, 0.85), 12),  # A78AE 2.2 GHz
    "xavier": Board(Cores(0.7, 0.7, dot=False), 8),  # Carmel 2.26 GHz
}


def log_cost(precision: str, work: str, core: Cores) -> float:
    """Log of the prior cost on one of these cores."""
    part = core.compute if work in SPREADING else core.rest
    slower = NO_DOT if precision == "int8" and work in MULTIPLIED and not core.dot else 1.0
    return math.log(COSTS[precision][work][0] * slower / part)


def clusters(cores: str) -> list[tuple[int, str]]:
    """1large2med: [(1, large), (2, med)]."""
    return [(int(count), kind) for count, kind in re.findall(r"(\d)(large|med|small)", cores)]


def speedup(phone: str, cores: str) -> tuple[float, float]:
    """Log of the speed of a set of cores over one of its first kind, and its width. Equal cores lose 3 % for each one
    more; unlike ones wait for each other."""
    parts = clusters(cores)
    first = PHONES[phone, parts[0][1]].compute
    total = sum(count * PHONES[phone, kind].compute for count, kind in parts) / first
    count = sum(count for count, _ in parts)
    if count == 1:
        return 0.0, 0.0
    return (math.log(total) - 0.25, 0.3) if len(parts) > 1 else (math.log(total) - 0.03 * (count - 1), 0.05 * count)
