"""Units: numbers with units enter once, here, and become numbers of one coherent set.

The internal set is the SI: m, kg, s, K, A, mol, with `cell` as a count of its own. Amounts of carriers, receptors, payloads
and nuclides are all amounts of substance (a particle is 1/N_A mol); pH, fractions and percentages are plain numbers.
No factor of 1000 appears anywhere else.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from janusome.errors import InputError

if TYPE_CHECKING:
    import jax
    import numpy as np
    import pint
    from numpy.typing import NDArray

Q = TypeVar("Q", float, "NDArray[np.float64]", "jax.Array")  # a number, an array of draws, or what is differentiated
INTERNAL = ("m", "kg", "s", "K", "A", "mol", "cell")

QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


def quantity(unit: str, name: str | None = None, *, per: str = "place", positive: bool = True, **field: Any) -> Any:
    """Declare a field of a law or a record that holds a number in the internal set.

    Parameters
    ----------
    unit
        Written as on paper; it fixes the dimension, which a test checks through the law.
    name
        The controlled name under which `assemble` looks the value up; the field's own name if absent.
    per
        What the array has one entry of: "place", or "link" between two places.
    positive
        Whether the contract tests may draw only values above zero.
    """
    import equinox as eqx

    return eqx.field(metadata={"unit": unit, "name": name, "per": per, "positive": positive}, **field)


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """Return the one registry, with the field's own units added."""
    import pint

    units = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    units.define("cell = [cell_count] = _ = cells")
    units.define("receptor = particle")
    return units


@lru_cache(maxsize=4096)
def factor(unit: str) -> float:
    """Return what one `unit` is in the internal set.

    >>> round(factor("mg/mL"), 12)
    1.0
    """
    return float(registry().Quantity(1.0, _parsed(unit)).to_base_units().magnitude)


def to_internal(number: float, unit: str) -> float:
    """Convert a number in `unit` into the internal set; temperatures in degC become kelvin.

    >>> round(to_internal(85, "nm") * 1e9, 9)
    85.0
    """
    kelvin = {"degC": 273.15, "°C": 273.15, "celsius": 273.15}.get(unit.strip())
    return number + kelvin if kelvin is not None else number * factor(unit)


def from_internal(number: Any, unit: str) -> Any:
    """Convert a number or an array of the internal set into `unit`."""
    kelvin = {"degC": 273.15, "°C": 273.15, "celsius": 273.15}.get(unit.strip())
    return number - kelvin if kelvin is not None else number / factor(unit)


@lru_cache(maxsize=4096)
def dimension(unit: str) -> Any:
    """Return the dimension of a unit as pint writes it."""
    return registry().Quantity(1.0, _parsed(unit)).dimensionality


def same_dimension(one: str, other: str) -> bool:
    """Tell whether two units measure the same thing."""
    return dimension(one) == dimension(other)


def parse(text: str | float, *, unit: str, place: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Read what a user wrote, such as "85 nm", and return it in the internal set.

    Parameters
    ----------
    text
        A number and a unit. A bare number is taken only where `unit` is dimensionless.
    unit
        What is expected; only its dimension matters, and `low` and `high` are in it.
    place
        Where the text stands, for the message.

    Raises
    ------
    InputError
        If it is no quantity, has another dimension, or lies outside [low, high].
    """
    example = f"write a number and a unit, such as 1 {unit}" if unit else "write a plain number or a percentage"
    if isinstance(text, bool):
        raise InputError(place, f"is {text}", example)
    number, written = _number_and_unit(str(text), place=place, example=example)
    if not math.isfinite(number):
        raise InputError(place, f"is {text}", "write a finite number")
    try:
        agrees = same_dimension(written, unit)
    except InputError:
        raise
    except Exception as error:  # pint raises a family of its own for text that is no unit
        raise InputError(place, f"is {text!r}, and {written!r} is not a unit", example) from error
    if not agrees:
        found, wanted = dimension(written), dimension(unit)
        raise InputError(
            place,
            f"is {text!r}, which measures {_words(found)}",
            f"a quantity of {_words(wanted)} is needed: {example}",
        )
    internal = to_internal(number, written)
    shown = from_internal(internal, unit) if unit else internal
    if not low <= shown <= high:
        raise InputError(place, f"is {text}", f"allowed is {_range(low, high, unit)}")
    return internal


def _number_and_unit(text: str, *, place: str, example: str) -> tuple[float, str]:
    found = QUANTITY.match(text)
    if found is None:
        raise InputError(place, f"is {text!r}, which is no quantity", example)
    written = found.group(2)
    if written == "%":
        return float(found.group(1)) / 100.0, ""
    return float(found.group(1)), written


def _parsed(unit: str) -> str:
    """Read a unit as people write it: `1/(mM s)`, `m^3/(mol s)`, `°C`, `µg`."""
    text = unit.replace("°C", "delta_degC").replace("·", "*").replace("%", "percent").strip() or "dimensionless"
    text = re.sub(r"\bdegC\b", "delta_degC", text)
    return re.sub(r"(?<=[\w)])\s+(?=[A-Za-zµ(])", "*", text)


def _words(dimensionality: Any) -> str:
    text = str(dimensionality).replace("[", "").replace("]", "").replace(" ** ", "^").replace(" * ", "·").replace(" / ", "/")
    return "a plain number" if text in ("dimensionless", "") else text


def _range(low: float, high: float, unit: str) -> str:
    if math.isinf(high):
        return f"{low:g} {unit} or more".replace("  ", " ")
    if math.isinf(low):
        return f"{high:g} {unit} or less"
    return f"{low:g} to {high:g} {unit}".strip()
