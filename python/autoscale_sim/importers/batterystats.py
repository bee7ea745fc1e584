"""dumpsys batterystats: the battery, and mean powers of the session that it sums up.

    adb shell dumpsys batterystats --reset      # then unplug, do one thing for an hour, and
    adb shell dumpsys batterystats > batterystats.txt

Its powers by component are not measured: Android multiplies times by power_profile.xml. Only "actual drain", of the
fuel gauge, is, and it is coarse (1 % of a battery is about half a watt for four minutes), so a session needs an hour.

Source: source.android.com, "View battery usage data"; AOSP BatteryStats.java, BatteryUsageStats.java.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .text import InputError, lines_of, named_with_date, number, read_text
from .writing import measured, rounded

CAPACITY = re.compile(r"Capacity: *([\d.,]+),.*Computed drain: *([\d.,]+), *actual drain: *([\d.,]+)(?:-([\d.,]+))?")
ESTIMATED = re.compile(r"Estimated battery capacity: *([\d.,]+) *mAh")
TIME = re.compile(r"Time on battery: *(.*?) *(?:\(|$)")
COMPONENT = re.compile(r"^\s*(?:Uid|UID)?\s*([A-Za-z][\w .-]*?): *([\d.,]+)(?: |$)")
SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3}


@dataclass(frozen=True)
class Session:
    """What a dump sums up: seconds on battery, mAh by the fuel gauge (its lower and upper bound) and by Android's
    tables, and mAh by component as Android estimates it."""

    file: Path
    seconds: float
    capacity_mah: float
    actual_mah: tuple[float, float]
    computed_mah: float
    components_mah: Mapping[str, float]

    def watts(self, mah: float, volts: float) -> float:
        """Mean power of a charge over the session."""
        return mah * 3.6 * volts / self.seconds


def read(file: str | Path) -> Session:
    """Reads the text of `dumpsys batterystats`. Raises InputError."""
    text = read_text(file)
    if text.startswith("9,0,i,vers"):
        raise InputError(file, 1, "is of --checkin: give the text that dumpsys prints without it")
    seconds, capacity, drain, components, inside = 0.0, 0.0, None, {}, False
    for line, content in lines_of(text):
        if found := ESTIMATED.search(content):
            capacity = capacity or number(found[1], file, line, "capacity", 0)
        elif (found := TIME.search(content)) and not seconds:
            seconds = duration(found[1], file, line)
        elif found := CAPACITY.search(content):
            capacity = number(found[1], file, line, "Capacity", 0) or capacity
            low = number(found[3], file, line, "actual drain", 0)
            drain = (number(found[2], file, line, "Computed drain", 0), low,
                     number(found[4], file, line, "actual drain", low) if found[4] else low)
            inside = True
        elif inside and (found := COMPONENT.match(content)):
            components.setdefault(found[1].strip().lower(), number(found[2], file, line, found[1], 0))
        elif inside and not content.startswith(" "):
            inside = False
    if drain is None:
        raise InputError(file, 0, "has no 'Estimated power use' with its drain: it was cut off, or is of --checkin")
    if seconds <= 0:
        raise InputError(file, 0, "does not say the time on battery")
    return Session(Path(file), seconds, capacity, drain[1:], drain[0], components)


def duration(text: str, file: str | Path, line: int) -> float:
    """'1h 2m 3s 4ms' in seconds. Raises InputError."""
    parts = re.findall(r"(\d+) *(ms|d|h|m|s)\b", text)
    if not parts:
        raise InputError(file, line, f"time on battery: expected such as '1h 2m 3s', got '{text}'")
    return sum(int(n) * SECONDS[unit] for n, unit in parts)


def changes(session: Session, volts: float, baseline: bool = False) -> dict[str, Any]:
    """As profile.with_changes takes it: the capacity and, if in this session the phone was awake and did nothing, its
    baseline power by the fuel gauge. Raises InputError where the gauge says nothing."""
    where = named_with_date(session.file)
    tree: dict[str, Any] = {}
    if session.capacity_mah > 0:
        tree["battery"] = {"capacity": measured(f"{session.capacity_mah:g} mAh", f"dumpsys batterystats, {where}"),
                           "voltage": {"value": f"{volts:g} V", "assumed": "nominal voltage, given to the importer"}}
    if baseline:
        low, high = (session.watts(mah, volts) for mah in session.actual_mah)
        if high <= 0:
            raise InputError(session.file, 0, "the fuel gauge saw no drain: the session was too short")
        how = f"dumpsys batterystats, actual drain {session.actual_mah[0]:g} to {session.actual_mah[1]:g} mAh in " \
              f"{session.seconds:.0f} s x {volts:g} V, so {low:.3g} to {high:.3g} W; {where}"
        tree["baseline_power"] = measured(f"{rounded((low + high) / 2):g} W", how)
    return tree
