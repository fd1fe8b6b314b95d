"""Panel: the plasma proteins as arrays, and the numbers that the model of the corona needs beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

Number = float | Array  # one for all draws, or (draws,)

OPSONIN, DYSOPSONIN = "opsonin", "dysopsonin"


class Panel(NamedTuple):
    """Proteins in the internal set, (draws, proteins) each; `names` and `roles` have one entry a protein."""

    names: tuple[str, ...]
    roles: tuple[str, ...]
    molar_mass: Array  # kg/mol
    diameter: Array  # m, of the face that adsorbs
    isoelectric_ph: Array
    concentration: Array  # mol/m^3 of plasma
    adsorption: Array  # m^3/(mol s), on a bare flat surface
    desorption: Array  # 1/s, from a bare flat surface
    hydrophobic_affinity: Array
    phagocytic_weight: Array
    complement_weight: Array

    def having(self, role: str) -> Array:
        """Return 1 for the proteins of a role and 0 for the others, (proteins,)."""
        return np.array([float(one == role) for one in self.roles])

    def with_concentration(self, concentration: Array) -> Panel:
        """Return the same proteins in another plasma."""
        return self._replace(concentration=np.broadcast_to(concentration, self.molar_mass.shape))


class Particle(NamedTuple):
    """What of a particle decides its corona, (draws,) each, in the internal set."""

    diameter: Array  # m, hydrodynamic, with its coat
    zeta_potential: Array  # V
    hydrophobicity: Array  # 0 to 1
    peg_molar_mass: Array  # kg/mol
    peg_density: Array  # chains per m^2 of the core's surface


class Constants(NamedTuple):
    """Numbers of the model. Those without a source are assumed; comparison H of `janusome qualify` says how far they carry."""

    plasma_ph: float = 7.4
    charges_per_area: float = 4.1e16  # 1/m^2 per unit of pH: 17 charges of an albumin (7 nm) at 2.7 above its pI; assumed
    charge_coupling: float = 0.3  # share of the nearest charges of a protein that the surface moves; assumed
    thermal_voltage: float = 0.0267  # V: k T / e at 37 degC
    debye_length: float = 0.78e-9  # m: of 0.15 M of a 1:1 salt in water
    medium_debye_length: float = 0.78e-9  # m: of the salt that a zeta potential is asked for in; that of plasma
    permittivity: float = 6.6e-10  # F/m: of water at 37 degC, 74.5 times that of empty space
    elementary_charge: float = 1.602176634e-19  # C, exact
    usual_hydrophobicity: float = 0.5  # of the surfaces over which the affinities are means; assumed
    monomer_mass: float = 0.04405  # kg/mol of ethylene oxide
    monomer_length: float = 0.35e-9  # m; of PEG in water, as scaling theories of brushes use it; assumed
    barrier: float = 0.05  # kT for a protein as wide as the distance of two chains; assumed
    bare_spots: float = 0.02  # share of the surface that no coat covers: defects; assumed
    ligand_reach: float = 3.0e-9  # m that a ligand stands above what holds it; assumed
    hard_residence: float = 3600.0  # s that a protein of the hard corona stays, at least; a convention
    uptake_without_opsonins: float = 0.003  # of a bare particle that opsonins alone cover; assumed
    half_dysopsonin: float = 0.5  # weighted share of dysopsonins that halves uptake; assumed
    bare_zeta_share: Number = 0.364  # fitted, as the three that follow; the rows of the hosts have them with their errors
    protein_charge_share: Number = 0.664
    slip_share: Number = 0.199
    coat_filling: Number = 0.378
    complement_threshold: float = 0.0029  # weighted share that 4 of 10 plasmas pass with Doxil (szebeni_doxil); derived


CONSTANTS = Constants()
