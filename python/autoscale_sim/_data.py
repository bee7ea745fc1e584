"""Where the data is, how a scenario is found, and what arguments mean."""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _core
from .errors import ConfigError


def data_root() -> str:
    """The folder with device_profiles/, workloads/ and scenarios/: the environment variable
    AUTOSCALE_DATA, else the package's own."""
    chosen = os.environ.get("AUTOSCALE_DATA")
    root = Path(chosen) if chosen else Path(__file__).parent / "data"
    for folder in ("device_profiles", "workloads"):
        if not (root / folder).is_dir():
            raise FileNotFoundError(f"no {folder}/ in {root}; set AUTOSCALE_DATA to a folder with it")
    return str(root)


def find_scenario(scenario: str | os.PathLike) -> str:
    """The file of a scenario: a path, or a name below the data's scenarios/ without .yaml."""
    name = os.fspath(scenario)
    if os.path.exists(name):
        return name
    root = Path(data_root())
    for folder in (root, root / "scenarios"):
        for file in (folder / name, folder / (name + ".yaml")):
            if file.is_file():
                return str(file)
    message = (f"there is no scenario '{name}': neither a file nor a name below "
               f"{root / 'scenarios'}")
    raise ConfigError(message, [(name, 0, 0, message)])


def assignments(settings: Mapping[str, Any] | None) -> list[str]:
    """Changes to a scenario, {"constraints.accuracy": 70}, as `autoscale run --set` takes them."""
    if settings is None:
        return []
    if not isinstance(settings, Mapping):
        raise TypeError("settings: expected a dictionary such as {'constraints.accuracy': 70}")
    return [f"{path}={to_yaml(value)}" for path, value in settings.items()]


def to_yaml(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_yaml(k)}: {to_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(to_yaml(v) for v in value) + "]"
    return str(value)


def load_scenario(scenario: str | os.PathLike, settings: Sequence[str],
                  policies: Sequence[str]) -> _core.Scenario:
    """Reads a scenario; mistakes in it are a ConfigError."""
    return _core.Scenario(data_root(), find_scenario(scenario), list(settings), list(policies))


def whole_number(name: str, value: Any, low: int, high: int = 2**63 - 1) -> int:
    """`value` as an int. Raises TypeError if it is none and ValueError if it is not in the range."""
    number = operator.index(value)
    if not low <= number <= high:
        raise ValueError(f"{name}: expected {low} to {high}, got {number}")
    return number
