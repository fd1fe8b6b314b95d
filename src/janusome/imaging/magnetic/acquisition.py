"""From an image without noise to one that coils received, sample by sample of k-space."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.numerics.kspace import all_sampled, coil_sensitivities, matched, to_image, to_kspace, with_noise

COILS = 8  # any number gives the same noise, since their sensitivities are known
Field = Float[Array, "z y x"]


def acquired_magnitude(
    expected: Any, *, noise: Any, voxel_size: Any, key: Array, sampled: Any | None = None, coils: int = COILS
) -> Field:
    """Return the magnitude of all coils, combined with their known sensitivities.

    Parameters
    ----------
    expected
        The image without noise, (z, y, x); complex where it has a phase.
    noise
        Standard deviation in each channel of the combined image, when all of k-space is sampled.
    coils
        How many receive; the noise of the image does not depend on it.
    sampled
        Pattern of k-space, such as `kspace.partial_fourier` or `kspace.central`; what is left out is filled with zeros,
        which blurs the image and lowers its noise. Nothing is left out where it is not given.
    """
    image = jnp.asarray(expected) + 0j
    pattern = all_sampled(image.shape) if sampled is None else sampled
    sensitivities = coil_sensitivities(image.shape, voxel_size=voxel_size, coils=coils)
    received = with_noise(to_kspace(sensitivities * image), width=noise, key=key)
    return jnp.abs(matched(to_image(received * pattern), sensitivities=sensitivities))
