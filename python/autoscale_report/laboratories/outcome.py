"""What the study says: which claims any laboratory reaches, which hold together, what is predicted of each
when it is held out, and what each assumption rules out.

A laboratory of the prior with a reading of the claims counts with the prior weight of the reading; it
remains if its implausibility is at most the cutoff in every claim that is conditioned on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoscale_report.laboratories.design import Design
from autoscale_report.laboratories.hypotheses import Space
from autoscale_report.laboratories.matching import ABOVE, AROUND, BELOW, Reading, Target

ENOUGH = 20  # laboratories and readings that must remain for an interval


@dataclass
class Cloud:
    """Laboratories under every reading: of the prior, with what the emulators say of them, or simulated ones."""

    space: Space
    design: Design
    targets: Sequence[Target]
    readings: Sequence[Reading]
    distances: np.ndarray  # [readings, laboratories, targets]
    expected: np.ndarray  # the same: what is expected, on the scale of comparison
    spread: np.ndarray  # the same: standard deviation of emulator and simulation
    cutoff: float

    @property
    def weights(self) -> np.ndarray:
        """[readings, 1]"""
        return np.array([[r.prior] for r in self.readings])

    def remaining(self, conditioned: Sequence[int]) -> np.ndarray:
        """[readings, laboratories]: near enough in all these claims."""
        return (self.distances[:, :, list(conditioned)] <= self.cutoff).all(axis=2)

    def share(self, kept: np.ndarray) -> float:
        return float((self.weights * kept).sum() / kept.shape[1])


def consistent(cloud: Cloud, wanted: Sequence[int]) -> list[int]:
    """The claims that some laboratories meet together: all if there are such, else without those whose
    removal leaves the most, one after the other."""
    kept = list(wanted)
    while len(kept) > 1 and cloud.remaining(kept).sum() < ENOUGH:
        kept.remove(max(kept, key=lambda c: nearest(cloud, [k for k in kept if k != c])))
    return kept


def nearest(cloud: Cloud, conditioned: Sequence[int]) -> tuple[float, float]:
    """How much remains; where nothing does, how near the hundred best come."""
    worst = cloud.distances[:, :, list(conditioned)].max(axis=2).min(axis=0)
    return cloud.share(cloud.remaining(conditioned)), -float(np.sort(worst)[:100].mean())


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return [float(values[order][min(np.searchsorted(reached, s), len(values) - 1)]) for s in shares]


def drawn(cloud: Cloud, claim: int, conditioned: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """What the paper would have measured in every laboratory that remains by some claims, and the weights:
    expectation, error of emulator and simulation, and discrepancy."""
    kept = cloud.remaining(conditioned)
    target = cloud.targets[claim]
    deviation = np.hypot(cloud.spread[:, :, claim], target.deviation)
    values = cloud.expected[:, :, claim] + np.random.default_rng(claim).normal(size=kept.shape) * deviation
    return target.unscale(values[kept]), np.broadcast_to(cloud.weights, kept.shape)[kept]


def interval(values: np.ndarray, weights: np.ndarray) -> list[float]:
    """5 %, 50 % and 95 %."""
    return weighted_quantiles(values, weights, (0.05, 0.5, 0.95)) if len(values) else [np.nan] * 3


def held(target: Target, values: np.ndarray, weights: np.ndarray) -> str:
    """Whether the 90 % interval has the paper's value; of an ordering in which share it holds."""
    if not len(values):
        return ""
    value = float(target.unscale(np.array(target.value)))
    if target.side == AROUND:
        low, _, high = interval(values, weights)
        return "inside" if low <= value <= high else "below" if value < low else "above"
    return f"{weights[target.side * (values - value) > 0].sum() / weights.sum():.0%}"


def fitting(simulated: Cloud, claim: int, conditioned: Sequence[int]) -> dict[str, float]:
    """What the simulated laboratories that fit other claims gave for this one, each reading apart; they need no
    emulator, but are few."""
    kept = simulated.remaining(conditioned)
    values = simulated.targets[claim].unscale(simulated.expected[:, :, claim][kept])
    ends = np.quantile(values, (0.05, 0.5, 0.95)) if len(values) else [np.nan] * 3
    return {"fitting": int(kept.any(axis=0).sum()), "fitting_p5": ends[0], "fitting_median": ends[1],
            "fitting_p95": ends[2]}  # fmt: skip


def claims_table(cloud: Cloud, simulated: Cloud) -> pd.DataFrame:
    """A row per claim: what it rules out alone, and its prediction from all others."""
    everything = range(len(cloud.targets))
    rows = []
    for c, target in enumerate(cloud.targets):
        others = [k for k in everything if k != c]
        conditioned = consistent(cloud, others)
        before, after = drawn(cloud, c, []), drawn(cloud, c, conditioned)
        apart = [cloud.targets[k].claim for k in others if k not in conditioned]
        row = {"claim": target.claim, "paper": float(target.unscale(np.array(target.value))),
               "side": {AROUND: "", ABOVE: "above", BELOW: "below"}[target.side],
               "remains_alone": cloud.share(cloud.remaining([c]))}  # fmt: skip
        for name, draws in (("prior", before), ("held_out", after)):
            row |= dict(zip((f"{name}_p5", f"{name}_median", f"{name}_p95"), interval(*draws)))
        rows.append(row | {"paper_is": held(target, *after),
                           **fitting(simulated, c, conditioned),
                           "remains_by_others": cloud.share(cloud.remaining(conditioned)),
                           "not_conditioned_on": " ".join(apart)})  # fmt: skip
    return pd.DataFrame(rows)


def masses(cloud: Cloud, conditioned: Sequence[int]) -> list[tuple[str, str, float, float, float]]:
    """Per option of every choice: choice, option, prior, what remains of its laboratories, its share of all
    that remain."""
    kept = cloud.remaining(conditioned) * cloud.weights  # [readings, laboratories]
    total, count = max(kept.sum(), 1e-300), kept.shape[1]
    rows = []
    for place, choice in enumerate(cloud.space.choices):
        for number, option in enumerate(choice.options):
            own = cloud.design.options[:, place] == number
            mass = kept[:, own].sum()
            rows.append((choice.id, option.id, option.prior, mass / max(own.sum(), 1), mass / total))
    for place, choice in enumerate(cloud.space.judged):
        for option in choice.options:
            own = [i for i, r in enumerate(cloud.readings) if r.options[place] == option.id]
            mass = kept[own].sum()
            rows.append((choice.id, option.id, option.prior, mass / option.prior / count, mass / total))
    return rows


def options_table(cloud: Cloud, simulated: Cloud, conditioned: Sequence[int]) -> pd.DataFrame:
    """A row per option of every choice; `fitting`: its share of the simulated laboratories that fit."""
    columns = ["choice", "option", "prior", "remains", "share_of_remaining"]
    frame = pd.DataFrame(masses(cloud, conditioned), columns=columns)
    return frame.assign(fitting=[row[-1] for row in masses(simulated, conditioned)])


def parameters_table(cloud: Cloud, conditioned: Sequence[int]) -> pd.DataFrame:
    """A row per free parameter: its range, and the 5 % to 95 % of what remains."""
    kept = (cloud.remaining(conditioned) * cloud.weights).sum(axis=0)
    rows = []
    for place, p in enumerate(cloud.space.parameters):
        shares = [np.nan] * 3
        if kept.sum() > 0:
            own = kept > 0
            shares = weighted_quantiles(cloud.design.shares[own, place], kept[own], (0.05, 0.5, 0.95))
        values = [p.at(s) if not np.isnan(s) else np.nan for s in shares]
        rows.append((p.id, p.text, p.unit, p.low, p.nominal, p.high, *values,
                     (shares[2] - shares[0]) / 0.9))  # fmt: skip
    return pd.DataFrame(rows, columns=["parameter", "text", "unit", "low", "nominal", "high", "p5", "median",
                                       "p95", "width_left"]).sort_values("width_left")  # fmt: skip
