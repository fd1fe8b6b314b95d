"""Gold: 105 particles of Walkey 2014 before and after serum, what adsorbed on them and what cells took of them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.particle.corona.panel import Particle

Array = NDArray[np.float64]

FOLDER = "evidence/corona"
DESCRIPTORS = "walkey2014_gold_physchem_uptake.csv"
COUNTS = "walkey2014_gold_corona_spectral_counts.csv"

PRISTINE = {  # column: whether its logarithm is taken
    "zavg_nm_synth": True, "zeta_mV_synth": False, "pdi_synth": False, "tem_core_nm": True, "lspr_index_synth": False,
}  # fmt: skip
SERUM = {
    "zavg_nm_serum": True, "zeta_mV_serum": False, "pdi_serum": False, "lspr_index_serum": False,
    "protein_density_ug_cm2_recomputed": False,
}  # fmt: skip

# What the names say of a coat of PEG: kg/mol of a chain and chains per m^2. Densities are assumed: thiols of PEG stand at
# a few tenths per nm^2, and at a tenth of that where the name says low density (LD).
THIOL, LOW_DENSITY, PLURONIC = 0.3e18, 0.03e18, (4.4, 0.1e18)
NO_COAT = (2.0, 0.0)


@dataclass(frozen=True)
class Gold:
    """The particles: names, numbers by column, the shares of the proteins found on each (particles, proteins)."""

    names: tuple[str, ...]
    classes: tuple[str, ...]
    columns: dict[str, Array]
    shares: Array

    def particle(self) -> Particle:
        """Return the pristine particles as the model of the corona sees them."""
        coats = np.array([coat_of(name) for name in self.names])
        return Particle(
            diameter=self.columns["zavg_nm_synth"] * 1e-9,
            zeta_potential=self.columns["zeta_mV_synth"] * 1e-3,
            hydrophobicity=np.full(len(self.names), 0.5),
            peg_molar_mass=coats[:, 0],
            peg_density=coats[:, 1],
        )

    def described(self, chosen: dict[str, bool]) -> Array:
        """Return descriptors, (particles, descriptors)."""
        return np.stack([np.log(self.columns[name]) if log else self.columns[name] for name, log in chosen.items()], axis=-1)

    def pristine(self) -> Array:
        """Return what is known before serum: descriptors and the class of charge."""
        charged = [[float(one == kind) for kind in ("Anionic", "Cationic")] for one in self.classes]
        return np.concatenate([self.described(PRISTINE), np.array(charged)], axis=-1)

    def in_serum(self) -> Array:
        """Return what was measured after serum, and by how much size and zeta potential changed."""
        grown = np.log(self.columns["zavg_nm_serum"] / self.columns["zavg_nm_synth"])
        shifted = self.columns["zeta_mV_serum"] - self.columns["zeta_mV_synth"]
        return np.concatenate([self.described(SERUM), grown[:, None], shifted[:, None]], axis=-1)


def coat_of(name: str) -> tuple[float, float]:
    """Return the molar mass (kg/mol) and the density (1/m^2) of the PEG coat that a particle's name tells of.

    >>> coat_of("G15.mPEG5K-SH"), coat_of("G15.CIT")
    ((5.0, 3e+17), (2.0, 0.0))
    """
    found = re.search(r"PEG(\d+)K", name)
    if found is not None:
        return float(found.group(1)), LOW_DENSITY if "(LD)" in name else THIOL
    return PLURONIC if "F127" in name else NO_COAT


def read_gold(data: Path) -> Gold:
    """Return the particles of a folder laid out as published."""
    rows = _rows(data / FOLDER / DESCRIPTORS)
    counted = {row["np_id"]: row for row in _rows(data / FOLDER / COUNTS)}
    wanted = (*PRISTINE, *SERUM, "log2_net_cell_assoc")
    counts = np.array([[float(n) for key, n in counted[row["np_id"]].items() if key != "np_id"] for row in rows])
    return Gold(
        names=tuple(row["np_id"] for row in rows),
        classes=tuple(row["charge_class"] for row in rows),
        columns={name: np.array([float(row[name]) for row in rows]) for name in wanted},
        shares=counts / counts.sum(axis=1, keepdims=True),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
