"""Mixture: Student distributions about the modes of a posterior, from which its first points are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from janusome.calibration.mode import Mode

Array = NDArray[np.float64]

FREEDOM = 6.0  # degrees of freedom: tails heavier than those of any normal posterior


@dataclass(frozen=True)
class Component:
    """One Student distribution: where it stands and the lower triangular root of its scale."""

    weight: float
    mean: Array
    root: Array


@dataclass(frozen=True)
class Mixture:
    """A weighted sum of Student distributions."""

    components: tuple[Component, ...]

    def draw(self, count: int, generator: np.random.Generator) -> Array:
        """Return points, (count, unknowns)."""
        which = generator.choice(len(self.components), size=count, p=[one.weight for one in self.components])
        normal = generator.standard_normal((count, self.components[0].mean.size))
        stretch = np.sqrt(FREEDOM / generator.chisquare(FREEDOM, size=count))
        means = np.stack([one.mean for one in self.components])[which]
        roots = np.stack([one.root for one in self.components])[which]
        return means + stretch[:, None] * np.einsum("cij,cj->ci", roots, normal)


def from_modes(modes: Sequence[Mode]) -> Mixture:
    """Return the normal distributions about the modes with heavier tails; half of their weight is by mass, half is even."""
    roots = [np.asarray(np.linalg.cholesky(mode.covariance), dtype=np.float64) for mode in modes]
    mass = np.array([mode.log_density + np.log(np.diag(root)).sum() for mode, root in zip(modes, roots, strict=True)])
    weights = 0.5 * np.exp(mass - logsumexp(mass)) + 0.5 / len(modes)
    return Mixture(tuple(Component(float(w), m.at, r) for w, m, r in zip(weights, modes, roots, strict=True)))
