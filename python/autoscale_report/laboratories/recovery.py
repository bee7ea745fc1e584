"""Does the method find a laboratory that is known? Claims simulated in laboratories that no emulator has
seen are given to it as if a paper had made them: the known one should remain, and most of the space not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from autoscale_report.laboratories.matching import AROUND, Reading, Target, implausibility


def as_claimed(targets: Sequence[Target], reading: Reading, simulated: np.ndarray) -> list[Target]:
    """The targets with the values of one laboratory, read in one way."""
    return [
        dataclasses.replace(t, value=float(simulated[c]), side=AROUND) for t, c in zip(targets, reading.columns)
    ]


def recovery_table(
    targets: Sequence[Target],
    readings: Sequence[Reading],
    known: np.ndarray,  # [laboratories, responses] as simulated, on the scale of comparison
    of_known: tuple[np.ndarray, np.ndarray],  # the same as the emulators expect it, and variances
    of_prior: tuple[np.ndarray, np.ndarray],  # of laboratories of the prior
    cutoff: float,
) -> pd.DataFrame:
    """A row per known laboratory, read in one way after the other: its own implausibility and the share of
    the prior that its claims rule out."""
    rows = []
    for number, simulated in enumerate(known):
        reading = readings[number % len(readings)]
        if np.isnan(simulated[list(reading.columns)]).any():
            continue
        claimed = as_claimed(targets, reading, simulated)
        own = implausibility(claimed, [reading], *(v[[number]] for v in of_known))[0, 0]
        distances = implausibility(claimed, readings, *of_prior)
        remains = sum(
            r.prior * (d <= cutoff).all(axis=1).mean() for r, d in zip(readings, distances)
        )  # fmt: skip
        worst = int(own.argmax())
        rows.append((number, " ".join(reading.options), own[worst], targets[worst].claim, bool(own[worst] <= cutoff),
                     1 - remains))  # fmt: skip
    return pd.DataFrame(rows, columns=["laboratory", "reading", "implausibility", "of_claim", "remains", "ruled_out"])
