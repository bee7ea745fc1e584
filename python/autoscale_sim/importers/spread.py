"""Means and how far to believe them: Student's intervals, and intervals of samples that depend on each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

#: Coverage of every interval that the importers give.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Mean:
    """A mean, the half width of its 95 % interval (inf if one value is all there is), and what it rests on."""

    value: float
    half_width: float
    count: int
    deviation: float

    @property
    def relative(self) -> float:
        """Half width over the mean."""
        return self.half_width / abs(self.value) if self.value else math.inf


def quantile(degrees: float) -> float:
    """Half width of a 95 % interval in standard errors, by Student's t; inf without a degree of freedom."""
    return float(student.ppf((1 + CONFIDENCE) / 2, degrees)) if degrees > 0 else math.inf


def mean_of(values: Sequence[float]) -> Mean:
    """The mean of independent values, with Student's interval."""
    x = np.asarray(values, float)
    if len(x) < 2:
        return Mean(float(x.mean()), math.inf, len(x), math.nan)
    deviation = float(x.std(ddof=1))
    return Mean(float(x.mean()), quantile(len(x) - 1) * deviation / math.sqrt(len(x)), len(x), deviation)


def difference(a: Mean, b: Mean) -> Mean:
    """a - b of two independent means, by Welch and Satterthwaite."""
    errors = [(m.deviation**2 / m.count, m.count - 1) for m in (a, b)]
    variance = sum(e for e, _ in errors)
    if not math.isfinite(variance):
        return Mean(a.value - b.value, math.inf, min(a.count, b.count), math.nan)
    spread = sum(e**2 / n for e, n in errors)
    degrees = variance**2 / spread if spread > 0 else math.inf
    return Mean(a.value - b.value, quantile(degrees) * math.sqrt(variance), min(a.count, b.count),
                math.sqrt(variance * min(a.count, b.count)))
