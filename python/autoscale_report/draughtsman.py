"""Draws the figures whose runs are there, several at a time."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from autoscale_report.data import Data
from autoscale_report.figure import Figure, render, write_table
from autoscale_report.figures import FIGURES


def is_ready(figure: Figure, data: Data) -> bool:
    """Whether its runs, and what else it needs, are there."""
    tasks = figure.tasks(data.plan)
    return len(data.done(tasks)) == len(tasks) and figure.ready(data)


class Draughtsman:
    """Draws figures in a process of its own, which keeps the data it has read."""

    data: Data

    @classmethod
    def set_up(cls, data: Data) -> None:
        cls.data = data

    @classmethod
    def draw(cls, name: str) -> str:
        """Writes the figure's files, and its table if it has one; its caption."""
        figure, out = next(f for f in FIGURES if f.name == name), cls.data.plan.out
        render(figure, cls.data, out / "figures")
        write_table(figure, cls.data, out)
        return figure.caption(cls.data)


def draw(figures: list[Figure], data: Data) -> dict[str, str]:
    """Draws those that are ready, several at a time; their captions by name."""
    names = [figure.name for figure in figures if is_ready(figure, data)]
    with ProcessPoolExecutor(
        data.simulator.jobs, get_context("fork"), Draughtsman.set_up, (data,)
    ) as processes:
        return dict(zip(names, processes.map(Draughtsman.draw, names)))
