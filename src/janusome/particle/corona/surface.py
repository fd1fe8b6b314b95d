r"""Surface: what curvature, charge, hydrophobicity and a PEG coat do to the rates at which a protein comes and goes.

- Curvature: a protein of width p touches a sphere of diameter D with the share 1/(1 + p/D) of its face; it leaves the faster.
- Charge: of the protein's charge Z, spread over its face, what lies within a Debye length λ of the surface feels its
  potential ζ, to a share α: free energy $x = \alpha Z (\lambda/p)\, e\zeta / kT$, half of it in each rate, so that affinity
  changes by $e^{-x}$.
- Hydrophobicity: the residence time grows by $e^{\beta (h - h_0)}$, β the protein's own.
- PEG: chains of Flory radius R (N monomers of length b, $R = b N^{3/5}$) that stand at random leave the share
  $\varphi = \epsilon + (1-\epsilon) e^{-\sigma \pi R^2}$ of the surface uncovered; there a protein of width p has to pass a
  barrier $\gamma\, \sigma p^2$ (in kT), which holds large ones back more (the direction of halperin1999; γ and ε are assumed).

Leaves out: patches of charge on a protein, chains that stretch aside, coats that are not PEG.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.particle.corona.panel import CONSTANTS, Constants, Panel, Particle

Array = NDArray[np.float64]

MOST_KT = 30.0  # a free energy beyond this many kT changes nothing any more
PI = np.pi


class Rates(NamedTuple):
    """How often each protein comes to a free place and leaves it, 1/s, (draws, proteins); the accessible share (draws,)."""

    arrival: Array
    departure: Array
    accessible: Array


def flory_radius(molar_mass: Array, constants: Constants = CONSTANTS) -> Array:
    """Return the radius (m) of a free PEG chain in water.

    >>> round(float(flory_radius(np.array(2.0))) * 1e9, 2)
    3.45
    """
    return constants.monomer_length * (molar_mass / constants.monomer_mass) ** 0.6


def peg_thickness(molar_mass: Array, density: Array, constants: Constants = CONSTANTS) -> Array:
    r"""Return the thickness (m) of a PEG coat: a chain's radius while chains stand apart, $N b (\sigma b^2)^{1/3}$ as a brush.

    The two agree where chains begin to touch, $\sigma R^2 = 1$. A coat of no chains has no thickness.

    >>> round(float(peg_thickness(np.array(2.0), np.array(0.1e18))) * 1e9, 2)
    3.66
    """
    N, b = molar_mass / constants.monomer_mass, constants.monomer_length
    apart = flory_radius(molar_mass, constants)
    brush = N * b * (density * b**2) ** (1.0 / 3.0)
    return np.where(density > 0.0, np.maximum(apart, brush), 0.0)


def accessible_share(particle: Particle, constants: Constants = CONSTANTS) -> Array:
    """Return the share of the surface that no chain of the coat covers; 1 without a coat."""
    covered = particle.peg_density * PI * flory_radius(particle.peg_molar_mass, constants) ** 2
    bare = constants.bare_spots
    return np.where(particle.peg_density > 0.0, bare + (1.0 - bare) * np.exp(-covered), 1.0)


def core_diameter(particle: Particle, constants: Constants = CONSTANTS) -> Array:
    """Return the diameter (m) below the coat, at least a fifth of the whole."""
    coat = peg_thickness(particle.peg_molar_mass, particle.peg_density, constants)
    return np.maximum(particle.diameter - 2.0 * coat, 0.2 * particle.diameter)


def net_charge(panel: Panel, constants: Constants = CONSTANTS) -> Array:
    r"""Return the charges of a protein in plasma, spread over its surface: $Z = z\, \pi p^2 (pI - pH)$."""
    return constants.charges_per_area * PI * panel.diameter**2 * (panel.isoelectric_ph - constants.plasma_ph)


def rates_on(particle: Particle, panel: Panel, constants: Constants = CONSTANTS) -> Rates:
    """Return at what rates the proteins of a plasma come to a particle and leave it."""
    diameter = core_diameter(particle, constants)[:, None]
    near = net_charge(panel, constants) * constants.debye_length / panel.diameter
    energy = constants.charge_coupling * near * particle.zeta_potential[:, None] / constants.thermal_voltage
    attraction = np.clip(energy, -MOST_KT, MOST_KT)
    held = panel.hydrophobic_affinity * (particle.hydrophobicity[:, None] - constants.usual_hydrophobicity)
    barrier = np.minimum(constants.barrier * particle.peg_density[:, None] * panel.diameter**2, MOST_KT)
    arrival = panel.adsorption * panel.concentration * np.exp(-0.5 * attraction - barrier)
    departure = panel.desorption * (1.0 + panel.diameter / diameter) * np.exp(0.5 * attraction - held)
    return Rates(arrival, departure, accessible_share(particle, constants))
