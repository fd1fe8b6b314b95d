"""Posterior: standard normal priors and a likelihood; any model that predicts logarithms lane by lane can be calibrated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.likelihood import Likelihood

Array = NDArray[np.float64]
Forward = Callable[[Array], Array]  # deviates (lanes, values) -> ln of predictions (lanes, rows); not-a-number where it failed

FARTHEST = 7.0  # standard deviations of the prior; beyond them nothing is asked of the model
STEP = 0.02  # of a finite difference, in standard deviations of the prior


@dataclass(frozen=True)
class Posterior:
    r"""The density of unknowns whose priors are standard normal.

    $$ \ln p(z, \eta \mid y) = \ln p(y \mid f(z), \sigma(\eta)) - \tfrac12 |z|^2 - \tfrac12 |\eta|^2 + const. $$

    z are the deviates of the values that the model takes, η those of the excess errors; both stand in one array, z first.
    """

    forward: Forward
    likelihood: Likelihood
    values: int

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return self.values + self.likelihood.groups

    def log_density(self, unknowns: Array) -> Array:
        """Return the logarithm of the density, up to a constant, of every lane; -inf where the model failed."""
        inside = np.flatnonzero(np.all(np.abs(unknowns) <= FARTHEST, axis=1))
        found = np.full(len(unknowns), -np.inf)
        if inside.size:
            asked = unknowns[inside]
            z, eta = asked[:, : self.values], asked[:, self.values :]
            fit = self.likelihood.log_density(self.forward(z), eta)
            found[inside] = np.where(np.isnan(fit), -np.inf, fit) - 0.5 * np.sum(asked**2, axis=1)
        return found

    def expansion(self, unknowns: Array) -> tuple[Array, Array]:
        """Return gradient (lanes, n) and curvature (lanes, n, n) of -ln p, of Gauss and Newton, by central differences.

        All differences of all lanes are one call of the model.
        """
        z, eta = unknowns[:, : self.values], unknowns[:, self.values :]
        offsets = STEP * np.concatenate([np.zeros((1, self.values)), np.eye(self.values), -np.eye(self.values)])
        asked = z[:, None, :] + offsets
        found = self.forward(asked.reshape(-1, self.values)).reshape(len(z), len(offsets), -1)
        plus, minus = found[:, 1 : self.values + 1], found[:, self.values + 1 :]
        jacobian = np.nan_to_num((plus - minus) / (2.0 * STEP))  # (lanes, values, rows)
        rows = self.likelihood.slopes(found[:, 0], eta)
        member = (self.likelihood.group[:, None] == np.arange(self.likelihood.groups)).astype(float)
        gradient = np.concatenate(
            [np.einsum("lvr,lr->lv", jacobian, rows.prediction), rows.excess @ member], axis=1
        ) + unknowns  # fmt: skip
        curvature = np.zeros((len(z), self.size, self.size))
        curvature[:, : self.values, : self.values] = np.einsum(
            "lvr,lr,lwr->lvw", jacobian, rows.prediction_curvature, jacobian
        )
        own = np.arange(self.values, self.size)
        curvature[:, own, own] = rows.excess_curvature @ member
        return gradient, curvature + np.eye(self.size)
