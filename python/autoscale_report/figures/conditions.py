"""Figures of how the best target moves: with co-runners, signal strength and the accuracy target.

Everything comes from `autoscale explain`; each target runs at its best clock: the least energy that
meets the constraints, else the fastest. Expected values, so no error bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby

import pandas as pd
import yaml
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from autoscale_report.data import Data
from autoscale_report.figure import Figure, no_tasks
from autoscale_report.figures.characterisation import (
    CASES,
    DNNS,
    STAR,
    actions,
    at_best,
    at_top,
    chosen,
    comes_out,
    cpu_ppw,
    label,
    ranked,
)
from autoscale_report.style import DEVICES, panels
from autoscale_sim.plots.style import BLUE, GREY, LINE, ORANGE, TARGETS, background, log_scale, plt

# Colours of the three places, in the hues of their targets, that show on either background.
SITES = {"phone": ("#D07A1E", ""), "tablet": ("#A45FB8", "////"), "cloud": ("#3A86C8", "....")}
LOCAL = [target for target in TARGETS if target.startswith("phone")]
PLACES = [*LOCAL, "tablet", "cloud"]


def named(device: str, dnn: str) -> str:
    return f"{DNNS[dnn]} on the {DEVICES[device][0]}"


def site(target: str) -> str:
    return target.split("_")[0]


def by_place(frame: pd.DataFrame) -> pd.DataFrame:
    """The best action per target of the phone, on the tablet and in the cloud."""
    place = frame["target"].where(frame["target"].isin(LOCAL), frame["target"].map(site))
    return at_best(frame.assign(place=place), by="place")


# Co-runners

CO_RUNNERS = {
    "S1": ("none", GREY, ""),
    "S2": ("CPU-intensive", ORANGE, "////"),
    "S3": ("memory-intensive", BLUE, "...."),
}


def co_runner(data: Data, environment: str) -> dict[str, float]:
    """Options of `explain` for the environment's steady co-runner."""
    path = data.plan.root / f"scenarios/environments/{environment}.yaml"
    config = yaml.safe_load(path.read_text())["co_runner"]
    if config == "none":
        return {}
    return {"co_cpu": config["steady"]["cpu"], "co_mem": config["steady"]["memory"]}


def beside(data: Data, environment: str, device: str, dnn: str) -> pd.DataFrame:
    return actions(data, device, dnn, **co_runner(data, environment))


def draw_interference(data: Data):
    figure, axes = panels(len(DNNS), len(DEVICES), width=11, height=2.4, sharey="row")
    for panel, (device, dnn) in zip(axes.flat, CASES):
        for i, environment in enumerate(CO_RUNNERS):
            frame = beside(data, environment, device, dnn)
            draw_places(panel, frame, environment, cpu_ppw(data, device, dnn), (i - 1) * 0.27)
        panel.set_title(f"{DNNS[dnn]}, {DEVICES[device][0]}", loc="left")
        panel.axhline(1, color=LINE, linewidth=0.8, linestyle="--")
        log_scale(panel)
    names = [label(p).removeprefix("phone ").replace(" ", "\n") for p in LOCAL]
    names += PLACES[len(LOCAL):]
    for panel in axes[-1]:
        panel.set_xticks(range(len(PLACES)), names, fontsize=8)
        panel.tick_params(axis="x", length=0)
        panel.set_xlim(-0.6, len(PLACES) - 0.4)
    for row in axes:
        row[0].set_ylabel("efficiency,\nphone CPU fp32 = 1")
    handles = [Patch(facecolor=colour, hatch=hatch, edgecolor=background(), label=f"{e}: {text}")
               for e, (text, colour, hatch) in CO_RUNNERS.items()]  # fmt: skip
    handles += [
        Patch(facecolor="none", edgecolor=LINE, label="misses QoS"),
        Line2D([], [], color=LINE, marker="*", markersize=10, ls="", label="Opt"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def draw_places(panel, frame: pd.DataFrame, environment: str, scale: float, shift: float) -> None:
    """Bars of one environment, and a star on what Opt takes."""
    _, colour, hatch = CO_RUNNERS[environment]
    best, opt = by_place(frame), chosen(frame)
    for x, place in enumerate(PLACES):
        if place not in best.index:
            continue
        action = best.loc[place]
        look = {"facecolor": colour, "hatch": hatch, "edgecolor": background(), "linewidth": 0}
        if not action["allowed"]:
            look = {"facecolor": "none", "edgecolor": colour}
        panel.bar(x + shift, action["ppw"] / scale - 1, 0.25, bottom=1, **look)
        if action["name"] == opt["name"]:
            panel.scatter(x + shift, action["ppw"] / scale, color=colour, edgecolors=LINE, **STAR)


def caption_interference(data: Data) -> str:
    def count(environment: str, prefix: str) -> int:
        choices = [chosen(beside(data, environment, *case))["target"] for case in CASES]
        return sum(target.startswith(prefix) for target in choices)

    def moves(environment: str) -> str:
        texts = []
        for device, dnn in CASES:
            old, new = (chosen(beside(data, e, device, dnn))["target"] for e in ("S1", environment))
            if old != new:
                texts.append(f"{named(device, dnn)} from {label(old)} to {label(new)}")
        return "; ".join(texts) or "none"

    def loss(environment: str, kinds: tuple[str, ...]) -> str:
        kept = pd.concat(at_top(beside(data, environment, *case))["ppw"]
                         / at_top(beside(data, "S1", *case))["ppw"] for case in CASES)  # fmt: skip
        lost = 100 * (1 - kept[kept.index.str.startswith(kinds)])
        return f"{lost.min():.0f} to {lost.max():.0f} %"

    cpu = [count(e, "phone_cpu") for e in ("S1", "S2")]
    local = [count(e, "phone") for e in ("S1", "S3")]
    co_processors = ("phone_gpu", "phone_dsp")
    return (
        "Efficiency relative to the phone's CPU in fp32 at its top clock without a co-runner; no "
        "bar: cannot run there. At top clocks the CPU-intensive co-runner costs the CPU "
        f"{loss('S2', ('phone_cpu',))} of its efficiency, the memory-intensive one costs the CPU "
        f"{loss('S3', ('phone_cpu',))} and the co-processors {loss('S3', co_processors)}. Choices "
        f"of Opt that the first moves: {moves('S2')}; the second: {moves('S3')}. That a "
        "CPU-intensive co-runner moves the best target off the CPU "
        f"{comes_out(cpu[1] < cpu[0])} here (there in {cpu[0]} of {len(CASES)} cases without, "
        f"{cpu[1]} with it), that a memory-intensive one moves it off the phone "
        f"{comes_out(local[1] < local[0])} (there in {local[0]} without, {local[1]} with it)."
    )


# Signal strength

LINKS = {"cloud": "wifi", "tablet": "wifi_direct"}
MARKERS = {"cloud": "o", "tablet": "s"}
WEAKENED = {"cloud link": ["cloud"], "tablet link": ["tablet"], "both links": ["cloud", "tablet"]}
STEP_DB = 2.5  # half the distance of the points of the links' tables
SIGNALS = [-50 - STEP_DB * i for i in range(17)]  # dBm


def by_site(data: Data, device: str, dnn: str, **state) -> pd.DataFrame:
    """The best action on the phone, on the tablet and in the cloud."""
    frame = actions(data, device, dnn, **state)
    return at_best(frame.assign(site=frame["target"].map(site)), by="site")


@cache
def sweep(data: Data, device: str, dnn: str) -> dict[float, pd.DataFrame]:
    """by_site for each signal strength of both links."""
    return {
        dbm: by_site(data, device, dnn, link=tuple(f"{link}={dbm}dBm" for link in LINKS.values()))
        for dbm in SIGNALS
    }


@cache
def choices_along(data: Data, weakened: str, device: str, dnn: str) -> list[str]:
    """Where Opt goes, by signal of the weakened links; the others stay regular."""
    regular, sites = by_site(data, device, dnn), WEAKENED[weakened]
    return [
        ranked(pd.concat([regular.drop(sites), weak.loc[sites]])).iloc[0]["site"]
        for weak in sweep(data, device, dnn).values()
    ]


def weak_threshold(data: Data) -> float:
    """dBm that tell regular from weak in AutoScale's state; the same for both links."""
    path = data.plan.root / f"device_profiles/links/{LINKS['cloud']}.yaml"
    return float(yaml.safe_load(path.read_text())["weak_threshold"]["value"].removesuffix(" dBm"))


def draw_signal(data: Data):
    figure, axes = plt.subplots(
        2 * len(DNNS), len(DEVICES), figsize=(11, 9.5), squeeze=False, sharex=True,
        sharey="row", gridspec_kw={"height_ratios": [1, 0.3] * len(DNNS)},
    )  # fmt: skip
    lines, strips = axes[::2], axes[1::2]
    for panel, strip, (device, dnn) in zip(lines.flat, strips.flat, CASES):
        draw_energies(panel, data, device, dnn)
        panel.set_title(f"{DNNS[dnn]}, {DEVICES[device][0]}", loc="left")
        log_scale(panel)
        draw_choices(strip, data, device, dnn)
        for part in (panel, strip):
            part.axvline(weak_threshold(data), color=LINE, linestyle=":")
    axes[0, 0].set_xlim(SIGNALS[0] + STEP_DB / 2, SIGNALS[-1] - STEP_DB / 2)
    for row in lines:
        row[0].set_ylabel("energy per\ninference (mJ)")
    for panel in axes[-1]:
        panel.set_xlabel("signal of the link (dBm)")
    handles = [Line2D([], [], color=SITES[s][0], marker=m, markersize=4, label=s)
               for s, m in MARKERS.items()]  # fmt: skip
    handles += [
        Line2D([], [], color=SITES["phone"][0], linewidth=2, label="phone"),
        Line2D([], [], color=LINE, marker="o", markersize=4, linestyle="--", markerfacecolor="none",
               label="misses QoS"),
        *(Patch(facecolor=colour, hatch=hatch, edgecolor=background(), label=f"Opt: {name}")
          for name, (colour, hatch) in SITES.items()),
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def draw_energies(panel, data: Data, device: str, dnn: str) -> None:
    """Least energy on tablet and in the cloud over the signal of their own link, and locally."""
    phone = by_site(data, device, dnn).loc["phone"]
    panel.axhline(phone["energy_mj"], color=SITES["phone"][0], linewidth=2,
                  linestyle="-" if phone["allowed"] else "--")  # fmt: skip
    for place, marker in MARKERS.items():
        points = [sites.loc[place] for sites in sweep(data, device, dnn).values()]
        energies, colour = [p["energy_mj"] for p in points], SITES[place][0]
        panel.plot(SIGNALS, energies, color=colour, linewidth=1.2)
        panel.scatter(SIGNALS, energies, s=18, marker=marker, edgecolors=colour, zorder=3,
                      c=[colour if p["allowed"] else background() for p in points])  # fmt: skip


def draw_choices(strip, data: Data, device: str, dnn: str) -> None:
    """A row per way to weaken the links, coloured by where Opt goes."""
    for row, weakened in enumerate(WEAKENED):
        left = SIGNALS[0] + STEP_DB / 2
        for place, run in groupby(choices_along(data, weakened, device, dnn)):
            width = -STEP_DB * len(list(run))
            colour, hatch = SITES[place]
            strip.barh(row, width, 0.8, left=left, color=colour, hatch=hatch,
                       edgecolor=background(), linewidth=0)  # fmt: skip
            left += width
    strip.set_yticks(range(len(WEAKENED)), list(WEAKENED))
    strip.set_ylim(len(WEAKENED) - 0.5, -0.5)
    strip.tick_params(axis="y", length=0)
    strip.grid(False)


@dataclass(frozen=True)
class Change:
    """Opt goes elsewhere from one signal to the next weaker one."""

    case: str
    old: str
    new: str
    dbm: float  # the first with the new place


def changes(data: Data, weakened: str) -> list[Change]:
    found = []
    for device, dnn in CASES:
        along = choices_along(data, weakened, device, dnn)
        found += [
            Change(named(device, dnn), old, new, dbm)
            for old, new, dbm in zip(along, along[1:], SIGNALS[1:])
            if old != new
        ]
    return found


def caption_signal(data: Data) -> str:
    signals = [change.dbm for weakened in WEAKENED for change in changes(data, weakened)]
    to_tablet = [c for c in changes(data, "cloud link") if (c.old, c.new) == ("cloud", "tablet")]
    to_phone = [c for c in changes(data, "both links") if c.new == "phone"]
    threshold = weak_threshold(data)
    above = sum(dbm > threshold for dbm in signals)
    return (
        "Least energy per inference over the signal of the link; below, where Opt goes as one link "
        f"or both weaken and the other stays regular (steps of {STEP_DB} dB). Its place changes "
        f"{len(signals)} times, at {max(signals):g} to {min(signals):g} dBm; {above} of these "
        f"changes lie above {threshold:g} dBm (dotted), where AutoScale's state says regular on "
        "both sides of the change. That weak Wi-Fi moves the choice from the cloud to the tablet "
        f"{with_cases(to_tablet)}; that both weak move it back to the phone {with_cases(to_phone)}."
    )


def with_cases(found: list[Change]) -> str:
    cases = f" ({', '.join(change.case for change in found)})" if found else ""
    return comes_out(bool(found)) + cases


# Accuracy target

DNN_MARKERS = "osD^vP"


def targets_of_accuracy(data: Data) -> tuple[float, float]:
    """The headline's accuracy target and the stricter one, in percent."""
    claims = data.plan.claims
    strict = claims["variants"]["accuracy_65"]["set"]["constraints.accuracy"]
    return claims["settings"]["constraints"]["accuracy"], strict


def classifiers(data: Data) -> dict[str, str]:
    """Names of the DNNs whose accuracy is a share of right answers."""
    named = {}
    for dnn in data.plan.claims["cases"]["use_cases"]["non_streaming"]:
        config = yaml.safe_load((data.plan.root / f"workloads/dnns/{dnn}.yaml").read_text())
        if config["task"] == "classification":
            named[dnn] = config["name"]
    return named


def least_by_accuracy(frame: pd.DataFrame) -> pd.DataFrame:
    """The allowed action with least energy, per accuracy."""
    allowed = frame[frame["allowed"]].sort_values("energy_mj")
    return allowed.drop_duplicates("accuracy_percent").sort_values("accuracy_percent")


def opt_by_accuracy(data: Data, device: str, dnn: str) -> list[pd.Series]:
    """What Opt takes under each accuracy target."""
    return [chosen(actions(data, device, dnn, accuracy=a)) for a in targets_of_accuracy(data)]


def draw_accuracy(data: Data):
    figure, axes = plt.subplots(2, len(DEVICES), figsize=(11, 7), squeeze=False, sharey="row",
                                gridspec_kw={"height_ratios": [1.3, 1]})  # fmt: skip
    names = classifiers(data)
    for (upper, lower), (device, (phone, _)) in zip(axes.T, DEVICES.items()):
        upper.set_title(f"{phone}: least energy within QoS (mJ)", loc="left")
        draw_tradeoff(upper, data, device, list(names))
        draw_choice_table(lower, data, device, list(names))
    axes[1, 0].set_yticks(range(len(names)), names.values())
    axes[1, 0].set_ylim(len(names) - 0.5, -0.5)
    handles = [Line2D([], [], color=LINE, marker=m, ls="", label=name)
               for name, m in zip(names.values(), DNN_MARKERS)]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    handles = [Patch(color=colour, label=name) for name, (colour, _) in SITES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def draw_tradeoff(panel, data: Data, device: str, dnns: list[str]) -> None:
    """Least energy at each accuracy that a DNN can have on this phone."""
    for dnn, marker in zip(dnns, DNN_MARKERS):
        points = least_by_accuracy(actions(data, device, dnn))
        x, y = points["accuracy_percent"], points["energy_mj"]
        panel.plot(x, y, color=LINE, linewidth=0.8)
        panel.scatter(x, y, marker=marker, s=40, zorder=3, edgecolors=LINE, linewidths=0.5,
                      c=[SITES[site(t)][0] for t in points["target"]])  # fmt: skip
    for accuracy in targets_of_accuracy(data):
        panel.axvline(accuracy, color=LINE, linestyle="--")
    log_scale(panel)
    panel.set_xlabel("top-1 accuracy (%)")


def draw_choice_table(panel, data: Data, device: str, dnns: list[str]) -> None:
    """A cell per DNN and accuracy target: what Opt takes."""
    for y, dnn in enumerate(dnns):
        for x, action in enumerate(opt_by_accuracy(data, device, dnn)):
            colour, _ = SITES[site(action["target"])]
            panel.barh(y, 0.96, 0.9, left=x - 0.48, color=colour, alpha=0.35)
            text = f"{label(action['target'])}\n{action['energy_mj']:.3g} mJ"
            panel.text(x, y, text, ha="center", va="center", fontsize=8)
    strictness = [f"at least {a:g} %" for a in targets_of_accuracy(data)]
    panel.set_xticks(range(len(strictness)), strictness)
    panel.tick_params(length=0)
    panel.grid(False)


def caption_accuracy(data: Data) -> str:
    loose, strict = targets_of_accuracy(data)
    pairs = [opt_by_accuracy(data, device, dnn) for device in DEVICES for dnn in classifiers(data)]
    moved = [(a, b) for a, b in pairs if a["target"] != b["target"]]
    extra = [100 * (b["energy_mj"] / a["energy_mj"] - 1) for a, b in moved]
    low = [sum(p[i]["target"].endswith("int8") for p in pairs) for i in (0, 1)]
    cost = f", at {min(extra):.0f} to {max(extra):.0f} % more energy" if extra else ""
    return (
        "Above: least energy within QoS at each accuracy that a DNN can have (higher for fp32 and "
        "fp16, lower for int8; colour: where), without variance. Below: what Opt takes under the "
        f"two accuracy targets. With {strict} % instead of {loose} % the choice changes in "
        f"{len(moved)} of {len(pairs)} cases{cost}; int8 is best in {low[0]} cases under "
        f"{loose} %, in {low[1]} under {strict} %. That the stricter target rules low precision "
        f"out for some DNNs {comes_out(low[1] < low[0])}."
    )


FIGURES = [
    Figure("fig_interference", "Efficiency of each target beside co-runners", no_tasks,
           draw_interference, caption_interference),
    Figure("fig_signal", "Energy and best place over signal strength", no_tasks, draw_signal,
           caption_signal),
    Figure("fig_accuracy", "Accuracy against energy, and a stricter accuracy target", no_tasks,
           draw_accuracy, caption_accuracy),
]  # fmt: skip
