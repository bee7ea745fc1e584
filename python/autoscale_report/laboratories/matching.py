"""How far a laboratory is from the claims, in standard deviations, and which laboratories remain.

The implausibility of a laboratory in a claim is |what the emulator expects - what the paper says| over the
root of the sum of four variances: of the emulator, of one simulated laboratory, of what the simulator
lacks, and of the paper's rounding. An ordering counts on its wrong side alone. Ratios are compared by
their logarithms, the gap to Opt by that of the ratio of which it is the rest. How far a laboratory is that is
far from a claim does not matter, and would spoil the emulators: distances from it fade out at the reach of its
scale. Plain arrays in and out.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autoscale_report.laboratories.hypotheses import Choice
from autoscale_report.laboratories.responses import Response

AROUND, ABOVE, BELOW = 0, 1, -1


LEAST = 1e-3  # a ratio below is as bad as can be


class Scale(NamedTuple):
    """On which laboratories are compared, and the way back."""

    to: Callable
    back: Callable
    slope: Callable  # the derivative of `to`
    reach: float  # from the claim, beyond which all is equally far


SCALES = {
    "plain": Scale(lambda v: v, lambda v: v, lambda v: 1.0, 0.3),
    "ratio": Scale(lambda v: np.log(np.maximum(v, LEAST)), np.exp, lambda v: 1 / v, 1.0),
    "rest": Scale(lambda v: np.log(np.maximum(1 - v, LEAST)), lambda v: 1 - np.exp(v), lambda v: -1 / (1 - v), 0.5),
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What the paper says of a claim, on the scale on which laboratories are compared."""

    claim: str
    value: float
    side: int  # AROUND the value, or an ordering: ABOVE or BELOW it
    deviation: float  # of discrepancy and rounding together
    kind: str = "plain"  # of SCALES

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Fades out at the reach, as a hyperbolic tangent; near the claim's value nothing changes."""
        scale = SCALES[self.kind]
        return self.value + scale.reach * np.tanh((scale.to(values) - self.value) / scale.reach)

    def unscale(self, values: np.ndarray) -> np.ndarray:
        """Back; what is out of reach stays there."""
        scale = SCALES[self.kind]
        faded = np.clip((values - self.value) / scale.reach, -0.995, 0.995)
        return scale.back(self.value + scale.reach * np.arctanh(faded))

    def distance(self, scaled: np.ndarray, variance: np.ndarray | float) -> np.ndarray:
        """Implausibility; `variance` is that of emulator and simulation."""
        away = np.abs(scaled - self.value) if self.side == AROUND else self.side * (self.value - scaled)
        return np.maximum(away, 0) / np.sqrt(variance + self.deviation**2)


def target_of(claim: dict, entry: dict) -> Target:
    """From an entry of laboratories.yaml and its claim."""
    (tolerance, bound), = claim["tolerance"].items()
    side = {"above": ABOVE, "below": BELOW}.get(tolerance, AROUND)
    value = claim["paper"]["value"] if side == AROUND else bound
    if entry.get("worst_pair"):
        side, value = ABOVE, 1.0
    kind = "ratio" if "relative" in entry else "rest" if claim["compute"]["kind"] == "shortfall" else "plain"
    own = entry["relative"] * value if kind == "ratio" else entry["absolute"]
    rounding = entry.get("rounding", 0.0) / np.sqrt(3)  # of an even spread over the last digit
    deviation = abs(SCALES[kind].slope(value)) * np.hypot(own, rounding)
    return Target(entry["claim"], float(SCALES[kind].to(value)), side, float(deviation), kind)


def targets_of(study: dict, claims: dict) -> list[Target]:
    by_id = {c["id"]: c for c in claims["claims"]}
    return [target_of(by_id[e["claim"]], e) for e in study["study"]["claims"]]


@dataclass(frozen=True)
class Reading:
    """One way to read all claims: an option of each judged choice."""

    options: tuple[str, ...]  # ids
    prior: float
    columns: tuple[int, ...]  # of the responses, one per target


def readings_of(judged: Sequence[Choice], responses: Sequence[Response], targets: Sequence[Target]) -> list[Reading]:
    """Every combination of the judged choices' options."""
    places = {(r.claim["id"], r.reading): i for i, r in enumerate(responses)}
    readings = []
    for options in itertools.product(*(c.options for c in judged)):
        named = [next(iter(o.judge.values())) for o in options]
        columns = [next(places[t.claim, n] for n in (*named, "") if (t.claim, n) in places) for t in targets]
        prior = float(np.prod([o.prior for o in options]))
        readings.append(Reading(tuple(o.id for o in options), prior, tuple(columns)))
    return readings


def implausibility(targets: Sequence[Target], readings: Sequence[Reading], scaled: np.ndarray,
                   variances: np.ndarray) -> np.ndarray:  # fmt: skip
    """[readings, laboratories, targets] of responses and their variances [laboratories, responses] on the
    targets' scales."""
    return np.stack([
        np.stack([t.distance(scaled[:, c], variances[:, c]) for t, c in zip(targets, r.columns)], axis=1)
        for r in readings
    ])  # fmt: skip
