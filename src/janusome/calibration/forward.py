"""Forward: what a study predicts for observations, lane by lane, from the deviates of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro

from janusome.calibration.measures import ACTIVITY, AMOUNT, MASS, PER_MASS, PER_VOLUME, WHOLE
from janusome.calibration.sights import BLOOD, Sight, mass_name
from janusome.errors import SolverError
from janusome.simulation.bench import Bench
from janusome.simulation.courses import CELLS, IN_PLASMA, IN_TISSUE, PLASMA, SHARE_PER_MASS, decay_constants
from janusome.simulation.courses import SHARE as SHARE_OF_DOSE
from janusome.simulation.courses import WHOLE as WHOLE_SITE
from janusome.simulation.doses import given_in, host_scope
from janusome.simulation.perfusion import VENOUS
from janusome.simulation.record import Course
from janusome.simulation.run import half_lives, molar_masses
from janusome.simulation.trajectory import Control, injected_by, material_of, totals
from janusome.simulation.values import Place, Scope, ValueBook, spread
from janusome.specification.values import Value
from janusome.units import to_internal

Array = NDArray[np.float64]

CHUNK = 1024  # lanes of one solve; more takes memory without being faster
NOTHING = 1e-300  # stands for what is not there, whose logarithm is asked for


class Prediction:
    """ln of what observations would be, for any deviates of the values named; a lane that fails is not-a-number.

    Parameters
    ----------
    benches
        By arm.
    keys
        The values that are moved, in the order of the deviates; those that an arm does not use leave it as it is.
    """

    def __init__(
        self, benches: Mapping[str, Bench], keys: Sequence[str], seen: Sequence[Sight], *, control: Control | None = None
    ) -> None:
        self.benches, self.keys, self.seen = benches, tuple(keys), tuple(seen)
        self.control = control or Control()
        self.failed = 0
        self.values = values_of(benches)

    def __call__(self, deviates: Array) -> Array:
        """Return ln of predictions, (lanes, observations), in the internal set."""
        found = np.full((len(deviates), len(self.seen)), np.nan)
        for arm, bench in self.benches.items():
            rows = [k for k, one in enumerate(self.seen) if one.arm == arm]
            if rows:
                chunks = [deviates[k : k + CHUNK] for k in range(0, len(deviates), CHUNK)]
                found[:, rows] = np.concatenate([self._solved(bench, rows, chunk) for chunk in chunks])
        return found

    def of(self, keys: Sequence[str], seen: Sequence[Sight] | None = None) -> Prediction:
        """Return the same study with other values moved, or other observations."""
        return Prediction(self.benches, keys, self.seen if seen is None else seen, control=self.control)

    def _solved(self, bench: Bench, rows: Sequence[int], deviates: Array) -> Array:
        """Solve; where lanes fail, halve the batch until they are alone."""
        lanes = len(deviates)
        values = {key: spread(*self.values[key], deviates[:, k]) for k, key in enumerate(self.keys) if key in bench.values}
        times = sorted({0.0, *(self.seen[k].time for k in rows)})
        times = times if len(times) > 1 else [0.0, 1.0]
        try:
            courses = bench.solve(values, times, lanes=lanes, control=self.control)
        except SolverError:
            if self.control.should_stop():
                raise KeyboardInterrupt from None
            if lanes == 1:
                self.failed += 1
                return np.full((1, len(rows)), np.nan)
            half = lanes // 2
            return np.concatenate([self._solved(bench, rows, deviates[:half]), self._solved(bench, rows, deviates[half:])])
        book = ValueBook(draws=lanes, seed=0, fixed=values)
        eye = _Eye(bench, book, courses, np.asarray(times))
        seen = np.stack([eye.sees(self.seen[k]) for k in rows], axis=1)
        return np.log(np.maximum(seen, NOTHING))


def values_of(benches: Mapping[str, Bench]) -> dict[str, tuple[str, Value]]:
    """Return every value that some arm uses, by its key."""
    return {key: value for bench in benches.values() for key, value in bench.values.items()}


class _Eye:
    """Reads courses in the measure of an observation; the basis in between is mol."""

    def __init__(self, bench: Bench, book: ValueBook, courses: Sequence[Course], times: Array) -> None:
        self.bench, self.book, self.times = bench, book, times
        self.courses = {(c.species, c.form, c.organ, c.site, c.quantity.partition(",")[0]): c for c in courses}
        self.decay = decay_constants(half_lives(bench.study, book))
        self.masses = molar_masses(bench.study, book)
        self.doses = given_in(bench.study, bench.matter, bench.arm, book)
        self.counted = injected_by(self.doses, bench.matter, times[-1:])

    def sees(self, sight: Sight) -> Array:
        """Return one number a lane, in the internal set."""
        at = int(np.searchsorted(self.times, sight.time))
        if sight.species == CELLS:
            course = self.courses[CELLS, "all", sight.place, WHOLE_SITE, "volume"]
            return to_internal(1.0, course.unit) * course.values[:, at]
        amount = self._amount(sight, at)
        kind = sight.measure.kind
        if kind == AMOUNT:
            return amount
        if kind == MASS:
            return amount * self._mass_per_amount(sight.species)
        rate = self.decay.get(sight.species, 0.0)
        if kind == ACTIVITY:
            return amount * Avogadro * rate
        return amount / self._given(sight) * np.exp(rate * sight.time)

    def _amount(self, sight: Sight, at: int) -> Array:
        """Return mol, per kg or per m^3 or of the whole, as they are at that moment."""
        own = (sight.species, sight.form)
        if sight.place in (PLASMA, BLOOD):
            course = self.courses[*own, PLASMA, BLOOD, IN_PLASMA]
            cells = 0.0 if sight.place == PLASMA else self._of_host("hematocrit")
            concentration = self._mol(course, at) * (1.0 - cells)
            return concentration / (self._of_host("tissue_density") if sight.measure.per == PER_MASS else 1.0)
        if sight.site != WHOLE_SITE:
            course = self.courses.get((*own, sight.place, sight.site, IN_TISSUE))
            return np.zeros(self.book.draws) if course is None else self._mol(course, at)
        quantity = SHARE_OF_DOSE if sight.measure.per == WHOLE else SHARE_PER_MASS
        course = self.courses.get((*own, sight.place, WHOLE_SITE, quantity))
        if course is None:
            return np.zeros(self.book.draws)
        share = course.values[:, at] * to_internal(1.0, course.unit)
        rate = self.decay.get(sight.species, 0.0)
        whole = self.counted[self._material(sight.species)][:, -1]  # what the course is a share of
        amount = share * whole * np.exp(-rate * sight.time)
        return amount * (self._density(sight.place) if sight.measure.per == PER_VOLUME else 1.0)

    def _given(self, sight: Sight) -> Array:
        """Return the doses that were begun by then, mol: what a share is a share of."""
        begun = [dose for dose in self.doses if dose.start <= sight.time]
        return totals(begun, self.bench.matter)[self._material(sight.species)]

    def _material(self, species: str) -> str:
        return material_of(next(one for one in self.bench.matter.species if one.name == species), self.bench.matter)

    def _mol(self, course: Course, at: int) -> Array:
        """Return a concentration, mol/m^3, from the unit in which it is recorded."""
        value = course.values[:, at] * to_internal(1.0, course.unit)
        if course.species in self.decay:
            return value / (self.decay[course.species] * Avogadro)
        return value / self.masses.get(course.species, 1.0)

    def _mass_per_amount(self, species: str) -> Array:
        own = [one for one in self.bench.matter.species if one.name == species]
        chain = tuple(scope for one in own for scope in self.bench.matter.chains[one])
        return self.book.fill(mass_name(self.bench.study, species), chain, Place(self.bench.study.host.species))

    def _of_host(self, name: str) -> Array:
        return self.book.fill(name, (host_scope(self.bench.study),), Place(self.bench.study.host.species, VENOUS))

    def _density(self, place: str) -> Array:
        lesion = next((one for one in self.bench.lesions if one.name == place), None)
        host = host_scope(self.bench.study)
        chain = (host,) if lesion is None else (Scope(f"tumor {lesion.tumor.name}", lesion.tumor), host)
        organ = None if lesion is not None else place
        return self.book.fill("tissue_density", chain, Place(self.bench.study.host.species, organ))
