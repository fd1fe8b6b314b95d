"""Published values: the rows of a table of human and animal pharmacokinetics, and how each product in it is simulated.

A row names a product, a dose and a parameter. `REGIMENS` says how that product is simulated, `FIGURES` which of our figures
the parameter is; `why_not` gives the reason for what neither knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from janusome.model import TARGET
from janusome.simulation.courses import TOTAL, WHOLE
from janusome.specification.study import Study

WOMAN, MAN, MOUSE = "human-female", "human-male", "mouse"
DRAWS = 199
RELEASED = "released"
TERMINAL_VOLUME = "volume of the terminal phase"


@dataclass(frozen=True)
class Published:
    """One published value; `low` and `high` are the ends of its range over patients, or None."""

    product: str
    group: str
    dose_text: str
    analyte: str
    parameter: str
    value: float
    unit: str
    spread: str
    source: str

    @property
    def dose(self) -> float | None:
        """The dose, mg/m^2 in people and mg/kg in animals."""
        found = re.search(r"([\d.]+) mg/(m2|kg)", self.dose_text)
        return float(found.group(1)) if found else None

    @property
    def range(self) -> tuple[float, float] | None:
        """The least and the greatest over patients."""
        found = re.search(r"\(([\d.]+)-([\d.]+)\)", self.spread)
        return (float(found.group(1)), float(found.group(2))) if found else None


@dataclass(frozen=True)
class Regimen:
    """How a product is simulated. Infusion times that a source does not state are the usual ones."""

    formulation: str | Mapping[str, Any]
    drug: str
    over: str
    until: str
    hosts: tuple[str, ...] = (WOMAN, MAN)
    tumor: Mapping[str, Any] | None = None
    event: Mapping[str, str] = field(default_factory=dict)  # what the dose holds besides
    fitted: Mapping[float, tuple[str, ...]] = field(default_factory=dict)  # dose -> parameters that values were fitted to

    @property
    def form(self) -> str:
        """What an assay of the whole drug sees."""
        return RELEASED if isinstance(self.formulation, str) and self.formulation.startswith("free-") else TOTAL

    def study(self, host: str, dose: float, *, draws: int = DRAWS) -> Study:
        """Return the study of one dose in one host."""
        per, bolus = ("mg/m^2", {"over": self.over}) if host != MOUSE else ("mg/kg", {})
        given = {"at": "0 h", "dose": f"{dose:g} {per}", "of": self.drug, "route": "intravenous"}
        tumor = {} if self.tumor is None else {"tumor": dict(self.tumor)}
        return Study(
            study="validation",
            formulation=self.formulation,  # pyright: ignore[reportArgumentType]
            host=host,  # pyright: ignore[reportArgumentType]
            protocol=[given | bolus | dict(self.event)],  # pyright: ignore[reportArgumentType]
            controls=(),
            outputs={"until": self.until, "draws": draws},  # pyright: ignore[reportArgumentType]
            **tumor,  # pyright: ignore[reportArgumentType]
        )


# Products that the library has no formulation for, composed of its rows; the contents are guesses.
MYOCET = {
    "name": "myocet-like",
    "carrier": "plain-liposome",
    "payloads": {"doxorubicin": {"values": {"molecules_per_particle": {"value": 60000, "cv": 0.5}}}},
}
ONIVYDE = {
    "name": "onivyde-like",
    "carrier": "peg-liposome",
    "payloads": {"irinotecan": {"values": {"molecules_per_particle": {"value": 80000, "cv": 0.3}}}},
}
FREE = ("CL", "AUC", "Vd", "t_half_2")


def _doxil(**said: Any) -> Regimen:
    return Regimen("doxil", "doxorubicin", over="30 min", until="40 d", **said)


def _free(**said: Any) -> Regimen:
    return Regimen("free-doxorubicin", "doxorubicin", over="5 min", until="96 h", **said)


def _abraxane(**said: Any) -> Regimen:
    return Regimen("abraxane", "paclitaxel", over="30 min", until="10 d", **said)


def _in_mice(formulation: str, *, until: str) -> Regimen:
    tumor = {"kind": "breast-triple-negative", "volume": "0.3 cm^3", "voxels": 1}
    return Regimen(formulation, "doxorubicin", over="", until=until, hosts=(MOUSE,), tumor=tumor)


REGIMENS = {
    "Doxil/Caelyx": _doxil(fitted={10.0: ("Cmax", "AUC", "Vss", "t_half_2")}),
    "Doxil/Caelyx (PLD)": _doxil(),
    "SSL DOX (Doxil)": _doxil(),
    "free DOX": _free(fitted={25.0: FREE, 50.0: FREE}),
    "Doxorubicin": _free(),
    "Abraxane": _abraxane(fitted={260.0: ("CL", "V_per_m2", "t_half_terminal")}),
    "ABI-007 (Abraxane)": _abraxane(),
    "TLC D-99 (Myocet)": Regimen(MYOCET, "doxorubicin", over="60 min", until="20 d"),
    "Onivyde": Regimen(ONIVYDE, "irinotecan", over="90 min", until="40 d"),
    "64Cu-MM-302 (lesions)": Regimen(
        "mm-302-cu64",
        "doxorubicin",
        over="1 h",
        until="72 h",
        hosts=(WOMAN,),
        tumor={"kind": "breast-her2", "volume": "10 cm^3", "voxels": 1},
        event={"activity": "400 MBq"},
    ),
    "Doxil 9 mg/kg": _in_mice("doxil", until="7 d"),
    "Doxil 16 mg/kg": _in_mice("doxil", until="7 d"),
    "free doxorubicin 9 mg/kg": _in_mice("free-doxorubicin", until="24 h"),
}
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
}
IN_TUMOR = {
    "tumour_AUC_total": (WHOLE, "auc"),
    "tumour_AUC_nuclear": (TARGET, "auc"),
    "tumour_Cmax_total": (WHOLE, "peak"),
    "tumour_Cmax_nuclear": (TARGET, "peak"),
    "tumour_Tmax": (WHOLE, "time of peak"),
}
UPTAKE = {"uptake at 24 h": 24.0, "uptake at 48 h": 48.0}  # hours after the dose
WHY_NOT = {
    "t_half_1": "the first phase of a fit of two exponentials; our rules give the terminal half-life alone",
    "t_half_dist": "the first phase of a fit of two exponentials; our rules give the terminal half-life alone",
    "protein_bound": "an input: the unbound fraction",
    "unbound_fraction_nab": "an input: the unbound fraction",
    "unbound_fraction_solvent": "solvents are not followed",
    "CL_vs_solvent": "solvents are not followed",
    "V_vs_solvent": "solvents are not followed",
    "t_half_beta_blood": "a range over species without a dose",
    "t_half_beta_blood_human": "a range without a dose",
    "tumour uptake 24-48 h": "the row below, from the abstract",
    "tumour_t_half": "the tumor is not followed for long enough after its peak",
    "tumour_MRT": "the tumor is not followed for long enough after its peak",
}
# Units as they are written here; a microequivalent in a gram of tumor is read as a microgram in a millilitre.
SPELLED = {
    "mg*h/L": "mg h/L",
    "ug*h/mL": "ug h/mL",
    "L/h/m2": "L/(h m^2)",
    "L/m2": "L/m^2",
    "day*ug/mL": "d ug/mL",
    "day*ng/mL": "d ng/mL",
    "day": "d",
    "ueq/g": "ug/mL",
    "ueq*h/g": "ug h/mL",
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
            value=float(line["value"]),
            unit=line["unit"],
            spread=line["spread"],
            source=line["source"] + ("" if line["seen"] == "yes" else " (not seen: from memory)"),
        )
        for line in lines
    )
    return (*read, *FURTHER)


def why_not(row: Published) -> str:
    """Return why a row cannot be set beside ours, or nothing."""
    if row.parameter in WHY_NOT:
        return WHY_NOT[row.parameter]
    if row.product not in REGIMENS:
        return "no formulation of the library stands for this product"
    if row.dose is None:
        return "the row states no dose"
    known = {*FIGURES, *IN_TUMOR, *UPTAKE}
    return "" if row.parameter in known else "not a figure that is computed here"
