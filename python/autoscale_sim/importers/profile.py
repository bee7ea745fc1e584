"""A device profile that takes over measured numbers: it includes a base and holds what differs from it.

Everything that is not measured stays as the base has it, with the base's own origins; so a profile is complete and
runs after the first measurement, and gets better with each. `processors` is a list, which an include replaces whole:
it is written whole as soon as one number of it is measured.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .text import InputError, number
from .writing import comment, dump, find_file, load_yaml, measured_list, merged, resolve, rounded, write_whole

HEAD = ("A phone as it was measured: what is not here is as in the included profile.",
        "Written by `autoscale import` and `autoscale calibrate`; the origin beside each number says how it was found.")
ORDER = ("include", "name", "kind", "latency_from", "power_level", "baseline_power", "battery", "thermal", "contention",
         "processors", "radios")


@dataclass(frozen=True)
class Profile:
    """A profile's file, the keys of its own, and all keys with those of what it includes."""

    file: Path
    own: dict[str, Any]
    whole: dict[str, Any]

    def processor(self, kind: str) -> dict[str, Any]:
        """The entry of a processor. Raises InputError if the profile has none."""
        for entry in self.whole.get("processors", []):
            if entry.get("name") == kind:
                return entry
        raise InputError(self.file, 0, f"has no processor {kind}")


def open_profile(file: str | Path, base: str = "", name: str = "", data: Sequence[str | Path] = ()) -> Profile:
    """The profile in `file`, to be brought up to date; where there is none yet, one that includes `base` (a name or a
    path) and borrows its latencies. Raises InputError."""
    file = Path(file)
    if file.is_file():
        if base:
            raise InputError(file, 0, "is there already: --base is only for a new profile")
        own = load_yaml(file)
        return Profile(file, own, resolve(file, data))
    if not base:
        raise InputError(file, 0, "is not there yet: --base says which profile it begins with, such as mi8pro")
    found = find_file("device_profiles", base, data)
    shipped = "/" not in base and not base.endswith(".yaml")
    include = f"device_profiles/{base}.yaml" if shipped else str(found.resolve())
    whole = resolve(found, data)
    lender = whole.get("latency_from", {}).get("device", found.stem)
    own = {"include": include, "name": name or file.stem.replace("_", " "), "latency_from": {
        "device": lender, "factor": {"value": 1.0, "assumed": "as the included profile, until latencies are measured"}}}
    return Profile(file, own, merged(whole, own))


def with_own_latencies(profile: Profile) -> Profile:
    """The profile without borrowed latencies, so that those of its own table count."""
    own, whole = ({key: value for key, value in keys.items() if key != "latency_from"}
                  for keys in (profile.own, profile.whole))
    return Profile(profile.file, own, whole)


def with_changes(profile: Profile, changes: Mapping[str, Any]) -> Profile:
    """The profile with other numbers. `changes` has its shape, but `processors` maps a kind to what changes in it."""
    changes = dict(changes)
    processors = changes.pop("processors", {})
    own = merged(profile.own, changes)
    whole = merged(profile.whole, changes)
    if processors:
        listed = copy.deepcopy(whole.get("processors", []))
        for kind, change in processors.items():
            entry = next((p for p in listed if p.get("name") == kind), None)
            if entry is None:
                raise InputError(profile.file, 0, f"the profile has no processor {kind}; there are "
                                                  f"{', '.join(p['name'] for p in listed)}")
            entry.update(merged(entry, change))
        own["processors"] = whole["processors"] = listed
    return Profile(profile.file, own, whole)


def text_of(profile: Profile) -> str:
    """The profile's file."""
    order = {key: i for i, key in enumerate(ORDER)}
    return comment(*HEAD) + dump(dict(sorted(profile.own.items(), key=lambda item: order.get(item[0], len(order)))))


def save(profile: Profile) -> None:
    """Writes the profile. Raises OSError."""
    write_whole(profile.file, text_of(profile))


def quantity(entry: Any, unit: str = "") -> float:
    """The number of a sourced value, without its unit. Raises InputError for another unit than `unit`."""
    value = entry["value"] if isinstance(entry, Mapping) else entry
    text, _, found = str(value).partition(" ")
    if found != unit:
        raise InputError("profile", 0, f"expected a number in '{unit}', got '{value}'")
    return number(text, "profile", 0, "value")


def refitted(processor: Mapping[str, Any], mhz: Sequence[float], how: str) -> dict[str, Any]:
    """What changes in a processor when its clocks do: the list, and its power, which has to have one value per clock.

    Power at the new clocks is read off the old table, linear in relative clock f / f_max, where both tables end.
    """
    old_mhz, old_w = table_of(processor)
    clocks = sorted(mhz)
    relative = np.array(clocks) / clocks[-1]
    watts = np.interp(relative, np.array(old_mhz) / old_mhz[-1], old_w)
    below = relative < old_mhz[0] / old_mhz[-1]
    watts[below] = old_w[0] * relative[below] / (old_mhz[0] / old_mhz[-1])
    change: dict[str, Any] = {"frequency": measured_list("MHz", [rounded(f, 7) for f in clocks], how)}
    same = len(clocks) == len(old_mhz) and np.allclose(clocks, old_mhz)
    if not same:
        change["power"] = {"unit": "W", "values": [rounded(w, 5) for w in watts],
                           "derived": "what the profile had at the same relative clock f / f_max, linear between its "
                                      "points and proportional to the clock below them; not measured"}
    return change


def table_of(processor: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    """Clocks in MHz and powers in W of a processor. Raises InputError for other units."""
    for key, unit in (("frequency", "MHz"), ("power", "W")):
        found = processor.get(key, {}).get("unit")
        if found != unit:
            raise InputError("profile", 0, f"processor {processor.get('name')}: expected {key} in {unit}, not {found}")
    return list(map(float, processor["frequency"]["values"])), list(map(float, processor["power"]["values"]))


def with_powers(processor: Mapping[str, Any], points: Mapping[float, float], how: str) -> dict[str, Any]:
    """What changes in a processor of which `points` (MHz -> W above idle) were measured.

    With every clock of the profile measured they are its table. Otherwise the profile's table is taken times the ratio
    of measured to its value, linear in the clock between measured points and constant beyond them. Raises InputError
    for a clock that is none of the profile's (to 1 %).
    """
    clocks, table = table_of(processor)
    found: dict[int, float] = {}
    for mhz, watts in points.items():
        nearest = int(np.argmin(np.abs(np.array(clocks) - mhz)))
        if abs(clocks[nearest] - mhz) > 0.01 * mhz:
            raise InputError("activities", 0, f"{processor['name']}@{mhz:g}: no such clock in the profile; the nearest "
                                              f"is {clocks[nearest]:g} MHz (its clocks: `import frequencies`)")
        found[nearest] = watts
    at = sorted(found)
    ratio = np.interp(clocks, [clocks[i] for i in at], [found[i] / table[i] for i in at])
    watts = [rounded(float(r * w), 5) for r, w in zip(ratio, table)]
    for low, high in zip(range(len(watts)), range(1, len(watts))):
        if watts[high] <= watts[low]:
            raise InputError("activities", 0, f"{processor['name']}: power must rise with the clock, but would be "
                                              f"{watts[low]:g} W at {clocks[low]:g} MHz and {watts[high]:g} W at "
                                              f"{clocks[high]:g} MHz: measure longer, or another clock")
    if len(found) == len(clocks):
        return {"power": measured_list("W", watts, how)}
    between = "; at other clocks what stood here before times the ratio of measured to it, linear in the clock " \
              "between measured points, constant beyond them"
    return {"power": {"unit": "W", "values": watts, "measured": how + between}}
