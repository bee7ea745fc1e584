"""The look of each series: a colour, and a marker for readers who cannot tell the colours."""

from __future__ import annotations

from dataclasses import dataclass

from . import labels
from .errors import PlotError
from .style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    POLICIES,
    PURPLE,
    SKY,
    VERMILION,
    plt,
)
from .view import View

CYCLE = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, GREY)
MARKERS = "os^Dv<>pX*"
MAX_SERIES = 20
ORACLE = "opt"
DASHES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Series:
    label: str
    colour: str
    marker: str
    dash: str


def series_of(view: View, column: str | None) -> dict[object, Series]:
    """Value of the column -> its look; one look under None if there is no column."""
    if column is None:
        return {None: Series("", BLUE, MARKERS[0], DASHES[0])}
    values = view.values(column)
    if len(values) > MAX_SERIES:
        raise PlotError(f"--hue {column} would draw {len(values)} colours, more than {MAX_SERIES}; "
                        f"choose some with --where {column}=a,b")  # fmt: skip
    colours = policy_colours(values) if column == "policy" else colours_of(view, column, values)
    return {
        value: Series(labels.title(view.source, column, value), colour,
                      MARKERS[i % len(MARKERS)], dash(column, value, i))
        for i, (value, colour) in enumerate(zip(values, colours))
    }  # fmt: skip


def dash(column: str, value: object, place: int) -> str:
    """Another when the colours begin anew. The oracle is dashed, as it often lies on a rival."""
    if column == "policy" and value == ORACLE:
        return "--"
    return DASHES[place // len(CYCLE) % len(DASHES)]


def policy_colours(policies: list[str]) -> list[str]:
    """Those of the reports where there is one; the rest take what is free, then any."""
    taken = [POLICIES[p][1] for p in policies if p in POLICIES]
    free = [c for c in CYCLE if c not in taken]
    others = [p for p in policies if p not in POLICIES]
    cycle = (free or list(CYCLE)) * len(policies)
    given = dict(zip(others, cycle))
    return [POLICIES[p][1] if p in POLICIES else given[p] for p in policies]


def colours_of(view: View, column: str, values: list) -> list:
    if view.is_numeric(column) and len(values) > 2:  # ordered, so a scale from dark to light
        shades = plt.get_cmap("viridis")
        return [shades(0.05 + 0.8 * i / (len(values) - 1)) for i in range(len(values))]
    return [CYCLE[i % len(CYCLE)] for i in range(len(values))]
