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

from collections.abc import Mapping
from functools import cache
from typing import Any

import equinox as eqx
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
from janusome.units import quantity

Spectrum = Array
Scalar = Float[Array, ""] | float
AIR = -1000.0  # its CT number, by definition
FILTERS = {"aluminum": (13, 2699.0), "tin": (50, 7310.0)}  # number and kg/m^3: xraylib ElementDensity


class BeamTables(eqx.Module):
    """The tables that a beam is computed from, by bins of photon energy, with their units for the dimension check."""

    voltages: Any = quantity("V")
    photons: Any = quantity("1/C")  # per solid angle, (bin, voltage)
    energies: Any = quantity("J")
    elements: Any = quantity("m^2/kg")  # (element, bin)
    tissues: Mapping[str, Any] = quantity("1/m")  # and water
    filters: Mapping[str, Any] = quantity("1/m")


@cache
def tables() -> BeamTables:
    """Return the tables of the library."""
    tube = tube_table()
    return BeamTables(
        voltages=tube.voltages,
        photons=tube.photons,
        energies=photon_energies(),
        elements=element_attenuation(),
        tissues={name: attenuation(name) * tissue.density for name, tissue in tissues().items()},
        filters={name: attenuation(number) * density for name, (number, density) in FILTERS.items()},
    )


def tube_photons(voltage: Scalar, *, aluminum: Scalar, tin: Scalar = 0.0) -> Spectrum:
    """Return photons per solid angle and charge, 1/(sr C), behind filters of a thickness (m)."""
    given = tables()
    step = given.voltages[1] - given.voltages[0]
    shares = jnp.maximum(0.0, 1.0 - jnp.abs(voltage - given.voltages) / step)
    depth = given.filters["aluminum"] * aluminum + given.filters["tin"] * tin
    return jnp.matmul(given.photons, shares) * jnp.exp(-depth)


def behind_water(photons: Spectrum, path: Scalar) -> Spectrum:
    """Return what is left of photons behind a path (m) of water."""
    return photons * jnp.exp(-tables().tissues[WATER] * path)


def energies() -> Spectrum:
    """Return the energy of photons of every bin, J."""
    return jnp.asarray(tables().energies)


def energy_read(photons: Spectrum) -> Spectrum:
    """Return the energy of photons, J, which is what an integrating detector reads."""
    return jnp.multiply(photons, tables().energies)


def tissue_attenuation(tissue: str = WATER) -> Spectrum:
    """Return attenuation of water or of a tissue of the library, 1/m."""
    return jnp.asarray(tables().tissues[tissue])


def element_attenuation_of(atomic_number: Scalar) -> Spectrum:
    """Return attenuation per mass of an element, m^2/kg."""
    shares = jnp.maximum(0.0, 1.0 - jnp.abs(atomic_number - jnp.arange(1, ELEMENTS + 1)))
    return shares @ tables().elements


def water_attenuation(weights: Spectrum) -> Scalar:
    """Return the mean attenuation of water, 1/m, over what a detector reads in every bin."""
    return jnp.sum(weights * tissue_attenuation()) / jnp.sum(weights)


def number_per_attenuation(weights: Spectrum) -> Scalar:
    """Return CT numbers per attenuation, HU m: by definition 1000 over that of water."""
    return 1000.0 / water_attenuation(weights)


def hounsfield_slope(weights: Spectrum, *, atomic_number: Scalar) -> Scalar:
    """Return CT numbers per mass of an element per volume, HU m^3/kg, which is HU per mg/mL."""
    mean = jnp.sum(weights * element_attenuation_of(atomic_number)) / jnp.sum(weights)
    return mean * number_per_attenuation(weights)


def tissue_number(weights: Spectrum, *, tissue: str) -> Scalar:
    """Return the CT number of a tissue of the library, HU."""
    mean = jnp.sum(weights * tissue_attenuation(tissue)) / jnp.sum(weights)
    return 1000.0 * (mean / water_attenuation(weights) - 1.0)
