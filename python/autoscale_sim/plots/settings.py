"""What a row of a sweep sets in its scenario, as the sweep's manifest tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

OVERRIDES = "overrides."  # before the data file and the value in it that a sweep changes
DRAWS = ("random", "latin_hypercube")


def settings(manifest: Mapping[str, Any], scenario: str, row: Mapping[str, str]) -> dict[str, Any]:
    """Path -> value, as `--set` takes them, of a row of a scenario: what the sweep always sets, then what stands in
    the row's columns. A column that the row lacks is left out."""
    sweep = manifest["sweep"]
    given = {parameter["path"]: parameter for parameter in described(sweep)}
    values = dict(sweep.get("set") or {})
    for parameter in sweep.get("parameters") or []:
        if parameter["column"] in row:
            values[parameter["path"]] = value(row[parameter["column"]], parameter.get("unit", ""),
                                              given.get(parameter["path"], {}))  # fmt: skip
    own = next((one for one in manifest.get("scenarios", []) if one["name"] == scenario), {}).get("overrides") or {}
    return with_overrides(values, own)


def with_overrides(values: dict[str, Any], own: Mapping[str, Mapping]) -> dict[str, Any]:
    """A sweep sets overrides.FILE.PATH, whose PATH is one key of the file's map; --set sets the whole map, in which
    what the scenario changes itself has to stay."""
    overrides = {file: dict(changes) for file, changes in own.items()}
    paths = [path for path in values if path.startswith(OVERRIDES)]
    for path in paths:
        file, _, key = path.removeprefix(OVERRIDES).partition(".")
        overrides.setdefault(file, {})[key] = values.pop(path)
    return values | {"overrides": overrides} if paths else values


def described(sweep: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parameters as the sweep's file describes them."""
    for way in ("grid", "zip"):
        yield from sweep.get(way) or []
    yield from drawn(sweep)


def drawn(sweep: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those of them whose values are drawn."""
    for draws in DRAWS:
        yield from (sweep.get(draws) or {}).get("parameters") or []


def value(cell: str, unit: str, parameter: Mapping[str, Any]) -> Any:
    """What a swept column's cell stands for."""
    labels, values = parameter.get("labels") or [], parameter.get("values") or []
    if cell in labels:
        return values[labels.index(cell)]
    if unit:
        return f"{cell} {unit}"
    if cell in [one for one in values if isinstance(one, str)]:
        return cell
    return json.loads(cell)  # a number, true or false, null, a list or a map
