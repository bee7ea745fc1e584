"""What stands beside axes and in legends: names of columns in words, with their units."""

from __future__ import annotations

from .source import Source

# Columns that are looked at most; the rest are shown by their own names.
NAMES = {
    "energy_mean_mj": "energy per inference",
    "energy_total_j": "energy in all",
    "energy_mj": "energy",
    "server_energy_mean_mj": "energy of servers per inference",
    "inferences_per_joule": "energy efficiency",
    "efficiency_vs_edge_cpu_fp32": "energy efficiency, CPU fp32 = 1",
    "latency_mean_ms": "mean latency",
    "latency_p50_ms": "median latency",
    "latency_p95_ms": "95th percentile of latency",
    "latency_p99_ms": "99th percentile of latency",
    "latency_ms": "latency",
    "qos_violation_ratio": "QoS violations (share of requests)",
    "accuracy_violation_ratio": "accuracy violations (share of inferences)",
    "reward_mean": "mean reward",
    "agreement_target": "agreement with Opt (share of decisions)",
    "gap_to_opt": "energy above Opt's (share)",
    "autoscale_over_it": "AutoScale over the best baseline",
    "battery_percent": "battery used",
    "learned": "outcomes learned from",
    "arrival_s": "time",
}
UNIT_ENDINGS = ("_mj", "_ms", "_j", "_s", "_dbm", "_percent", "_c")
PLAIN = ("", "1", "0/1", "count")  # units that go without saying
SPELT = {"degC": "°C"}
SHARE = "share_"
SPEAK_FOR_THEMSELVES = (
    "policy", "device", "device_type", "dnn", "scenario", "use_case", "environment",
)  # fmt: skip
# Larger is better in columns that begin so; in all others smaller is.
LARGER_IS_BETTER = ("inferences_per_joule", "efficiency_", "agreement_", "reward_", "states_conv")


def unit(source: Source, column: str) -> str:
    given = source.units.get(column, "")
    return "" if given in PLAIN else SPELT.get(given, given)


def in_words(column: str) -> str:
    """Of one of the program's own columns."""
    if column in NAMES:
        return NAMES[column]
    if column.startswith(SHARE):
        return f"share of {column.removeprefix(SHARE)}"
    ending = next((e for e in UNIT_ENDINGS if column.endswith(e)), "")
    return column.removesuffix(ending).replace("_", " ")


def axis(source: Source, column: str) -> str:
    """energy per inference (mJ)"""
    of = unit(source, column)
    swept = source.parameter(column)
    words = swept.words if swept else in_words(column)
    return f"{words} ({of})" if of else words


def value(shown: object) -> str:
    """A value as it stands in a legend or on a tick."""
    if not isinstance(shown, (int, float)):
        return str(shown)
    short = f"{shown:g}"
    return short if float(short) == shown else f"{shown:.12g}"


def title(source: Source, column: str, shown: object) -> str:
    """A value with its column: cloud_signal -80 dBm; the policy's name alone."""
    text = value(shown)
    if column in SPEAK_FOR_THEMSELVES:
        return text
    swept = source.parameter(column)
    return f"{swept.words if swept else column.replace('_', ' ')} {text} {unit(source, column)}".rstrip()


def larger_is_better(column: str) -> bool:
    return column.startswith(LARGER_IS_BETTER)
