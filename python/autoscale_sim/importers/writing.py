"""Writing results: profiles in YAML, each number with its unit and origin, and finished files that appear at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .text import InputError, read_text

#: What a base may be looked for in, beside $AUTOSCALE_DATA: the data that came with the package, or the source tree.
SHIPPED = (Path(__file__).resolve().parents[1] / "data", Path(__file__).resolve().parents[3])


def measured(value: float | str, how: str) -> dict[str, Any]:
    """A number with the origin `measured`: what, in which file, when, with which tool, and how far it spreads."""
    return {"value": value, "measured": how}


def measured_list(unit: str, values: Sequence[float], how: str) -> dict[str, Any]:
    """A list of numbers of one unit with the origin `measured`."""
    return {"unit": unit, "values": list(values), "measured": how}


def rounded(value: float, digits: int = 4) -> float:
    """A number with so many significant digits, as a float that prints short."""
    return float(f"{value:.{digits}g}")


def dump(tree: Mapping[str, Any]) -> str:
    """A tree as YAML in its own order, leaves on one line where they fit."""
    return yaml.safe_dump(dict(tree), sort_keys=False, width=110, default_flow_style=None, allow_unicode=True)


def comment(*lines: str) -> str:
    """Lines as YAML and CSV comments."""
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def write_whole(file: str | Path, text: str) -> None:
    """Writes a file that is either as before or whole. Raises OSError."""
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(scratch, 0o666 & ~_umask())
        os.replace(scratch, file)
    except BaseException:
        os.unlink(scratch)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def folders(data: Sequence[str | Path] = ()) -> list[Path]:
    """The data folders: `data`, those of $AUTOSCALE_DATA, then the shipped one."""
    named = [Path(f) for f in data] + [Path(f) for f in os.environ.get("AUTOSCALE_DATA", "").split(":") if f]
    return named + [f for f in SHIPPED if (f / "device_profiles").is_dir()][:1]


def find_file(kind: str, name: str, data: Sequence[str | Path] = (), beside: Path | None = None) -> Path:
    """A YAML of `kind` (such as device_profiles): a path as given or from `beside`, else a name in the data folders.
    Raises InputError if there is none."""
    if "/" in name or name.endswith(".yaml"):
        places = [Path(name)] + [f / name for f in ([beside] if beside else []) + folders(data)]
    else:
        places = [f / kind / f"{name}.yaml" for f in folders(data)]
    for place in places:
        if place.is_file():
            return place
    raise InputError(name, 0, f"no such file, nor one of this name in {', '.join(map(str, folders(data)))}")


def load_yaml(file: Path) -> dict[str, Any]:
    """The map of a YAML file, without what it includes. Raises InputError with the line of a mistake."""
    try:
        tree = yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(file, mark.line + 1 if mark else 0, getattr(error, "problem", None) or str(error)) from None
    if not isinstance(tree, dict):
        raise InputError(file, 1, "is not a map of keys")
    return tree


def resolve(file: Path, data: Sequence[str | Path] = ()) -> dict[str, Any]:
    """The map of a YAML file with what it includes, merged key by key as the simulator does. Raises InputError."""
    own = load_yaml(file)
    included = own.pop("include", [])
    tree: dict[str, Any] = {}
    for name in [included] if isinstance(included, str) else included:
        tree = merged(tree, resolve(find_file("device_profiles", name, data, file.parent), data))
    return merged(tree, own)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two maps as one: maps merge key by key, but a number with its origin is replaced whole; `above` wins."""
    tree = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(tree.get(key), Mapping)
        is_number = both and ({"value", "values"} & (value.keys() | tree[key].keys()))
        tree[key] = merged(tree[key], value) if both and not is_number else value
    return tree
