"""Values: a number with its unit, its spread, the conditions it was measured under, and where it comes from.

Spreads are lognormal around a median: `sd_ln` is the standard deviation of the logarithm. What is zero or negative (a zeta
potential) is spread normally instead. Where no spread is given, it follows from the grade: what was measured elsewhere, on
another particle or host, is not known better than within a factor of exp(1.645 x 0.3) = 1.6 here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, ValidationInfo, model_validator

from janusome import units
from janusome.specification.refusals import Origin, Refusal

Grade = Literal["measured", "derived", "assumed", "given"]

SPREAD_OF_GRADE: dict[str, float] = {"measured": 0.3, "derived": 0.5, "assumed": 0.7, "given": 0.3}
FROM_5TH_TO_95TH = 3.290  # standard deviations between these percentiles of a normal distribution

Finite = Annotated[StrictFloat, Field(allow_inf_nan=False)]


class Value(BaseModel):
    """A number of the library or of a study.

    `low` and `high` are the 5th and 95th percentile; `cv` is a coefficient of variation, zero for an exact constant. The grade
    `given` is for what a user says of their own particle or host; it needs no source.

    >>> round(Value(value=85, unit="nm", cv=0).internal * 1e9, 6)
    85.0
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Finite
    unit: str = ""
    low: Finite | None = None
    high: Finite | None = None
    cv: Annotated[StrictFloat, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    grade: Grade = "given"
    source: str | None = None
    where: str | None = None
    conditions: dict[str, str] = {}
    note: str | None = None
    joint: str | None = None  # name in a matrix of correlations beside the rows of a user's library
    origin: str = "study"  # "study", "user library" or "shipped"; set by the reader, not by the writer
    widened_by: float = 0.0  # added in quadrature where conditions of the measurement are not known

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, (str, int, float)) and not isinstance(data, bool):
            data = _shorthand(data)
        if not isinstance(data, Mapping):
            return data
        for name in ("origin", "widened_by"):
            if name in data:
                raise Refusal(f"holds `{name}`, which janusome sets itself", "leave it out")
        origin = info.context if isinstance(info.context, Origin) else Origin()
        if origin.owner == "shipped" and "grade" not in data:
            raise Refusal("has no grade", "give `grade`: measured, derived or assumed")
        return {**data, "origin": origin.owner}

    @model_validator(mode="after")
    def _checked(self) -> Value:
        if (self.low is None) != (self.high is None):
            raise Refusal("has one end of a range", "give both `low` and `high`, the 5th and 95th percentile")
        if self.low is not None and self.cv is not None:
            raise Refusal("has two spreads", "give either `low` and `high` or `cv`")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise Refusal(f"is {self.value:g} with low {self.low:g} and high {self.high:g}", "give low <= value <= high")
        if self.grade in ("measured", "derived") and not (self.source and self.where):
            missing = " and ".join(f"`{name}`" for name in ("source", "where") if not getattr(self, name))
            raise Refusal(f"is graded {self.grade} without {missing}", "name the source and where in it the value stands")
        if self.joint is not None and (self.origin != "user library" or not self.source):
            raise Refusal("holds `joint`", "only a row of your own library with a `source` is drawn jointly; leave it out")
        if self.grade == "given" and self.origin == "shipped":
            raise Refusal("is graded given", "in the shipped library allowed is measured, derived or assumed")
        return self

    @cached_property
    def internal(self) -> float:
        """The number in the internal set; the median of its distribution."""
        return units.to_internal(self.value, self.unit)

    @property
    def lognormal(self) -> bool:
        """Whether the value is spread by a factor; what is zero or negative is spread by a term."""
        return self.internal > 0 and (self.low is None or units.to_internal(self.low, self.unit) > 0)

    @cached_property
    def sd_ln(self) -> float:
        """Standard deviation of the logarithm; that of the value relative to its size where it is not positive."""
        return math.hypot(self._own_spread(), self.widened_by)

    @property
    def sd(self) -> float:
        """Standard deviation in the internal set of a value that is not lognormal."""
        if self.low is not None and self.high is not None:
            width = units.to_internal(self.high, self.unit) - units.to_internal(self.low, self.unit)
            return math.hypot(width / FROM_5TH_TO_95TH, self.widened_by * abs(self.internal))
        return abs(self.internal) * self.sd_ln

    def at(self, z: Any) -> Any:
        """Return the value, in the internal set, `z` standard deviations away from its median."""
        import numpy as np

        if self.lognormal:
            return self.internal * np.exp(self.sd_ln * np.asarray(z))
        return self.internal + self.sd * np.asarray(z)

    def written(self) -> str:
        """Return number and unit as a person writes them."""
        return f"{self.value:g} {self.unit}".strip()

    def _own_spread(self) -> float:
        if self.low is not None and self.high is not None:
            if not self.lognormal:
                return self.sd / abs(self.internal) if self.internal else 0.0
            return (
                math.log(units.to_internal(self.high, self.unit) / units.to_internal(self.low, self.unit)) / FROM_5TH_TO_95TH
            )
        if self.cv is not None:
            return math.sqrt(math.log1p(self.cv**2))
        return SPREAD_OF_GRADE[self.grade]


def _shorthand(data: str | float) -> Any:
    """Read "85 nm" or 0.5 as a value."""
    found = units.QUANTITY.match(str(data))
    if found is None:
        raise Refusal(f"is {str(data)[:60]!r}, which is no quantity", "write a number and a unit, such as 85 nm")
    return {"value": float(found.group(1)), "unit": found.group(2)}


def _listed(data: Any) -> Any:
    if data in ([], ()):
        raise Refusal("is an empty list", "give a value, or leave the name out")
    return data if isinstance(data, (list, tuple)) else (data,)


Alternatives = Annotated[tuple[Value, ...], BeforeValidator(_listed)]
Values = dict[str, Alternatives]


def choose(values: Sequence[Value], **conditions: str) -> Value:
    """Return the value measured under the conditions nearest to those asked for; numbers in them are compared as factors.

    >>> low, high = (Value(value=n, unit="1/(mM s)", conditions={"field": f}) for n, f in ((20, "1.5 T"), (10, "7 T")))
    >>> choose((low, high), field="3 T").value
    20.0
    """
    return min(values, key=lambda value: sum(_distance(value.conditions.get(k), v) for k, v in conditions.items()))


def _distance(found: str | None, asked: str) -> float:
    if found is None:
        return 100.0
    one, other = _leading_number(found), _leading_number(asked)
    if one and other:
        return abs(math.log(one / other))
    return 0.0 if found.strip().lower() == asked.strip().lower() else 10.0


def _leading_number(text: str) -> float | None:
    number = re.match(r"\s*(\d+\.?\d*(?:[eE][-+]?\d+)?)", text)
    return float(number.group(1)) if number else None
