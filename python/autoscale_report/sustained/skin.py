"""The skin of sim/models/thermal.h and its governor, event by event, and a processor that is busy all the time.

Powers are as shares of the budget: nothing else enters, so no watt needs to be known to follow a rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """As the keys of `thermal.skin` in a device profile."""

    budget: float
    time_constant: float  # s
    hysteresis: float  # share of the budget
    period: float  # s
    most_points: int  # that can be taken away

    @property
    def lower(self) -> float:
        return self.budget * (1 - self.hysteresis)


@dataclass
class Skin:
    """What the skin's temperature is, as a power, and what its governor has taken away."""

    limit: Limit
    warmth: float = 0.0
    taken: int = 0
    now: float = 0.0
    free: float = 0.0

    def next_change(self, power: float) -> tuple[float, int]:
        """When the governor takes (+1) or gives back (-1) a point, if the power stays."""
        if power > self.limit.budget and self.taken < self.limit.most_points:
            level, points = self.limit.budget, 1
        elif power < self.limit.lower and self.taken > 0:
            level, points = self.limit.lower, -1
        else:
            return math.inf, 0
        ahead = (level - self.warmth) / (power - level)
        wait = self.limit.time_constant * math.log1p(ahead) if ahead > 0 else 0.0
        return max(self.now + wait, self.free), points

    def advance(self, end: float, power: float) -> None:
        """To `end` at this power."""
        at, points = self.next_change(power)
        while at <= end and points:
            self._relax(at, power)
            self.taken += points
            self.free = at + self.limit.period
            at, points = self.next_change(power)
        self._relax(end, power)

    def _relax(self, end: float, power: float) -> None:
        self.warmth = power + (self.warmth - power) * math.exp((self.now - end) / self.limit.time_constant)
        self.now = end


def busy(skin: Skin, end: float, power: Callable[[int], float]) -> list[tuple[float, int]]:
    """Begin of each stretch of a processor that never rests, and the points that it lacks in it."""
    stretches = [(skin.now, skin.taken)]
    while skin.now < end:
        drawn = power(skin.taken)
        skin.advance(min(end, skin.next_change(drawn)[0]), drawn)
        if skin.taken != stretches[-1][1]:
            stretches.append((skin.now, skin.taken))
    return stretches
