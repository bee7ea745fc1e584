"""What learners save over always asking the phone's best processor and over always asking the server, and how heat and
rare use change what a site costs: means over replications with 95 % intervals, of paired ratios where two policies are
compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from autoscale_report.today import sweeps
from autoscale_sim.plots.intervals import interval

AT = ["device", "counts", "others", "place"]
COUNTED = "counted_energy_mean_mj"
BASELINES = ("edge_best", "cloud", "opt")
LATE = {"first_token_late_ratio": "first_late", "tokens_late_ratio": "tokens_late"}
USE = {"energy_per_token_mj": "phone_mj_per_token", "server_energy_per_token_mj": "server_mj_per_token",
       "ttft_mean_ms": "ttft_ms", "tpot_mean_ms": "tpot_ms", "throttled_ratio": "throttled", **LATE}  # fmt: skip


def entered(row: dict, name: str, values: pd.Series) -> None:
    found = interval(values.to_list())
    row |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}


def savings(out: Path, sweep: str) -> pd.DataFrame:
    """Per phone, objective, load, place and policy: joules that count, their share saved over each baseline (of the
    same seed), and the misses."""
    frame = sweeps.rows(out, sweep, "breakdown.csv", [*AT, "policy", "replication", COUNTED, *LATE])
    rows = []
    for key, point in frame.groupby(AT, sort=False):
        counted = point.pivot(index="replication", columns="policy", values=COUNTED)
        for policy, group in point.groupby("policy", sort=False):
            row = dict(zip(AT, key)) | {"policy": policy}
            entered(row, "counted_j", group[COUNTED] / 1e3)
            for baseline in BASELINES:
                entered(row, f"saved_over_{baseline}", 1 - counted[policy] / counted[baseline])
            for column, name in LATE.items():
                entered(row, name, group[column])
            rows.append(row)
    return pd.DataFrame(rows)


def use(out: Path) -> pd.DataFrame:
    """Per phone, place, network, pause and policy."""
    keys = ["device", "place", "network", "pause", "policy"]
    frame = sweeps.rows(out, "today_use", "breakdown.csv", [*keys, "replication", *USE])
    rows = []
    for key, group in frame.groupby(keys, sort=False):
        row = dict(zip(keys, key))
        for column, name in USE.items():
            entered(row, name, group[column])
        rows.append(row)
    return pd.DataFrame(rows)
