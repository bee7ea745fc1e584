"""timeline.json, trace events of the runs (docs/results.md), as the page draws them: requests, signals, co-runners.

Of a run with many requests the page gets means over slices of time, so that it stays small.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from autoscale_sim.plots.errors import PlotError

FILE = "timeline.json"
MOST_REQUESTS = 20_000  # of all runs together
MOST_OF_A_RUN, FEWEST = 2_000, 200
SLICES = 100
PHONES = 5  # whose signals and co-runners are drawn
PHONE = "phone "
US_PER_S, US_PER_MS = 1e6, 1e3


@dataclass
class Run:
    """Of one run; `requests` and `counters` are frames with the columns below, times in seconds from its begin."""

    name: str
    began_s: float = 0
    requests: list[tuple] = field(default_factory=list)  # REQUEST
    counters: list[tuple] = field(default_factory=list)  # COUNTER
    sliced: bool = False


REQUEST = ("time_s", "phone", "dnn", "target", "latency_ms", "energy_mj", "in_time", "stages", "requests")
COUNTER = ("time_s", "panel", "series", "value")


def timeline(folder: Path) -> list[Run]:
    """The runs of the file, none if there is no file."""
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
        runs = read(events)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlotError(f"{path} is no timeline of autoscale: {type(error).__name__}: {error}") from None
    share = max(FEWEST, min(MOST_OF_A_RUN, MOST_REQUESTS // max(1, len(runs))))
    return [thinned(run, share) for run in runs if run.requests]


def read(events: list[dict]) -> list[Run]:
    runs: dict[int, Run] = {}
    for event in events:
        run = runs.setdefault(event["pid"], Run(str(event["pid"])))
        if event["ph"] == "M" and event["name"] == "process_name":
            run.name = event["args"]["name"]
        elif event["ph"] == "C":
            counters_of(run, event)
        elif event.get("cat") == "request":
            run.requests.append(request(event))
        elif event.get("cat") == "stage" and run.requests:
            stages = run.requests[-1][REQUEST.index("stages")]
            stages[event["name"]] = stages.get(event["name"], 0) + event["dur"] / US_PER_MS
    return list(runs.values())


def request(event: dict) -> tuple:
    dnn, _, action = event["name"].partition(" on ")
    told = event["args"]
    return (event["ts"] / US_PER_S, event["tid"] - 1, dnn, action.partition("@")[0] or "(none)",
            event["dur"] / US_PER_MS, told["energy_mj"], float(told["qos_met"]), {}, 1)  # fmt: skip


def counters_of(run: Run, event: dict) -> None:
    """phone 2 signal (dBm): of phone 2, on the panel signal (dBm)."""
    phone, _, panel = event["name"].removeprefix(PHONE).partition(" ")
    if panel.startswith("energy") or not phone.isdecimal() or int(phone) >= PHONES:
        return
    for key, value in event["args"].items():
        run.counters.append((event["ts"] / US_PER_S, panel, f"phone {phone} {key}", value))


def thinned(run: Run, most: int) -> Run:
    requests = pd.DataFrame(run.requests, columns=REQUEST)
    counters = pd.DataFrame(run.counters, columns=COUNTER)
    began = requests["time_s"].min()
    requests["time_s"] -= began
    counters["time_s"] -= began
    sliced = len(requests) > most
    if sliced:
        requests["time_s"] = slices(requests["time_s"])
        keys = ["time_s", "target"]
        means = requests.groupby(keys)[["latency_ms", "energy_mj", "in_time"]].mean()
        means["requests"] = requests.groupby(keys).size()
        requests = means.reset_index()
    else:
        requests["stages"] = [", ".join(f"{name} {ms:.4g}" for name, ms in stages.items())
                              for stages in requests["stages"]]  # fmt: skip
    if len(counters) > most:
        counters["time_s"] = slices(counters["time_s"])
        counters = counters.groupby(["time_s", "panel", "series"])["value"].mean().reset_index()
    return Run(run.name, float(began), requests, counters, sliced)


def slices(times: pd.Series) -> pd.Series:
    """The middles of equal slices of time."""
    low, width = times.min(), (times.max() - times.min()) / SLICES or 1
    return low + (((times - low) // width).clip(upper=SLICES - 1) + 0.5) * width
