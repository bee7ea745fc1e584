"""What an answer costs at each site, and who wins.

Of the maps' sweeps: the phone at its cheapest clock that is in time (Opt's row, since the server's joules count a
million times there), the phone at full clock (edge_best), the laptop and the server. A site that is late more often than
not has no cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autoscale_report.today import sweeps

PHONE, FULL, HELPER, SERVER = "phone", "full clock", "helper", "server"
POLICIES = {"opt": PHONE, "edge_best": FULL, "connected_edge": HELPER, "cloud": SERVER}
COSTS = ["energy_mean_mj", "server_energy_mean_mj", "qos_violation_ratio"]
LOCAL = [f"share_phone_{target}" for target in
         ("cpu_fp32", "cpu_fp16", "cpu_int8", "cpu_int4", "gpu_fp32", "gpu_fp16", "gpu_int8", "gpu_int4", "dsp_fp16",
          "dsp_int8", "dsp_int4")]  # fmt: skip


@dataclass(frozen=True)
class Joules:
    """Of an answer: the phone's, and those of who answers."""

    phone: float
    server: float = 0.0

    def counted(self, weight: float) -> float:
        """`weight`: what a joule of the server counts; 0 under the phone's objective."""
        return self.phone + weight * self.server


Sites = dict[str, Joules]


def sites(rows: list[dict]) -> Sites:
    """Of the rows of one point, by policy."""
    found = {}
    for row in rows:
        site = POLICIES.get(row["policy"])
        late = row["qos_violation_ratio"] > 0.5
        away = site == PHONE and sum(row.get(share) or 0 for share in LOCAL) < 0.5
        if site and not late and not away:
            found[site] = Joules(row["energy_mean_mj"] / 1e3, row["server_energy_mean_mj"] / 1e3)
    return found


def winner(found: Sites, weight: float, helper: bool) -> str:
    """The cheapest of phone, helper (if there is one) and server."""
    running = [site for site in (PHONE, HELPER, SERVER) if site in found and (helper or site != HELPER)]
    return min(running, key=lambda site: found[site].counted(weight))


def points(out: Path, sweep: str, keys: list[str]) -> dict[tuple, Sites]:
    """By the values of the swept columns."""
    frame = sweeps.rows(out, sweep, "runs.csv", [*keys, "policy", *COSTS, *LOCAL])
    return {key: sites(group.to_dict("records")) for key, group in frame.groupby(keys, sort=False)}


def table(found: dict[tuple, Sites], keys: list[str]) -> pd.DataFrame:
    """A row per point: joules of phone and of who answers, at each site."""
    rows = []
    for key, of_point in found.items():
        row = dict(zip(keys, key))
        for site in POLICIES.values():
            joules = of_point.get(site)
            name = site.replace(" ", "_")
            row[f"{name}_j"] = joules and joules.phone
            if site in (HELPER, SERVER):
                row[f"{name}_own_j"] = joules and joules.server
        rows.append(row)
    return pd.DataFrame(rows)
