#!/usr/bin/env python3
"""Generates the synthetic signal traces in scenarios/signals/.

Usage: make_traces.py [FOLDER]          (default: scenarios/signals of this source tree)

The files are NOT recordings. Recorded public traces exist, but most are under share-alike
licences; these stand in for them in examples and tests. Every file is an AR(1) process on a fixed
grid, started from its stationary distribution:

    x[k] = mean + phi (x[k-1] - mean) + sd sqrt(1 - phi^2) n[k],   phi = exp(-period / time constant)

clipped to a range, in whole dBm as phones report them (the capacity in whole kbit/s). The figures
are those of the process; a run of ten minutes has its own mean and standard deviation.

lte_walk.csv, lte_drive.csv, wifi_walk.csv say in their comment lines what they are. The mahimahi
format has no comments, so here is what stands in wifi_capacity.mahi: 20 s of a Wi-Fi link far from
its access point, mean 4.1 Mbit/s, standard deviation 2.7 Mbit/s, time constant 1.6 s (fitted to
'Wi-Fi 4, weak signal' of minarady1/wifi_for_industrial_robotics), a new value every 0.5 s, not
below zero; a line is one opportunity to deliver 1500 bytes, at that millisecond.

Uses only the uniform generator and seeding that Python promises to keep, so every version writes
the same files. Standard library only.
"""

import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ar1:
    """An AR(1) process and how long to run it. Levels in the unit of the trace, times in s."""

    seed: int
    mean: float
    sd: float
    time_constant: float
    low: float
    high: float
    period: float
    length: float


@dataclass(frozen=True)
class SignalTrace:
    file: str
    what: str
    column: str
    process: Ar1
    origin: str


SIGNALS = (
    SignalTrace(
        "lte_walk.csv",
        "LTE signal strength of a pedestrian",
        "rsrp_dbm",
        Ar1(seed=1, mean=-90, sd=6, time_constant=36, low=-130, high=-50, period=1, length=600),
        "mean assumed, between the usual and the weak position of the LTE link; sd 6 dB and 50 m "
        "of decorrelation from 3GPP TR 38.901, urban macro without line of sight; 50 m at 1.4 m/s "
        "(assumed) is 36 s",
    ),
    SignalTrace(
        "lte_drive.csv",
        "LTE signal strength in a car",
        "rsrp_dbm",
        Ar1(seed=2, mean=-84, sd=12, time_constant=38, low=-130, high=-50, period=1, length=600),
        "averages of the fits to three recorded drives (means -84.3, -84.7, -83.8 dBm; sd 13.1, "
        "12.0, 11.6 dB; 41, 31, 42 s), uccmisl/5Gdataset, Raca et al., ACM MMSys 2020",
    ),
    SignalTrace(
        "wifi_walk.csv",
        "Wi-Fi signal strength of somebody walking about in a building",
        "rssi_dbm",
        Ar1(seed=3, mean=-70, sd=8, time_constant=6, low=-90, high=-40, period=0.5, length=600),
        "mean assumed; sd 8 dB and 6 m of decorrelation from 3GPP TR 38.901, indoor office without "
        "line of sight; 6 m at 1 m/s (assumed) is 6 s",
    ),
)

CAPACITY_FILE = "wifi_capacity.mahi"
CAPACITY_KBPS = Ar1(
    seed=4, mean=4100, sd=2700, time_constant=1.6, low=0, high=20000, period=0.5, length=20
)
PACKET_BITS = 1500 * 8


def normal(generator):
    """A standard normal number from two uniforms (Box and Muller, 1958)."""
    radius = math.sqrt(-2 * math.log(1 - generator.random()))
    return radius * math.cos(2 * math.pi * generator.random())


def run(process):
    """The values of the process, one per period, clipped and rounded."""
    generator = random.Random(process.seed)
    phi = math.exp(-process.period / process.time_constant)
    deviation = process.sd * normal(generator)
    values = []
    for _ in range(round(process.length / process.period)):
        clipped = min(max(process.mean + deviation, process.low), process.high)
        values.append(round(clipped))
        innovation = process.sd * math.sqrt(1 - phi * phi) * normal(generator)
        deviation = phi * deviation + innovation
    return values


def signal_text(trace):
    """The CSV file of a signal trace."""
    p = trace.process
    lines = [
        f"# {trace.what}.",
        "# SYNTHETIC: written by scripts/make_traces.py, not a recording.",
        f"# model: AR(1), mean {p.mean:g} dBm, sd {p.sd:g} dB, time constant {p.time_constant:g} s, "
        f"every {p.period:g} s, clipped to {p.low:g}..{p.high:g} dBm, seed {p.seed}",
        f"# parameters: {trace.origin}",
        f"time_s,{trace.column}",
    ]
    lines += [f"{k * p.period:g},{value}" for k, value in enumerate(run(p))]
    return "\n".join(lines) + "\n"


def capacity_text(process):
    """The mahimahi file of a capacity in kbit/s: as many opportunities as the bits so far allow."""
    block_ms = round(process.period * 1000)
    lines = []
    bits = 0  # 1 kbit/s is 1 bit per ms
    for k, rate in enumerate(run(process)):
        for ms in range(k * block_ms + 1, (k + 1) * block_ms + 1):
            bits += rate
            while bits >= PACKET_BITS:
                bits -= PACKET_BITS
                lines.append(str(ms))
    return "\n".join(lines) + "\n"


def main():
    root = Path(__file__).resolve().parent.parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "scenarios" / "signals"
    files = {trace.file: signal_text(trace) for trace in SIGNALS}
    files[CAPACITY_FILE] = capacity_text(CAPACITY_KBPS)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("ascii"))


if __name__ == "__main__":
    main()
