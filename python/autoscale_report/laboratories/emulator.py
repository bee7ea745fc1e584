"""An emulator: a fast guess of a response anywhere in the space of laboratories, with its error.

A ridge regression on all inputs and their squares catches what acts evenly; a Gaussian process over the
few inputs that matter most catches how these act together; what is left, simulation noise included, is
the error, found by cross-validation. (scikit-learn.)
"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold

ACTIVE = 12  # inputs of the Gaussian process
TUNED_ON = 350  # laboratories that its length scales are found on: the cost grows with their cube
FOLDS = 5
BLOCK = 20000  # laboratories that are predicted at once


def features(x: np.ndarray) -> np.ndarray:
    return np.hstack([x, (x - 0.5) ** 2])


class Emulator:
    """Of one response."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        self.active = most_active(x, y)
        self.kernel = self._tuned(x, y)
        self.seen, self.left = cross_validated(self, x, y)
        self.error = float(np.sqrt(np.mean(self.left**2)))  # root mean square
        self._values, self._variances = rolling(self.seen, self.left**2)
        self._fit(x, y)

    def variance(self, predicted: np.ndarray) -> np.ndarray:
        """Of its error where it predicts such values: extreme laboratories are emulated less well."""
        return np.interp(predicted, self._values, self._variances)

    def predict(self, x: np.ndarray) -> np.ndarray:
        parts = [self._predict(x[i : i + BLOCK]) for i in range(0, len(x), BLOCK)]
        return np.concatenate(parts)

    def _predict(self, x: np.ndarray) -> np.ndarray:
        return self.trend.predict(features(x)) + self.process.predict(x[:, self.active])

    def _tuned(self, x: np.ndarray, y: np.ndarray):
        """The kernel with its length scales, by maximum likelihood on some of the laboratories."""
        some = np.random.default_rng(0).permutation(len(x))[:TUNED_ON]
        rest = y[some] - trend_of(x, y).predict(features(x[some]))
        start = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(np.full(len(self.active), 2.0), (0.1, 100.0))
        process = GaussianProcessRegressor(start + WhiteKernel(0.3, (1e-4, 10.0)), normalize_y=True)
        with warnings.catch_warnings():  # a length at its bound means an input without effect
            warnings.simplefilter("ignore", ConvergenceWarning)
            return process.fit(x[some][:, self.active], rest).kernel_

    def _fit(self, x: np.ndarray, y: np.ndarray) -> None:
        self.trend = trend_of(x, y)
        rest = y - self.trend.predict(features(x))
        self.process = GaussianProcessRegressor(self.kernel, optimizer=None, normalize_y=True)
        self.process.fit(x[:, self.active], rest)


def trend_of(x: np.ndarray, y: np.ndarray) -> RidgeCV:
    return RidgeCV(alphas=np.logspace(-2, 3, 6)).fit(features(x), y)


def most_active(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    trees = ExtraTreesRegressor(200, min_samples_leaf=3, random_state=0).fit(x, y)
    return np.sort(np.argsort(trees.feature_importances_)[::-1][:ACTIVE])


def cross_validated(emulator: Emulator, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the emulator predicts of laboratories that it has not seen, and what is left of their responses."""
    seen = np.empty(len(y))
    for rest, out in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        emulator._fit(x[rest], y[rest])
        seen[out] = emulator._predict(x[out])
    return seen, y - seen


def rolling(values: np.ndarray, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of squares over neighbours by value: a tenth of all, at least 20."""
    width = min(max(20, len(values) // 10), len(values))
    order = np.argsort(values)
    window = np.full(width, 1 / width)
    return tuple(np.convolve(each[order], window, "valid") for each in (values, squares))
