"""Published values: the rows of a table of human and animal pharmacokinetics, and which of our figures each is.

A row names a product, a dose and a parameter. `FIGURES` says which of our figures the parameter is; `why_not` gives the reason
where there is none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.model import TARGET
from janusome.reporting.regimens import FITTED, PEOPLE, TAKEN, hosts_of, regimen_of
from janusome.simulation.courses import WHOLE
from janusome.units import same_dimension

TERMINAL_VOLUME = "volume of the terminal phase"
RETAINED = "half-life of what the body holds"
INSIDE = "share inside the carrier"
NUMBER = r"\d+(?:\.\d+)?"


@dataclass(frozen=True)
class Published:
    """One published value."""

    product: str
    group: str
    dose_text: str
    analyte: str
    parameter: str
    value: float
    unit_text: str
    spread: str
    source: str

    @property
    def unit(self) -> str:
        """The unit alone: what follows it in the cell is a remark."""
        word = self.unit_text.split(" ")[0] if self.unit_text else ""
        return word if word and word != "%" else self.unit_text

    @property
    def dose(self) -> float | None:
        """The dose: mg/m^2 in people, mg/kg in animals, units of cytarabine per m^2; of a range its geometric middle."""
        found = re.search(rf"({NUMBER})(?:-({NUMBER}))? (?:mg|u)/(?:m2|kg)", f"{self.dose_text} {self.unit_text}")
        if not found:
            return None
        low, high = float(found.group(1)), float(found.group(2) or found.group(1))
        return math.sqrt(low * high)

    @property
    def range(self) -> tuple[float, float] | None:
        """The published range over patients.

        The least and the greatest; else the mean and one standard deviation either way; else one geometric standard deviation
        either way. A standard error is no range over patients.
        """
        printed = re.search(rf"\(({NUMBER})-({NUMBER})\)", self.spread) or re.search(
            rf"\D({NUMBER})-({NUMBER})\b", self.unit_text.partition(" ")[2]
        )
        if printed:
            return float(printed.group(1)), float(printed.group(2))
        deviation = re.search(rf"\+-({NUMBER})", self.spread)
        if deviation:
            return max(self.value - float(deviation.group(1)), 0.0), self.value + float(deviation.group(1))
        variation = re.search(rf"geo-CV [^%]*?({NUMBER}) %", self.spread)
        if variation:
            fold = math.exp(math.sqrt(math.log1p((float(variation.group(1)) / 100.0) ** 2)))
            return self.value / fold, self.value * fold
        return None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whom the row is of."""
        if self.parameter.endswith("_human"):
            return PEOPLE
        remark = self.unit_text.partition(" ")[2]
        return hosts_of(remark if hosts_of(remark) else self.group if not self.group.startswith("rodent") else self.source)

    @property
    def fitted(self) -> bool:
        """Whether a shipped value was fitted to the row, or a value or a spread taken from it."""
        return self.aimed_at or f"{self.analyte} {self.parameter}" in TAKEN.get((self.product, round(self.dose or 0.0)), ())

    @property
    def aimed_at(self) -> bool:
        """Whether a shipped value was fitted to the row."""
        return self.parameter in FITTED.get((self.product, round(self.dose or 0.0)), ())


FIGURES = {
    "Cmax": "peak_concentration",
    "AUC": "auc_to_infinity",
    "AUCss": "auc_to_infinity",
    "CL": "clearance",
    "Vss": "volume_at_steady_state",
    "Vd": "volume_at_steady_state",
    "V": "volume_at_steady_state",
    "V_per_m2": TERMINAL_VOLUME,
    "V_total": TERMINAL_VOLUME,
    "t_half": "terminal_half_life",
    "t_half_2": "terminal_half_life",
    "t_half_terminal": "terminal_half_life",
    "t_half_elim": "second_half_life",
    "docetaxel t_half": "terminal_half_life",
    "plasma t_half human": "terminal_half_life",
    "t_half_circulation": "terminal_half_life",
    "t_half_beta_blood": "terminal_half_life",
    "t_half_beta_blood_human": "terminal_half_life",
    "t_half_1": "first_half_life",
    "t_half_dist": "first_half_life",
    "V1": "central_volume",
    "V2": "peripheral_volume",
    "Q": "exchange_clearance",
    "fraction_encapsulated": INSIDE,
    "whole-body clearance half-time": RETAINED,
}
IN_TUMOR = {
    "tumour_AUC_total": (WHOLE, "auc"),
    "tumour_AUC_nuclear": (TARGET, "auc"),
    "tumour_Cmax_total": (WHOLE, "peak"),
    "tumour_Cmax_nuclear": (TARGET, "peak"),
    "tumour_Tmax": (WHOLE, "time of peak"),
    "tumour_t_half": (WHOLE, "half-life"),
    "tumour_MRT": (WHOLE, "residence"),
}
UPTAKE = {"uptake at 24 h": 24.0, "uptake at 48 h": 48.0, "tumour uptake 24-48 h range": 36.0}  # hours after the dose
# Inputs that rows print: the quantity, and what the row's number is of it.
INPUTS: Mapping[str, tuple[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]]] = {
    "protein_bound": ("unbound_fraction", lambda unbound: 1.0 - unbound),
    "unbound_fraction_nab": ("unbound_fraction", lambda unbound: unbound),
    "unbound_fraction_solvent": ("unbound_fraction", lambda unbound: unbound),
    "hydrodynamic_diameter": ("hydrodynamic_diameter", lambda diameter: diameter),
}
# Figures over those with the solvent; a row prints how much larger they are, and is read as their ratio.
AGAINST_SOLVENT = {"CL_vs_solvent": "CL", "V_vs_solvent": "V_total"}
LARGER = "% larger"
# Units as they are written here; a microequivalent in a gram of tumor is read as a microgram in a millilitre.
SPELLED = {
    "mg*h/L": "mg h/L",
    "ug*h/mL": "ug h/mL",
    "L/h/m2": "L/(h m^2)",
    "L/m2": "L/m^2",
    "day*ug/mL": "d ug/mL",
    "day*ng/mL": "d ng/mL",
    "day": "d",
    "fraction": "",
    LARGER: "",
    "ueq/g": "ug/mL",
    "ueq*h/g": "ug h/mL",
    "%ID/kg": "%/kg",
}


def _further(product: str, dose: str, analyte: str, source: str, *figures: tuple[str, float, str, str]) -> list[Published]:
    return [
        Published(product, "human", dose, analyte, name, value, unit, spread, source) for name, value, unit, spread in figures
    ]


# Values that the table lacks; sources are keys of library/sources.bib.
LESIONS = (3.1, "%/kg", "3.1 (0.52-18.5)")  # the range over 19 patients at 24 to 48 h, and its geometric middle
FURTHER = (
    *_further(
        "ABI-007 (Abraxane)",
        "260 mg/m2",
        "paclitaxel",
        "sparreboom2005, abstract",
        ("CL", 21.13, "L/h/m2", "n = 14"),
        ("V_per_m2", 663.8, "L/m2", "n = 14"),
    ),
    *_further(
        "64Cu-MM-302 (lesions)",
        "30 mg/m2",
        "cu-64",
        "lee2017, abstract",
        ("uptake at 24 h", *LESIONS),
        ("uptake at 48 h", *LESIONS),
    ),
    *_further(
        "Doxorubicin",
        "50 mg/m2",
        "doxorubicin",
        "rossi1987, abstract",
        ("CL", 12.0, "L/h/m2", ""),
        ("Vss", 605.0, "L/m2", ""),
        ("t_half_2", 38.0, "h", ""),
    ),
)


def published(lines: Iterable[Mapping[str, str]]) -> tuple[Published, ...]:
    """Return the rows of a table of published values, and the further ones that are cited here."""
    read = tuple(
        Published(
            product=line["product"],
            group=line["species"],
            dose_text=line["dose"],
            analyte=line["analyte"],
            parameter=line["parameter"],
            value=1.0 + float(line["value"]) / 100.0 if line["unit"] == LARGER else float(line["value"]),
            unit_text=line["unit"],
            spread=line["spread"],
            source=line["source"] + ("" if line["seen"] == "yes" else " (not seen: from memory)"),
        )
        for line in lines
    )
    return (*read, *FURTHER)


def why_not(row: Published) -> str:
    """Return why a row cannot be set beside ours, or nothing."""
    regimen = regimen_of(row.product)
    if regimen is None:
        return "no formulation of the library stands for this product"
    if row.parameter in {*INPUTS, *AGAINST_SOLVENT}:
        return ""
    if not row.hosts:
        return "the row does not say in whom"
    if dose_of(row) is None:
        return "the row states no dose"
    if row.parameter not in {*FIGURES, *IN_TUMOR, *UPTAKE}:
        return "not a figure that is computed here"
    return "" if _known_unit(row) else f"the unit {row.unit!r} is not known"


def dose_of(row: Published) -> float | None:
    """Return the dose of a row, else the usual one of its product in its host."""
    regimen = regimen_of(row.product)
    species = "human" if row.hosts == PEOPLE else "".join(row.hosts)
    usual = regimen.usual_dose.get(species) if regimen else None
    return usual if regimen and (row.dose is None or regimen.by_number) else row.dose


def _known_unit(row: Published) -> bool:
    unit = SPELLED.get(row.unit, row.unit)
    try:
        return any(same_dimension(unit, each) for each in MEASURED)
    except Exception:  # pint raises a family of its own for text that is no unit
        return False


MEASURED = ("", "h", "ug/mL", "ug h/mL", "L/h", "L", "L/(h m^2)", "L/m^2", "1/kg")
