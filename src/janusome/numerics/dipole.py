r"""The magnetic field that susceptibility makes: a convolution with the field of a dipole.

$$ \frac{\delta B}{B_0} = \mathcal{F}^{-1}\Big[\Big(\tfrac{1}{3} - \frac{k_\parallel^2}{k^2}\Big)\,\mathcal{F}[\chi]\Big] $$

Holds for |χ| far below one; the sphere of Lorentz is taken out, so that a homogeneous sphere feels no field of its own.
Level susceptibility (k = 0) makes none. Zeros around the object keep its images away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray


def dipole_kernel(shape: Sequence[int], *, voxel_size: Any, axis: int = 0) -> NDArray[np.float64]:
    """Return the kernel at the frequencies of `numpy.fft.fftn`; `axis` lies along the main field."""
    steps = np.asarray(voxel_size, dtype=np.float64)
    frequencies = np.meshgrid(*(np.fft.fftfreq(n, d) for n, d in zip(shape, steps, strict=True)), indexing="ij")
    squared = np.sum([k**2 for k in frequencies], axis=0)
    squared[0, 0, 0] = 1.0
    kernel = 1.0 / 3.0 - frequencies[axis] ** 2 / squared
    kernel[0, 0, 0] = 0.0
    return kernel


def relative_field(susceptibility: Float[Array, "z y x"], *, voxel_size: Any, axis: int = 0) -> Float[Array, "z y x"]:
    """Return δB/B0 along the main field of volume susceptibilities (SI), which are zero outside of the array."""
    shape = susceptibility.shape
    padded = tuple(2 * n for n in shape)
    spectrum = jnp.fft.fftn(susceptibility, s=padded) * dipole_kernel(padded, voxel_size=voxel_size, axis=axis)
    return jnp.real(jnp.fft.ifftn(spectrum))[tuple(slice(n) for n in shape)]
