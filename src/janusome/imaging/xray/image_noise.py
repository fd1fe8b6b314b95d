"""The noise of a reconstructed image: grain of its rays' noise, and what scatters from scan to scan as a whole."""

from __future__ import annotations

import math

import equinox as eqx
import jax.numpy as jnp
from jax import random
from jaxtyping import Array, Float

from janusome.numerics.grain import grain, grain_of_sum, grain_variance

Field = Float[Array, "z y x"]
Scalar = Float[Array, ""]


class ImageNoise(eqx.Module):
    """What filtered back-projection makes of independent rays (numerics.grain), and one number that all voxels share.

    `ray_noise` is the standard deviation of one line integral of what the image shows (its unit times m), `drift` that of the
    shared number, `width` that of the point spread (m).
    """

    ray_noise: Scalar
    drift: Scalar
    number_of_views: Scalar
    ray_spacing: Scalar
    width: Scalar
    voxel_size: Float[Array, " 3"]

    def added_to(self, expected: Field, *, key: Array) -> Field:
        """Draw one image."""
        grained, shared = random.split(key)
        offset = self.drift * random.normal(shared, dtype=expected.dtype)
        return expected + grain(grained, expected.shape, **self._grain()) + offset

    def of_voxels(self, expected: Field) -> Field:
        """Return the standard deviation in every voxel, apart from what all share."""
        return jnp.sqrt(grain_variance(expected.shape, **self._grain()))

    def of_sum(self, weights: Field) -> Scalar:
        """Return the standard deviation of a weighted sum, whose grain cancels as no independent voxels' would."""
        return jnp.sqrt(grain_of_sum(weights, **self._grain()) ** 2 + (self.drift * jnp.sum(weights)) ** 2)

    def _grain(self) -> dict[str, Array]:
        scale = math.pi * self.ray_spacing * self.ray_noise**2 / self.number_of_views
        return {"scale": scale, "width": self.width, "voxel_size": self.voxel_size}
