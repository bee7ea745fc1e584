"""What the figures of `autoscale explain` share: the three DNNs and three phones of the paper's
characterisation, and what each action of a phone costs in one state of the world.

A target runs at its best clock: the least energy that meets the constraints, else the fastest.
Expected values, so no error bars.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from autoscale_report.data import Data
from autoscale_report.style import DEVICES
from autoscale_sim.plots.style import BLUE, GREEN, ORANGE, TARGETS

DNNS = {  # of the paper's characterisation (recalled)
    "inception_v1": "Inception v1",
    "mobilenet_v3_large": "MobileNet v3",
    "mobilebert": "MobileBERT",
}
REFERENCE = "phone_cpu_fp32"
CASES = [(device, dnn) for dnn in DNNS for device in DEVICES]
STAR = {"marker": "*", "s": 130, "linewidths": 0.6, "zorder": 4}
PROCESSORS = {"cpu": ("CPU", BLUE), "gpu": ("GPU", ORANGE), "dsp": ("DSP", GREEN)}
# Colours of the three places, in the hues of their targets, that show on either background.
SITES = {"phone": ("#D07A1E", ""), "tablet": ("#A45FB8", "////"), "cloud": ("#3A86C8", "....")}


def use_case(data: Data, dnn: str) -> str:
    """The first use case of the claims file that has the DNN."""
    cases = data.plan.claims["cases"]["use_cases"]
    return next(name for name, dnns in cases.items() if dnn in dnns)


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


def named(device: str, dnn: str) -> str:
    return f"{DNNS[dnn]} on the {DEVICES[device][0]}"


def site(target: str) -> str:
    return target.split("_")[0]
