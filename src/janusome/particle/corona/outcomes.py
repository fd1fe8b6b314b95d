"""Outcomes: size and charge of a particle in plasma, and what of it phagocytes, complement and ligands meet.

Coverage is the share of the whole surface that each protein covers, (..., proteins).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.particle.corona.adsorption import at_equilibrium, over_time
from janusome.particle.corona.panel import CONSTANTS, DYSOPSONIN, OPSONIN, Constants, Number, Panel, Particle
from janusome.particle.corona.surface import PI, Rates, accessible_share, core_diameter, net_charge, peg_thickness, rates_on

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Corona(NamedTuple):
    """A corona and its consequences; coverage, numbers and mass shares are (draws, proteins), the rest (draws,)."""

    coverage: Array
    hard: Flags  # whether a protein stays longer than the convention, (draws, proteins)
    molecules: Array  # per particle
    mass_share: Array
    thickness: Array  # m
    diameter: Array  # m, in plasma
    zeta_potential: Array  # V, in plasma
    opsonin_load: Array
    dysopsonin_load: Array
    complement_load: Array
    hypersensitivity: Flags
    ligand_exposure: Array  # share of its association rate that a ligand keeps
    uptake: Array  # by phagocytes, in proportion


def corona_of(particle: Particle, panel: Panel, *, constants: Constants = CONSTANTS) -> Corona:
    """Return the corona at equilibrium with a plasma."""
    rates = rates_on(particle, panel, constants)
    return judged(at_equilibrium(rates.arrival, rates.departure), rates, particle, panel, constants=constants)


def coronas_over_time(
    particle: Particle, panel: Panel, times: Array, *, constants: Constants = CONSTANTS
) -> tuple[Corona, ...]:
    """Return the corona at each time (s) after a bare particle came into the plasma."""
    rates = rates_on(particle, panel, constants)
    courses = over_time(rates.arrival, rates.departure, times)
    return tuple(judged(courses[:, k], rates, particle, panel, constants=constants) for k in range(courses.shape[1]))


def judged(occupancy: Array, rates: Rates, particle: Particle, panel: Panel, *, constants: Constants = CONSTANTS) -> Corona:
    """Return what follows from the occupancies of the accessible surface."""
    coverage = occupancy * rates.accessible[:, None]
    molecules = coverage * PI * core_diameter(particle, constants)[:, None] ** 2 / footprint(panel, particle, constants)
    mass = molecules * panel.molar_mass
    thickness = (coverage * standing_out(panel, particle, constants)).sum(axis=-1)
    opsonin, dysopsonin = (
        (coverage * panel.phagocytic_weight * panel.having(role)).sum(axis=-1) for role in (OPSONIN, DYSOPSONIN)
    )
    complement = (coverage * panel.complement_weight).sum(axis=-1)
    return Corona(
        coverage=coverage,
        hard=1.0 / rates.departure > constants.hard_residence,
        molecules=molecules,
        mass_share=mass / np.maximum(mass.sum(axis=-1, keepdims=True), 1e-300),
        thickness=thickness,
        diameter=particle.diameter + 2.0 * thickness,
        zeta_potential=zeta_in_plasma(coverage, particle, panel, constants),
        opsonin_load=opsonin,
        dysopsonin_load=dysopsonin,
        complement_load=complement,
        hypersensitivity=complement > constants.complement_threshold,
        ligand_exposure=ligand_exposure(coverage, particle, panel, constants),
        uptake=relative_uptake(opsonin, dysopsonin, constants),
    )


def footprint(panel: Panel, particle: Particle, constants: Constants = CONSTANTS) -> Array:
    r"""Return the area of the particle's surface (m^2) that a protein covers: its face, seen from the center.

    $\tfrac{\pi}{4} p^2 / (1 + p/D)^2$: what stands out has more room than what it stands on.
    """
    p, D = panel.diameter, core_diameter(particle, constants)[:, None]
    return PI / 4.0 * p**2 / (1.0 + p / D) ** 2


def standing_out(panel: Panel, particle: Particle, constants: Constants = CONSTANTS) -> Array:
    """Return by how much (m) each protein stands out of the coat."""
    coat = peg_thickness(particle.peg_molar_mass, particle.peg_density, constants)
    return np.maximum(panel.diameter - coat[:, None], 0.0)


def zeta_in_plasma(coverage: Array, particle: Particle, panel: Panel, constants: Constants = CONSTANTS) -> Array:
    r"""Return the zeta potential (V): that of the surface through a soft layer of proteins, and that of the proteins.

    $$ \zeta = s\,\zeta_0 \Bigl(1 - \sum_i \vartheta_i (1 - e^{-f p_i/\lambda})\Bigr) + \kappa \sum_i \vartheta_i \psi_i,
       \qquad s = \lambda/\lambda_0 $$

    ζ₀ was measured in dilute salt of Debye length λ₀ and is asked for in λ: a surface of constant charge has a potential in
    proportion to λ. Where a protein of width p lies, the slipping plane stands a share f of it farther out. A protein of
    charge Z and radius r has $\psi = Z e / (4 \pi \varepsilon r (1 + r/\lambda_p))$ in plasma, of which the share κ shows; it
    is taken as the same in any salt (proteins bind and release ions). $\vartheta$ is coverage and, in a coat, also what lies
    among its chains: the share w of what they cover. s, κ, f and w were fitted to gold in serum (walkey2014_gold).
    """
    r = panel.diameter / 2.0
    spread = 4.0 * PI * constants.permittivity * r * (1.0 + r / constants.debye_length)
    psi = net_charge(panel, constants) * constants.elementary_charge / spread
    kappa, f = (_by_draw(each) for each in (constants.protein_charge_share, constants.slip_share))
    theta = coverage * _among_chains(particle, constants)[:, None]
    hidden = theta * -np.expm1(-f * panel.diameter / constants.medium_debye_length)
    s = constants.bare_zeta_share * constants.medium_debye_length / constants.debye_length
    return s * particle.zeta_potential * (1.0 - hidden.sum(axis=-1)) + (kappa * theta * psi).sum(axis=-1)


def _among_chains(particle: Particle, constants: Constants) -> Array:
    """Return by how much more proteins lie at the surface than stand on it: those among the chains of a coat."""
    open_ = accessible_share(particle, constants)
    return 1.0 + constants.coat_filling * (1.0 - open_) / open_


def _by_draw(number: Number) -> Array:
    return np.asarray(number, dtype=float)[..., None]


def ligand_exposure(coverage: Array, particle: Particle, panel: Panel, constants: Constants = CONSTANTS) -> Array:
    """Return the share of ligands that the corona leaves free: tall proteins bury those that do not reach beyond them."""
    height = standing_out(panel, particle, constants)
    return 1.0 - (coverage * height / (height + constants.ligand_reach)).sum(axis=-1)


def relative_uptake(opsonin: Array, dysopsonin: Array, constants: Constants = CONSTANTS) -> Array:
    r"""Return uptake by phagocytes in proportion: $(u_0 + O)/(1 + D/D_{1/2})$."""
    return (constants.uptake_without_opsonins + opsonin) / (1.0 + dysopsonin / constants.half_dysopsonin)
