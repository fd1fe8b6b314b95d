r"""Steady diffusion of light on a box of voxels, with the extrapolated border.

$$ -\nabla\cdot(D\nabla\phi) + \mu_a\phi = q, \qquad D = \frac{1}{3(\mu_a + \mu_s')}, \qquad
   \phi + 2AD\,\partial_n\phi = 0 $$

φ is the fluence rate, q the power born per volume, A = (1 + R)/(1 - R) with the share R of diffuse light that the border
reflects. Finite volumes with harmonic means on the faces: what leaves a voxel enters its neighbour.
Holds a few transport lengths from sources and borders, where scattering exceeds absorption by far (μs' > 10 μa).
Leaves out what is not diffuse: clear layers, and light within a transport length of where it enters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from janusome.errors import InputError
from janusome.numerics.multigrid import conjugate_gradients
from janusome.numerics.pressure import box_conductances

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DiffuseLight:
    """The fluence rate and where the light went.

    Parameters
    ----------
    fluence
        φ in every voxel; per launched power, 1/m^2, if the source adds up to one.
    absorbed
        μa φ V of every voxel.
    escaped
        For z, y, x what left through the low and the high border, each a map over the other two axes.
    balance_error
        |absorbed + escaped - born| over born.
    """

    fluence: Array
    absorbed: Array
    escaped: tuple[tuple[Array, Array], ...]
    balance_error: float


def diffuse(
    source: ArrayLike,
    *,
    absorption: ArrayLike,
    reduced_scattering: ArrayLike,
    spacing: ArrayLike,
    index_ratio: float = 1.0,
    border: float | None = None,
    mirrors: tuple[bool, bool, bool] = (False, False, False),
) -> DiffuseLight:
    """Solve for the light that a source (z, y, x), power born per voxel, spreads.

    Parameters
    ----------
    absorption, reduced_scattering
        μa and μs', 1/m, one value or (z, y, x).
    spacing
        Of the voxels along z, y, x, m.
    index_ratio
        Refractive index of the box over that beyond.
    border
        A of the border, where it is known by itself; else it follows from that ratio.
    mirrors
        Whether both borders along z, y, x are planes of symmetry.
    """
    q, h = np.asarray(source, float), np.asarray(spacing, float)
    if q.ndim != 3 or not np.all(np.isfinite(q)):
        raise InputError("source", f"of shape {q.shape} is no box of finite numbers", "give power per voxel (z, y, x)")
    mua, mus = (np.broadcast_to(np.asarray(one, float), q.shape) for one in (absorption, reduced_scattering))
    if not (np.all(mua >= 0.0) and np.all(mus > 0.0) and np.all(np.isfinite(mua + mus))):
        raise InputError("absorption or reduced_scattering", "is negative, zero or not finite", "give μa >= 0 and μs' > 0")
    if all(mirrors) and not mua.any():
        raise InputError("the light", "is neither absorbed nor let out", "give an absorption, or a border without mirrors")
    D, volume = 1.0 / (3.0 * (mua + mus)), float(np.prod(h))
    A = border_factor(index_ratio) if border is None else border
    sinks = mua * volume
    rims = [(_rim(D, h, A, axis, 0), _rim(D, h, A, axis, -1)) if not mirrors[axis] else None for axis in range(3)]
    for axis, pair in enumerate(rims):
        for end, rim in zip((0, -1), pair or (), strict=False):
            sinks[_at(axis, end)] += rim
    phi = conjugate_gradients(box_conductances(D, h), sinks, q, spacing=h, tolerance=1e-12).field
    sides: list[tuple[Array, Array]] = []
    for axis, pair in enumerate(rims):
        low, high = pair or (0.0, 0.0)
        sides.append((low * phi[_at(axis, 0)], high * phi[_at(axis, -1)]))
    absorbed = mua * phi * volume
    gone = float(absorbed.sum()) + sum(float(side.sum()) for pair in sides for side in pair)
    born = float(np.abs(q).sum())
    return DiffuseLight(phi, absorbed, tuple(sides), abs(gone - float(q.sum())) / born if born > 0.0 else 0.0)


def first_scattering(*, reduced_scattering: float, absorption: float, depth: int, spacing: float) -> Array:
    r"""Return, layer by layer, the share of straight light that has its first scattering there: a broad beam's source.

    The scattering is that of the similar isotropic medium: $q(z) = \mu_s' e^{-(\mu_a + \mu_s') z}$.
    """
    total = absorption + reduced_scattering
    reached = np.exp(-total * spacing * np.arange(depth + 1))
    return -np.diff(reached) * reduced_scattering / total


def border_factor(index_ratio: float) -> float:
    """Return A = (1 + R)/(1 - R), where R weighs Fresnel's share over the directions of diffuse light.

    R = (Rφ + Rj)/(2 - Rφ + Rj), Rφ = ∫ 2 r cosθ d(cosθ), Rj = ∫ 3 r cos²θ d(cosθ); r of unpolarised light.

    >>> border_factor(1.0)
    1.0
    >>> 2.7 < border_factor(1.37) < 3.1
    True
    """
    if index_ratio == 1.0:
        return 1.0
    cosine = (np.arange(20000) + 0.5) / 20000
    sine2 = index_ratio**2 * (1.0 - cosine**2)
    onward = np.sqrt(np.maximum(0.0, 1.0 - sine2))
    s = (index_ratio * cosine - onward) / (index_ratio * cosine + onward)
    p = (index_ratio * onward - cosine) / (index_ratio * onward + cosine)
    share = np.where(sine2 >= 1.0, 1.0, 0.5 * (s**2 + p**2))
    fluence, current = float((2.0 * share * cosine).mean()), float((3.0 * share * cosine**2).mean())
    R = (fluence + current) / (2.0 - fluence + current)
    return (1.0 + R) / (1.0 - R)


def _rim(D: Array, spacing: Array, A: float, axis: int, end: int) -> Array:
    """Return the conductance from the outermost centres to where the light would be zero, 2AD beyond the border."""
    area = float(np.prod(spacing)) / spacing[axis]
    edge = D[_at(axis, end)]
    return edge * area / (0.5 * spacing[axis] + 2.0 * A * edge)


def _at(axis: int, end: int) -> tuple[slice | int, ...]:
    return tuple(end if other == axis else slice(None) for other in range(3))
