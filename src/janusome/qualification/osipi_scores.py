"""How near a result comes to OSIPI's reference, in parts of OSIPI's own tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from janusome.qualification.section import Finding


@dataclass(frozen=True)
class Tolerance:
    """Absolute, in the unit of the file, and as a share of the reference; they add."""

    absolute: float
    relative: float = 0.0

    def around(self, reference: float) -> float:
        """Return the largest deviation that is allowed."""
        return self.absolute + self.relative * abs(reference)

    def written(self, unit: str) -> str:
        """Say it in words."""
        return f"{self.absolute:g} {unit}".strip() + (f" + {100 * self.relative:g} %" if self.relative else "")


@dataclass(frozen=True)
class Compared:
    """One number of one case: reference and ours in the unit of the file, with our standard error if there is one."""

    case: str
    quantity: str
    unit: str
    reference: float
    found: float
    tolerance: Tolerance
    standard_error: float | None = None
    freedom: float = float("inf")

    @property
    def strain(self) -> float:
        """The deviation in parts of the tolerance; above one it is missed."""
        return abs(self.found - self.reference) / self.tolerance.around(self.reference)

    @property
    def covered(self) -> bool | None:
        """Whether the 95 % interval holds the reference."""
        if self.standard_error is None:
            return None
        return abs(self.found - self.reference) <= self.standard_error * float(stats.t.ppf(0.975, self.freedom))

    def row(self, file: str) -> dict[str, object]:
        """Return the row of a table of predictions."""
        reach = None if self.standard_error is None else self.standard_error * float(stats.t.ppf(0.95, self.freedom))
        return {
            "file": file,
            "case": self.case,
            "quantity": self.quantity,
            "unit": self.unit,
            "reference": self.reference,
            "q05": None if reach is None else self.found - reach,
            "q50": self.found,
            "q95": None if reach is None else self.found + reach,
            "tolerance": self.tolerance.around(self.reference),
            "within": self.strain <= 1.0,
        }


def scored(name: str, compared: Sequence[Compared]) -> Finding:
    """Return the worst deviation of one quantity; the target is met if every case is within the tolerance."""
    worst = max(compared, key=lambda each: each.strain)
    within = sum(each.strain <= 1.0 for each in compared)
    told = f"{within} of {len(compared)} within {worst.tolerance.written(worst.unit)}; worst {worst.case}"
    return Finding(name, worst.strain, target="at most 1 tolerance", met=within == len(compared), note=told)


def coverage(name: str, compared: Sequence[Compared]) -> tuple[Finding, ...]:
    """Return how often the 95 % interval holds the truth; nothing where there are no intervals."""
    asked = [each.covered for each in compared if each.covered is not None]
    if not asked:
        return ()
    note = f"{sum(asked)} of {len(asked)}"
    return (Finding(name, 100.0 * sum(asked) / len(asked), unit="%", note=note),)
