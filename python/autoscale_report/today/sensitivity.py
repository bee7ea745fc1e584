"""Moves each assumption alone to the ends of its range and says what becomes of three numbers.

    load   all joules count, a question of mean lengths a minute over Wi-Fi: from how many others on the H100 answers
           more cheaply than the phone (crossings.py)
    short  the phone's joules count, no laptop, mid-band 5G with its tail: from how many tokens of an answer on the
           server spares the phone energy
    heat   questions one after the other: how many tokens a second the phone writes at full clock

Nothing is random in the sweeps, so there are no intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from autoscale_report.today import ANSWER, sweeps
from autoscale_report.today.assumptions import HEAT, LOAD, SHORT, THINK, Assumption, End
from autoscale_report.today.crossings import of_sites
from autoscale_report.today.sites import FULL, PHONE, points

MODELS = ("galaxy_s25", "iphone_17_pro")
LOADS = [1, 2, 4, 7, 11, 15, 19, 23, 27, 31, 39, 47, 63, 95, 127, 191, 250]
L4_LOADS = [1, 2, 4, 7, 11, 15, 19, 23, 27, 31, 39, 47, 62]  # its batch is full then
ANSWERS = [2, 4, 8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 256]
AS_IT_IS = End("as it is")
QUESTION = {f"tokens.drawn.{kind}.constant.value": tokens for kind, tokens in ANSWER.items()}


def base(name: str, policies: list[str], settings: dict, grid: list[dict]) -> dict:
    """The sweep over the load with another grid: nothing random, the phone's row its cheapest clock."""
    made = sweeps.content("today_load")
    devices = {"path": "devices", "name": "phone", "values": [[{"profile": model}] for model in MODELS],
               "labels": list(MODELS)}  # fmt: skip
    settings = {**made["set"], **QUESTION, "policies": policies, **settings}
    return made | {"name": name, "set": settings, "grid": [devices, *grid]}


def load(name: str, end: End) -> dict:
    small = end.settings.get("servers.cloud.profile") == "l4"
    grid = [{"path": "servers.cloud.background", "name": "at", "values": L4_LOADS if small else LOADS}]
    return base(name, ["opt", "edge_best", "cloud"], {}, grid)


def short(name: str, end: End) -> dict:
    grid = [{"path": "tokens.drawn.output.constant.value", "name": "at", "values": ANSWERS}]
    settings = {"links.cloud.technology": "nr_mid"}
    made = base(name, ["opt", "edge_best", "cloud"], settings, grid)
    del made["set"]["tokens.drawn.output.constant.value"]
    return made


def heat(name: str, end: End) -> dict:
    phases = [{"name": "test", "inferences": 60}]
    return base(name, ["edge_best"], {THINK: "1 s", "phases": phases},
                [{"path": "servers.cloud.background", "name": "at", "values": [31]}])  # fmt: skip


def with_end(made: dict, end: End) -> dict:
    data = {"overrides": end.overrides} if end.overrides else {}
    return made | {"set": {**made["set"], **end.settings, **data}}


def crossing_of(weight: float | None) -> Callable[[Path, str, End], dict[str, float]]:
    """`weight`: of the server's joules; without one that of the end."""

    def found(out: Path, name: str, end: End) -> dict[str, float]:
        by_point = points(out, name, ["phone", "at"])
        site = FULL if end.full_clock else PHONE
        return {model: of_sites({at: of for (phone, at), of in by_point.items() if phone == model},
                                end.weight if weight is None else weight, site)
                for model in MODELS}  # fmt: skip

    return found


def speed(out: Path, name: str, end: End) -> dict[str, float]:
    frame = sweeps.rows(out, name, "runs.csv", ["phone", "policy", "tpot_mean_ms"])
    frame = frame[frame["policy"] == "edge_best"]
    return dict(zip(frame["phone"], 1000 / frame["tpot_mean_ms"]))


@dataclass(frozen=True)
class Measure:
    name: str
    assumptions: tuple[Assumption, ...]
    sweep: Callable[[str, End], dict]
    read: Callable[[Path, str, End], dict[str, float]]


MEASURES = (Measure("load", LOAD, load, crossing_of(None)), Measure("short", SHORT, short, crossing_of(0)),
            Measure("heat", HEAT, heat, speed))  # fmt: skip


def rows(program: Path, out: Path, jobs: int, measure: Measure) -> list[dict]:
    found = []
    ends = [("", AS_IT_IS), *((a.text, end) for a in measure.assumptions for end in a.ends)]
    for number, (text, end) in enumerate(ends):
        name = f"{measure.name}_{number}"
        sweeps.run(program, with_end(measure.sweep(name, end), end), out, jobs)
        values = measure.read(out, name, end)
        found.append({"measure": measure.name, "assumption": text, "end": end.label, **values})
    return found


def table(program: Path, out: Path, jobs: int) -> pd.DataFrame:
    """A row per end: the measure on each phone; the first row of a measure has nothing moved."""
    return pd.DataFrame([row for measure in MEASURES for row in rows(program, out / "sensitivity", jobs, measure)])
