"""Inputs and arms beside: published rows that are no figure of one course."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from janusome.model import Form, Species
from janusome.reporting.published import INPUTS, SPELLED, Published
from janusome.reporting.regimens import Regimen
from janusome.simulation.arms import CARRIER, TREATED, matter_of
from janusome.simulation.values import Place, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Drug, Overlay, Part
from janusome.specification.values import Value, Values
from janusome.units import factor

Array = NDArray[np.float64]

# abraxane_label, pharmacokinetics: shares unbound in the same patients, with solvent and as albumin particles
IN_SOLVENT, AS_PARTICLES = 0.023, 0.062


def given(row: Published, regimen: Regimen, study: ResolvedStudy) -> Array:
    """Return an input of a study in the unit of a published row, draw by draw."""
    name, of_it = INPUTS[row.parameter]
    species = Species(Form.CARRIER, CARRIER) if regimen.by_number else Species(Form.RELEASED, regimen.drug)
    book = ValueBook(draws=study.draws + 1, seed=study.seed)
    drawn = book.fill(name, matter_of(study, TREATED).chains[species], Place(study.host.species))
    return np.asarray(of_it(drawn)) / factor(SPELLED.get(row.unit, row.unit))


def in_solvent(study: ResolvedStudy) -> ResolvedStudy:
    """Return a study of free paclitaxel with the share unbound that its solvent leaves.

    What liver and tissues see is what is unbound, so intrinsic clearance and partition, which the library holds as fitted to
    albumin particles, are smaller by the ratio of both shares. The solvent stays: its own clearance is left out.
    """
    drug = study.drugs["paclitaxel"]
    people = drug.species["human"]
    held = people.model_copy(
        update={
            "values": _times(people.values, "partition_coefficient", IN_SOLVENT / AS_PARTICLES)
            | {"unbound_fraction": (Value(value=IN_SOLVENT, cv=0.2),)},
            "organs": {name: _scaled(part) for name, part in people.organs.items()},
        }
    )
    return replace(study, drugs={**study.drugs, drug.name: _with(drug, held)})


def _with(drug: Drug, people: Overlay) -> Drug:
    return drug.model_copy(update={"species": {**drug.species, "human": people}})


def _scaled(part: Part) -> Part:
    scaled = _times(part.values, "intrinsic_clearance_per_body_mass", IN_SOLVENT / AS_PARTICLES)
    return part.model_copy(update={"values": scaled})


def _times(table: Values, name: str, share: float) -> Values:
    """Return a table with one of its values, and its spread, times a share."""
    if name not in table:
        return dict(table)
    return {**table, name: tuple(_multiplied(one, share) for one in table[name])}


def _multiplied(value: Value, share: float) -> Value:
    ends = {end: share * getattr(value, end) for end in ("low", "high") if getattr(value, end) is not None}
    return Value(value=share * value.value, unit=value.unit, cv=value.cv, conditions=value.conditions, **ends)
