"""Conditions of measurement: what a number means only if it is said, and how much is lost if it is not.

A value that a user gives without them is widened: the spread named here is added in quadrature to the value's own, because
what is not known about the measurement is independent of what is. The spreads are assumed, and say so in the report.
"""

from __future__ import annotations

from dataclasses import dataclass

from janusome.specification.values import Value


@dataclass(frozen=True)
class Caution:
    """Something accepted that the reader should know."""

    place: str
    what: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.place} {self.what}; {self.consequence}."


@dataclass(frozen=True)
class Condition:
    """A condition that a quantity needs, and the sd_ln that not knowing it adds."""

    name: str
    spread: float
    because: str


_FIELD = Condition("field", 0.5, "relaxation changes severalfold from 0.5 T to 7 T")

NEEDED: dict[str, tuple[Condition, ...]] = {
    "hydrodynamic_diameter": (
        Condition("weighting", 0.2, "intensity, volume and number weighting give different diameters"),
        Condition("medium", 0.1, "proteins and salts change the diameter"),
    ),
    "core_diameter": (Condition("weighting", 0.1, "a mean by number and one by volume differ"),),
    "zeta_potential": (Condition("medium", 0.5, "it depends on pH and ionic strength"),),
    "longitudinal_relaxivity": (_FIELD,),
    "transverse_relaxivity": (_FIELD,),
    "effective_transverse_relaxivity": (_FIELD,),
    "longitudinal_relaxation_time": (_FIELD,),
    "transverse_relaxation_time": (_FIELD,),
    "effective_transverse_relaxation_time": (_FIELD,),
    "loading": (Condition("basis", 0.3, "per mass of particle, of carrier or of lipid are different numbers"),),
}


def missing(name: str, value: Value) -> tuple[Condition, ...]:
    """Return the conditions that a value should state and does not."""
    return tuple(each for each in NEEDED.get(name, ()) if not value.conditions.get(each.name, "").strip())


def widened(name: str, value: Value, *, place: str) -> tuple[Value, Caution | None]:
    """Return the value with the spread of what is not said about it, and the caution that says so."""
    lacking = missing(name, value)
    if not lacking or value.origin == "shipped":
        return value, None
    spread = sum(each.spread**2 for each in lacking) ** 0.5
    wider = value.model_copy(update={"widened_by": spread})
    names = " and ".join(f"`{each.name}`" for each in lacking)
    because = "; ".join(each.because for each in lacking)
    return wider, Caution(
        place,
        f"is {value.written()} without the {names} of the measurement ({because})",
        f"its spread is widened to a factor of {2.718281828 ** (1.645 * wider.sd_ln):.2g} either way: add `conditions`",
    )
