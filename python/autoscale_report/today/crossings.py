"""From how many others on a busy server's share of an answer is less than the phone's own answer.

The more a server answers at once, the less each answer costs it: its share is W(b) / b for as long as the answer
takes, and what the phone draws meanwhile comes on top. Between the loads of a sweep the logarithm of the costs is taken
as linear in that of the load.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from autoscale_report.today import GRIDS
from autoscale_report.today.sites import FULL, PHONE, SERVER, Sites

NEVER, ALWAYS = math.inf, 0.0


def crossing(loads: Sequence[float], excess: Sequence[float]) -> float:
    """The first load at which `excess`, the logarithm of the server's cost over the phone's, is down to 0."""
    if excess[0] <= 0:
        return ALWAYS
    for (low, above), (high, below) in zip(zip(loads, excess), zip(loads[1:], excess[1:])):
        if below <= 0:
            return low * (high / low) ** (above / (above - below))
    return NEVER


def of_sites(by_load: dict[float, Sites], weight: float, site: str = PHONE) -> float:
    """Where the server becomes cheaper than `site`; always, where that one is not in time."""
    loads = sorted(load for load in by_load if SERVER in by_load[load])
    if not loads:
        return NEVER
    if any(site not in by_load[load] for load in loads):
        return ALWAYS
    return crossing(loads, [math.log(by_load[load][SERVER].counted(weight) / by_load[load][site].counted(weight))
                            for load in loads])  # fmt: skip


def table(found: dict[tuple, Sites]) -> pd.DataFrame:
    """By phone and lengths: where the server passes the phone at its cheapest and at full clock, by what its joules
    count. `found`: by phone, prompt, output and load."""
    rows = []
    for phone, prompt, output in dict.fromkeys(key[:3] for key in found):
        by_load = {key[3]: of for key, of in found.items() if key[:3] == (phone, prompt, output)}
        row = {"phone": phone, "prompt": prompt, "output": output}
        for name, weight in GRIDS.items():
            for clock, site in (("cheapest", PHONE), ("full", FULL)):
                row[f"{clock}, {name}"] = of_sites(by_load, weight, site)
        rows.append(row)
    return pd.DataFrame(rows)
