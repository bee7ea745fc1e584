"""Figure of how the best place moves with signal strength."""

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
from autoscale_report.figures.explained import (
    CASES,
    DNNS,
    SITES,
    actions,
    at_best,
    comes_out,
    named,
    ranked,
    site,
)
from autoscale_report.style import DEVICES
from autoscale_sim.plots.style import LINE, background, log_scale, plt

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


FIGURES = [
    Figure("fig_signal", "Energy and best place over signal strength", no_tasks, draw_signal,
           caption_signal),
]  # fmt: skip
