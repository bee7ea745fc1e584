"""Where the data is looked for, and what arguments mean."""

from __future__ import annotations

import json
import operator
import os
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from . import _core


#: What `data` may be: one folder or several.
Folders = str | os.PathLike | Sequence[str | os.PathLike]


def search_path(data: Folders = (), variable: str | None = None) -> _core.SearchPath:
    """Where data is looked for by name: the folders `data`, then those of the environment variable
    AUTOSCALE_DATA (separated by colons), then the package's own. Each may have device_profiles/,
    workloads/ and scenarios/. `variable` stands in for AUTOSCALE_DATA. Raises OSError for a folder that
    has none of them."""
    return _core.SearchPath([os.fspath(folder) for folder in folders_of(data)],
                            os.environ.get(_core.DATA_VARIABLE, "") if variable is None else variable,
                            str(Path(__file__).parent / "data"))


def data_variable() -> str:
    """AUTOSCALE_DATA with absolute paths, which hold in another process too."""
    folders = os.environ.get(_core.DATA_VARIABLE, "").split(":")
    return ":".join(absolute(folder) for folder in folders if folder)


def folders_of(data: Folders) -> Sequence[str | os.PathLike]:
    return [data] if isinstance(data, (str, os.PathLike)) else data


def assignments(settings: Mapping[str, Any] | None) -> list[str]:
    """Changes to a scenario, {"constraints.accuracy": 70}, as `autoscale run --set` takes them.
    Raises TypeError for what no scenario can hold, ValueError for a path with an equals sign."""
    if settings is None:
        return []
    if not isinstance(settings, Mapping):
        raise TypeError("settings: expected a dictionary such as {'constraints.accuracy': 70}")
    for path in settings:
        if not isinstance(path, str):
            raise TypeError(f"settings: expected a path such as 'constraints.accuracy', got {path!r}")
        if "=" in path:
            raise ValueError(f"settings: a path has no '=', got {path!r}; give what is above that key a dictionary")
    return [f"{path}={as_json(value)}" for path, value in settings.items()]


def as_json(value: Any) -> str:
    """A value as JSON, which is YAML too: text in quotes, so that it stays text whatever stands in it."""
    return json.dumps(tree(value), ensure_ascii=False)


def tree(value: Any) -> Any:
    """A value of a scenario in Python's own types; a path is absolute, from the working directory."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return absolute(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, Mapping):
        return {key_of(key): tree(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [tree(item) for item in value]
    if isinstance(value, np.ndarray):
        return tree(value.tolist())
    raise TypeError("expected text, a number, true or false, None, a path, a list or a dictionary, got "
                    f"{type(value).__name__}: {value!r}")


def key_of(key: Any) -> str:
    """A key of a dictionary as text."""
    if isinstance(key, str):
        return str(key)
    if isinstance(key, Integral) and not isinstance(key, bool):
        return str(int(key))
    raise TypeError(f"expected text as the key of a dictionary, got {key!r}")


def absolute(path: str | os.PathLike) -> str:
    """A path that a caller gives: relative to the working directory, as everywhere in Python."""
    return os.path.abspath(os.fsdecode(path))


def name_or_file(value: str | os.PathLike) -> str:
    """What a caller names: a name of the data, or a file, which a slash or .yaml tells from a name."""
    is_file = not isinstance(value, str) or "/" in value or value.endswith(".yaml")
    return absolute(value) if is_file else value


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
