"""Predicts every row of the blind test from the anchors, and says what leaving anchors out gives.

    PYTHONPATH=python python -m autoscale_report.validation.predict [--keys-phones FILE] [--keys-boards FILE]

Reads and writes results/validation; the key columns come from the given tables, or from the predictions that are there.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd

from autoscale_report import ROOT
from autoscale_report.validation import power
from autoscale_report.validation.law import MISFIT, Law, Row
from autoscale_report.validation.machines import SPREADING
from autoscale_report.validation.rows import GPU_MISFIT, board_row, cpu_work, gpu_work, phone_row

FOLDER = ROOT / "results/validation"
NAMES = "phones", "boards"
BOARD_ANCHOR = "mobilenet_w1"  # of the phones, what the boards have as their only one
Z90 = 1.645
ESTIMATES = ["latency_ms", "low", "high", "power_w", "power_low", "power_high", "energy_mj", "energy_low",
             "energy_high"]  # fmt: skip
# Standard deviation of the log that a family adds: what the law lacks for it. Assumed, for there is no anchor but of
# the families `seen`; there the errors of anchors left out (3 to 10 %) include it.
WIDTHS = {"seen": 0.07, "alike": 0.12, "other": 0.20, "grouped": 0.40}
FAMILIES = {
    "seen": ("mobilenet", "mobilenetv2", "mobilenetv3", "fdmobilenet", "resnet", "seresnet", "bninception",
             "mobilenet-v1"),
    "alike": ("mnasnet", "proxylessnas", "fbnet", "spnasnet", "efficientnet_edge", "squeezenet", "squeezeresnet",
              "diracnet", "preresnet", "preresnetbc", "resnetbc", "sepreresnet", "mobilenet-v2",
              "mobilenet-v3", "efficientnet-lite"),
    "grouped": ("regnetx", "regnety", "resnext"),
}  # fmt: skip
FAR = 0.04  # assumed: the same for each factor of e between a network's MACs and those of the nearest anchor
CLASS_OF = {family: label for label, families in FAMILIES.items() for family in families}
GPU_EXTRA = 0.12  # the same for any network of another family on a GPU, whose kernels are chosen by shape


def networks() -> dict[tuple[str, str], dict]:
    table = pd.read_csv(FOLDER / "networks.csv")
    return {(row["set"], row["network"]): row for row in table.to_dict("records")}


def phone_anchors(known: dict) -> tuple[pd.DataFrame, list[Row]]:
    table = pd.read_csv(FOLDER / "anchors_phones.csv", comment="#")
    rows = [phone_row(known["phones", r.network], r.phone, r.cores, r.precision, r.latency_ms, r.std_ms / r.latency_ms)
            for r in table.itertuples()]  # fmt: skip
    return table, rows


def board_anchors(known: dict) -> tuple[pd.DataFrame, list[Row]]:
    """How far the 90th percentile lies above the mean says how noisy the mean is."""
    table = pd.read_csv(FOLDER / "anchors_boards.csv", comment="#")
    spread = ((table.p90_ms / table.latency_ms - 1).clip(lower=0.06) / 1.28 / 2).tolist()
    rows = [board_row(known["boards", r.network], r.system, r.backend, r.precision, r.latency_ms, s)
            for r, s in zip(table.itertuples(), spread)]  # fmt: skip
    return table, rows


def family_width(family: str, gpu: bool) -> float:
    label = CLASS_OF.get(family, "other")
    return math.hypot(WIDTHS[label], GPU_EXTRA if gpu and label != "seen" else 0.0)


def row_width(sd: np.ndarray, of: list[dict], anchors: list[dict], gpu: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Standard deviation of the log of a row: of the law's parameters, its misfit, the network's family and size, the
    noise of a row. `of`: the network of every row; `anchors`: those that the law was fitted to."""
    family = np.array([family_width(network["family"], g) for network, g in zip(of, gpu)])
    known = [math.log(mmacs(network)) for network in anchors]
    far = FAR * np.array([min(abs(math.log(mmacs(network)) - size) for size in known) for network in of])
    misfit = np.where(gpu, GPU_MISFIT, MISFIT)
    return np.sqrt(sd**2 + misfit**2 + family**2 + far**2 + spread**2)


def mmacs(network: dict) -> float:
    return sum(value for name, value in network.items() if name.endswith("_mmacs"))


def with_interval(table: pd.DataFrame, names: list[str], middle: np.ndarray, width: np.ndarray) -> None:
    low, high = middle * np.exp(-Z90 * width), middle * np.exp(Z90 * width)
    for name, values in zip(names, (middle, low, high)):
        table[name] = values


def predict_phones(keys: pd.DataFrame, known: dict, law: Law, anchors: pd.DataFrame) -> pd.DataFrame:
    rows = [phone_row(known["phones", r.network], r.phone, r.cores, r.precision) for r in keys.itertuples()]
    middle, sd, _ = law.predict(rows)
    relative = (anchors.std_ms / anchors.latency_ms).groupby([anchors.phone, anchors.cores, anchors.precision])
    spread = relative.median() / 2
    noise = np.array([spread[r.phone, r.cores, r.precision] for r in keys.itertuples()])
    of, there = ([known["phones", name] for name in names] for names in (keys.network, anchors.network.unique()))
    table = keys.copy()
    with_interval(table, ESTIMATES[:3], middle, row_width(sd, of, there, (keys.cores == "gpu").to_numpy(), noise))
    return table


def spreading_share(shares: np.ndarray, gpu: np.ndarray) -> np.ndarray:
    """Share of the time in work that spreads over cores, or that a GPU does without a call in between."""
    some = dict.fromkeys((*(f"{k}_{w}" for k in ("dense", "first", "pointwise", "grouped", "depthwise", "fc", "pool",
            "elementwise", "move") for w in ("ops", "mmacs", "kparams", "kread", "kwritten")), "grouped_parts",
            "padded_kread"), 0.0)  # fmt: skip
    cpu = np.array([False, *(name in SPREADING for name in cpu_work(some))])  # a board's first term is the call
    other = np.array([name not in ("call", "operations") for name in gpu_work(some)])
    return np.where(gpu, shares[:, : len(other)] @ other, shares[:, : len(cpu)] @ cpu)


def predict_boards(
    keys: pd.DataFrame, known: dict, law: Law, anchors: pd.DataFrame, anchor_rows: list[Row]
) -> pd.DataFrame:
    rows = [board_row(known["boards", r.network], r.system, r.backend, r.precision) for r in keys.itertuples()]
    middle, sd, shares = law.predict(rows)
    gpu = keys.backend.str.endswith("gpu").to_numpy()
    of, there = ([known["boards", name] for name in names] for names in (keys.network, anchors.network.unique()))
    place = {(r.system, r.precision): i for i, r in enumerate(anchors.itertuples())}
    which = np.array([place[r.system, r.precision] for r in keys.itertuples()])
    width = row_width(sd, of, there, gpu, np.array([row.spread for row in anchor_rows])[which])
    table = keys.copy()
    with_interval(table, ESTIMATES[:3], middle, width)

    anchor_shares = spreading_share(law.predict(anchor_rows)[2], anchors.backend.str.endswith("gpu").to_numpy())
    idle = keys.system.str.split("-").str[0].map(power.IDLE).to_numpy(float)
    watts, power_width = power.predicted(anchors.power_w.to_numpy()[which], idle, spreading_share(shares, gpu),
                                         anchor_shares[which])  # fmt: skip
    with_interval(table, ESTIMATES[3:6], watts, power_width)
    with_interval(table, ESTIMATES[6:], watts * middle, np.hypot(width, power_width))
    table.loc[keys.power_was_metered == "0", ESTIMATES[3:]] = np.nan
    return table


def left_out(anchors: pd.DataFrame, rows: list[Row], known: dict) -> pd.DataFrame:
    """Errors of phones' anchors that the law was not fitted to: every network from the other four; and every phone as
    if it were a board, from its MobileNet v1 alone and all of the other phone."""
    parts = []
    for network in anchors.network.unique():
        out = (anchors.network == network).to_numpy()
        parts.append(_errors(anchors, rows, known, out).assign(test="from the other networks"))
    for phone in anchors.phone.unique():
        out = ((anchors.phone == phone) & (anchors.network != BOARD_ANCHOR)).to_numpy()
        parts.append(_errors(anchors, rows, known, out).assign(test="from one network and the other phone"))
    return pd.concat(parts)


def _errors(anchors: pd.DataFrame, rows: list[Row], known: dict, out: np.ndarray) -> pd.DataFrame:
    """Of the rows `out`, predicted from the others: log of predicted over measured, and its width."""
    law = Law.fit([row for row, skipped in zip(rows, out) if not skipped])
    middle, sd, _ = law.predict([row for row, skipped in zip(rows, out) if skipped])
    part = anchors[out].copy()
    gpu = (part.cores == "gpu").to_numpy()
    phones = set(part.phone)
    there = anchors[~out & anchors.phone.isin(phones)].network.unique()
    of, others = ([known["phones", name] for name in names] for names in (part.network, there))
    part["error"] = np.log(middle / part.latency_ms)
    part["width"] = row_width(sd, of, others, gpu, (part.std_ms / part.latency_ms / 2).to_numpy())
    part["class"] = np.where(gpu, "gpu", part.precision)
    return part


def report(errors: pd.DataFrame) -> pd.DataFrame:
    """Rows, median absolute error, mean log ratio and share in the interval, by test, class and network, and of all."""
    def row(group: pd.DataFrame) -> pd.Series:
        inside = (group.error.abs() < Z90 * group.width).mean()
        return pd.Series({"rows": len(group), "median_error": np.expm1(group.error.abs().median()),
                          "mean_log_ratio": group.error.mean(), "inside_90": inside})  # fmt: skip

    by = ["test", "class", "network"]
    both = pd.concat([errors.assign(network="all"), errors])
    found = both.groupby(by, sort=False)[["error", "width"]].apply(row).reset_index()
    return found.sort_values(by, key=lambda column: column.where(column != "all", ""))


def read(file: Path) -> pd.DataFrame:
    """A table as it is written."""
    return pd.read_csv(file, dtype=str, keep_default_na=False, comment="#")


def keys(file: Path) -> pd.DataFrame:
    """The key columns of a table, as they are written."""
    return read(file).drop(columns=ESTIMATES, errors="ignore")


def predictions(phone_keys: pd.DataFrame, board_keys: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """phones, boards: the keys with their estimates."""
    known = networks()
    phones, phone_rows = phone_anchors(known)
    boards, board_rows = board_anchors(known)
    law = Law.fit([*phone_rows, *board_rows])
    found = predict_phones(phone_keys, known, law, phones), predict_boards(board_keys, known, law, boards, board_rows)
    return dict(zip(NAMES, found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in NAMES:
        parser.add_argument(f"--keys-{name}", type=Path, default=FOLDER / f"predictions_{name}.csv")
    arguments = parser.parse_args()
    for name, table in predictions(keys(arguments.keys_phones), keys(arguments.keys_boards)).items():
        table.to_csv(FOLDER / f"predictions_{name}.csv", index=False, float_format="%.5g")
    known = networks()
    errors = report(left_out(*phone_anchors(known), known))
    errors.to_csv(FOLDER / "anchors_left_out.csv", index=False, float_format="%.3f")
    print(errors.to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
