"""Validation: published pharmacokinetics, row by row, beside what the shipped library gives.

A row of the table of published values names a product, a dose and a parameter. `REGIMENS` says how that product is
simulated, `FIGURES` which of our figures the parameter is; what neither knows is listed with the reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.model import TARGET
from janusome.simulation.courses import CORRECTED, IN_PLASMA, IN_TISSUE, PLASMA, SHARE_PER_MASS, TOTAL, WHOLE
from janusome.simulation.ensemble import at_times
from janusome.simulation.exposure import areas, exposure
from janusome.simulation.record import Arm, Course
from janusome.simulation.run import simulate
from janusome.specification.body_surface import body_surface_area
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Host
from janusome.specification.study import Study
from janusome.units import factor, from_internal, same_dimension, to_internal

Array = NDArray[np.float64]

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


@dataclass(frozen=True)
class Ours:
    """Our figure in one host, in the published unit: one number a draw."""

    host: str
    draws: Array

    @property
    def median(self) -> float:
        """The median over the draws that have the figure."""
        return float(np.nanmedian(self.draws))

    @property
    def interval(self) -> tuple[float, float]:
        """The 5th and 95th percentile."""
        low, high = np.nanquantile(self.draws, (0.05, 0.95))
        return float(low), float(high)


@dataclass(frozen=True)
class Compared:
    """A published value with ours, or with the reason why there is none."""

    published: Published
    ours: tuple[Ours, ...] = ()
    fitted: bool = False
    baseline: float | None = None
    why_not: str = ""

    def ratio(self, host: str) -> float:
        """Ours over the published value, by the median."""
        return next(one.median for one in self.ours if one.host == host) / self.published.value

    def fold(self, host: str) -> float:
        """The larger of ours over published and published over ours."""
        return math.exp(abs(math.log(self.ratio(host))))


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
TRIPLE_NEGATIVE = {"kind": "breast-triple-negative", "volume": "0.3 cm^3", "voxels": 1}
LIPOSOME = {"formulation": "doxil", "drug": "doxorubicin", "over": "30 min", "until": "40 d"}
IN_MICE = {"drug": "doxorubicin", "over": "", "hosts": (MOUSE,), "tumor": TRIPLE_NEGATIVE}
REGIMENS: dict[str, Regimen] = {
    "Doxil/Caelyx": Regimen(**LIPOSOME, fitted={10.0: ("Cmax", "AUC", "Vss", "t_half_2")}),
    "Doxil/Caelyx (PLD)": Regimen(**LIPOSOME),
    "SSL DOX (Doxil)": Regimen(**LIPOSOME),
    "free DOX": Regimen("free-doxorubicin", "doxorubicin", "5 min", "96 h", fitted={25.0: FREE, 50.0: FREE}),
    "Doxorubicin": Regimen("free-doxorubicin", "doxorubicin", "5 min", "96 h"),
    "Abraxane": Regimen("abraxane", "paclitaxel", "30 min", "10 d", fitted={260.0: ("CL", "V_per_m2", "t_half_terminal")}),
    "ABI-007 (Abraxane)": Regimen("abraxane", "paclitaxel", "30 min", "10 d"),
    "TLC D-99 (Myocet)": Regimen(MYOCET, "doxorubicin", "60 min", "20 d"),
    "Onivyde": Regimen(ONIVYDE, "irinotecan", "90 min", "40 d"),
    "64Cu-MM-302 (lesions)": Regimen(
        "mm-302-cu64",
        "doxorubicin",
        "1 h",
        "72 h",
        hosts=(WOMAN,),
        tumor={"kind": "breast-her2", "volume": "10 cm^3", "voxels": 1},
        event={"activity": "400 MBq"},
    ),
    "Doxil 9 mg/kg": Regimen("doxil", until="7 d", **IN_MICE),
    "Doxil 16 mg/kg": Regimen("doxil", until="7 d", **IN_MICE),
    "free doxorubicin 9 mg/kg": Regimen("free-doxorubicin", until="24 h", **IN_MICE),
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
SPELLED = {"mg*h/L": "mg h/L", "ug*h/mL": "ug h/mL", "L/h/m2": "L/(h m^2)", "L/m2": "L/m^2", "day*ug/mL": "d ug/mL", "day*ng/mL": "d ng/mL", "day": "d", "ueq/g": "ug/mL", "ueq*h/g": "ug h/mL"}  # fmt: skip
FURTHER = (
    Published("ABI-007 (Abraxane)", "human", "260 mg/m2", "paclitaxel", "CL", 21.13, "L/h/m2", "n = 14", "sparreboom2005, abstract"),
    Published("ABI-007 (Abraxane)", "human", "260 mg/m2", "paclitaxel", "V_per_m2", 663.8, "L/m2", "n = 14", "sparreboom2005, abstract"),
    Published("64Cu-MM-302 (lesions)", "human", "30 mg/m2", "cu-64", "uptake at 24 h", 3.1, "%/kg", "3.1 (0.52-18.5)", "lee2017, abstract: the range over 19 patients at 24 to 48 h, its geometric middle"),
    Published("64Cu-MM-302 (lesions)", "human", "30 mg/m2", "cu-64", "uptake at 48 h", 3.1, "%/kg", "3.1 (0.52-18.5)", "lee2017, abstract: the range over 19 patients at 24 to 48 h, its geometric middle"),
    Published("Doxorubicin", "human", "50 mg/m2", "doxorubicin", "CL", 12.0, "L/h/m2", "dose not restated", "rossi1987, abstract"),
    Published("Doxorubicin", "human", "50 mg/m2", "doxorubicin", "Vss", 605.0, "L/m2", "dose not restated", "rossi1987, abstract"),
    Published("Doxorubicin", "human", "50 mg/m2", "doxorubicin", "t_half_2", 38.0, "h", "dose not restated", "rossi1987, abstract"),
)  # fmt: skip


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


def compare(rows: Sequence[Published], library: Library, *, draws: int = DRAWS) -> tuple[Compared, ...]:
    """Simulate what the rows need, each dose in each host once, and set it beside them."""
    arms: dict[tuple[str, str, float], tuple[ResolvedStudy, Arm]] = {}

    def arm_of(regimen: Regimen, host: str, dose: float) -> tuple[ResolvedStudy, Arm]:
        key = (str(regimen.study(host, dose, draws=draws).plain()), host, dose)
        if key not in arms:
            study = resolve(regimen.study(host, dose, draws=draws), library)
            arms[key] = (study, simulate(study, grids={}).arms[0])
        return arms[key]

    found = []
    for row in rows:
        regimen, dose, reason = REGIMENS.get(row.product), row.dose, why_not(row)
        if regimen is None or dose is None or reason:
            found.append(Compared(row, why_not=reason))
            continue
        ours = tuple(Ours(host, figure(row, regimen, *arm_of(regimen, host, dose), dose=dose)) for host in regimen.hosts)
        fitted = row.parameter in regimen.fitted.get(dose, ())
        found.append(Compared(row, ours, fitted, None if fitted else _baseline(row, library)))
    return tuple(found)


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


def figure(row: Published, regimen: Regimen, study: ResolvedStudy, arm: Arm, *, dose: float) -> Array:
    """Return one figure of an arm in the unit of a published row, draw by draw."""
    if row.parameter in IN_TUMOR:
        site, kind = IN_TUMOR[row.parameter]
        return _in_tumor(_course(arm, regimen.drug, TOTAL if site == WHOLE else RELEASED, site, regimen), arm, kind)
    if row.parameter in UPTAKE:
        return from_internal(_uptake(arm, regimen, row.analyte, UPTAKE[row.parameter]), row.unit)
    product = row.analyte.split()[-1].lower()
    drug, form = ("sn-38", RELEASED) if product == "sn-38" else (regimen.drug, regimen.form)
    plasma = next(c for c in arm.courses if (c.species, c.form, c.organ, c.quantity) == (drug, form, PLASMA, IN_PLASMA))
    return in_plasma(row, plasma, arm, study, dose=None if drug == "sn-38" else dose)


def in_plasma(row: Published, plasma: Course, arm: Arm, study: ResolvedStudy, *, dose: float | None) -> Array:
    """Return a figure of non-compartmental analysis; clearance and volumes are per square metre, then those of the host."""
    hours = from_internal(arm.times, "h")
    infusion = from_internal(arm.doses[0].duration, "h")
    given = None if dose is None else dose * factor("mg/m^2") / factor("ug/mL")  # (ug/mL) m: per square metre
    figures = {name: each.values for name, each in exposure(hours, plasma.values, dose=given, infusion=infusion).items()}
    name = FIGURES[row.parameter]
    with np.errstate(invalid="ignore"):
        figures[TERMINAL_VOLUME] = figures["clearance"] * figures["terminal_half_life"] / math.log(2.0)
    unit = {
        "peak_concentration": "ug/mL",
        "auc_to_infinity": "ug h/mL",
        "terminal_half_life": "h",
        "clearance": "m/h",
        "volume_at_steady_state": "m",
        TERMINAL_VOLUME: "m",
    }[name]
    wanted = SPELLED.get(row.unit, row.unit)
    value = figures[name] * factor(unit)
    if not same_dimension(unit, wanted):
        value = value * body_surface_area(study.host)
    return value / factor(wanted)


def _course(arm: Arm, drug: str, form: str, site: str, regimen: Regimen) -> Course:
    lesion = dict(regimen.tumor or {})["kind"]
    forms = (form, RELEASED) if regimen.form == RELEASED else (form,)
    return next(
        c
        for c in arm.courses
        if c.species == drug and c.form in forms and c.organ == lesion and c.site == site and c.quantity == IN_TISSUE
    )


def _in_tumor(course: Course, arm: Arm, kind: str) -> Array:
    hours = from_internal(arm.times, "h")
    if kind == "auc":
        return areas(hours, course.values)[0]
    return course.values.max(axis=1) if kind == "peak" else hours[course.values.argmax(axis=1)]


def _uptake(arm: Arm, regimen: Regimen, label: str, hour: float) -> Array:
    """Share of the injected dose per mass of the lesion, 1/kg, corrected for decay."""
    lesion = dict(regimen.tumor or {})["kind"]
    wanted = (label, TOTAL, lesion, WHOLE, SHARE_PER_MASS + CORRECTED)
    course = next(c for c in arm.courses if (c.species, c.form, c.organ, c.site, c.quantity) == wanted)
    return at_times(arm.times, to_internal(1.0, course.unit) * course.values, [to_internal(hour, "h")])[:, 0]


# The label of Doxil at 10 mg/m^2: what the baseline carries to other doses.
ANCHORS = {"Cmax": 4.12, "AUC": 277.0, "CL": 10 / 277.0, "V": 2.83, "Vss": 2.83, "Vd": 2.83, "t_half": 52.3, "t_half_2": 52.3}
ANCHOR_DOSE = 10.0  # mg/m^2
ANCHOR_UNITS = {"Cmax": "ug/mL", "AUC": "ug h/mL", "CL": "L/(h m^2)", "V": "L/m^2", "Vss": "L/m^2", "Vd": "L/m^2"}


def _baseline(row: Published, library: Library) -> float | None:
    """Return what the label's dose of Doxil gives for another dose if nothing but the dose changes."""
    regimen = REGIMENS[row.product]
    if regimen.formulation != "doxil" or regimen.tumor or row.parameter not in ANCHORS or row.dose is None:
        return None
    value = ANCHORS[row.parameter] * (row.dose / ANCHOR_DOSE if row.parameter in ("Cmax", "AUC") else 1.0)
    unit, wanted = ANCHOR_UNITS.get(row.parameter, "h"), SPELLED.get(row.unit, row.unit)
    value *= factor(unit) / factor(wanted)
    if same_dimension(unit, wanted):
        return value
    host = library.row("host", MAN)
    assert isinstance(host, Host)
    return value * body_surface_area(host)


__all__ = ["REGIMENS", "Compared", "Ours", "Published", "Regimen", "compare", "published"]
