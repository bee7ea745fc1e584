"""What a kind of plot is: default columns and a drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure as Canvas

from .source import TABLES
from .view import View


@dataclass(frozen=True)
class Kind:
    name: str
    summary: str
    defaults: Callable[[View], None]  # fills the parts that the user left open
    draw: Callable[[View], tuple[Canvas, pd.DataFrame]]  # the figure and the numbers in it
    tables: tuple[str, ...] = TABLES  # that it can be drawn from, best first
