"""Figure of what each target costs where nothing varies."""

from __future__ import annotations

import pandas as pd
import yaml
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.explained import (
    CASES,
    DNNS,
    REFERENCE,
    STAR,
    actions,
    at_best,
    at_top,
    chosen,
    cpu_ppw,
    label,
    use_case,
)
from autoscale_report.style import DEVICES, panels
from autoscale_sim.plots.style import LINE, TARGETS, log_scale

PHONE_MARKERS = dict(zip(DEVICES, "os^"))


def qos_ms(data: Data, dnn: str) -> float:
    path = data.plan.root / f"workloads/use_cases/{use_case(data, dnn)}.yaml"
    return float(yaml.safe_load(path.read_text())["qos"]["value"].removesuffix(" ms"))


def draw_targets(data: Data):
    figure, axes = panels(len(DNNS), 2, width=11, height=2.5)
    for row, (dnn, title) in zip(axes, DNNS.items()):
        for i, device in enumerate(DEVICES):
            draw_targets_of(row, actions(data, device, dnn), device, (i - 1) * 0.27)
        row[0].axhline(1, color=LINE, linewidth=0.8, linestyle="--")
        row[1].axhline(qos_ms(data, dnn), color=LINE, linewidth=1, linestyle="--")
        row[0].set_ylabel("efficiency,\nphone CPU fp32 = 1")
        row[1].set_ylabel("latency (ms)")
        for panel in row:
            log_scale(panel)
            panel.set_title(title, loc="left")
    for panel in axes[-1]:
        panel.set_xticks(range(len(TARGETS)), [label(t).replace(" ", "\n") for t in TARGETS])
        panel.tick_params(axis="x", length=0)
    handles = [Patch(color=colour, label=name) for name, colour in DEVICES.values()]
    handles += [
        Patch(facecolor="none", edgecolor=LINE, label="misses QoS (dashed line, right)"),
        Line2D([], [], color=LINE, marker="_", ls="", label="at the clock with least energy"),
        Line2D([], [], color=LINE, marker="*", markersize=10, ls="", label="Opt"),
        Line2D([], [], color=LINE, marker="x", ls="", label="not there, or cannot run the DNN"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


def draw_targets_of(row, frame: pd.DataFrame, device: str, shift: float) -> None:
    """One phone's targets: efficiency as bars in the left panel, latency as points in the right."""
    top, best, opt = at_top(frame), at_best(frame), chosen(frame)
    colour = DEVICES[device][1]
    scale = top.loc[REFERENCE, "ppw"]
    for n, target in enumerate(TARGETS):
        x = n + shift
        if target not in best.index:
            row[0].plot(x, 0.03, "x", color=LINE, markersize=4,
                        transform=row[0].get_xaxis_transform())  # fmt: skip
            continue
        ppw, latency = top.loc[target, "ppw"] / scale, top.loc[target, "latency_ms"]
        fill = colour if top.loc[target, "allowed"] else "none"
        row[0].bar(x, ppw - 1, 0.24, bottom=1, facecolor=fill, edgecolor=colour)
        row[0].plot(x, best.loc[target, "ppw"] / scale, "_", color=LINE, markersize=7)
        row[1].plot(x, latency, PHONE_MARKERS[device], markerfacecolor=fill, color=colour,
                    markersize=6)  # fmt: skip
        if target == opt["target"]:
            row[0].scatter(x, opt["ppw"] / scale, color=colour, edgecolors=LINE, **STAR)


def caption_targets(data: Data) -> str:
    choices = {case: chosen(actions(data, *case)) for case in CASES}
    sentences = []
    for dnn, title in DNNS.items():
        parts = [
            f"{label(choices[d, dnn]['target'])} on the {name} "
            f"({choices[d, dnn]['ppw'] / cpu_ppw(data, d, dnn):.1f}x)"
            for d, (name, _) in DEVICES.items()
        ]
        sentences.append(f"{title}: {', '.join(parts)}.")
    light = [choices[case]["target"] for case in CASES if case[1] != "mobilebert"]
    on_co_processor = sum(t.startswith(("phone_gpu", "phone_dsp")) for t in light)
    in_cloud = sum(choices[d, "mobilebert"]["target"].startswith("cloud") for d in DEVICES)
    return (
        "Efficiency and latency of each target at its top clock, without variance; the star is "
        f"what Opt takes, at the clock of its choice. {' '.join(sentences)} That MobileBERT is "
        f"best in the cloud comes out on {in_cloud} of {len(DEVICES)} phones; that the other two "
        f"are best on a co-processor of the phone, in {on_co_processor} of {len(light)} cases."
    )


FIGURES = [
    Figure("fig_targets", "Efficiency and latency of each target, without variance", no_tasks,
           draw_targets, caption_targets),
]  # fmt: skip
