"""Sets of laboratories as arrays: a share of its range for every parameter, the index of an option for
every choice that is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from autoscale_report.laboratories.hypotheses import Laboratory, Space

DIGITS = 4  # of a share: what is written to a table of record is what was simulated


@dataclass(frozen=True)
class Design:
    shares: np.ndarray  # [laboratories, parameters], 0 to 1
    options: np.ndarray  # [laboratories, choices], whole numbers

    def __len__(self) -> int:
        return len(self.shares)

    def take(self, which) -> Design:
        return Design(self.shares[which], self.options[which])

    def inputs(self, space: Space) -> np.ndarray:
        """[laboratories, inputs] for emulators: shares, then a 0 or 1 per option."""
        columns = [self.shares]
        for place, choice in enumerate(space.choices):
            columns.append(np.eye(len(choice.options))[self.options[:, place]])
        return np.hstack(columns)

    def laboratory(self, space: Space, row: int) -> Laboratory:
        values = (p.at(float(s)) for p, s in zip(space.parameters, self.shares[row]))
        options = (c.options[i].id for c, i in zip(space.choices, self.options[row]))
        return Laboratory(tuple(values), tuple(options))


def joined(designs: Sequence[Design]) -> Design:
    return Design(np.vstack([d.shares for d in designs]), np.vstack([d.options for d in designs]))


def hypercube(space: Space, count: int, seed: int) -> np.ndarray:
    sampler = qmc.LatinHypercube(len(space.parameters), rng=np.random.default_rng(seed))
    return np.round(sampler.random(count), DIGITS)


def space_filling(space: Space, count: int, seed: int) -> Design:
    """Every part of every range, and every option of every choice, equally often."""
    rng = np.random.default_rng([seed, 1])
    options = [rng.permutation(np.arange(count) % len(c.options)) for c in space.choices]
    return Design(hypercube(space, count, seed), np.stack(options, axis=1))


def from_prior(space: Space, count: int, seed: int) -> Design:
    """Every range evenly; options as often as their prior weights say."""
    rng = np.random.default_rng([seed, 2])
    options = [
        rng.choice(len(c.options), count, p=np.array([o.prior for o in c.options])) for c in space.choices
    ]
    return Design(hypercube(space, count, seed), np.stack(options, axis=1))
