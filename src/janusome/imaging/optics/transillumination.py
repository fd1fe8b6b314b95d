r"""Light through a slab: what each ring of detectors sees of label in each voxel, and the regularized way back.

Sources stand beside every voxel of one window, rings of detectors around the point opposite each; the slab being uniform, the
data of a ring are the label convolved with one even kernel a layer, and cosines over the window make the inverse a small
matrix for each of them: $\hat c = W B^T(B B^T + \lambda)^{-1} y$ with $B = A W/\sigma$.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.sparse.linalg import LinearOperator, lsqr

from janusome.numerics.cosine import kernel_waves
from janusome.numerics.slab_light import slab_fluence

Numbers = NDArray[np.float64]

RINGS = 6
ANGLES = 12  # of detectors on a ring; a multiple of four, so that rings are even in both directions
OWN_VOXEL = 0.42  # of its side: the distance at which 1/r is what it is on average over a cube around the point
MOST_STEPS = 2000  # of LSQR


class Slab(NamedTuple):
    """A body between windows: thickness (m), (1 + R)/(1 - R), absorption and reduced scattering (1/m) at both wavelengths."""

    thickness: Any
    border: Any
    excitation: tuple[Any, Any]
    emission: tuple[Any, Any]


class Inverse(NamedTuple):
    """Data of label and label of data, cosine by cosine; data are in standard deviations without label."""

    seen: Float[Array, "rings z y x"]
    back: Float[Array, "z rings y x"]
    spread: Float[Array, " rings"]  # those standard deviations, electrons
    unlabelled: Float[Array, " rings"]  # mean electrons without label
    weight: Float[Array, " z"]  # w


def sensitivity(
    slab: Slab, depth: Array, *, shape: tuple[int, ...], voxel_size: Array, ring_spacing: Array
) -> tuple[Array, Array]:
    """Return light of label that each ring detects per launched light and decadic absorption, and of excitation.

    The first is (rings, z, y, x) over cosines, 1/m^-1; layers outside the slab see nothing.
    """
    inside = ((depth > 0.0) & (depth < slab.thickness))[:, None, None]
    z, own = depth[:, None, None], OWN_VOXEL * jnp.prod(voxel_size) ** (1.0 / 3.0)
    y, x = jnp.arange(shape[1])[:, None] * voxel_size[1], jnp.arange(shape[2]) * voxel_size[2]
    radius = (jnp.arange(RINGS) + 0.5) * ring_spacing
    area = 2.0 * math.pi * radius * ring_spacing / (2.0 * slab.border)  # of a ring, times the share of the fluence that leaves
    turns = 2.0 * math.pi * (np.arange(ANGLES)[:, None, None, None] + 0.5) / ANGLES

    def light(beside: Array, where: Array, source: Array, optics: tuple[Any, Any]) -> Array:
        return slab_fluence(beside, where, source_depth=source, thickness=slab.thickness, absorption=optics[0],
                            reduced_scattering=optics[1], border=slab.border, smallest=own)  # fmt: skip

    enters, R = 1.0 / (slab.excitation[0] + slab.excitation[1]), radius[:, None, None, None, None]
    phi = light(y**2 + x**2, z, enters, slab.excitation)
    onto = light((y - R * np.sin(turns)) ** 2 + (x - R * np.cos(turns)) ** 2, slab.thickness, z, slab.emission)
    kernel = jnp.where(inside, phi * jnp.mean(onto, axis=1), 0.0) * area[:, None, None, None]
    through = light(radius**2, slab.thickness, enters, slab.excitation) * area
    return math.log(10.0) * jnp.prod(voxel_size) * kernel_waves(kernel), through


def inverse(light: Array, unlabelled: Array, *, read: Array, regularization: Array) -> Inverse:
    """Return the way from label to data and back, of electrons per concentration (rings, z, y, x) over cosines."""
    spread = jnp.sqrt(unlabelled + read**2)
    seen = light / spread[:, None, None, None]
    strength = jnp.sum(seen[:, :, 0, 0] ** 2, axis=0)
    weight = 1.0 / jnp.sqrt(jnp.where(strength > 0.0, strength, jnp.inf))  # layers that nobody sees stay empty
    B = jnp.moveaxis(seen * weight[:, None, None], (0, 1), (2, 3))  # y, x, rings, z
    R = jnp.einsum("jkrz,jkrs->jkzs", B, _inverted(jnp.einsum("jkrz,jksz->jkrs", B, B) + regularization * jnp.eye(RINGS)))
    return Inverse(seen, weight[:, None, None, None] * jnp.moveaxis(R, (2, 3), (0, 1)), spread, unlabelled, weight)


def _inverted(matrices: Array) -> Array:
    """Return the inverses of small matrices with positive eigenvalues, by elimination: no library is called for each."""
    count = matrices.shape[-1]
    whole = jnp.concatenate([matrices, jnp.broadcast_to(jnp.eye(count), matrices.shape)], axis=-1)
    for k in range(count):
        row = whole[..., k, :] / whole[..., k, k, None]
        whole = whole - (whole[..., :, k] - jnp.eye(count)[k])[..., :, None] * row[..., None, :]
    return whole[..., count:]


def reconstructed(label: Numbers, way: Inverse, *, read: float, regularization: float, seed: int) -> Numbers:
    """Return label as it comes back from counted electrons of every source and ring, by LSQR."""
    seen, spread, unlabelled, weight = (np.asarray(one) for one in (way.seen, way.spread, way.unlabelled, way.weight))
    drawn = np.random.default_rng(seed)

    def data(field: Numbers) -> Numbers:
        return _planes(idctn, np.einsum("rzjk,zjk->rjk", seen, _planes(dctn, field)))

    def of_data(found: Numbers) -> Numbers:
        return _planes(idctn, np.einsum("rzjk,rjk->zjk", seen, _planes(dctn, found)))

    dark, sigma, scale = unlabelled[:, None, None], spread[:, None, None], weight[:, None, None]
    light = np.maximum(data(label) * sigma, 0.0)
    electrons = drawn.poisson(light + dark) + read * drawn.standard_normal(light.shape)
    linear: Any = LinearOperator  # whose stubs know no functions
    operator = linear(
        (light.size, label.size),
        matvec=lambda x: data(scale * x.reshape(label.shape)).ravel(),
        rmatvec=lambda y: (scale * of_data(y.reshape(light.shape))).ravel(),
        dtype=np.float64,
    )
    measured = ((electrons - dark) / sigma).ravel()
    found = lsqr(operator, measured, damp=math.sqrt(regularization), atol=1e-9, btol=1e-9, iter_lim=MOST_STEPS)[0]
    return scale * found.reshape(label.shape)


def _planes(transform: Any, field: Numbers) -> Numbers:
    return np.asarray(transform(field, axes=(-2, -1), norm="ortho"))
