"""Vega, Vega-Lite and Vega-Embed as one script, out of the Python package vl-convert-python: no network is needed.

That package links the script anew at every call, in 10 to 30 s, so it is kept in the user's folder of caches.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGE = "vl-convert-python"
LICENCES = Path(__file__).with_name("licences.txt")


def script() -> str:
    import vl_convert

    kept = folder() / f"vega-{version(PACKAGE)}.js"
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        print("linking the chart library, once; some 20 s", file=sys.stderr)
    text = vl_convert.javascript_bundle()
    keep(text, kept)
    return text


def licences() -> str:
    return LICENCES.read_text(encoding="utf-8")


def folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autoscale"


def keep(text: str, file: Path) -> None:
    """Where nothing can be kept it is linked again the next time."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, file)
    except OSError:
        return
