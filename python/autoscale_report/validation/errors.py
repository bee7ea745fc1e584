"""Tables of errors: of all rows and by class, how often the interval holds the truth, and whether CPU and GPU are in
the right order."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from autoscale_report.validation.families import family

FEWEST, MOST = 2, 40  # values of a column that make it a class
AIM = 0.9  # of the intervals
DEVICES = ("phone", "board", "device")
PROCESSORS = ("cores", "backend", "processor")
NO_ORDER = pd.DataFrame(columns=["device", "pairs", "right"])


def classes(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Class -> its value in every row: key columns with few values, and the family of the network."""
    found = {}
    if "network" in frame:
        found["family"] = frame.network.map(family)
    for name in frame.columns[: frame.columns.get_loc("predicted")]:
        if FEWEST <= frame[name].nunique() <= MOST:
            found[name] = frame[name]
    if "precision" in found and "family" in found:
        found["family and precision"] = found["family"] + " " + found["precision"]
    return found


def relative_error(frame: pd.DataFrame) -> pd.Series:
    """Predicted over measured, less one."""
    return frame.predicted / frame.measured - 1


def statistics(frame: pd.DataFrame) -> dict[str, float]:
    """Of some rows: count, median and 90th percentile of the absolute relative error, median of predicted over measured
    (1: no bias), share of rows in the interval, and its median width as high over low."""
    error = relative_error(frame).abs()
    inside = (frame.low <= frame.measured) & (frame.measured <= frame.high)
    return {
        "rows": len(frame),
        "median_abs_error": error.median(),
        "p90_abs_error": error.quantile(0.9),
        "median_ratio": (frame.predicted / frame.measured).median(),
        "inside_interval": inside.mean(),
        "median_high_over_low": (frame.high / frame.low).median(),
    }


def table(quantities: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A row per quantity, class and value of it, those with all rows first."""
    rows = []
    for quantity, frame in quantities.items():
        rows.append({"quantity": quantity, "class": "all", "value": "all", **statistics(frame)})
        for name, values in classes(frame).items():
            for value, part in frame.groupby(values, sort=True):
                rows.append({"quantity": quantity, "class": name, "value": value, **statistics(part)})
    return pd.DataFrame(rows)


def order(frame: pd.DataFrame) -> pd.DataFrame:
    """Whether the faster of every CPU and GPU that ran the same network in the same precision on the same device is
    predicted: pairs, share right, by device and in all. Empty where there is no such pair."""
    device = next((name for name in DEVICES if name in frame), None)
    processor = next((name for name in PROCESSORS if name in frame), None)
    if device is None or processor is None or "network" not in frame:
        return NO_ORDER
    same = [name for name in (device, "precision", "network") if name in frame]
    rows = []
    for key, part in frame.groupby(same):
        gpu = part[processor].str.contains("gpu", case=False)
        for (_, a), (_, b) in itertools.product(part[gpu].iterrows(), part[~gpu].iterrows()):
            right = np.sign(a.predicted - b.predicted) == np.sign(a.measured - b.measured)
            rows.append({"device": key[0] if isinstance(key, tuple) else key, "right": right})
    if not rows:
        return NO_ORDER
    found = pd.DataFrame(rows)
    found = pd.concat([found.assign(device="all"), found])
    result = found.groupby("device", sort=False).right.agg(["size", "mean"]).reset_index()
    return result.set_axis(["device", "pairs", "right"], axis=1)


def summary(errors: pd.DataFrame, orders: pd.DataFrame) -> str:
    """What the terminal shows."""
    lines = []
    for row in errors[errors["class"] == "all"].itertuples():
        lines.append(f"{row.quantity}: {row.rows} rows, median absolute error {100 * row.median_abs_error:.1f} %, "
                     f"{100 * row.inside_interval:.1f} % in their interval (aim {100 * AIM:.0f} %), "
                     f"predicted / measured {row.median_ratio:.3f}")  # fmt: skip
    for row in orders[orders.device == "all"].itertuples():
        lines.append(f"CPU against GPU: {100 * row.right:.1f} % of {row.pairs} pairs in the right order")
    return "\n".join(lines)
