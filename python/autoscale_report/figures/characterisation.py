"""Figures of what each target costs where nothing varies: by DNN, by class of layers, by clock.

Everything comes from `autoscale explain` (class of layers: from the same roofline) for the three
DNNs and three phones of the paper's characterisation. Expected values, so no error bars.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import yaml
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.layers import OVERHEAD, class_times
from autoscale_report.style import DEVICES, panels
from autoscale_sim.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    TARGETS,
    VERMILION,
    background,
    log_scale,
    plt,
)

DNNS = {  # of the paper's characterisation (recalled)
    "inception_v1": "Inception v1",
    "mobilenet_v3_large": "MobileNet v3",
    "mobilebert": "MobileBERT",
}
REFERENCE = "phone_cpu_fp32"
CASES = [(device, dnn) for dnn in DNNS for device in DEVICES]
STAR = {"marker": "*", "s": 130, "linewidths": 0.6, "zorder": 4}
PHONE_MARKERS = dict(zip(DEVICES, "os^"))


def use_case(data: Data, dnn: str) -> str:
    """The first use case of the claims file that has the DNN."""
    cases = data.plan.claims["cases"]["use_cases"]
    return next(name for name, dnns in cases.items() if dnn in dnns)


def qos_ms(data: Data, dnn: str) -> float:
    path = data.plan.root / f"workloads/use_cases/{use_case(data, dnn)}.yaml"
    return float(yaml.safe_load(path.read_text())["qos"]["value"].removesuffix(" ms"))


@cache
def actions(data: Data, device: str, dnn: str, **state) -> pd.DataFrame:
    """Every action of a phone under the claims file's settings; calm where `state` says nothing.

    `target` is its site, processor and precision, `ppw` its inferences per joule.
    """
    settings = data.plan.claims["settings"]
    kept = {key: settings[key] for key in ("accounting", "power_level", "upload")}
    options = {"use_case": use_case(data, dnn), **kept, **settings["constraints"], **state}
    frame = data.explain(device=device, dnn=dnn, **options)
    numbers = frame[["latency_ms", "energy_mj"]].apply(pd.to_numeric)
    flags = frame[["legal", "allowed", "opt"]].astype(bool)
    return frame.assign(**numbers, **flags, ppw=1000 / numbers["energy_mj"],
                        target=frame["name"].str.split("@").str[0])  # fmt: skip


def at_top(frame: pd.DataFrame) -> pd.DataFrame:
    """The top operating point of each target, by target."""
    return frame.groupby("target").tail(1).set_index("target")


def ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """By Opt's rule: first the allowed ones by energy, then the others by latency."""
    cost = frame["energy_mj"].where(frame["allowed"], frame["latency_ms"])
    ranks = frame.assign(barred=~frame["allowed"], cost=cost)
    return ranks[ranks["legal"]].sort_values(["barred", "cost"])


def at_best(frame: pd.DataFrame, by: str = "target") -> pd.DataFrame:
    """The best action of each target."""
    return ranked(frame).drop_duplicates(by).set_index(by, drop=False)


def chosen(frame: pd.DataFrame) -> pd.Series:
    """What Opt takes."""
    return frame[frame["opt"]].iloc[0]


def label(target: str) -> str:
    return TARGETS[target][0]


def cpu_ppw(data: Data, device: str, dnn: str) -> float:
    """What efficiency is relative to: the phone's CPU in fp32 at its top clock, nothing varying."""
    return at_top(actions(data, device, dnn)).loc[REFERENCE, "ppw"]


def comes_out(condition: bool) -> str:
    return "comes out" if condition else "does not come out"


# Targets


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


# Classes of layers

CLASSES = {  # of blocks: squeeze-and-excitation layers count with the depthwise block they are in
    "conv": ("convolution", BLUE, ""),
    "depthwise": ("depthwise-separable", SKY, "///"),
    "fc": ("fully connected", VERMILION, ""),
    "attention": ("attention", PURPLE, "..."),
    "pool": ("pooling", GREY, ""),
    OVERHEAD: ("call overhead", LINE, "xxx"),
}
COMPARED = ["conv", "depthwise", "fc", "attention"]
PROCESSORS = {"cpu": ("CPU", BLUE), "gpu": ("GPU", ORANGE), "dsp": ("DSP", GREEN)}
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


# Clocks

STYLES = {"fp32": "-", "fp16": "--", "int8": ":"}


def draw_dvfs(data: Data):
    figure, axes = panels(len(DNNS), len(DEVICES), width=11, height=2.3, sharey="row")
    for row, (dnn, title) in zip(axes, DNNS.items()):
        for panel, (device, (name, _)) in zip(row, DEVICES.items()):
            draw_clocks(panel, actions(data, device, dnn))
            panel.set_title(f"{title}, {name}", loc="left")
            log_scale(panel)
        row[0].set_ylabel("energy per\ninference (mJ)")
    for panel in axes[-1]:
        panel.set_xlabel("clock / highest clock")
    handles = [Line2D([], [], color=colour, linewidth=2, label=name)
               for name, colour in PROCESSORS.values()]  # fmt: skip
    handles += [Line2D([], [], color=LINE, linestyle=s, label=p) for p, s in STYLES.items()]
    handles += [
        Line2D([], [], color=LINE, marker="o", markersize=4, ls="", label="meets QoS"),
        Line2D([], [], color=LINE, marker="o", markersize=4, ls="", markerfacecolor="none",
               label="too late"),
        Line2D([], [], color=LINE, marker="*", markersize=10, ls="", label="least within QoS"),
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def draw_clocks(panel, frame: pd.DataFrame) -> None:
    """Energy over clock of every processor and precision of a phone."""
    frame = frame[frame["legal"] & frame["target"].str.startswith("phone")]
    for target, own in frame.groupby("target", sort=False):
        _, processor, precision = target.split("_")
        colour = PROCESSORS[processor][1]
        clock = own["frequency_mhz"] / own["frequency_mhz"].max()
        panel.plot(clock, own["energy_mj"], STYLES[precision], color=colour, linewidth=1.2)
        faces = [colour if allowed else "none" for allowed in own["allowed"]]
        panel.scatter(clock, own["energy_mj"], s=12, c=faces, edgecolors=colour, linewidths=0.8)
        if own["allowed"].any():
            least = own[own["allowed"]]["energy_mj"].idxmin()
            panel.scatter(clock[least], own["energy_mj"][least], color=colour, edgecolors=LINE,
                          **STAR)  # fmt: skip


def caption_dvfs(data: Data) -> str:
    def saving(kind: str) -> tuple[list[float], list[float]]:
        """Over cases in time at the top clock: energy saved, and the clock with least energy."""
        saved, clocks = [], []
        for case in CASES:
            frame = actions(data, *case)
            top, best = at_top(frame), at_best(frame)
            for target in best.index:
                if target.startswith(kind) and top.loc[target, "allowed"]:
                    least, full = best.loc[target], top.loc[target]
                    saved.append(1 - least["energy_mj"] / full["energy_mj"])
                    clocks.append(least["frequency_mhz"] / full["frequency_mhz"])
        return saved, clocks

    def described(kind: str) -> str:
        saved, clocks = saving(kind)
        return (f"{100 * min(saved):.0f} to {100 * max(saved):.0f} % (at {min(clocks):.2f} to "
                f"{max(clocks):.2f} of the highest clock)")  # fmt: skip

    return (
        "Energy per inference at each operating point of the phone's processors (the DSP has one). "
        "It falls as the clock does, until the phone's baseline power over the longer time "
        "outweighs what the processor saves. Where the top clock is in time, the best one "
        f"saves {described('phone_cpu')} on the CPU and {described('phone_gpu')} on the GPU."
    )


FIGURES = [
    Figure("fig_targets", "Efficiency and latency of each target, without variance", no_tasks,
           draw_targets, caption_targets),
    Figure("fig_layers", "Time per class of layers and processor", no_tasks, draw_layers,
           caption_layers),
    Figure("fig_dvfs", "Energy at each clock", no_tasks, draw_dvfs, caption_dvfs),
]  # fmt: skip
