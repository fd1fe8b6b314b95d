"""Decays of a label in a scene, and the noise of an image that is made of counts."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float
from scipy.constants import Avogadro

from janusome.model import Scene
from janusome.numerics.blur import correlated_noise, gaussian_blur, squared_kernel
from janusome.units import factor

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


def mean_activity(scene: Scene, *, half_life: Scalar, frame_duration: Scalar) -> Field:
    r"""Return activity per volume, Bq/m³, as the mean of a frame that begins when the scene stands.

    $$ A = \lambda N_A\,(c_{attached} + c_{detached})\,\frac{1-e^{-\lambda T}}{\lambda T} $$
    """
    decay_constant = math.log(2.0) / half_life
    decays = decay_constant * frame_duration
    label = scene.label
    return decay_constant * Avogadro * label * (-jnp.expm1(-decays) / decays)


class Counted(NamedTuple):
    r"""An image in activity per volume that is made of counts.

    $$ \mathrm{var} = F^2\,\frac{A}{V\,T\,\epsilon} $$

    ε is noise-equivalent counts per decay, T the frame, F what reconstruction adds to the ideal of independent resolution
    elements, V the volume of one: a voxel over the sum of the squares of the blur's weights. The grain is the blur's.
    """

    efficiency: Scalar
    frame_duration: Scalar
    amplification: Scalar
    width: Scalar  # standard deviation of the blur
    voxel_size: Float[Array, " 3"]

    def noise(self, expected: Field, *, unit: str) -> Field:
        """Return the standard deviation in every voxel."""
        F, T = self.amplification, self.frame_duration
        squares = squared_kernel(expected.shape, width=self.width, voxel_size=self.voxel_size)
        density = F**2 * jnp.maximum(expected, 0.0) / (factor(unit) * T * self.efficiency)
        return jnp.sqrt(density * squares / jnp.prod(self.voxel_size))

    def noisy(self, expected: Field, *, unit: str, key: Array) -> Field:
        """Return one image: noise with that variance and the grain of the blur."""
        grain = correlated_noise(key, expected.shape, width=self.width, voxel_size=self.voxel_size)
        return expected + self.noise(expected, unit=unit) * grain

    def noise_of_sum(self, expected: Field, *, unit: str, weights: Field) -> Scalar:
        """Return the noise of a weighted sum: the blur that correlates the voxels, turned upon the weights."""
        squares = squared_kernel(expected.shape, width=self.width, voxel_size=self.voxel_size)
        grained = weights * self.noise(expected, unit=unit) / jnp.sqrt(squares)
        return jnp.sqrt(jnp.sum(gaussian_blur(grained, width=self.width, voxel_size=self.voxel_size) ** 2))
