"""Measures: what the unit of an observation says of it: a share, a mass, a number or an activity, per what."""

from __future__ import annotations

import re
from dataclasses import dataclass

from janusome.specification.refusals import Refusal
from janusome.units import dimension, factor, same_dimension

SHARE, MASS, AMOUNT, ACTIVITY, VOLUME = "share of the dose", "mass", "amount", "activity", "volume"
PER_MASS, PER_VOLUME, WHOLE = "mass", "volume", "whole"
INJECTED = re.compile(r"%\s*(?:ID|IA|dose)|ID\s*%", flags=re.IGNORECASE)
WHOLES = ("organ", "tissue", "tumor", "animal")
EXAMPLES = "write one such as %ID/g, %ID, ug/mL, ug/g, ng, nmol/L, particle/mL or kBq/mL"


@dataclass(frozen=True)
class Measure:
    """What one unit measures, per what, and how much it is in the internal set."""

    kind: str
    per: str
    factor: float


def measure(unit: str) -> Measure:
    """Read the unit of an observation.

    >>> measure("%ID/g").kind, measure("nmol/L").per, round(measure("kBq/mL").factor)
    ('share of the dose', 'volume', 1000000000)

    Raises
    ------
    Refusal
        If it is no unit, or measures something else.
    """
    text = INJECTED.sub("%", unit).strip()
    above, slash, below = text.partition("/")
    below = "" if below.strip() in WHOLES else below.strip().strip("()")
    try:
        if not below and same_dimension(above, "mol/m^3"):
            return Measure(AMOUNT, PER_VOLUME, factor(above))
        kind = SHARE if above.strip() == "%" else _kind(above)
        per = _per(below)
        if kind is None or per is None or (kind == VOLUME and slash):
            raise Refusal(f"is {unit!r}, which measures {dimension(text)}", EXAMPLES)
        return Measure(kind, per, factor(above) / (factor(below) if below else 1.0))
    except Refusal:
        raise
    except Exception as error:  # pint raises a family of its own for text that is no unit
        raise Refusal(f"is {unit!r}, which is no unit", EXAMPLES) from error


def _kind(unit: str) -> str | None:
    if not unit.strip():
        return None
    kinds = ((MASS, "kg"), (AMOUNT, "mol"), (ACTIVITY, "Bq"), (VOLUME, "m^3"))
    return next((kind for kind, example in kinds if same_dimension(unit, example)), None)


def _per(unit: str) -> str | None:
    if not unit:
        return WHOLE
    return next((per for per, example in ((PER_MASS, "kg"), (PER_VOLUME, "m^3")) if same_dimension(unit, example)), None)
