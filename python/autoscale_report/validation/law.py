"""The latency law: a sum of terms, each an amount of work of the network times a cost that clusters, runtimes and
devices share in part.

It is the simulator's roofline (workloads/roofline.yaml: compute = MACs, memory = bytes x a cost of the class) with what
that leaves out: efficiencies by kind of convolution, work that does not spread over cores, a cost per operation. A cost
is log-normal: its logarithm is a prior plus independent standard normal effects times weights (`Term`), so that rows
which share an effect learn from each other. The posterior is Laplace's: the mode, and the curvature there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

MISFIT = 0.03  # rms of the log ratio that the law leaves in rows it is fitted to (0.02 to 0.03 on the phones)
STEPS, ENOUGH, SMALLEST = 100, 1e-8, 1e-6  # of the search for the mode: at most; when effects move less; of a step


@dataclass(frozen=True)
class Term:
    """One part of a latency: `amount` of work, the log of its prior cost in ms, and the effects that move it."""

    amount: float
    log_cost: float
    effects: dict[tuple, float]  # effect -> weight, in units of the log of the cost


@dataclass(frozen=True)
class Row:
    """What is to be explained or predicted: terms, and a measured latency in ms with its relative spread."""

    terms: list[Term]
    latency_ms: float = float("nan")
    spread: float = 0.0


@dataclass
class Law:
    """The posterior. `mode` and `covariance` are of the effects, in the order of `effects`."""

    effects: dict[tuple, int] = field(default_factory=dict)
    mode: np.ndarray = field(default_factory=lambda: np.zeros(0))
    covariance: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    @classmethod
    def fit(cls, rows: list[Row]) -> Law:
        """Of measured rows; effects have a standard normal prior."""
        effects: dict[tuple, int] = {}
        for row in rows:
            for term in row.terms:
                for effect in term.effects:
                    effects.setdefault(effect, len(effects))
        design = _Design(rows, effects)
        target = np.log([row.latency_ms for row in rows])
        error = np.sqrt(MISFIT**2 + np.array([row.spread for row in rows]) ** 2)

        def residuals(values):
            return (design.log_latency(values) - target) / error

        mode = np.zeros(len(effects))
        for _ in range(STEPS):
            slopes = design.slopes(mode) / error[:, None]
            # Gauss and Newton's step, by the rows, which are fewer than the effects.
            gram = slopes @ slopes.T + np.eye(len(rows))
            step = slopes.T @ np.linalg.solve(gram, slopes @ mode - residuals(mode)) - mode
            mode, moved = _downhill(residuals, mode, step)
            if moved < ENOUGH:
                break
        slopes = design.slopes(mode) / error[:, None]
        gram = slopes @ slopes.T + np.eye(len(rows))
        return cls(effects, mode, np.eye(len(effects)) - slopes.T @ np.linalg.solve(gram, slopes))

    def predict(self, rows: list[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Median latency in ms, standard deviation of its log (of the law's parameters alone), and the share of every
        term (rows x most terms of a row, in the order of the row)."""
        known = dict(self.effects)
        for row in rows:
            for term in row.terms:
                for effect in term.effects:
                    known.setdefault(effect, len(known))
        new = len(known) - len(self.effects)
        mode = np.concatenate([self.mode, np.zeros(new)])
        design = _Design(rows, known)
        slopes = design.slopes(mode)
        old = slopes[:, : len(self.effects)]
        variance = (old @ self.covariance * old).sum(1) + (slopes[:, len(self.effects) :] ** 2).sum(1)
        return np.exp(design.log_latency(mode)), np.sqrt(variance), design.shares(mode)


def _downhill(residuals, mode: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, float]:
    """As much of the step as lowers the loss, and how far that led."""
    def loss(values):
        return (residuals(values) ** 2).sum() + (values**2).sum()

    before, share = loss(mode), 1.0
    while share > SMALLEST and not loss(mode + share * step) <= before:
        share /= 2
    return mode + share * step, share * np.abs(step).max()


class _Design:
    """Rows as arrays: amounts and prior costs (rows x terms), weights of effects (rows x terms x effects)."""

    def __init__(self, rows: list[Row], effects: dict[tuple, int]):
        width = max(len(row.terms) for row in rows)
        self.base = np.zeros((len(rows), width))
        self.entries: list[tuple[int, int, int, float]] = []
        for i, row in enumerate(rows):
            for k, term in enumerate(row.terms):
                self.base[i, k] = term.amount * np.exp(term.log_cost)
                self.entries += [(i, k, effects[effect], weight) for effect, weight in term.effects.items()]
        self.i, self.k, self.j = (np.array([e[n] for e in self.entries]) for n in range(3))
        self.weight = np.array([e[3] for e in self.entries])
        self.size = len(effects)

    def parts(self, values: np.ndarray) -> np.ndarray:
        shift = np.zeros_like(self.base)
        np.add.at(shift, (self.i, self.k), self.weight * values[self.j])
        return self.base * np.exp(np.clip(shift, -20, 20))

    def log_latency(self, values: np.ndarray) -> np.ndarray:
        return np.log(self.parts(values).sum(1))

    def shares(self, values: np.ndarray) -> np.ndarray:
        parts = self.parts(values)
        return parts / parts.sum(1, keepdims=True)

    def slopes(self, values: np.ndarray) -> np.ndarray:
        result = np.zeros((len(self.base), self.size))
        np.add.at(result, (self.i, self.j), self.shares(values)[self.i, self.k] * self.weight)
        return result
