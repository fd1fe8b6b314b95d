"""From an image without noise to one that coils received, sample by sample of k-space."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.numerics.kspace import all_sampled, coil_sensitivities, matched, to_image, to_kspace, with_noise

COILS = 8  # any number gives the same noise, since their sensitivities are known


def acquired_image(
    image: Any, *, noise: float, voxel_size: Any, random: np.random.Generator, sampled: Any | None = None, coils: int = COILS
) -> NDArray[np.complex128]:
    """Return the complex image of all coils, combined with their known sensitivities.

    Parameters
    ----------
    image
        The image without noise, (z, y, x); complex where it has a phase.
    noise
        Standard deviation in each channel of the combined image, when all of k-space is sampled.
    sampled
        Pattern of k-space, such as `kspace.partial_fourier` or `kspace.central`; what is left out is filled with zeros,
        which blurs the image and lowers its noise. Nothing is left out where it is not given.
    coils
        How many receive; the noise of the image does not depend on it.
    """
    whole = np.asarray(image, dtype=np.complex128)
    pattern = all_sampled(whole.shape) if sampled is None else sampled
    sensitivities = coil_sensitivities(whole.shape, voxel_size=voxel_size, coils=coils)
    received = with_noise(to_kspace(sensitivities * whole), width=noise, random=random)
    return matched(to_image(received * pattern), sensitivities=sensitivities)
