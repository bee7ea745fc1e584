"""One phone in one run, request by request: signals, co-runner, choice and energy over time."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Canvas

from autoscale_plots import labels
from autoscale_plots.grid import footer
from autoscale_plots.kind import Kind
from autoscale_plots.view import View, values_of
from autoscale_report.style import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    TARGETS,
    VERMILION,
    log_scale,
    plt,
)

FAVOURITE = "autoscale"  # whose run is drawn if several are there
# A timeline is of one run, phase and phone: of the first, but of the last phase.
ONE_OF = {"run_id": 0, "phase": -1, "device": 0}
SIGNALS = {"cloud_signal_dbm": ("cloud", SKY), "tablet_signal_dbm": ("tablet", PURPLE)}
CO_RUNNERS = {"co_cpu": ("CPU", ORANGE), "co_memory": ("memory", BLUE)}
MOST_DECADES = 8  # largest over least energy from which the axis is logarithmic


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
    time = rows[view.roles.x]
    figure, axes = plt.subplots(4, 1, figsize=(8.5, 6.6), sharex=True,
                                gridspec_kw={"height_ratios": [1, 0.8, 1.5, 1.2]})  # fmt: skip
    draw_steps(axes[0], time, rows, SIGNALS, "signal (dBm)")
    draw_steps(axes[1], time, rows, CO_RUNNERS, "co-runner\n(utilisation)")
    axes[1].set_ylim(-0.05, 1.05)
    draw_choices(axes[2], time, rows["executed"])
    draw_energy(axes[3], time, rows, labels.axis(view.folder, "energy_mj"))
    axes[3].set_xlabel(labels.axis(view.folder, view.roles.x))
    first = rows.iloc[0]
    footer(figure, view, f"run {first['run_id']}, phone {first['device']} "
                         f"({first['device_type']}), phase {first['phase']}")  # fmt: skip
    return figure, rows


def beside(axes) -> None:
    """The legend right of a panel, where no data is."""
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def draw_steps(axes, time, rows: pd.DataFrame, columns: dict, label: str) -> None:
    for column, (name, colour) in columns.items():
        axes.step(time, rows[column], where="post", color=colour, label=name, linewidth=1)
    axes.set_ylabel(label)
    beside(axes)


def draw_choices(axes, time, executed: pd.Series) -> None:
    """A row per target that was used, a mark per inference, cloud on top."""
    targets = executed.str.split("@").str[0]
    known = [target for target in TARGETS if (targets == target).any()]
    others = sorted(set(targets) - set(known))
    for place, target in enumerate([*known, *others]):
        _, colour, _ = TARGETS.get(target, (target, GREY, ""))
        axes.plot(time[targets == target], [place] * int((targets == target).sum()), "|",
                  color=colour, markersize=9)  # fmt: skip
    names = [TARGETS.get(target, (target,))[0] for target in [*known, *others]]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_ylabel("executed on")


def draw_energy(axes, time, rows: pd.DataFrame, label: str) -> None:
    energy, late = rows["energy_mj"], rows["qos_met"] == 0
    axes.plot(time[~late], energy[~late], "o", markersize=2.5, color=GREY, label="in time")
    axes.plot(time[late], energy[late], "x", markersize=5, color=VERMILION, label="QoS missed")
    if energy.min() > 0 and energy.max() > MOST_DECADES * energy.min():
        log_scale(axes)
    axes.set_ylabel(label)
    beside(axes)


KIND = Kind("timeline", "one run over time: signal, co-runner, choice, energy", defaults, draw,
            ("requests.csv",))  # fmt: skip
