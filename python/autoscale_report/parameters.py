"""The free parameters of scenarios/paper/claims.yaml: their ranges, and the settings of a run that give
them other values.

They stand on record there because the sources leave them open. Standard library and PyYAML only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Place:
    """One value in one data file, and how a parameter changes it."""

    file: str  # from the root, without .yaml
    path: str
    change: str


@dataclass(frozen=True)
class Parameter:
    id: str
    text: str
    nominal: float
    low: float
    high: float
    unit: str
    scale: str
    basis: str
    places: tuple[Place, ...]
    setting: str | None = None  # a key of the scenario instead of places, with a choice per value
    choices: dict[float, str] | None = None

    def at(self, share: float) -> float:
        """The value at a share of the range, 0 to 1."""
        if self.scale == "choice":
            return list(self.choices)[min(int(share * len(self.choices)), len(self.choices) - 1)]
        if self.scale == "log":
            return self.low * (self.high / self.low) ** share
        return self.low + (self.high - self.low) * share

    def label(self, value: float) -> str:
        return f"{value:.4g}" if self.unit == "1" else f"{value:.4g} {self.unit}"


def parse(entry: dict) -> Parameter:
    fields = dict(entry)
    where = fields.pop("where")
    if "setting" in where[0]:
        return Parameter(**fields, places=(), **where[0])
    places = (
        Place(file, group["path"], group.get("change", "value"))
        for group in where for file in group["files"]
    )  # fmt: skip
    return Parameter(**fields, places=tuple(places))


def parameters_of(claims: dict) -> list[Parameter]:
    return [parse(entry) for entry in claims["parameters"]]


@cache
def data_file(root: Path, name: str) -> dict:
    return yaml.safe_load((root / f"{name}.yaml").read_text())


def at(tree, path: str):
    """What stands at a path such as processors[0].overhead.value."""
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        tree = tree[name or int(index)]
    return tree


def changed(found, change):
    """Numbers, lists of them and quantities such as "4 s" after a change of the number."""
    if isinstance(found, list):
        return [changed(one, change) for one in found]
    if isinstance(found, str):
        number, unit = found.split(" ", 1)
        return f"{change(float(number)):.9g} {unit}"
    return change(found)


def odds(share: float) -> float:
    return (1 - share) / share


# What a number in a file becomes, by the name of the change (explained in claims.yaml).
CHANGES = {
    "value": lambda number, nominal, value: value,
    "rtt_p90": lambda number, nominal, value: value,
    "scale": lambda number, nominal, value: number * value / nominal,
    "inverse": lambda number, nominal, value: number * nominal / value,
    "shift": lambda number, nominal, value: number + value - nominal,
    "memory_part": lambda number, nominal, value: number * odds(value) / odds(nominal),
}


def gpu_power(processor: dict, floor: float, exponent: float) -> list[float]:
    """Busy power in W at each clock; the top of the table stays."""
    clocks, top = processor["frequency"]["values"], processor["power"]["values"][-1]
    return [top * (floor + (1 - floor) * (f / clocks[-1]) ** exponent) for f in clocks]


def value_at(root: Path, parameter: Parameter, place: Place, found, values: dict[str, float]):
    """What is written to a place where `found` stands."""
    value = values[parameter.id]
    if place.change == "latency":
        return {"value": value, "assumed": "a draw from the range of the free parameter"}
    if place.change == "gpu_power":
        processor = at(data_file(root, place.file), place.path.removesuffix(".power.values"))
        return gpu_power(processor, values["gpu_power_floor"], values["gpu_power_exponent"])
    if place.change == "rtt_p90":
        value = max(value, values["wifi_rtt"])
    change = CHANGES[place.change]
    return changed(found, lambda number: change(number, parameter.nominal, value))


def settings(root: Path, parameters: Sequence[Parameter], values: dict[str, float]) -> dict:
    """The scenario settings under which the parameters have these values; {} when all are nominal.

    Changes of one place add up, in the order of the parameters.
    """
    given: dict[str, str] = {}
    overrides: dict[str, dict] = {}
    for parameter in parameters:
        if values[parameter.id] == parameter.nominal:
            continue
        if parameter.setting:
            given[parameter.setting] = parameter.choices[values[parameter.id]]
        for place in parameter.places:
            file = overrides.setdefault(place.file, {})
            if place.path not in file and place.change != "latency":
                file[place.path] = at(data_file(root, place.file), place.path)
            file[place.path] = value_at(root, parameter, place, file.get(place.path), values)
    if overrides:
        given["overrides"] = json.dumps(overrides)
    return given
