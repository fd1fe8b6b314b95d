"""Dissolved: whether a free drug dissolves in the volume that it is injected in."""

from __future__ import annotations

from janusome.specification.protocol import Dosing
from janusome.specification.refusals import Refusal
from janusome.specification.rows import Drug
from janusome.specification.written import internal
from janusome.units import from_internal, to_internal

WATER, SOLVENT = "water", "solvent"


def undissolved(event: Dosing, drug: Drug, vehicle: str | None, *, amount: float) -> tuple[str, str] | None:
    """Return what the reader should know of a dose (mol) above the solubility in water, and what follows; nothing below it.

    Raises
    ------
    Refusal
        If a plain solution would have to hold more than the upper end of what is known of the solubility.
    """
    solubility, molar_mass = drug.find("aqueous_solubility"), drug.find("molar_mass")
    if not (event.volume and solubility and molar_mass):
        return None
    reached, known = amount * molar_mass[0].internal / internal(event.volume, "mL"), solubility[0]
    if reached <= known.internal:
        return None
    highest = known.internal if known.high is None else to_internal(known.high, known.unit)
    made = f"makes {from_internal(reached, 'mg/mL'):.3g} mg/mL where water dissolves {known.written()}"
    what = f"is {event.volume} for {event.dose} of {drug.name}, which {made}"
    if vehicle == WATER and reached > highest:
        remedy = "give a larger volume or a smaller dose, a carrier, or a formulation with `vehicle: solvent`"
        raise Refusal(what, remedy)
    held = "its solvent has to hold it" if vehicle == SOLVENT else "something has to hold it in solution"
    return what, f"{held}; what precipitates in blood is not followed"
