"""How often the cheapest target can be told from the runner-up at all: what exact agreement would take.

A reply's energy scatters with its round trip: by the coefficient of variation of the link's law times the energy
that goes with the network. Who knows everything else, and has seen n replies of each of two targets, takes the
wrong one with probability Phi(-d sqrt(n) / s), where d is how far apart their energies are and s^2 the sum of the
variances of one reply each. Energies are those of `autoscale explain` for live video in the calm world with warm
connections, where replies scatter least; of a target its best operating point counts.
"""

from __future__ import annotations

import csv
import io
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist, fmean

import pandas as pd
import yaml

from autoscale_report import ROOT

USE_CASE = "streaming"
PHONES = ("mi8pro", "galaxy_s10e", "moto_x_force")
LINKS = {"cloud": "wifi", "tablet": "wifi_direct"}
REPLIES = (10, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
NEAR = 0.03


@dataclass(frozen=True)
class Target:
    name: str
    energy_mj: float
    deviation_mj: float  # of one reply


@dataclass(frozen=True)
class Case:
    """The two cheapest targets that serve in time."""

    best: Target
    runner_up: Target

    @property
    def apart(self) -> float:
        """How much more the runner-up costs, as a share."""
        return self.runner_up.energy_mj / self.best.energy_mj - 1

    def right(self, replies: int) -> float:
        """Probability to take the best one after as many replies of each."""
        deviation = math.hypot(self.best.deviation_mj, self.runner_up.deviation_mj)
        if deviation == 0:
            return 1.0
        distance = self.runner_up.energy_mj - self.best.energy_mj
        return NormalDist().cdf(distance * math.sqrt(replies) / deviation)


def milliseconds(text: str) -> float:
    number, unit = text.split()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def variation(link: str) -> float:
    """Standard deviation over mean of a link's round trips, which are log-normal."""
    rtt = yaml.safe_load((ROOT / f"device_profiles/links/{link}.yaml").read_text())["rtt"]
    ratio = milliseconds(rtt["p90"]["value"]) / milliseconds(rtt["median"]["value"])
    sigma = math.log(ratio) / NormalDist().inv_cdf(0.9)
    return math.sqrt(math.expm1(sigma**2))


def target(row: dict[str, str], variations: dict[str, float]) -> Target:
    name = row["name"].partition("@")[0]
    waiting_w = float(row["idle_mj"]) / float(row["latency_ms"])
    scatter = variations.get(name.partition("_")[0], 0)
    return Target(name, float(row["energy_mj"]), scatter * float(row["network_ms"]) * waiting_w)


def case(rows: list[dict[str, str]], variations: dict[str, float]) -> Case | None:
    """None where fewer than two targets serve in time."""
    by_name: dict[str, Target] = {}
    for row in rows:
        if row["allowed"] != "1":
            continue
        found = target(row, variations)
        if found.name not in by_name or found.energy_mj < by_name[found.name].energy_mj:
            by_name[found.name] = found
    ranked = sorted(by_name.values(), key=lambda t: t.energy_mj)
    return Case(*ranked[:2]) if len(ranked) > 1 else None


def cases(program: Path) -> list[Case]:
    variations = {site: variation(link) for site, link in LINKS.items()}
    dnns = yaml.safe_load((ROOT / f"workloads/use_cases/{USE_CASE}.yaml").read_text())["dnns"]
    found = []
    for phone in PHONES:
        for dnn in dnns:
            command = [program, "explain", "--device", phone, "--dnn", dnn, "--use-case", USE_CASE, "--warm",
                       "--power-level", "paper", "--data", ROOT, "--csv"]  # fmt: skip
            text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found.append(case(list(csv.DictReader(io.StringIO(text))), variations))
    return [c for c in found if c]


def table(program: Path) -> pd.DataFrame:
    """By replies of each target: mean probability to take the best one, and that or one within 3 % of it."""
    known = cases(program)
    near = [c.apart <= NEAR for c in known]
    return pd.DataFrame([
        {"replies": n, "right": fmean(c.right(n) for c in known),
         "right_or_near": fmean(1.0 if close else c.right(n) for c, close in zip(known, near)),
         "cases": len(known), "near_cases": sum(near)}
        for n in REPLIES
    ])  # fmt: skip
