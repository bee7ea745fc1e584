"""What is wrong with what the user asked for, said so that it can be mended."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable


class PlotError(ValueError):
    """The user's input is wrong: exit code 2. Texts name parts as options of the command line."""


def unknown(what: str, given: str, legal: Iterable[str]) -> PlotError:
    """`given` is none of the legal ones: names the nearest, then all."""
    legal = list(dict.fromkeys(legal))
    near = difflib.get_close_matches(given, legal, n=1, cutoff=0.5)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    return PlotError(f"no {what} '{given}'{meant}\nThere are:\n{listed(legal)}")


def listed(names: Iterable[str]) -> str:
    """On indented lines; the many columns share_... as one."""
    short = ["share_<target>" if name.startswith("share_") else name for name in names]
    return textwrap.fill(", ".join(dict.fromkeys(short)), 96, initial_indent="  ",
                         subsequent_indent="  ", break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip
