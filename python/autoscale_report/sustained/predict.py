"""Predicts what a run comes down to from its first minute.

A processor has points of clock, from 1 down in steps of 5 % to 0.2. Its rate follows the clock, its power above the
idle phone's the clock to `exponent`. Of a run only two things are its own: its rate at full clock, and the burst, the
power of the whole phone at full clock over the budget. Both are fitted to the samples of its first minute. Shared by
all runs are the skin's time constant, the governor's period and the exponent, chosen from a grid by how well they fit
the first minute of all runs (which is what is given) and predict the last one of whole runs, those left out that are
predicted afterwards.

Power enters as a share of the budget, so the published watts are not needed for a rate; they give the budget in watts.
A burst that the first minute does not show is the smallest one that fits, down to the budget itself: a phone whose
average is at the budget and which does not slow down draws just that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from statistics import fmean, median

from autoscale_report.sustained.runs import MINUTE_S, Run
from autoscale_report.sustained.skin import Limit, Skin, busy

STEP, LOWEST = 0.05, 0.2  # of the full clock (assumed)
POINTS = round((1 - LOWEST) / STEP)  # that can be taken away
HYSTERESIS = 0.05  # assumed
IDLE = 0.17  # idle phone with its screen on, 0.8 W, over a budget of 4.7 W
BURSTS = tuple(1.0 + 0.1 * i for i in range(41))  # over the budget
TIME_CONSTANTS = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 70.0, 100.0, 150.0)  # s
PERIODS = (2.5, 5.0, 10.0)  # s
EXPONENTS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0)


@dataclass(frozen=True)
class Law:
    """What all runs share."""

    time_constant: float
    period: float
    exponent: float


LAWS = tuple(Law(*values) for values in product(TIME_CONSTANTS, PERIODS, EXPONENTS))


def clock(taken: int) -> float:
    return 1 - STEP * taken


@lru_cache(maxsize=None)
def clocks(law: Law, burst: float, end_s: float) -> tuple[tuple[float, float], ...]:
    """Begin and clock of each stretch of a run."""
    limit = Limit(1.0, law.time_constant, HYSTERESIS, law.period, POINTS)
    stretches = busy(Skin(limit), end_s, lambda taken: IDLE + (burst - IDLE) * clock(taken) ** law.exponent)
    return tuple((begin, clock(taken)) for begin, taken in stretches)


def clock_at(stretches: Sequence[tuple[float, float]], second: float) -> float:
    return next(value for begin, value in reversed(stretches) if begin <= second)


def mean_clock(stretches: Sequence[tuple[float, float]], begin: float, end: float) -> float:
    ends = [*(start for start, _ in stretches[1:]), math.inf]
    held = ((max(0.0, min(end, stop) - max(begin, start)), value) for (start, value), stop in zip(stretches, ends))
    return sum(seconds * value for seconds, value in held) / (end - begin)


@dataclass(frozen=True)
class Fit:
    """A run's own two numbers, and the mean |log| by which its first minute is missed."""

    full_rate: float
    burst: float
    misfit: float


@lru_cache(maxsize=None)
def fit(samples: tuple[tuple[float, float], ...], law: Law) -> Fit:
    """Least absolute deviations: a sample in which a model was loaded again counts as one sample."""
    best = None
    for burst in BURSTS:
        stretches = clocks(law, burst, float(MINUTE_S))
        ratios = [math.log(rate / clock_at(stretches, second)) for second, rate in samples]
        centre = median(ratios)
        misfit = fmean(abs(ratio - centre) for ratio in ratios)
        if best is None or misfit < best.misfit - 1e-9:
            best = Fit(math.exp(centre), burst, misfit)
    assert best
    return best


def predicted(run: Run, law: Law) -> float:
    """Mean rate of the last of the ten minutes, from the first."""
    found = fit(run.first_minute, law)
    stretches = clocks(law, found.burst, run.end_s)
    return found.full_rate * mean_clock(stretches, run.end_s - MINUTE_S, run.end_s)


def log_error(value: float, truth: float) -> float:
    return math.log(value / truth)


def error(run: Run, law: Law) -> float:
    """Of the prediction of a whole run."""
    return log_error(predicted(run, law), run.last_minute)


def loss(given: Iterable[Run], whole: Iterable[Run], law: Law) -> float:
    """Of the first minute of the given runs and the last one of whole ones."""
    return fmean(fit(run.first_minute, law).misfit for run in given) + fmean(abs(error(run, law)) for run in whole)


def calibrate(given: Sequence[Run], whole: Sequence[Run]) -> Law:
    return min(LAWS, key=lambda law: loss(given, whole, law))


def halves(runs: Sequence[Run]) -> Iterator[tuple[list[Run], list[Run]]]:
    """Every half to calibrate with, and the rest."""
    for chosen in combinations(range(len(runs)), len(runs) // 2):
        yield [runs[i] for i in chosen], [run for i, run in enumerate(runs) if i not in chosen]


def cross_validated(given: Sequence[Run]) -> dict[str, list[float]]:
    """Errors of each whole run by the laws of all halves that it is not in."""
    whole = [run for run in given if run.whole]
    errors: dict[str, list[float]] = {run.name: [] for run in whole}
    for half, rest in halves(whole):
        law = calibrate(given, half)
        for run in rest:
            errors[run.name].append(error(run, law))
    return errors


@dataclass(frozen=True)
class Calibration:
    """The law of some runs, and what it is worth on runs that it was not made from."""

    law: Law
    errors: dict[str, list[float]]

    @classmethod
    def of(cls, given: Sequence[Run]) -> Calibration:
        return cls(calibrate(given, [run for run in given if run.whole]), cross_validated(given))

    def interval(self, value: float) -> tuple[float, float]:
        """Where the recorded rate of a run lies that is predicted as `value`, in 90 % of the errors above."""
        errors = sorted(error for of_run in self.errors.values() for error in of_run)
        low, high = (errors[round(share * (len(errors) - 1))] for share in (0.05, 0.95))
        return value / math.exp(high), value / math.exp(low)


def near_laws(given: Sequence[Run], law: Law, excess: float = 0.15) -> list[Law]:
    """Those that fit almost as well: what the runs cannot tell apart."""
    whole = [run for run in given if run.whole]
    limit = (1 + excess) * loss(given, whole, law)
    return [other for other in LAWS if loss(given, whole, other) <= limit]
