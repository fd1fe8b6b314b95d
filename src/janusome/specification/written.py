"""Quantities as a user writes them: kept as text, so that a study can be written back, and checked when they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from janusome import units
from janusome.errors import InputError
from janusome.specification.refusals import Refusal


@dataclass(frozen=True)
class Measures:
    """Marks a text that measures what `unit` measures, between `low` and `high` in `unit`."""

    unit: str
    low: float
    high: float
    above_zero: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the text before it is taken as text."""
        return core_schema.no_info_before_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the text for editors."""
        described = f"A number and a unit, such as `1 {self.unit}`"
        return {**handler(schema), "description": described, "examples": [f"1 {self.unit}"]}

    def check(self, data: Any) -> str:
        """Return the text, or refuse it."""
        if isinstance(data, bool) or not isinstance(data, (str, int, float)):
            raise Refusal(f"is {_kind(data)}", f"write a number and a unit, such as 1 {self.unit}")
        number = _read(data, unit=self.unit, low=self.low, high=self.high)
        if self.above_zero and number <= 0:
            raise Refusal(f"is {data}", "give more than zero")
        return str(data)


def _read(data: str | float, *, unit: str, low: float, high: float) -> float:
    try:
        return units.parse(data, unit=unit, place="", low=low, high=high)
    except InputError as error:
        raise Refusal.of(error) from None


def _kind(data: Any) -> str:
    return "empty" if data is None else str(data)[:60]


def internal(text: str, unit: str) -> float:
    """Return a text that was checked already in the internal set."""
    return units.parse(text, unit=unit, place="")


YEAR = 24.0 * 366.0  # h

Moment = Annotated[str, Measures("h", 0, 10 * YEAR)]
Duration = Annotated[str, Measures("h", 0, 10 * YEAR, above_zero=True)]
Activity = Annotated[str, Measures("MBq", 0, 1e6, above_zero=True)]
Temperature = Annotated[str, Measures("degC", 30, 60)]
Injected = Annotated[str, Measures("mL", 1e-4, 1e4, above_zero=True)]
Concentration = Annotated[str, Measures("ug/mL", 1e-9, 1e6, above_zero=True)]
Length = Annotated[str, Measures("mm", 1e-3, 100, above_zero=True)]
Volume = Annotated[str, Measures("cm^3", 1e-6, 1e4, above_zero=True)]
BodyMass = Annotated[str, Measures("kg", 0.005, 400)]
Height = Annotated[str, Measures("cm", 5, 260)]
Age = Annotated[str, Measures("yr", 0, 120)]
Share = Annotated[str, Measures("", 0.01, 1)]
Filtration = Annotated[str, Measures("mL/min", 1, 500)]


class DoseQuantity(NamedTuple):
    """A dose in the internal set: mass (kg) or amount (mol), in total, or per body mass or body surface area."""

    number: float
    of: str  # "mass" or "amount"
    per: str  # "total", "body mass" or "body surface area"


_PER_MASS = re.compile(r"^(.*?)\s*/\s*(kg|g)$")
_DOSES = {
    "[mass]": ("mass", "total"),
    "[substance]": ("amount", "total"),
    "[mass] / [length] ** 2": ("mass", "body surface area"),
    "[substance] / [length] ** 2": ("amount", "body surface area"),
}
DOSE_EXAMPLE = (
    "write a mass, a number of particles or an amount, alone or per kg or m^2, such as 30 mg/m^2, 5 mg/kg or 1e12 particles"
)


def read_dose(data: Any) -> DoseQuantity:
    """Read a dose, or refuse it with what a dose may be."""
    text = str(data).strip()
    found = units.QUANTITY.match(text)
    if found is None or isinstance(data, bool):
        raise Refusal(f"is {text[:60]!r}, which is no quantity", DOSE_EXAMPLE)
    number, unit = float(found.group(1)), found.group(2)
    per_mass = _PER_MASS.match(unit)
    try:
        dimension = str(units.dimension(per_mass.group(1) if per_mass else unit)) if unit else ""
        factor = units.factor(unit) if unit else 1.0
    except Exception:  # pint raises a family of its own for text that is no unit
        raise Refusal(f"is {text!r}, and {unit!r} is not a unit", DOSE_EXAMPLE) from None
    kind = _DOSES.get(dimension)
    if kind is None or (per_mass and kind[1] != "total"):
        measures = "a plain number" if dimension in ("", "dimensionless") else dimension.replace("[", "").replace("]", "")
        raise Refusal(f"is {text!r}, which measures {measures.replace(' ** ', '^')}", DOSE_EXAMPLE)
    if not 0 < number * factor < 1e6:
        raise Refusal(f"is {text}", "give a dose above zero" if number <= 0 else "give a finite dose below 1e6 kg or mol")
    return DoseQuantity(number * factor, kind[0], "body mass" if per_mass else kind[1])


def _check_dose(data: Any) -> str:
    read_dose(data)
    return str(data)


Dose = Annotated[
    str,
    BeforeValidator(_check_dose),
    WithJsonSchema({"type": "string", "description": DOSE_EXAMPLE, "examples": ["30 mg/m^2"]}),
]
