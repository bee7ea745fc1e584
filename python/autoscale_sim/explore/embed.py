"""Charts in a page that has a text of its own, such as the reproduction's report: those of `autoscale report`.

Where the page has an element with data-chart="NAME" the chart of that name is drawn, with a choice of its metrics,
filters, files to save, and the details of a point that is clicked. The page needs the CSS variables of page.css.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .page import own, scripts, written
from .tables import Table

CODE = ("data.js", "files.js", "charts.js", "details.js", "figures.js")


@dataclass(frozen=True)
class Chart:
    table: Table  # its name is the chart's
    commands: list[str]  # of every row, "" where none makes it alone
    y: str  # names of columns, here and below
    x: str
    colour: str | None = None
    facet: str | None = None
    log: bool = False  # the axis of y
    reference: float | None = None  # a value of y to draw a line at
    choices: list[str] = field(default_factory=list)  # filters


def style() -> str:
    return own("chart.css")


def scripts_of(charts: list[Chart], about: str) -> str:
    """What ends the page. `about` tells what to know about the command lines."""
    made = [written(chart.table, chart.commands) | {
        "first": {"x": chart.x, "y": chart.y, "colour": chart.colour, "facet": chart.facet},
        "log": chart.log, "reference": chart.reference, "choices": chart.choices} for chart in charts]  # fmt: skip
    return scripts({"tables": made, "scenarios": [], "about": about}, CODE)
