r"""Even box: plain diffusion between closed borders, exactly and in one step of any length.

Where every voxel gives to each neighbor along an axis at the same rate g = D/h^2, the rate matrix is a sum of one matrix L for
each axis, and these commute:

$$ e^{tM} = e^{tL_z} \otimes e^{tL_y} \otimes e^{tL_x}, \qquad
   \big(e^{tL}\big)_{ij} = \sum_{k=0}^{n-1} w_k\, e^{-4 g t \sin^2(\pi k/2n)}
   \cos\frac{\pi k (i + \frac12)}{n} \cos\frac{\pi k (j + \frac12)}{n}, \qquad w_0 = \frac1n,\ w_k = \frac2n $$

n is the number of voxels along the axis. The three factors have no entry below zero and columns that sum to one: nothing falls
below zero and the total is kept. It is the solution of `links_in_box` with one conductivity and one accessible volume; what
drifts, varies from place to place or has a shape of its own has a matrix instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]

MOST = 2048  # voxels along an axis: the factor of that axis is a full matrix


@dataclass(frozen=True)
class EvenBox:
    """A box of voxels (z, y, x) with one coefficient of diffusion and closed borders.

    Parameters
    ----------
    shape
        Voxels along z, y and x.
    diffusivity
        D, m^2/s: the conductivity eps D over the accessible fraction eps.
    spacing
        m, along z, y and x: one value or three.
    """

    shape: tuple[int, int, int]
    diffusivity: float
    spacing: ArrayLike

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or not all(1 <= count <= MOST for count in self.shape):
            raise InputError("shape", f"is {self.shape}", f"give 1 to {MOST} voxels along z, y and x, or use `links_in_box`")
        if not 0.0 <= self.diffusivity < np.inf:
            raise InputError("diffusivity", f"is {self.diffusivity:.3g} m^2/s", "give a finite one, not below zero")
        spacing = np.asarray(self.spacing, float)
        if spacing.shape not in ((), (3,)) or not np.all((spacing > 0.0) & np.isfinite(spacing)):
            raise InputError("spacing", f"is {self.spacing} m", "give one length or three, above zero")

    @property
    def rows(self) -> int:
        """How many voxels there are."""
        return int(np.prod(self.shape))

    def after(self, amounts: Array, duration: float) -> Array:
        """Return the amounts, (cells,) or (cells, kinds) in C order of the voxels, after a time in s."""
        if not 0.0 <= duration < np.inf:
            raise InputError("duration", f"is {duration:.3g} s", "give a finite time, not below zero")
        if len(amounts) != self.rows:
            raise InputError("amounts", f"are {len(amounts)}", f"give one for each of {self.rows} voxels")
        planes, rows, count = self.shape
        rates = self.diffusivity / np.broadcast_to(np.asarray(self.spacing, float), 3) ** 2
        axes = list(zip(self.shape, (rates * duration).tolist(), strict=True))
        factors = {axis: _factor(*axis) for axis in set(axes)}
        z, y, x = (factors[axis] for axis in axes)
        spread = np.ascontiguousarray(np.asarray(amounts, float).T).reshape(-1, count) @ x.T
        spread = y @ spread.reshape(-1, rows, count)
        spread = z @ spread.reshape(-1, planes, rows * count)
        return np.ascontiguousarray(spread.reshape(-1, self.rows).T).reshape(np.shape(amounts))


def _factor(count: int, gt: float) -> Array:
    """Return exp(tL) of one axis: entry (j, i) is what of voxel i is in voxel j after the time."""
    k = np.arange(count)
    waves = np.cos(np.pi / count * np.outer(k + 0.5, k)) * np.sqrt(np.where(k == 0, 1.0, 2.0) / count)
    spread = (waves * np.exp(-4.0 * gt * np.sin(0.5 * np.pi / count * k) ** 2)) @ waves.T
    above = np.maximum(0.5 * (spread + spread.T), 0.0)  # what rounding left below zero
    return above / above.sum(axis=0)
