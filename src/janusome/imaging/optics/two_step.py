r"""Fluorescence in two steps: where excitation is absorbed by label, emission is born, and some of it leaves through the skin.

$$ q = \eta\,\mu_{label}\,\phi_x, \qquad \phi_x \text{ of a broad beam}, \qquad \text{then the light of } q \text{ alone} $$

Once by diffusion on a grid, once by Monte Carlo, which is the reference. The tissue under a flat skin is uniform, sides are
planes of symmetry. Leaves out emission that label absorbs again, and in Monte Carlo the excitation that label takes away.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.numerics.light_diffusion import diffuse, first_scattering
from janusome.numerics.light_sources import BroadBeam, Glow
from janusome.numerics.photons import Media, propagate

Array = NDArray[np.float64]

FINEST = 0.5e-3  # m; layers of the grid are no thicker, about half of a transport length of tissue in red light
BEYOND = 6e-3  # m of tissue behind the field of view, from which light still comes back
SIDES = (False, True, True)


class Tissue(NamedTuple):
    """Absorption and reduced scattering coefficients at one wavelength, 1/m."""

    absorption: float
    reduced_scattering: float


def emerging_by_diffusion(
    taken: Array,
    *,
    quantum_yield: float,
    middle: float,
    voxel_size: Array,
    excitation: Tissue,
    emission: Tissue,
    border: float,
) -> Array:
    """Return what leaves above every (y, x) of a label's emission, as a share of the light that falls on its area.

    Parameters
    ----------
    taken
        Absorption coefficient of the label (z, y, x), 1/m; z points into the body.
    middle
        Depth of the middle of that field under the skin, m; what lies above the skin is air.
    border
        (1 + R)/(1 - R) of the skin.
    """
    label, spacing = under_the_skin(taken, middle=middle, voxel_size=voxel_size)
    area, volume = float(spacing[1] * spacing[2]), float(np.prod(spacing))
    layers = first_scattering(**excitation._asdict(), depth=label.shape[0], spacing=float(spacing[0]))
    source = np.broadcast_to(layers[:, None, None] * area, label.shape)
    given = {"spacing": spacing, "border": border, "mirrors": SIDES}
    phi = diffuse(
        source, absorption=excitation.absorption + label, reduced_scattering=excitation.reduced_scattering, **given
    ).fluence
    born = quantum_yield * label * phi * volume
    return diffuse(born, **emission._asdict(), **given).escaped[0][0] / area


def emerging_by_monte_carlo(
    taken: Array,
    *,
    quantum_yield: float,
    middle: float,
    voxel_size: Array,
    excitation: Tissue,
    emission: Tissue,
    refractive_index: float,
    packets: int,
    seed: int,
) -> Array:
    """Return the same by packets of light that scatter alike in all directions, in tissue of an index under air."""
    label, spacing = under_the_skin(taken, middle=middle, voxel_size=voxel_size)
    area = float(spacing[1] * spacing[2])

    def tissue(of: Tissue, shape: tuple[int, ...]) -> Media:
        return Media(np.zeros(shape, int), of.absorption, of.reduced_scattering, spacing, refractive_index=refractive_index,
                     mirrors=SIDES)  # fmt: skip

    column = tissue(excitation, (label.shape[0], 1, 1))
    phi = propagate(column, BroadBeam(), packets=packets, seed=seed, fluence=True).fluence * area
    born = quantum_yield * label * phi * float(spacing[0])
    if not born.any():
        return np.zeros(label.shape[1:])
    light = propagate(tissue(emission, label.shape), Glow(born), packets=packets, seed=seed + 1)
    return light.escaped[0][0] * float(born.sum())


def under_the_skin(field: Array, *, middle: float, voxel_size: Array) -> tuple[Array, Array]:
    """Return a field on layers that start at the skin and end well behind it, and the spacing of those."""
    count, layer = field.shape[0], float(voxel_size[0])
    fine = layer / math.ceil(layer / FINEST - 1e-9)
    edges = middle + (np.arange(count + 1) - 0.5 * count) * layer
    new = np.arange(math.ceil((max(edges[-1], 0.0) + BEYOND) / fine) + 1) * fine
    shared = np.minimum(new[1:, None], edges[None, 1:]) - np.maximum(new[:-1, None], edges[None, :-1])
    return np.tensordot(np.maximum(shared, 0.0) / fine, field, axes=1), np.array([fine, *voxel_size[1:]])
