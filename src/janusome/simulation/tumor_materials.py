"""Materials: what a lesion is read out for, where it stands among the states, and from which concentration on it acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.model import TARGET, Form, Species
from janusome.simulation.assembly import Assembly
from janusome.simulation.courses import WHOLE
from janusome.simulation.layout import ABSENT

Array = NDArray[np.float64]
HALF_MAXIMAL = "half-maximal concentration at the target, per volume of cells"
LABELS = (Form.ATTACHED, Form.DETACHED)


@dataclass(frozen=True)
class Material:
    """A carrier, a released drug (all of it, or at its target) or a label (attached or not)."""

    name: str
    form: str
    site: str
    species: tuple[Species, ...]

    def amount(self, assembly: Assembly, lesion: str, states: Array) -> Array:
        """Return what stands outside the vessels of each place of a lesion: states (..., states) to mol (..., places)."""
        found = [
            states[..., index]
            for pool, index in assembly.layout.pools.items()
            if pool.region == lesion and pool.species in self.species and self.site in (WHOLE, pool.site)
            if not (index == ABSENT).any()
        ]
        return np.asarray(sum(found[1:], found[0]))


def materials_of(groups: Sequence[tuple[str, str, tuple[Species, ...]]]) -> list[Material]:
    """Return the carrier, each released drug with its target, and each label, of what is followed (`CourseMaker.given`)."""
    found = []
    for name, form, group in groups:
        whole = len([one for one in groups if one[0] == name]) == 1 or form == "total"
        if group[0].form is Form.CARRIER or (group[0].form in LABELS and whole):
            found.append(Material(name, form, WHOLE, group))
        elif form == Form.RELEASED:
            found += [Material(name, form, WHOLE, group), Material(name, form, TARGET, group)]
    return found


@dataclass(frozen=True)
class Potency:
    """Half-maximal concentration of a drug at its target, mol/m^3 of cells, and their volume, m^3: (lanes, places) each."""

    half_maximal: Array
    cell_volume: Array


def potency_of(material: Material, assembly: Assembly, lesion: str) -> Potency | None:
    """Return the concentration at which a drug has half of its effect, if the run has one for its target."""
    for acting in assembly.acting if material.site == TARGET else ():
        field = acting.fields.get("half_maximal_target_concentration")
        if field is not None and acting.species in material.species and acting.region.name == lesion:
            volume = assembly.parameters[:, acting.surroundings["cell_volume"]]
            return Potency(assembly.parameters[:, field], volume)
    return None
