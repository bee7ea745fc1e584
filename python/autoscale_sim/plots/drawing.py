"""From what is asked for to a figure: chooses the kind of plot and the table, settles every part, draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure as Canvas

from . import fonts
from .conditions import Condition
from .errors import unknown
from .kind import Kind
from .kinds import KINDS
from .roles import Roles
from .source import TABLES, Source
from .view import View

SCALES = ("linear", "log")


@dataclass(frozen=True)
class Request:
    """What is asked for; None: what suits."""

    roles: Roles
    kind: str | None = None
    where: Sequence[Condition] = ()
    table: str | None = None
    x_scale: str | None = None
    y_scale: str | None = None


@dataclass(frozen=True)
class Drawing:
    figure: Canvas
    numbers: pd.DataFrame  # that are drawn
    view: View
    kind: Kind


def draw(source: Source, request: Request) -> Drawing:
    """The figure. Raises PlotError where the request does not fit the source."""
    view, kind = prepared(source, request)
    figure, numbers = kind.draw(view)
    view.notes += fonts.notes(figure)
    return Drawing(figure, numbers, view, kind)


def prepared(source: Source, request: Request) -> tuple[View, Kind]:
    """The rows, and how they will be drawn, with every part settled."""
    roles = request.roles
    kind = KINDS[checked("kind of plot", request.kind, KINDS)] if request.kind else None
    tables = kind.tables if kind else TABLES
    if request.table:
        tables = (table_named(source, request.table),)
    needed = [*roles.named(), *(condition.column for condition in request.where)]
    table = source.table_with(needed, tables)
    view = View(source, table, source.rows(table), roles)
    given = {"x": request.x_scale, "y": request.y_scale}
    view.scales = {axis: checked("scale", scale, SCALES) for axis, scale in given.items() if scale}
    view.select(request.where)
    kind = kind or suiting(view)
    kind.defaults(view)
    absent = [column for column in roles.named() if column not in view.frame]
    if absent:
        raise unknown("column", absent[0], view.frame.columns)
    view.leave_out_missing(roles.named())
    return view, kind


def checked(what: str, name: str, legal: Iterable[str]) -> str:
    if name not in legal:
        raise unknown(what, name, legal)
    return name


def table_named(source: Source, name: str) -> str:
    file = name if name.endswith(".csv") else f"{name}.csv"
    if file not in source.tables:
        raise unknown("table", name, source.tables)
    return file


def suiting(view: View) -> Kind:
    """Lines over a number, or points if it was drawn at random; bars over the rest."""
    drawn = [p.column for p in view.source.parameters if p.drawn]
    if drawn and (view.roles.x or drawn[0]) in drawn:
        return KINDS["scatter"]
    numbers = view.is_numeric(view.roles.x) if view.roles.x else bool(view.numeric_parameters)
    return KINDS["line" if numbers or view.table == "learning.csv" else "bar"]
