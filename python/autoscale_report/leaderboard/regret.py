"""Learning on the job: cumulative regret, and recovery from a change of environment.

Regret of a decision: the expected reward of Opt's action less that of the decision, in the `sound`
reward, whose unit is the energy of Edge (CPU FP32); a missed constraint weighs 3 to 5 such units.
"""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd

from autoscale_sim.plots.intervals import interval

WINDOW = 500  # requests of one phone over which a level is taken
SHARE = 0.9  # of its level before the change: back
LAST = 0.25  # of the first phase: what its level is taken from


def totals(curves: pd.DataFrame) -> pd.DataFrame:
    """learning.csv of one policy with what happened since the point before, in sums."""
    keys = ["replication", "device"]
    rows = curves.sort_values([*keys, "learned"])
    since = rows.groupby(keys)["learned"].diff().fillna(rows["learned"])
    return rows.assign(requests=since, regret=rows["regret_mean"] * since,
                       opt=rows["opt_reward_mean"] * since)  # fmt: skip


def cumulative(curves: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """[replication][point]: regret of a phone up to `at` requests, mean over the phones."""
    rows = totals(curves)
    of_phones = {
        key: np.interp(at, [0, *phone["learned"]], [0, *phone["regret"].cumsum()])
        for key, phone in rows.groupby(["replication", "device"])
    }
    replications = sorted({r for r, _ in of_phones})
    return np.array(
        [np.mean([c for (r, _), c in of_phones.items() if r == one], axis=0)
         for one in replications]
    )  # fmt: skip


def share_of_opt(rows: pd.DataFrame) -> float:
    """Opt's expected cost over that of the decisions: 1 is as good as Opt."""
    return rows["opt"].sum() / (rows["opt"] - rows["regret"]).sum()


def windows(rows: pd.DataFrame) -> pd.Series:
    """share_of_opt by end of the window, in requests since the phase began, all phones together."""
    start = rows["learned"].min() - rows["requests"].min()
    ends = np.ceil((rows["learned"] - start) / WINDOW) * WINDOW
    return rows.groupby(ends)[["opt", "regret"]].sum().apply(
        lambda sums: sums["opt"] / (sums["opt"] - sums["regret"]), axis=1
    )  # fmt: skip


def recovery(rows: pd.DataFrame) -> tuple[float, pd.Series]:
    """Level of one replication before the change, and its course after it over that level."""
    before, after = (rows[rows["phase"] == phase] for phase in ("before", "after"))
    settled = before[before["learned"] > (1 - LAST) * before["learned"].max()]
    level = share_of_opt(settled)
    return level, windows(after) / level


def requests_until_back(course: pd.Series) -> float:
    """Requests after the change until a whole window is back; infinite if none is."""
    back = course[course >= SHARE]
    return float(back.index[0]) if len(back) else math.inf


def summary(curves: pd.DataFrame) -> dict[str, float]:
    """Regret of a phone in each phase, with its interval, and the recovery."""
    rows = totals(curves)
    found = {}
    for phase in ("before", "after"):
        own = rows[rows["phase"] == phase].groupby(["replication", "device"])["regret"].sum()
        value = interval(own.groupby(level=0).mean().to_list())
        found |= {f"regret_{phase}": value.mean, f"regret_{phase}_ci95_low": value.low,
                  f"regret_{phase}_ci95_high": value.high}  # fmt: skip
    back = recoveries(curves)
    back.pop("course")
    return {**found, **back}


def recoveries(curves: pd.DataFrame) -> dict[str, object]:
    """What a policy does after the change: medians over replications."""
    found = [recovery(rows) for _, rows in totals(curves).groupby("replication")]
    return {
        "level_before": statistics.fmean(level for level, _ in found),
        "lowest_after": statistics.fmean(course.min() for _, course in found),
        "requests_until_back": statistics.median(requests_until_back(c) for _, c in found),
        "course": pd.concat([course for _, course in found], axis=1),
    }
