r"""The beam: photons of a filtered tube behind water, and what elements and tissues add to a CT number in it.

$$ \Delta HU = 1000\,\frac{\langle \mu/\rho \rangle_{element}}{\langle \mu_{water} \rangle}\,c, \qquad
   \langle f \rangle = \frac{\sum_E N(E)\,R(E)\,e^{-\mu_w(E) L} f(E)}{\sum_E N(E)\,R(E)\,e^{-\mu_w(E) L}} $$

N are photons of the tube behind its filter, R what the detector reads of one photon (its energy, or one), L the water before
and behind. Exact for a little of an element in water whose beam hardening is corrected; c is mass per volume of the image, and
the water that the element displaces is left out (for gold 0.05 HU per mg/mL). The longer the water, the harder the beam: the
slope of iodine falls with it by a quarter over 20 cm. Written for JAX: voltage, filter, path and element may be traced; an
element between two whole numbers is a mixture of its neighbors. Voltages between multiples of 10 kV mix the two spectra.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from janusome.imaging.xray.tables import (
    ELEMENTS,
    WATER,
    attenuation,
    element_attenuation,
    photon_energies,
    tissues,
    tube_table,
)

Spectrum = Array
Scalar = Float[Array, ""] | float
ALUMINUM, ALUMINUM_DENSITY = 13, 2699.0  # kg/m^3, xraylib ElementDensity(13)


def tube_photons(voltage: Scalar, *, aluminum: Scalar) -> Spectrum:
    """Return photons per area and charge, 1/(m^2 C), at 1 m behind an aluminum filter of a thickness (m)."""
    table = tube_table()
    step = table.voltages[1] - table.voltages[0]
    shares = jnp.maximum(0.0, 1.0 - jnp.abs(voltage - table.voltages) / step)
    return jnp.matmul(table.photons, shares) * jnp.exp(-attenuation(ALUMINUM) * ALUMINUM_DENSITY * aluminum)


def behind_water(photons: Spectrum, path: Scalar) -> Spectrum:
    """Return what is left of photons behind a path (m) of water."""
    return photons * jnp.exp(-attenuation(WATER) * tissues()[WATER].density * path)


def energy_read(photons: Spectrum) -> Spectrum:
    """Return the energy of photons, J, which is what an integrating detector reads."""
    return jnp.multiply(photons, photon_energies())


def water_attenuation(weights: Spectrum) -> Scalar:
    """Return the mean attenuation of water, 1/m, over what a detector reads in every bin."""
    return jnp.sum(weights * attenuation(WATER)) * tissues()[WATER].density / jnp.sum(weights)


def number_per_attenuation(weights: Spectrum) -> Scalar:
    """Return CT numbers per attenuation, HU m: by definition 1000 over that of water."""
    return 1000.0 / water_attenuation(weights)


def hounsfield_slope(weights: Spectrum, *, atomic_number: Scalar) -> Scalar:
    """Return CT numbers per mass of an element per volume, HU m^3/kg, which is HU per mg/mL."""
    shares = jnp.maximum(0.0, 1.0 - jnp.abs(atomic_number - jnp.arange(1, ELEMENTS + 1)))
    element = jnp.sum(weights * (shares @ element_attenuation())) / jnp.sum(weights)
    return element * number_per_attenuation(weights)


def tissue_number(weights: Spectrum, *, tissue: str) -> Scalar:
    """Return the CT number of a tissue of the library, HU."""
    mean = jnp.sum(weights * attenuation(tissue)) * tissues()[tissue].density / jnp.sum(weights)
    return 1000.0 * (mean / water_attenuation(weights) - 1.0)
