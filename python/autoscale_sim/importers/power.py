"""Power of each operating point: a meter's log cut by a table of activities, less the power when idle.

The table has the columns start, end (seconds of the log's clock) and label. `idle` is the awake phone that does
nothing, with the same screen; `cpu@1804.8` is a processor busy with inferences at a clock in MHz; other labels are
reported only. Repeat each label, and idle between them: with four stretches or more of a label the interval is that of
their means; with fewer it is that of batches within them, which knows nothing of drift between stretches.

Statistics. Readings of a meter depend on each other, so their number says nothing about the mean. A stretch is cut into
batches of equal time, whose means are nearly independent when batches are long against the correlation (batch means;
Law, Simulation Modeling and Analysis, section 9.5.3). Busy less idle is by Welch's interval, all at 95 %.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .power_logs import Energy
from .spread import Mean, difference, mean_of
from .text import InputError, Row, named_with_date, read_table
from .writing import measured, rounded

#: Batches that a stretch is cut into, and readings that each must have.
BATCHES, READINGS = 20, 2
#: Stretches of one label from which on their own means are the sample.
STRETCHES = 4
POINT = re.compile(r"(cpu|gpu|dsp)@([\d.]+)(?: ?MHz)?$", re.I)


@dataclass(frozen=True)
class Activity:
    """A stretch of a log: seconds, label."""

    start: float
    end: float
    label: str


@dataclass(frozen=True)
class Power:
    """Mean power of a label in W, and above idle; and by what the intervals are."""

    label: str
    total: Mean
    above_idle: Mean
    stretches: int
    seconds: float
    by: str


def read_activities(file: str | Path) -> list[Activity]:
    """The table of activities. Raises InputError for times that do not rise, or stretches that overlap."""
    table = read_table(file)
    table.require("start", "end", "label")
    activities: list[tuple[Activity, Row]] = []
    for row in table.rows:
        activity = Activity(row.number("start"), row.number("end"), row.get("label"))
        if activity.end <= activity.start:
            raise row.error(f"end {activity.end:g} is not after start {activity.start:g}")
        if not activity.label:
            raise row.error("label: is empty")
        activities.append((activity, row))
    activities.sort(key=lambda a: a[0].start)
    for (before, _), (after, row) in zip(activities, activities[1:]):
        if after.start < before.end:
            raise row.error(f"'{after.label}' begins at {after.start:g} s, before '{before.label}' ends")
    return [a for a, _ in activities]


def measure(energy: Energy, activities: Sequence[Activity], settle_s: float = 0.5,
            offset_s: float = 0.0) -> list[Power]:
    """The power of each label, `idle` first. `settle_s` is left out at both ends of each stretch, where clocks and the
    scheduler still change; `offset_s` is added to the activities' times. Raises InputError for stretches outside the
    log, with too few readings, or without idle."""
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for a in activities:
        start, end = a.start + offset_s + settle_s, a.end + offset_s - settle_s
        if start < energy.seconds[0] or end > energy.seconds[-1]:
            raise InputError(energy.file, 0, f"'{a.label}', {a.start:g} to {a.end:g} s, lies outside the log, "
                                             f"{energy.seconds[0]:g} to {energy.seconds[-1]:g} s: is it another clock? "
                                             "(--offset)")
        if end <= start or energy.samples(start, end) < 2 * READINGS:
            raise InputError(energy.file, 0, f"'{a.label}' at {a.start:g} s has too few readings after {settle_s:g} s "
                                             "are left out at both ends (--settle)")
        groups[a.label].append((start, end))
    if "idle" not in groups:
        raise InputError(energy.file, 0, "no activity 'idle': without it nothing can be subtracted")
    totals = {label: mean_power(energy, stretches) for label, stretches in groups.items()}
    idle = totals["idle"][0]
    order = sorted(groups, key=lambda label: (label != "idle", *order_of(label)))
    return [Power(label, totals[label][0], difference(totals[label][0], idle), len(groups[label]),
                  sum(end - start for start, end in groups[label]), totals[label][1]) for label in order]


def order_of(label: str) -> tuple[str, float, str]:
    found = POINT.match(label)
    return (found[1].lower(), float(found[2]), "") if found else ("~", math.inf, label)


def mean_power(energy: Energy, stretches: Sequence[tuple[float, float]]) -> tuple[Mean, str]:
    """Mean power of stretches in W: of their means, or of batches within them, as their number allows."""
    if len(stretches) >= STRETCHES:
        means = [float(energy.at(end) - energy.at(start)) / (end - start) for start, end in stretches]
        return mean_of(means), f"{len(means)} stretches"
    return mean_of(batch_means(energy, stretches)), "batches"


def batch_means(energy: Energy, stretches: Sequence[tuple[float, float]]) -> list[float]:
    """Means of batches of equal time, as many as BATCHES in all and READINGS each allow."""
    total = sum(end - start for start, end in stretches)
    readings = sum(energy.samples(start, end) for start, end in stretches)
    length = total / max(2, min(BATCHES, readings // READINGS))
    means = []
    for start, end in stretches:
        count = max(1, round((end - start) / length))
        step = (end - start) / count
        joules = energy.at([start + i * step for i in range(count + 1)])
        means += [float(b - a) / step for a, b in zip(joules, joules[1:])]
    return means


def changes(powers: Sequence[Power], energy: Energy) -> tuple[dict[str, Any], dict[str, dict[float, Power]]]:
    """What the powers say of a profile: the baseline as profile.with_changes takes it, and busy powers by processor and
    MHz, for profile.with_powers. Raises InputError for a busy power that is not above idle."""
    points: dict[str, dict[float, Power]] = defaultdict(dict)
    for power in powers:
        if found := POINT.match(power.label):
            if power.above_idle.value <= 0:
                raise InputError(energy.file, 0, f"'{power.label}' needs no more than idle: check the activities")
            points[found[1].lower()][float(found[2])] = power
    idle = powers[0]
    how = f"{energy.tool}, {idle.seconds:.0f} s idle, {rounded(idle.total.value):g} +- {interval(idle.total)} W " \
          f"(95 %, {idle.by}); {named_with_date(energy.file)}"
    return {"power_level": "measured", "baseline_power": measured(f"{rounded(idle.total.value):g} W", how)}, points


def how_points(points: dict[float, Power], energy: Energy) -> str:
    """Where busy powers come from, in words, each with its interval."""
    each = ", ".join(f"{mhz:g} MHz {rounded(p.above_idle.value):g} +- {interval(p.above_idle)} W"
                     for mhz, p in sorted(points.items()))
    return f"{energy.tool}, busy less idle, 95 %: {each}; {named_with_date(energy.file)}"


def interval(mean: Mean) -> str:
    return f"{rounded(mean.half_width, 2):g}" if math.isfinite(mean.half_width) else "?"


def report(powers: Sequence[Power]) -> list[list[str]]:
    """The powers as rows of text, header first."""
    rows = [["activity", "stretches", "s", "W", "95 % +-", "above idle W", "95 % +-", "interval by"]]
    for p in powers:
        above = ["-", "-"] if p.label == "idle" else [f"{p.above_idle.value:.4f}", interval(p.above_idle)]
        rows.append([p.label, str(p.stretches), f"{p.seconds:.1f}", f"{p.total.value:.4f}", interval(p.total), *above,
                     p.by])
    return rows
