"""Which request to measure next, after a calibration.

Of all requests that could be measured, those that shrink the interval of the least known parameter most; a parameter
that no single one tells by a twentieth more is passed over for the next. What is known is the information of the
measured requests at the optimum, with the parameters' plausible ranges as a prior, so that parameters count that the
fit had to hold back. Beside it stands the gain in log det of the information, which a D-optimal design adds up.

Source: Chaloner and Verdinelli, Bayesian Experimental Design: A Review, Statistical Science 1995.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .calibrate import Calibration, Model, Request
from .parameters import Parameter, variant
from .simulator import Conditions, Simulator

#: Noise that is taken for a group that was not measured yet, and the least that a new measurement has.
UNKNOWN_NOISE, LEAST_NOISE = 0.05, 1e-3
#: A request helps if it leaves no more than this of an interval.
HELPS = 0.95


@dataclass(frozen=True)
class Suggestion:
    """A request that would tell most: the share that the parameter's interval keeps of its width, and the gain in log
    det of the information."""

    request: Request
    parameter: Parameter
    keeps: float
    gain: float


def candidates(simulator: Simulator, requests: Sequence[Request]) -> list[Request]:
    """Requests that could be measured: the networks and sites of those that were, on all processors, clocks and a grid
    of conditions."""
    dnns = list(dict.fromkeys(r.conditions.dnn for r in requests))
    sites = {r.site for r in requests}
    signals = [None, -75.0, -85.0]
    loads = [(0.0, 0.0), (0.9, 0.0), (0.0, 0.9)]
    grid = [Conditions(dnn, cpu, mem) for dnn in dnns for cpu, mem in (loads if "phone" in sites else loads[:1])]
    grid += [Conditions(dnn, cloud_dbm=dbm, tablet_dbm=dbm) for dnn in dnns for dbm in signals[1:] if sites - {"phone"}]
    found = simulator.predict([variant([], [])], grid)
    wanted = []
    for row, conditions in enumerate(grid):
        for action, name in enumerate(found.actions):
            site, processor, precision = name.partition("@")[0].split("_")
            loaded = conditions.co_cpu or conditions.co_mem
            signalled = conditions.cloud_dbm is not None
            if site in sites and not (loaded and site != "phone") and not (signalled and site == "phone") and \
                    math.isfinite(found.latency_ms[0, row, action]):
                signal = replace(conditions, cloud_dbm=conditions.cloud_dbm if site == "cloud" else None,
                                 tablet_dbm=conditions.tablet_dbm if site == "tablet" else None)
                wanted.append(Request(signal, site, processor, precision, float(found.mhz[action]), 1.0, 1.0))
    return wanted


def suggestions(simulator: Simulator, requests: Sequence[Request], parameters: Sequence[Parameter],
                found: Calibration, count: int = 3) -> list[Suggestion]:
    """The candidates that shrink the interval of the least known parameter most, best first, one a target and load."""
    noise, plausible = found.noise, np.array([p.plausible for p in parameters])
    values = {p.name: x for p, x in zip(found.fit.parameters, found.fit.point)}
    point = np.array([values.get(p.name, p.scaled(p.base)) for p in parameters])
    had = weighted_slopes(simulator, requests, parameters, point, noise)
    covariance = np.linalg.inv(had.T @ had + np.diag(1 / plausible**2))
    wanted = candidates(simulator, requests)
    slopes = weighted_slopes(simulator, wanted, parameters, point, noise).reshape(2, len(wanted), -1)
    rated = [effect(covariance, slopes[:, i, :]) for i in range(len(wanted))]
    for worst in np.argsort(-np.sqrt(np.diag(covariance)) / plausible):
        best: dict[tuple, Suggestion] = {}
        for i in sorted(range(len(wanted)), key=lambda i: (round(rated[i][0][worst], 6), -rated[i][1])):
            c = wanted[i].conditions
            best.setdefault((wanted[i].target, c.co_cpu, c.co_mem),
                            Suggestion(wanted[i], parameters[worst], float(rated[i][0][worst]), rated[i][1]))
        helping = [s for s in best.values() if s.keeps <= HELPS]
        if helping:
            return helping[:count]
    return []


def effect(covariance: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """What figures with these rows of the weighted Jacobian leave of every parameter's deviation, and their gain in log
    det of the information."""
    spread = np.eye(len(rows)) + rows @ covariance @ rows.T
    lost = np.einsum("ij,ji->i", covariance @ rows.T, np.linalg.solve(spread, rows @ covariance))
    return np.sqrt(np.maximum(0.0, 1 - lost / np.diag(covariance))), float(np.linalg.slogdet(spread)[1])


def weighted_slopes(simulator: Simulator, requests: Sequence[Request], parameters: Sequence[Parameter],
                    point: np.ndarray, noise: dict[str, float]) -> np.ndarray:
    """Rows of the Jacobian over the noise of their group; a figure that was not measured has zeros."""
    slopes = Model(simulator, requests).jacobian(parameters, point)
    scales = [max(noise.get(f"{'phone' if r.site == 'phone' else 'remote'} {figure}", UNKNOWN_NOISE), LEAST_NOISE)
              for figure in ("latency", "energy") for r in requests]
    seen = np.isfinite([r.latency_ms for r in requests] + [r.energy_mj for r in requests])
    return np.where(seen[:, None], slopes / np.array(scales)[:, None], 0.0)
