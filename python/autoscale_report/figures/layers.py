"""Figure of the time per class of layers, from the roofline that the simulator uses too."""

from __future__ import annotations

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.explained import DNNS, PROCESSORS, actions, comes_out
from autoscale_report.layers import OVERHEAD, class_times
from autoscale_report.style import DEVICES
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    background,
    log_scale,
    plt,
)

CLASSES = {  # of blocks: squeeze-and-excitation layers count with the depthwise block they are in
    "conv": ("convolution", BLUE, ""),
    "depthwise": ("depthwise-separable", SKY, "///"),
    "fc": ("fully connected", VERMILION, ""),
    "attention": ("attention", PURPLE, "..."),
    "pool": ("pooling", GREY, ""),
    OVERHEAD: ("call overhead", LINE, "xxx"),
}
COMPARED = ["conv", "depthwise", "fc", "attention"]
DNN_MARKERS = dict(zip(DNNS, "osD"))
Times = dict[tuple[str, str], dict[str, float]]  # (processor, precision) -> class -> ms


def times_by_processor(data: Data, device: str, dnn: str) -> Times:
    """Where the DNN can run, and in the precisions with a published or scaled latency."""
    frame = actions(data, device, dnn)
    runs = set(frame[frame["legal"]]["target"])
    return {
        (processor, precision): times
        for processor in PROCESSORS
        for precision, times in class_times(data.plan.root, device, dnn, processor).items()
        if f"phone_{processor}_{precision}" in runs
    }


def against_cpu(times: Times) -> dict[tuple[str, str], dict[str, float]]:
    """Time per class over that on the CPU in fp32."""
    reference = times["cpu", "fp32"]
    return {
        key: {c: own[c] / reference[c] for c in COMPARED if c in reference}
        for key, own in times.items()
        if key != ("cpu", "fp32")
    }


def draw_layers(data: Data):
    figure, axes = plt.subplots(2, len(DEVICES), figsize=(11, 6.6), sharey="row", squeeze=False)
    for (upper, lower), (device, (name, _)) in zip(axes.T, DEVICES.items()):
        upper.set_title(name, loc="left")
        draw_shares(upper, {dnn: times_by_processor(data, device, dnn) for dnn in DNNS})
        draw_against_cpu(lower, {dnn: times_by_processor(data, device, dnn) for dnn in DNNS})
    axes[0, 0].set_ylabel("share of the latency (%)")
    axes[1, 0].set_ylabel("time, phone CPU fp32 = 1")
    classes = [Patch(facecolor=colour, hatch=hatch, edgecolor=background(), label=text)
               for text, colour, hatch in CLASSES.values()]  # fmt: skip
    figure.legend(handles=classes, loc="outside upper center", ncols=len(classes))
    points = [Patch(color=colour, label=text) for text, colour in
              [("CPU int8", BLUE), ("GPU", ORANGE), ("DSP int8", GREEN)]]  # fmt: skip
    points += [Line2D([], [], color=LINE, marker=m, ls="", label=DNNS[d])
               for d, m in DNN_MARKERS.items()]  # fmt: skip
    figure.legend(handles=points, loc="outside lower center", ncols=len(points))
    return figure


def draw_shares(panel, times: dict[str, Times]) -> None:
    """A stacked bar per DNN, processor and precision."""
    ticks, x = [], 0.0
    for dnn, by_processor in times.items():
        first = x
        for (processor, precision), own in by_processor.items():
            bottom, total = 0.0, sum(own.values())
            for kind, (_, colour, hatch) in CLASSES.items():
                share = 100 * own.get(kind, 0) / total
                panel.bar(x, share, 0.8, bottom=bottom, color=colour, hatch=hatch,
                          edgecolor=background(), linewidth=0.4)  # fmt: skip
                bottom += share
            panel.text(x, 101, f"{total:.3g}", ha="center", fontsize=7)
            ticks.append((x, f"{PROCESSORS[processor][0]} {precision}"))
            x += 1
        panel.text((first + x - 1) / 2, 109, DNNS[dnn], ha="center", fontsize=8)
        x += 0.6
    panel.set_xticks([t for t, _ in ticks], [text for _, text in ticks], rotation=90)
    panel.tick_params(axis="x", length=0)
    panel.set_ylim(0, 118)
    panel.set_yticks(range(0, 101, 25))


def draw_against_cpu(panel, times: dict[str, Times]) -> None:
    for dnn, by_processor in times.items():
        for (processor, _), ratios in against_cpu(by_processor).items():
            shift = (list(PROCESSORS).index(processor) - 1) * 0.22
            shift += (list(DNNS).index(dnn) - 1) * 0.05
            panel.plot([COMPARED.index(c) + shift for c in ratios], list(ratios.values()),
                       DNN_MARKERS[dnn], color=PROCESSORS[processor][1], markersize=6)  # fmt: skip
    panel.axhline(1, color=LINE, linewidth=0.8, linestyle="--")
    log_scale(panel)
    panel.set_xticks(range(len(COMPARED)),
                     ["convolution", "depthwise-\nseparable", "fully\nconnected", "attention"])
    panel.set_xlim(-0.5, len(COMPARED) - 0.5)


def caption_layers(data: Data) -> str:
    def ratios(kind: str, devices) -> list[float]:
        return [
            own[kind]
            for device in devices
            for dnn in DNNS
            for (processor, _), own in against_cpu(times_by_processor(data, device, dnn)).items()
            if processor != "cpu" and kind in own
        ]

    def between(kind: str, devices=tuple(DEVICES)) -> str:
        values = ratios(kind, devices)
        return f"{min(values):.2g} to {max(values):.2g} times"

    fc = ratios("fc", DEVICES)
    slower = sum(r > 1 for r in fc)
    return (
        "Above: how the latency (ms, above each bar) is shared over classes of layers, at the top "
        "clock. Below: time per class relative to the phone's CPU in fp32. On GPU and DSP "
        f"convolution takes {between('conv')} as long as on the CPU, fully connected layers "
        f"{between('fc')}: that they are slower there {comes_out(slower == len(fc))}, in {slower} "
        f"of {len(fc)} cases. On the Mi 8 Pro this was put in (the memory cost of these layers on "
        "co-processors is assumed as the smallest that gives it); on the other phones "
        f"({between('fc', ['galaxy_s10e', 'moto_x_force'])}) it follows. The shares come from a "
        "roofline, not from measured layers."
    )


FIGURES = [
    Figure("fig_layers", "Time per class of layers and processor", no_tasks, draw_layers,
           caption_layers),
]  # fmt: skip
