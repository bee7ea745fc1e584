"""Rates over ten minutes: what is recorded, what the skin's limit makes of the first minute, and what is published of
runs of which no more is given. Lines: laws of all runs together and of one processor's."""

from __future__ import annotations

from autoscale_report.figure import Figure, no_tasks
from autoscale_report.sustained import predict
from autoscale_report.sustained.runs import MINUTE_S, Run
from autoscale_report.sustained.tables import TOGETHER, groups
from autoscale_sim.plots.style import BLUE, GREY, ORANGE, VERMILION, plt

NAME = "sustained"
COLUMNS = 3
SLOWED = 1.1  # runs that are drawn: whole ones that are slower at the end by this, given ones that are published


def drawn(runs: list[Run]) -> list[Run]:
    whole = [run for run in runs if run.whole and run.series[0][1] > SLOWED * run.last_minute]
    return whole + [run for run in runs if not run.whole and run.published.rate]


def line(panel, run: Run, law: predict.Law, **look) -> None:
    found = predict.fit(run.first_minute, law)
    stretches = predict.clocks(law, found.burst, run.end_s)
    begins = [begin for begin, _ in stretches] + [run.end_s]
    rates = [found.full_rate * clock for _, clock in stretches]
    panel.step(begins, [*rates, rates[-1]], where="post", **look)


def draw(runs: list[Run]):
    laws = {name: predict.calibrate(of, [run for run in of if run.whole]) for name, of in groups(runs).items()}
    shown = drawn(runs)
    rows = -(-len(shown) // COLUMNS)
    canvas, panels = plt.subplots(rows, COLUMNS, figsize=(7.2, 1.75 * rows), sharex=True, squeeze=False)
    for panel, run in zip(panels.flat, shown):
        line(panel, run, laws[TOGETHER], color=ORANGE, label="predicted, laws of all runs")
        line(panel, run, laws[run.processor], color=BLUE, label="of one processor's")
        for samples, colour in ((run.series, GREY), (run.first_minute, VERMILION)):
            panel.plot(*zip(*samples), color=colour, linestyle="", marker=".", markersize=3.5,
                       label="first minute, given" if colour == VERMILION else "recorded")  # fmt: skip
        if not run.whole:
            panel.plot([run.end_s], [run.published.rate], color=GREY, linestyle="", marker="D", label="published")
        panel.axvline(MINUTE_S, color=GREY, linewidth=0.5)
        panel.set_title(run.model, fontsize=7)
        panel.set_ylim(0, 1.1 * max(rate for _, rate in (*run.series, (0, run.published.rate or 0))))
    for panel in panels.flat[len(shown) :]:
        panel.axis("off")
    for panel in panels[:, 0]:
        panel.set_ylabel("tokens/s")
    for panel in panels[-1]:
        panel.set_xlabel("s")
    handles = {label: handle for panel in panels.flat
               for handle, label in zip(*panel.get_legend_handles_labels())}  # fmt: skip
    canvas.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, fontsize=7)
    return canvas


FIGURE = Figure(NAME, "Decode rates over ten minutes", no_tasks, draw, lambda runs: "")
