"""Fits the free parameters of a profile to requests that were measured.

Model      what `autoscale explain` predicts: latency and energy of a request on a target under known conditions
Data       a row per request, or per mean of alike requests: REQUEST_COLUMNS
Residual   logarithm of measured over predicted, of latency and of energy, divided by the noise of its group (phone or
           remote, latency or energy), which is estimated from the residuals themselves in a few rounds
Fit        bounded least squares (scipy.optimize.least_squares, trust region), Jacobian by differences of the model
Intervals  95 %, Student's t with the covariance (J' J)^-1 at the optimum, on the scale on which a parameter is fitted,
           and the degrees of freedom of the groups that its variance comes from (Satterthwaite)
Held back  a parameter that no request sees, that is a combination of others, or that is known worse afterwards than it
           was before (Parameter.plausible) keeps the base's value: it is named, not invented
What next  design.py

Assumes errors that are independent from row to row and log-normal. Averages of remote requests need some thirty each:
their round trip has a heavy tail, and the model predicts its mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from .parameters import Parameter, variant
from .simulator import Conditions, Simulator
from .spread import quantile
from .text import InputError, Row, read_table

REQUEST_COLUMNS = ("dnn", "site", "processor", "precision", "frequency_mhz", "co_cpu", "co_mem", "signal_dbm", "warm",
                   "latency_ms", "energy_mj")
SITES = ("phone", "cloud", "tablet")
#: Step of differences, in units of a parameter's plausible deviation.
STEP = 1e-3
#: The noise that is taken before anything is fitted, and the least that is believed of a group.
FIRST_NOISE, LEAST_NOISE = 0.05, 1e-6
ROUNDS = 4
#: Median of the absolute value of a standard normal variable.
NORMAL_MEDIAN = 0.6744897501960817
#: A parameter is not seen if its plausible deviation changes the logarithms of all figures by less than this together,
#: and a combination of others if less than this share of its effect is its own.
BLIND, SAME = 1e-6, 1e-3


@dataclass(frozen=True)
class Request:
    """A measured request: where it ran, under which conditions, and what it took (nan: not measured)."""

    conditions: Conditions
    site: str
    processor: str
    precision: str
    mhz: float | None
    latency_ms: float
    energy_mj: float
    row: Row | None = None

    @property
    def target(self) -> str:
        return f"{self.site}_{self.processor}_{self.precision}"


@dataclass(frozen=True)
class Estimate:
    """A fitted parameter: value, its 95 % interval, and whether it ended at a bound."""

    parameter: Parameter
    value: float
    low: float
    high: float
    at_bound: bool


@dataclass(frozen=True)
class Held:
    """A parameter that keeps the base's value, and why."""

    parameter: Parameter
    why: str


@dataclass(frozen=True)
class Residual:
    """Measured over predicted of one figure of one request, after the fit, and of the base before it."""

    request: Request
    figure: str
    measured: float
    fitted: float
    before: float


@dataclass
class Fit:
    """The state of a fit: the parameters that move, their scaled values, and of each figure its row of the Jacobian,
    its noise and the group that this is of; whether the noise is known instead of estimated from these figures."""

    parameters: list[Parameter]
    point: np.ndarray
    jacobian: np.ndarray
    noise: np.ndarray
    groups: np.ndarray
    noise_is_known: bool = False

    @property
    def weighted(self) -> np.ndarray:
        return self.jacobian / self.noise[:, None]

    def covariance(self) -> np.ndarray:
        return np.linalg.pinv(self.weighted.T @ self.weighted)

    def by_group(self) -> dict[str, tuple[float, np.ndarray]]:
        """Of every group of figures its degrees of freedom and its share in the variance of each parameter: the noise
        of a group is known by its figures less what the parameters took of them."""
        covariance, found = self.covariance(), {}
        for group in dict.fromkeys(self.groups):
            rows = self.weighted[self.groups == group]
            information = rows.T @ rows
            share = np.diag(covariance @ information @ covariance) / np.diag(covariance)
            found[group] = (len(rows) - float(np.trace(information @ covariance)), share)
        return found

    def degrees(self) -> np.ndarray:
        """Degrees of freedom of each parameter's variance, by Satterthwaite's formula."""
        if self.noise_is_known:
            return np.full(len(self.parameters), math.inf)
        return 1 / sum(share**2 / max(free, 1e-9) for free, share in self.by_group().values())


@dataclass(frozen=True)
class Calibration:
    """What a fit found."""

    estimates: list[Estimate]
    held: list[Held]
    noise: dict[str, float]
    residuals: list[Residual]
    alike: list[tuple[str, str, float]]
    weakest: dict[str, float]
    condition: float
    fit: Fit

    def values(self) -> list[float]:
        return [e.value for e in self.estimates]


def read_requests(file: str | Path) -> list[Request]:
    """Reads measured requests; of REQUEST_COLUMNS dnn, site, processor, precision and one of latency_ms and energy_mj
    must be there. Raises InputError."""
    table = read_table(file)
    table.require("dnn", "site", "processor", "precision")
    unknown = [c for c in table.columns if c not in REQUEST_COLUMNS]
    if unknown:
        raise InputError(file, 1, f"unknown column {', '.join(unknown)}; there may be {', '.join(REQUEST_COLUMNS)}")
    return [read_request(row) for row in table.rows]


def read_request(row: Row) -> Request:
    def optional(column: str, low: float, high: float) -> float | None:
        return row.number(column, low, high) if row.get(column) else None

    site = row.get("site")
    if site not in SITES:
        raise row.error(f"site: unknown '{site}': {', '.join(SITES)}")
    figures = {c: optional(c, 1e-6, 1e9) for c in ("latency_ms", "energy_mj")}
    if not any(figures.values()):
        raise row.error("neither latency_ms nor energy_mj: nothing was measured")
    signal = optional("signal_dbm", -160, 0)
    conditions = Conditions(row.get("dnn"), optional("co_cpu", 0, 1) or 0.0, optional("co_mem", 0, 1) or 0.0,
                            signal if site == "cloud" else None, signal if site == "tablet" else None,
                            bool(optional("warm", 0, 1)))
    latency, energy = (math.nan if v is None else v for v in figures.values())
    return Request(conditions, site, row.get("processor"), row.get("precision"), optional("frequency_mhz", 1, 1e5),
                   latency, energy, row)


class Model:
    """Logarithms of latency (ms) and energy (mJ) of requests as functions of scaled parameters."""

    def __init__(self, simulator: Simulator, requests: Sequence[Request]):
        self.simulator, self.requests = simulator, list(requests)
        self.conditions = list(dict.fromkeys(r.conditions for r in requests))
        self.rows = [self.conditions.index(r.conditions) for r in requests]
        self.actions: list[int] = []

    def log_figures(self, parameters: Sequence[Parameter], points: Sequence[Sequence[float]]) -> np.ndarray:
        """[point, latency or energy, request] at scaled values of the parameters. Raises InputError for a request that
        the model cannot run."""
        variants = [variant(parameters, [p.value(x) for p, x in zip(parameters, point)]) for point in points]
        found = self.simulator.predict(variants, self.conditions)
        if not self.actions:
            self.actions = [self._action(found, request) for request in self.requests]
        values = np.stack([f[:, self.rows, self.actions] for f in (found.latency_ms, found.energy_mj)], axis=1)
        if np.isnan(values).any():
            request = self.requests[int(np.flatnonzero(np.isnan(values).any(axis=(0, 1)))[0])]
            raise mistake(request, f"{request.conditions.dnn} does not run on {request.target}")
        return np.log(values)

    def _action(self, found: object, request: Request) -> int:
        action = found.action(request.target, request.mhz)
        if action is None:
            clock = f" at {request.mhz:g} MHz" if request.mhz else ""
            raise mistake(request, f"the phone has no target {request.target}{clock}")
        return action

    def jacobian(self, parameters: Sequence[Parameter], point: np.ndarray) -> np.ndarray:
        """[figure and request, parameter] at a point, by one-sided differences away from the nearer bound."""
        points = [point]
        for i, p in enumerate(parameters):
            step = STEP * p.plausible
            points.append(point + np.eye(len(parameters))[i] * (step if point[i] + step <= p.bounds[1] else -step))
        values = self.log_figures(parameters, points).reshape(len(points), -1)
        steps = np.array([points[i + 1][i] - point[i] for i in range(len(parameters))])
        return (values[1:] - values[0]).T / steps


def mistake(request: Request, message: str) -> InputError:
    return request.row.error(message) if request.row else InputError("requests", 0, message)


def calibrate(simulator: Simulator, requests: Sequence[Request], parameters: Sequence[Parameter],
              robust: bool = False) -> Calibration:
    """Fits `parameters` to `requests`. `robust` weakens outliers (soft_l1). Raises InputError for requests that the
    model cannot run, and where there are not more figures than parameters that they see."""
    model = Model(simulator, requests)
    measured = np.log([[r.latency_ms for r in requests], [r.energy_mj for r in requests]]).ravel()
    seen = np.isfinite(measured)
    groups = np.array([f"{'phone' if r.site == 'phone' else 'remote'} {figure}"
                       for figure in ("latency", "energy") for r in requests])
    start = np.array([p.scaled(p.base) for p in parameters])
    whole = model.jacobian(parameters, start)[seen]
    guess = Fit(list(parameters), start, whole, np.full(len(whole), FIRST_NOISE), groups[seen], noise_is_known=True)
    fit = fitted(model, told(guess)[0].parameters, measured, seen, groups, robust)
    again = replace(guess, point=joined(parameters, start, fit), noise=fit.noise)
    again.jacobian = model.jacobian(parameters, again.point)[seen]
    kept, held = told(again)
    if {p.name for p in kept.parameters} != {p.name for p in fit.parameters}:
        fit = fitted(model, kept.parameters, measured, seen, groups, robust)
    while (worst := worst_known(fit)) is not None and len(fit.parameters) > 1:
        held.append(Held(fit.parameters[worst], too_wide(fit, worst)))
        fit = fitted(model, without(fit, worst).parameters, measured, seen, groups, robust)
    if worst_known(fit) is not None:
        raise InputError("requests", 0, "say nothing about any parameter: they are too few or too noisy")
    noise = {g: float(fit.noise[groups[seen] == g][0]) for g in dict.fromkeys(groups[seen])}
    values = [p.value(x) for p, x in zip(fit.parameters, fit.point)]
    now, before = (model.log_figures(ps, [xs])[0].ravel() for ps, xs in
                   ((fit.parameters, fit.point), (parameters, start)))
    residuals = [Residual(requests[i % len(requests)], ("latency", "energy")[i // len(requests)],
                          *np.exp([measured[i], now[i], before[i]])) for i in np.flatnonzero(seen)]
    singular = np.linalg.svd(fit.weighted * [p.plausible for p in fit.parameters])
    weakest = {p.name: float(w) for p, w in zip(fit.parameters, singular[2][-1])}
    return Calibration(estimates_of(fit, values), held, noise, residuals, alike(fit), weakest,
                       float(singular[1][0] / singular[1][-1]), fit)


def told(fit: Fit) -> tuple[Fit, list[Held]]:
    """The parameters that figures with this Jacobian and noise can tell, and the others with the reason. Raises
    InputError if there are not more figures than they."""
    fit, held = independent(fit)
    while len(fit.parameters) > 1 and (worst := worst_known(fit)) is not None:
        held.append(Held(fit.parameters[worst], too_wide(fit, worst)))
        fit = without(fit, worst)
    if len(fit.noise) <= len(fit.parameters):
        raise InputError("requests", 0, f"{len(fit.noise)} figures for {len(fit.parameters)} parameters that they "
                                        f"depend on ({', '.join(p.name for p in fit.parameters)}): measure more, or "
                                        "choose with --fit")
    return fit, held


def without(fit: Fit, i: int) -> Fit:
    """The same without a parameter."""
    return restricted(fit, [j for j in range(len(fit.parameters)) if j != i])


def restricted(fit: Fit, kept: Sequence[int]) -> Fit:
    return replace(fit, parameters=[fit.parameters[j] for j in kept], point=fit.point[kept],
                   jacobian=fit.jacobian[:, kept])


def joined(parameters: Sequence[Parameter], start: np.ndarray, fit: Fit) -> np.ndarray:
    """The fitted point, with the base's value for every parameter that was not fitted."""
    values = {p.name: x for p, x in zip(fit.parameters, fit.point)}
    return np.array([values.get(p.name, x) for p, x in zip(parameters, start)])


def independent(fit: Fit) -> tuple[Fit, list[Held]]:
    """The parameters that the figures tell apart at all, and the others with the reason. Of several that are one to the
    figures, the one stays that moves them most within its plausible range."""
    scaled = fit.jacobian * [p.plausible for p in fit.parameters]
    sizes = np.linalg.norm(scaled, axis=0)
    kept: list[int] = []
    rest, left = scaled.copy(), sizes > BLIND
    while left.any():
        norms = np.linalg.norm(rest, axis=0)
        left &= norms > SAME * np.maximum(sizes, BLIND)
        if not left.any():
            break
        i = int(np.argmax(np.where(left, norms, 0.0)))
        kept.append(i)
        left[i] = False
        direction = rest[:, i] / norms[i]
        rest = rest - np.outer(direction, direction @ rest)
    if not kept:
        raise InputError("requests", 0, "depend on none of the parameters")
    kept.sort()
    return restricted(fit, kept), [Held(p, why_not(fit, scaled, i, kept))
                                   for i, p in enumerate(fit.parameters) if i not in kept]


def why_not(fit: Fit, scaled: np.ndarray, i: int, kept: Sequence[int]) -> str:
    """Why a parameter is not among those that the figures tell apart."""
    if np.linalg.norm(scaled[:, i]) <= BLIND:
        return "no request depends on it"
    weights = np.abs(np.linalg.lstsq(scaled[:, kept], scaled[:, i], rcond=None)[0])
    others = [fit.parameters[kept[j]].name for j in np.flatnonzero(weights > 0.05 * weights.max())]
    return f"these requests cannot tell it from {' and '.join(others)}"


def fitted(model: Model, parameters: Sequence[Parameter], measured: np.ndarray, seen: np.ndarray, groups: np.ndarray,
           robust: bool) -> Fit:
    """Least squares in rounds, each with the noise that the round before left in every group."""
    low, high = np.array([p.bounds for p in parameters]).T
    point = np.clip([p.scaled(p.base) for p in parameters], low, high)
    noise = np.ones(int(seen.sum()))
    for round_ in range(ROUNDS):
        def residual(x: np.ndarray, noise: np.ndarray = noise) -> np.ndarray:
            return (model.log_figures(parameters, [x])[0].ravel()[seen] - measured[seen]) / noise

        def slope(x: np.ndarray, noise: np.ndarray = noise) -> np.ndarray:
            return model.jacobian(parameters, x)[seen] / noise[:, None]

        found = least_squares(residual, point, slope, (low, high), x_scale=[p.plausible for p in parameters],
                              loss="soft_l1" if robust else "linear", ftol=1e-7, xtol=1e-6, gtol=1e-9, max_nfev=40)
        change = np.abs(found.x - point) / [p.plausible for p in parameters]
        point = found.x
        # Under soft_l1 found.jac is scaled by the loss.
        jacobian = model.jacobian(parameters, point)[seen] if robust else found.jac * noise[:, None]
        fit = Fit(list(parameters), point, jacobian, noise, groups[seen])
        noise = group_noise(residual(point) * noise, fit, robust)
        if round_ and change.max() < 1e-3:
            break
    return replace(fit, noise=noise)


def group_noise(residuals: np.ndarray, fit: Fit, robust: bool) -> np.ndarray:
    """Standard deviation of each residual's group; that of all where a group has less than a degree of freedom."""
    noise = np.full(len(residuals), deviation(residuals, len(residuals) - len(fit.parameters), robust))
    for group, (free, _) in fit.by_group().items():
        members = fit.groups == group
        if free >= 1:
            noise[members] = deviation(residuals[members], free, robust)
    return np.maximum(noise, LEAST_NOISE)


def deviation(residuals: np.ndarray, free: float, robust: bool) -> float:
    """Root mean square per degree of freedom; robust: from the median, which a few outliers leave as it is."""
    square = (np.median(np.abs(residuals)) / NORMAL_MEDIAN) ** 2 if robust else float(np.mean(residuals**2))
    return math.sqrt(square * len(residuals) / free)


def errors_of(fit: Fit) -> np.ndarray:
    """Half widths of the 95 % intervals on the fitted scale."""
    return np.array([quantile(d) for d in fit.degrees()]) * np.sqrt(np.diag(fit.covariance()))


def worst_known(fit: Fit) -> int | None:
    """The parameter that the data determine least, if worse than it was known before; None if all are better."""
    ratio = errors_of(fit) / quantile(math.inf) / [p.plausible for p in fit.parameters]
    worst = int(np.argmax(ratio))
    return worst if ratio[worst] > 1 else None


def too_wide(fit: Fit, i: int) -> str:
    """Why a parameter is held although requests depend on it."""
    p, half = fit.parameters[i], errors_of(fit)[i]
    wide = f"a factor of {math.exp(half):.3g}" if p.logarithmic and half < 3 else f"{half:.3g} {p.unit}".strip()
    known = "hardly seen" if p.logarithmic and half >= 3 else f"known to {wide} only"
    others = [p.name for j, p in enumerate(fit.parameters) if j != i and abs(correlations(fit)[i, j]) > 0.9]
    return known + (f", for it is hard to tell from {' and '.join(others)}" if others else "")


def correlations(fit: Fit) -> np.ndarray:
    covariance = fit.covariance()
    deviation = np.sqrt(np.diag(covariance))
    return covariance / np.outer(deviation, deviation)


def alike(fit: Fit) -> list[tuple[str, str, float]]:
    """Pairs of fitted parameters that the data hardly tell apart, with the correlation of their errors."""
    found = correlations(fit)
    return [(a.name, b.name, float(found[i, j])) for i, a in enumerate(fit.parameters)
            for j, b in enumerate(fit.parameters) if i < j and abs(found[i, j]) > 0.9]


def estimates_of(fit: Fit, values: Sequence[float]) -> list[Estimate]:
    estimates = []
    for p, x, half, value in zip(fit.parameters, fit.point, errors_of(fit), values):
        low, high = (p.value(min(max(e, p.bounds[0]), p.bounds[1])) for e in (x - half, x + half))
        at_bound = min(abs(x - b) for b in p.bounds) < 1e-4 * p.plausible
        estimates.append(Estimate(p, value, low, high, at_bound))
    return estimates
