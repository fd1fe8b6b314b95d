r"""Mie scattering: what a homogeneous sphere absorbs and scatters.

$$ \sigma_{ext} = \frac{2\pi}{k^2}\sum_n (2n+1)\,\Re(a_n+b_n), \quad
   \sigma_{sca} = \frac{2\pi}{k^2}\sum_n (2n+1)(|a_n|^2+|b_n|^2), \quad \sigma_{abs} = \sigma_{ext}-\sigma_{sca} $$

k is the wavenumber in the medium, which does not absorb. The logarithmic derivative of ψ_n(mx) is recurred downward, the
functions of x upward. Holds for size parameters up to some thousands. Leaves out shells, and the damping of electrons in
particles below about 10 nm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from janusome.errors import InputError


class CrossSections(NamedTuple):
    """Of one particle, m^2, and the mean cosine of the scattering angle."""

    absorption: float
    scattering: float
    anisotropy: float

    @property
    def extinction(self) -> float:
        """What is taken out of a beam."""
        return self.absorption + self.scattering


def sphere(*, diameter: float, wavelength: float, index: complex, medium: float) -> CrossSections:
    """Return the cross sections of a sphere (m, m in vacuum); `index` has a positive imaginary part where it absorbs."""
    if not (diameter > 0.0 and wavelength > 0.0 and medium >= 1.0 and index.imag >= 0.0 and np.isfinite(abs(index))):
        raise InputError(
            "sphere", f"of {diameter:g} m and index {index:g} in {medium:g} cannot be", "give finite values above zero"
        )
    k = 2.0 * np.pi * medium / wavelength
    x, m = 0.5 * k * diameter, index / medium
    orders = int(x + 4.0 * x ** (1.0 / 3.0) + 3.0)
    a, b = _coefficients(x, m, orders)
    n = np.arange(1, orders + 1)
    area = 2.0 * np.pi / k**2
    extinction = area * float(np.sum((2 * n + 1) * np.real(a + b)))
    scattering = area * float(np.sum((2 * n + 1) * (np.abs(a) ** 2 + np.abs(b) ** 2)))
    pairs = n[:-1] * (n[:-1] + 2) / (n[:-1] + 1) * np.real(a[:-1] * a[1:].conj() + b[:-1] * b[1:].conj())
    own = (2 * n + 1) / (n * (n + 1)) * np.real(a * b.conj())
    forward = 2.0 * area * (float(pairs.sum()) + float(own.sum()))
    return CrossSections(max(0.0, extinction - scattering), scattering, forward / scattering if scattering > 0.0 else 0.0)


def _coefficients(x: float, m: complex, orders: int) -> tuple[np.ndarray, np.ndarray]:
    z, start = m * x, int(max(orders, abs(m * x))) + 16
    D = np.zeros(start + 1, complex)
    for n in range(start, 0, -1):
        D[n - 1] = n / z - 1.0 / (D[n] + n / z)
    a, b = np.zeros(orders, complex), np.zeros(orders, complex)
    before, psi = np.cos(x), np.sin(x)
    chi_before, chi = -np.sin(x), np.cos(x)
    for n in range(1, orders + 1):
        psi_next, chi_next = (2 * n - 1) / x * psi - before, (2 * n - 1) / x * chi - chi_before
        xi, xi_before = complex(psi_next, -chi_next), complex(psi, -chi)
        electric, magnetic = D[n] / m + n / x, m * D[n] + n / x
        a[n - 1] = (electric * psi_next - psi) / (electric * xi - xi_before)
        b[n - 1] = (magnetic * psi_next - psi) / (magnetic * xi - xi_before)
        before, psi, chi_before, chi = psi, psi_next, chi, chi_next
    return a, b
