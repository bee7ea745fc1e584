"""What a figure is: a target of scripts/reproduce.sh with the runs it needs, a drawing, a caption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure as Canvas

from autoscale_report import NUMBERS
from autoscale_report.data import Data
from autoscale_report.plan import Plan
from autoscale_report.simulate import Task
from autoscale_sim.explore.embed import Chart
from autoscale_sim.plots.style import THEMES, plt, themed, write

matplotlib.use("Agg")  # into files: no display is needed


@dataclass(frozen=True)
class Figure:
    name: str  # fig_efficiency
    title: str
    tasks: Callable[[Plan], list[Task]]  # the runs it is drawn from
    draw: Callable[[Data], Canvas]
    caption: Callable[[Data], str]  # what to see in it
    ready: Callable[[Data], bool] = lambda data: True  # whether what it needs beside runs is there
    table: Callable[[Data], pd.DataFrame] | None = None  # its numbers, where they are of record
    chart: Callable[[Data], Chart] | None = None  # what the report shows of it, if that is interactive

    @property
    def table_file(self) -> str:
        return f"{self.name.removeprefix('fig_')}.csv"


def main_tasks(plan: Plan) -> list[Task]:
    """For figures of the headline's scenarios."""
    return plan.main_tasks()


def no_tasks(plan: Plan) -> list[Task]:
    """For figures of `autoscale explain` or of a study alone."""
    return []


def render(figure: Figure, data: Data, folder: Path) -> None:
    """PNG and PDF in light colours, and a PNG in dark ones for the report."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in THEMES:
        with themed(theme), plt.rc_context({"text.parse_math": True}):  # powers of ten; no text is a reader's
            canvas = figure.draw(data)
            canvas.align_ylabels()
            suffix = "" if theme == "light" else f"_{theme}"
            write(canvas, folder / f"{figure.name}{suffix}.png")
            if theme == "light":
                write(canvas, folder / f"{figure.name}.pdf")
            plt.close(canvas)


def write_table(figure: Figure, data: Data, out: Path) -> None:
    if figure.table:
        figure.table(data).to_csv(out / figure.table_file, index=False, float_format=NUMBERS)
