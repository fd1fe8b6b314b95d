"""Sights: which simulated course an observation sees, in which unit; what cannot be seen is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from janusome.calibration.measures import (
    ACTIVITY,
    MASS,
    PER_MASS,
    PER_VOLUME,
    SHARE,
    VOLUME,
    WHOLE,
    Measure,
    measure,
)
from janusome.errors import InputError, InputErrors, near_misses
from janusome.files.observations import GRAMS, Observation
from janusome.model import EXITS
from janusome.simulation.bench import Bench
from janusome.simulation.courses import CELLS, PLASMA, TOTAL
from janusome.simulation.courses import WHOLE as WHOLE_SITE
from janusome.simulation.values import Place, tables
from janusome.specification.refusals import Refusal
from janusome.specification.resolved import DoseEvent, ResolvedStudy
from janusome.specification.vocabulary import organ_called
from janusome.units import from_internal

BLOOD = "blood"
ANY_LESION = ("tumor", "tumour", "lesion")
WORDS = {"feces": "faeces"}
PER_DOSE = {"body mass": 1.0, "body surface area": 0.5}  # by which power of body mass a dose scales


@dataclass(frozen=True)
class Sight:
    """An observation with what it sees: arm, species, form, place, site, time (s), and a value in the internal set."""

    observation: Observation
    arm: str
    species: str
    form: str
    place: str
    site: str
    measure: Measure
    time: float
    value: float  # of the host of the study, in the internal set: corrected for the weights that the row states
    unit: str  # in which it is shown
    corrected: float = 1.0  # the factor of the correction for body weight

    @property
    def course(self) -> tuple[str, str, str, str, str, str, str]:
        """What tells the course of one quantity from those of others."""
        return self.arm, self.species, self.form, self.place, self.site, self.measure.kind, self.measure.per

    @property
    def title(self) -> str:
        """The course in words."""
        what = self.species if self.form in (self.species, TOTAL, "all") else f"{self.form} {self.species}"
        site = "" if self.site in (WHOLE_SITE, BLOOD) else f", {self.site}"
        per = "" if self.measure.per == WHOLE else f" per {self.measure.per}"
        return f"{what} in {self.place}{site}, {self.measure.kind}{per}"


def sights(
    study: ResolvedStudy, benches: Mapping[str, Bench], observations: Sequence[Observation], *, name: str
) -> tuple[Sight, ...]:
    """Return what every observation sees.

    Raises
    ------
    InputErrors
        With everything that a row asks for and the study does not have.
    """
    found, refusals = [], []
    for each in observations:
        looker = _Looker(study, benches[each.arm or next(iter(benches))], each)
        try:
            found.append(looker.sight())
        except Refusal as refusal:
            column = f": {looker.column}" if looker.column else ""
            refusals.append(InputError(f"{name}: line {each.line}{column}", refusal.problem, refusal.remedy))
    if refusals:
        raise InputErrors(refusals[:50])
    return tuple(found)


class _Looker:
    """Finds what one row sees; `column` is the one that is being looked at when it is refused."""

    def __init__(self, study: ResolvedStudy, bench: Bench, row: Observation) -> None:
        self.study, self.bench, self.row, self.column = study, bench, row, ""

    def sight(self) -> Sight:
        self.column = "time"
        self._check_time()
        self.column = "species"
        forms = self._forms()
        self.column = "unit"
        given = measure(self.row.unit)
        self.column = "place"
        place = self._place(given)
        self.column = "form"
        form = self._form(forms)
        self.column = "site"
        site = self._site(place)
        self.column = "unit"
        given, value, unit, corrected = self._value(given, place=place, site=site)
        return Sight(
            self.row, self.bench.arm, self.row.species, form, place, site, given, self.row.time, value, unit, corrected
        )

    def _check_time(self) -> None:
        first, time = self._dose().at, self.row.time
        infused = self._dose().over > 0
        hours = f"is {from_internal(time, 'h'):g} h"
        if time < first or (infused and time == first):
            before = "before" if time < first else "at"
            remedy = f"times count from the start of the study, and the first dose is at {from_internal(first, 'h'):g} h"
            raise Refusal(f"{hours}, {before} the first dose", remedy)
        if time > self.study.until:
            raise Refusal(
                f"{hours}, after the end of the study",
                f"give a longer outputs.until than {from_internal(self.study.until, 'h'):g} h",
            )

    def _dose(self) -> DoseEvent:
        return min(self.study.doses, key=lambda dose: dose.at)

    def _forms(self) -> tuple[str, ...]:
        species, matter = self.row.species, self.bench.matter
        if species == CELLS and self.bench.lesions:
            return ("all",)
        names = tuple(dict.fromkeys(one.name for one in matter.species))
        if species not in names:
            raise Refusal(f"is {species!r}, which arm {self.bench.arm} does not follow", near_misses(species, names))
        forms = tuple(str(one.form) for one in matter.species if one.name == species)
        return (*forms, TOTAL) if len(forms) > 1 else forms

    def _form(self, forms: tuple[str, ...]) -> str:
        """Return the form that is asked for; an assay that does not say separates nothing, and so sees the total."""
        if not self.row.form:
            return forms[-1]
        if self.row.form not in forms:
            raise Refusal(f"is {self.row.form!r}", near_misses(self.row.form, forms))
        return self.row.form

    def _place(self, given: Measure) -> str:
        lesions = [one.name for one in self.bench.lesions]
        place = WORDS.get(self.row.place, self.row.place)
        place = place if place in lesions else organ_called(place)
        if place in ANY_LESION and place not in lesions and len(lesions) == 1:
            return lesions[0]
        organs = [one for one in self.study.host.organs if one not in ("venous", "arterial")]
        known = [PLASMA, BLOOD, *lesions, *organs, *(one for one in EXITS if one != "decayed")]
        if place not in known:
            raise Refusal(f"is {place!r}, which the host {self.study.host.name} lacks", near_misses(place, known))
        if place in EXITS and given.per != WHOLE:
            raise Refusal(f"is {place} in {self.row.unit}", "give what was excreted until then in % of the dose or as a mass")
        if place in (PLASMA, BLOOD) and given.per == WHOLE:
            raise Refusal(
                f"is {place} in {self.row.unit}", "give it per mL or per g: how much blood an animal has was not seen"
            )
        return place

    def _site(self, place: str) -> str:
        if place in (PLASMA, BLOOD):
            return BLOOD
        site = self.row.site or WHOLE_SITE
        lesions = [one.name for one in self.bench.lesions]
        if site != WHOLE_SITE and place not in lesions:
            raise Refusal(f"is {site!r} of {place}", "only a lesion is seen site by site; leave the cell empty")
        return site

    def _value(self, given: Measure, *, place: str, site: str) -> tuple[Measure, float, str, float]:
        row, value = self.row, self.row.value * given.factor
        if (row.species == CELLS) != (given.kind == VOLUME):
            raise Refusal(
                f"is {row.unit} of {row.species}", "give a volume, such as mm^3, of `tumor cells`, and of nothing else"
            )
        if given.kind == ACTIVITY and not self._radioactive():
            raise Refusal(f"is {row.unit}, an activity, of {row.species}", "only a radioactive label has one")
        if given.kind == MASS and self._mass_name() is None:
            raise Refusal(
                f"is {row.unit}, a mass, of {row.species}", "its rows give no mass per amount: give % of the dose or a number"
            )
        if site != WHOLE_SITE and place not in (PLASMA, BLOOD) and given.per != PER_VOLUME:
            raise Refusal(f"is {row.unit} at a site", "give a concentration per volume of the lesion")
        unit = row.unit
        if row.organ_mass is not None and given.per == WHOLE and given.kind != VOLUME:
            given, value = Measure(given.kind, PER_MASS, given.factor / GRAMS), value / row.organ_mass
            unit = f"{unit.removesuffix('/organ')}/g"
        scale = self._scale(given)
        return given, value * scale, unit, scale

    def _scale(self, given: Measure) -> float:
        """Return by what a value of an animal of another weight is multiplied to be one of the study's host.

        What an animal holds per mass goes as dose over body mass. A share knows no dose.
        """
        if self.row.body_mass is None or given.kind == VOLUME:
            return 1.0
        host = self.study.host.find("body_mass")[0].internal
        own = self._dose()
        dose = 0.0 if given.kind in (SHARE, ACTIVITY) else PER_DOSE.get(own.per, 0.0)
        return float((self.row.body_mass / host) ** ((0.0 if given.per == WHOLE else 1.0) - dose))

    def _radioactive(self) -> bool:
        label = self.study.labels.get(self.row.species)
        return label is not None and "radioactive_decay" in label.laws

    def _mass_name(self) -> str | None:
        """Return the name under which a species has a mass per amount of substance."""
        name = mass_name(self.study, self.row.species)
        place = Place(self.study.host.species)
        own = (one for one in self.bench.matter.species if one.name == self.row.species)
        rows = (scope.row for one in own for scope in self.bench.matter.chains[one])
        return name if any(name in table for row in rows for _, _, table in tables(row, place)) else None


def mass_name(study: ResolvedStudy, species: str) -> str:
    """Return the name under which a drug, a label or the carrier has its mass per amount of substance."""
    return "molar_mass" if species in study.drugs else "atomic_mass" if species in study.labels else "particle_mass"
