"""The free parameters of a phone that `autoscale calibrate` fits, and what each changes in the files.

A parameter is fitted as its logarithm if it can only be positive and spreads by factors, else as it is. `plausible` is
one standard deviation of what it may be before anything is measured, on that scale: from the ranges beside the
numbers of the shipped profiles. A parameter that the data determine worse than this stays as the base has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .profile import Profile, quantity
from .simulator import Variant
from .text import read_table
from .writing import find_file, folders, measured, merged, resolve, rounded

Tree = dict[str, Any]
#: What writes a value into the changes of the profile and of links, with its origin.
Setter = Callable[[float, str], tuple[Tree, Tree]]


@dataclass(frozen=True)
class Parameter:
    """A free parameter: its name and unit, the base's value, its bounds, how it is fitted and what it changes."""

    name: str
    unit: str
    base: float
    low: float
    high: float
    logarithmic: bool
    plausible: float
    change: Setter

    def scaled(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value

    def value(self, scaled: float) -> float:
        return math.exp(scaled) if self.logarithmic else scaled

    @property
    def bounds(self) -> tuple[float, float]:
        return self.scaled(self.low), self.scaled(self.high)


def variant(parameters: Sequence[Parameter], values: Sequence[float], how: Sequence[str] | None = None) -> Variant:
    """The files in which the parameters have these values; `how` says of each where it comes from."""
    profile: Tree = {}
    links: Tree = {}
    for i, (parameter, value) in enumerate(zip(parameters, values)):
        changed, link = parameter.change(value, how[i] if how else "trial")
        profile, links = merged(profile, changed), merged(links, link)
    return Variant(profile, links)


def parameters_of(base: Profile, processors: Sequence[str], links: Mapping[str, str],
                  data: Sequence[str | Path] = ()) -> list[Parameter]:
    """The free parameters of a profile, for the processors of the phone and the links (site -> name or file) that
    requests used. Raises InputError for a profile without what is needed."""
    found = [*device_parameters(base, bool(processors))]
    for kind in processors:
        found += processor_parameters(base, kind, data)
    for name in dict.fromkeys(links.values()):
        found += link_parameters(base, name, data)
    return found


def device_parameters(base: Profile, local: bool) -> list[Parameter]:
    """The baseline, and contention where anything ran on the phone."""
    def contention(key: str) -> Setter:
        return lambda value, how: ({"contention": {key: measured(plain(value), how)}}, {})

    def baseline(value: float, how: str) -> tuple[Tree, Tree]:
        return {"baseline_power": measured(with_unit(value, "W"), how)}, {}

    watts = quantity(base.whole["baseline_power"], "W")
    found = [positive("baseline_power", "W", watts, 10, 0.5, baseline)]
    entries = base.whole.get("contention", {})
    for key, high, plausible in (("cpu", 0.95, 0.15), ("memory", 5.0, 0.6), ("stall_power", 1.0, 0.2)):
        if local and key in entries:
            found.append(Parameter(f"contention.{key}", "", quantity(entries[key]), 0.0, high, False, plausible,
                                   contention(key)))
    return found


def processor_parameters(base: Profile, kind: str, data: Sequence[str | Path]) -> list[Parameter]:
    """Overhead, latency, split into compute and memory, and power of a processor."""
    processor = base.processor(kind)

    def entry(key: str, write: Callable[[float], Any]) -> Setter:
        return lambda value, how: ({"processors": {kind: {key: measured(write(value), how)}}}, {})

    def power(factor: float, how: str) -> tuple[Tree, Tree]:
        table = processor["power"]
        changed: Tree = {"power": {"unit": table["unit"], "values": [plain(factor * w) for w in table["values"]],
                                   "measured": how}}
        if "paper_power" in processor:
            watts = quantity(processor["paper_power"], "W")
            changed["paper_power"] = measured(with_unit(factor * watts, "W"), how)
        return {"processors": {kind: changed}}, {}

    smallest = smallest_latency_ms(base, kind, data)
    factor, ridge = (quantity(processor[key]) if key in processor else 1.0
                     for key in ("latency_factor", "ridge_factor"))
    overhead = quantity(processor["overhead"], "ms")
    top = max(overhead, 0.3 * smallest)
    lowest = max(factor / 3, min(0.95 * factor, 1.05 * top / smallest)) if smallest else factor / 3
    return [Parameter(f"{kind}.overhead", "ms", overhead, 0.0, top, False, max(overhead, 0.5),
                      entry("overhead", lambda value: with_unit(value, "ms"))),
            Parameter(f"{kind}.latency_factor", "", factor, lowest, 3 * factor, True, 0.3,
                      entry("latency_factor", plain)),
            positive(f"{kind}.ridge_factor", "", ridge, 30, 0.8, entry("ridge_factor", plain)),
            positive(f"{kind}.power_factor", "", 1.0, 10, 0.3, power)]


def link_parameters(base: Profile, name: str, data: Sequence[str | Path]) -> list[Parameter]:
    """The radio's powers in the profile, and rate and round trip of the link itself."""
    file = find_file("device_profiles/links", name, data)
    link, stem = resolve(file, data), file.stem
    shipped = "/" not in name and not name.endswith(".yaml")
    include = f"device_profiles/links/{name}.yaml" if shipped else str(file.resolve())
    radio = str(link.get("name", stem))
    entries = base.whole.get("radios", {}).get(radio, {})

    def power(key: str) -> Setter:
        return lambda value, how: ({"radios": {radio: {key: measured(with_unit(value, "W"), how)}}}, {})

    def rate(factor: float, how: str) -> tuple[Tree, Tree]:
        laws = {way: {"rate": {"unit": link[way]["rate"]["unit"],
                               "values": [plain(factor * r) for r in link[way]["rate"]["values"]],
                               "measured": how}} for way in ("uplink", "downlink")}
        return {}, {stem: {"include": include, **laws}}

    def round_trip(factor: float, how: str) -> tuple[Tree, Tree]:
        times = {key: measured(with_unit(factor * quantity(link["rtt"][key], "ms"), "ms"), how)
                 for key in ("median", "p90")}
        return {}, {stem: {"include": include, "rtt": times}}

    powers = [(key, quantity(entries[f"{key}_power"], "W"))
              for key in ("tx", "rx", "listen") if f"{key}_power" in entries]
    return [positive(f"radio.{radio}.{key}_power", "W", watts, 20, 0.7, power(f"{key}_power"))
            for key, watts in powers if watts > 0] + [
        positive(f"link.{stem}.rate_factor", "", 1.0, 20, 0.7, rate),
        positive(f"link.{stem}.rtt_factor", "", 1.0, 20, 0.7, round_trip)]


def plain(value: float) -> float:
    """A number as it is written: nine digits, so that finite differences do not see the rounding."""
    return rounded(value, 9)


def with_unit(value: float, unit: str) -> str:
    return f"{value:.9g} {unit}"


def positive(name: str, unit: str, base: float, factor: float, plausible: float, change: Setter) -> Parameter:
    """A parameter that may be up to `factor` times larger or smaller than the base's."""
    return Parameter(name, unit, base, base / factor, base * factor, True, plausible, change)


def smallest_latency_ms(base: Profile, kind: str, data: Sequence[str | Path]) -> float:
    """The smallest latency of a processor in the tables, which an overhead has to stay below; 0 if there is none."""
    borrowed = base.whole.get("latency_from")
    device = borrowed["device"] if borrowed else base.file.stem
    tables = [base.file.with_name(f"{base.file.stem}.latency.csv")]
    for folder in folders(data):
        tables += [folder / "workloads/latency.csv", *(folder / "device_profiles").glob("*.latency.csv")]
    rows = [row for table in dict.fromkeys(tables) if table.is_file() for row in read_table(table).rows]
    factor = quantity(borrowed["factor"]) if borrowed else 1.0
    return factor * min((row.number("latency_ms") for row in rows
                         if row.get("device") == device and row.get("processor") == kind), default=0.0)
