"""Surrogate: a quadratic stand-in for the model near the posterior, cheap enough to be followed along its slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.posterior import FARTHEST, Posterior

Array = NDArray[np.float64]

RIDGE = 1e-8
POINTS_PER_TERM = 3.0  # model evaluations for each coefficient of the quadratic


@dataclass(frozen=True)
class Surrogate:
    r"""ln f of every observation as a quadratic of the values.

    $$ \ln f_r \approx a_r + b_r \cdot u + u^T C_r\, u, \qquad u = L^{-1}(z - m) $$

    m and L are the middle of the posterior and the root of its covariance, so that u is of order one where it counts.
    """

    middle: Array
    inverse_root: Array
    constant: Array  # (rows,)
    slope: Array  # (rows, values)
    bend: Array  # (rows, values, values), symmetric

    def __call__(self, deviates: Array) -> Array:
        """Return ln of predictions, (lanes, rows)."""
        u = self._scaled(deviates)
        return self.constant + u @ self.slope.T + np.einsum("lri,li->lr", np.tensordot(u, self.bend, (1, 1)), u)

    def pulled(self, deviates: Array, by_row: Array) -> Array:
        """Return the gradient to the deviates, (lanes, values), of what has the gradient `by_row` to the predictions."""
        u = self._scaled(deviates)
        size = u.shape[1]
        whole = (by_row @ self.bend.reshape(len(self.bend), -1)).reshape(-1, size, size)
        return (by_row @ self.slope + 2.0 * np.einsum("lij,lj->li", whole, u)) @ self.inverse_root

    def _scaled(self, deviates: Array) -> Array:
        return (deviates - self.middle) @ self.inverse_root.T


def points_needed(values: int) -> int:
    """Return how many evaluations of the model a fit needs."""
    return int(POINTS_PER_TERM * (values + 1) * (values + 2) / 2)


def fitted(deviates: Array, logarithms: Array, weights: Array, *, middle: Array, covariance: Array) -> Surrogate:
    """Return the quadratic nearest to model evaluations, (points, rows), by weighted least squares."""
    inverse_root = np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)), dtype=np.float64)
    u = (deviates - middle) @ inverse_root.T
    rows, columns = np.triu_indices(u.shape[1])
    features = np.concatenate([np.ones((len(u), 1)), u, u[:, rows] * u[:, columns]], axis=1)
    scaled = features * np.sqrt(weights)[:, None]
    normal = scaled.T @ scaled
    found = np.linalg.solve(
        normal + RIDGE * np.trace(normal) / len(normal) * np.eye(len(normal)),
        scaled.T @ (logarithms * np.sqrt(weights)[:, None]),
    )
    size = u.shape[1]
    bend = np.zeros((logarithms.shape[1], size, size))
    bend[:, rows, columns] = 0.5 * found[1 + size :].T
    return Surrogate(middle, inverse_root, found[0], found[1 : 1 + size].T, bend + bend.transpose(0, 2, 1))


@dataclass(frozen=True)
class Stand:
    """The posterior with the surrogate in place of the model."""

    posterior: Posterior
    surrogate: Surrogate

    def log_density(self, unknowns: Array) -> Array:
        """Return the logarithm of the density of every lane."""
        return self.with_slope(unknowns)[0]

    def with_slope(self, unknowns: Array) -> tuple[Array, Array]:
        """Return the logarithm of the density and its gradient."""
        count, likelihood = self.posterior.values, self.posterior.likelihood
        z, eta = unknowns[:, :count], unknowns[:, count:]
        predictions = self.surrogate(z)
        inside = np.all(np.abs(unknowns) <= FARTHEST, axis=1)
        height = likelihood.log_density(predictions, eta) - 0.5 * np.sum(unknowns**2, axis=1)
        rows = likelihood.slopes(predictions, eta)
        by_group = [rows.excess[:, likelihood.group == k].sum(axis=1) for k in range(likelihood.groups)]
        own = np.stack(by_group, axis=1) if by_group else np.zeros((len(z), 0))
        slope = -np.concatenate([self.surrogate.pulled(z, rows.prediction), own], axis=1) - unknowns
        return np.where(inside, height, -np.inf), slope
