"""Where the data is looked for, and what arguments mean."""

from __future__ import annotations

import operator
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _core


#: What `data` may be: one folder or several.
Folders = str | os.PathLike | Sequence[str | os.PathLike]


def search_path(data: Folders = ()) -> _core.SearchPath:
    """Where data is looked for by name: the folders `data`, then those of the environment variable
    AUTOSCALE_DATA (separated by colons), then the package's own. Each may have device_profiles/,
    workloads/ and scenarios/. Raises OSError for a folder that has none of them."""
    folders = [data] if isinstance(data, (str, os.PathLike)) else data
    return _core.SearchPath([os.fspath(folder) for folder in folders],
                            os.environ.get(_core.DATA_VARIABLE, ""),
                            str(Path(__file__).parent / "data"))


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


def load_scenario(scenario: str | os.PathLike, settings: Sequence[str], policies: Sequence[str],
                  data: Folders) -> _core.Scenario:
    """Reads a scenario: a path, or a name below scenarios/ of the data, without .yaml; mistakes in it
    are a ConfigError."""
    search = search_path(data)
    return _core.Scenario(search, search.find_scenario(os.fspath(scenario)), list(settings),
                          list(policies))


def whole_number(name: str, value: Any, low: int, high: int = 2**63 - 1) -> int:
    """`value` as an int. Raises TypeError if it is none and ValueError if it is not in the range."""
    number = operator.index(value)
    if not low <= number <= high:
        raise ValueError(f"{name}: expected {low} to {high}, got {number}")
    return number
