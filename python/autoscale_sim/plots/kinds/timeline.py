"""One phone in one run, request by request: signals, co-runner, choice and energy over time."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from .. import labels
from ..grid import footer
from ..kind import Kind
from ..panels import CHOICE, CO_RUNNER, ENERGY, SIGNAL, draw_panels
from ..style import plt
from ..view import View, values_of

FAVOURITE = "autoscale"  # whose run is drawn if several are there
# A timeline is of one run, phase and phone: of the first, but of the last phase.
ONE_OF = {"run_id": 0, "phase": -1, "device": 0}


def defaults(view: View) -> None:
    view.roles.default("x", ["arrival_s"])


def one_run(view: View) -> pd.DataFrame:
    """The rows of one run, phase and phone, by time; says what else there is."""
    frame = view.frame
    if (frame["policy"] == FAVOURITE).any():
        frame = frame[frame["policy"] == FAVOURITE]
    for column, which in ONE_OF.items():
        shown = values_of(frame[column])[which]
        if view.varies(column):
            view.notes.append(f"{column} {shown}; another: --where {column}=...")
        frame = frame[frame[column] == shown]
    return frame.sort_values(view.roles.x)


def draw(view: View) -> tuple[Canvas, object]:
    view.need_numbers(view.roles.x)
    rows = one_run(view)
    figure = plt.figure(figsize=(8.5, 6.6))
    draw_panels(figure, rows[view.roles.x], rows, [SIGNAL, CO_RUNNER, CHOICE, ENERGY],
                labels.axis(view.source, view.roles.x))  # fmt: skip
    first = rows.iloc[0]
    footer(figure, view, f"run {first['run_id']}, phone {first['device']} "
                         f"({first['device_type']}), phase {first['phase']}")  # fmt: skip
    return figure, rows


KIND = Kind("timeline", "one run over time: signal, co-runner, choice, energy", defaults, draw,
            ("requests.csv",))  # fmt: skip
