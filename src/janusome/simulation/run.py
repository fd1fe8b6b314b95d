"""Run: every arm of a resolved study, from its values to its record."""

from __future__ import annotations

import inspect
import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import SolverError
from janusome.model import BLOOD, CAVITY, INTERSTITIUM, TARGET, AbstractProcess, Form, Species
from janusome.simulation.arms import BODY, CARRIER, FREE_DRUG, TREATED, UNTREATED, Site, body_of, lesion_of, matter_of
from janusome.simulation.assemble import assemble, laws
from janusome.simulation.assembly import Assembly, Matter
from janusome.simulation.corona import with_binding, with_uptake
from janusome.simulation.corona_account import corona_notes
from janusome.simulation.courses import CELLS, IN_TISSUE, WHOLE, CourseMaker, decay_constants
from janusome.simulation.domain import outside_validation
from janusome.simulation.doses import given_in, stimuli_in
from janusome.simulation.drivers import drivers_of
from janusome.simulation.hypersensitivity import hypersensitivity_notes, hypersensitivity_of
from janusome.simulation.layout import VIABLE, Pool
from janusome.simulation.lesion_fluid import in_shells
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.lesion_shapes import ball, lesion_grid
from janusome.simulation.observe import scans_of
from janusome.simulation.partition_domain import outside_structure
from janusome.simulation.perfusion import VENOUS
from janusome.simulation.protocol import INTRATUMORAL, Given, Stimulating, breakpoints
from janusome.simulation.record import Arm, DoseGiven, Record, TumorMap
from janusome.simulation.solubility import beyond_solubility
from janusome.simulation.trajectory import Control, Trajectory, follow
from janusome.simulation.tumor_field import Snapshot, TumorField, cells_of, follow_field
from janusome.simulation.tumor_reading import profiles_of, readouts_of, steady_maps
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.units import from_internal

Array = NDArray[np.float64]

POINTS = 160  # of a time course, shared by the stretches between doses
FIRST_POINT = 2.0  # s after a dose
REPORTED_PACKAGES = ("jax", "equinox", "numba", "numpy", "scipy", "pint")


def simulate(
    study: ResolvedStudy,
    *,
    grids: Mapping[str, LesionGrid],
    control: Control | None = None,
    plain: Mapping[str, Any] | None = None,
) -> Record:
    """Run every arm of a study and return the record.

    Parameters
    ----------
    grids
        The voxels of each lesion that is given by a mask, by the lesion's name.
    control
        Threads, progress, and whether to stop.
    plain
        The study as plain data, for the record.

    Raises
    ------
    InputError
        If a value is missing that a law needs.
    SolverError
        If a lane of an arm does not reach the end.
    KeyboardInterrupt
        If `control` asked to stop.
    """
    control = control or Control()
    lesions = tuple(Site(one.name, one.tumor, lesion_grid(one, grids, seed=study.seed)) for one in study.lesions)
    book = ValueBook(draws=study.draws + 1, seed=study.seed, joints=study.joints)
    arms = tuple(_arm(study, name, lesions, book, control) for name in _names(study, lesions))
    drivers = drivers_of(arms, book)
    undissolved = beyond_solubility(study, arms, book)
    assumed = sum(value.grade == "assumed" for value in book.used.values())
    return Record(
        title=study.title,
        study=dict(plain or {}),
        arms=arms,
        values=tuple(book.used.values()),
        drivers=drivers,
        cautions=(
            *(f"{one.place} {one.what}; {one.consequence}" for one in study.cautions),
            *(f"{one.name} {note}" for one in lesions for note in one.grid.notes),
            *outside_validation(study),
            *corona_notes(study, _faster(study, book), book),
            *outside_structure(study, book),
            *(note for arm in arms for note in hypersensitivity_notes(arm.name, arm.hypersensitivity)),
            *undissolved,
            f"{assumed} of the {len(book.used)} values used are assumed: no source was found for them",
        ),
        seed=study.seed,
        draws=study.draws + 1,
        versions={"janusome": version("janusome"), "python": platform.python_version()}
        | {name: version(name) for name in REPORTED_PACKAGES},
        laws={name: described(laws()[name]) for name in dict.fromkeys(name for arm in arms for name in arm.laws)},
    )


def check(study: ResolvedStudy) -> None:
    """Assemble every arm without solving it.

    Raises
    ------
    InputErrors
        With every value that a law needs and nothing supplies.
    """
    book = ValueBook(draws=1, seed=study.seed, joints=study.joints)
    lesions = tuple(Site(one.name, one.tumor, ball(one.volume or 1e-6, voxels=1)) for one in study.lesions)
    for name in _names(study, lesions):
        with book.together():
            matter = matter_of(study, name)
            coarse_assembly(study, matter, lesions, given_in(study, matter, name, book), book)


def _faster(study: ResolvedStudy, book: ValueBook) -> tuple[Array | None, ...]:
    """Return by what factor each dose of the treated arm is cleared faster for antibodies, draw by draw."""
    return tuple(dose.faster for dose in given_in(study, matter_of(study, TREATED), TREATED, book))


def _names(study: ResolvedStudy, lesions: Sequence[Site]) -> tuple[str, ...]:
    """Return the arms: the treated one, and the controls that mean something for it."""
    asked = [TREATED]
    if FREE_DRUG in study.controls and study.carrier is not None and study.formulation.payloads:
        asked.append(FREE_DRUG)
    if UNTREATED in study.controls and lesions:
        asked.append(UNTREATED)
    return tuple(asked)


def _arm(
    study: ResolvedStudy,
    name: str,
    lesions: tuple[Site, ...],
    book: ValueBook,
    control: Control,
) -> Arm:
    """Solve one arm: the ensemble with each lesion as one place, then the median voxel by voxel, then what scanners show."""
    started = time.perf_counter()
    matter = matter_of(study, name)
    with book.together():
        given = given_in(study, matter, name, book)
        stimuli = [] if name == UNTREATED else stimuli_in(study, book)
        assembly = coarse_assembly(study, matter, lesions, given, book)
    acted = dict.fromkeys(acting.name for acting in assembly.acting)
    times = time_grid(study, given)
    coarse = _stoppable(
        control, lambda: follow(assembly, given, stimuli, until=study.until, times=times, control=control, name=name)
    )
    maker = CourseMaker(
        coarse, lesions, book, molar_mass=molar_masses(study, book), decay=decay_constants(half_lives(study, book))
    )
    courses = maker.all()
    field = (
        _field(study, matter, lesions, given, stimuli, name=name, book=book, coarse=coarse, control=control)
        if lesions and given
        else None
    )
    masses = molar_masses(study, book)
    moments = _map_moments(study, given) if given else []
    maps = (*_maps(field, lesions, moments, masses), *steady_maps(field, lesions)) if field is not None else ()
    scans = scans_of(study, coarse, field, lesions, book) if field is not None else ()
    if field is not None:
        acted["interstitial_transport"] = None
    return Arm(
        name=name,
        formulation={TREATED: study.formulation.name, FREE_DRUG: "free " + " + ".join(study.formulation.payloads)}.get(
            name, "nothing"
        ),
        doses=tuple(_written(dose) for dose in given),
        times=times,
        courses=courses,
        maps=maps,
        scans=scans,
        ledger_error=max(coarse.ledger_error, field.ledger_error if field is not None else 0.0),
        splitting_error=None if field is None else field.splitting_error,
        laws=tuple(acted),
        readouts=readouts_of(study, coarse, field, lesions, given, courses=courses, maker=maker, moments=moments)
        if field is not None
        else (),
        profiles=profiles_of(coarse, field, lesions, maker=maker, moments=moments) if field is not None else (),
        solver={**coarse.solver, **(field.solver if field else {}), "seconds": round(time.perf_counter() - started, 2)},
        hypersensitivity=hypersensitivity_of(study, given),
    )


def _field(
    study: ResolvedStudy,
    matter: Matter,
    lesions: tuple[Site, ...],
    given: Sequence[Given],
    stimuli: Sequence[Stimulating],
    *,
    name: str,
    book: ValueBook,
    coarse: Trajectory,
    control: Control,
) -> TumorField:
    """Solve the lesions voxel by voxel at the median of every input; the values that only voxels need enter the account."""
    single = ValueBook(draws=1, seed=study.seed, joints=study.joints)
    body = coarse_assembly(study, matter, lesions, given_in(study, matter, name, single), single)
    moments = _map_moments(study, given)
    field = _stoppable(
        control,
        lambda: follow_field(
            study,
            matter,
            lesions,
            given,
            stimuli,
            until=study.until,
            body=body,
            book=single,
            coarse=coarse,
            moments=moments,
            control=control,
        ),
    )
    book.used |= {key: used for key, used in single.used.items() if key not in book.used}
    return field


def _stoppable(control: Control, solve: Any) -> Any:
    try:
        return solve()
    except SolverError:
        if control.should_stop():
            raise KeyboardInterrupt from None
        raise


def coarse_assembly(
    study: ResolvedStudy, matter: Matter, lesions: tuple[Site, ...], given: Sequence[Given], book: ValueBook
) -> Assembly:
    """Assemble an arm with each lesion as a few shells."""
    if not matter.species:
        alone = [lesion_of(study, one, book, in_shells(study, one, book)) for one in lesions]
        return assemble(matter, alone, book, lanes=book.draws)
    own = matter.chains.get(Species(Form.CARRIER, CARRIER), ())
    body = with_uptake(body_of(study, lesions, book), study, own, book)
    tumors = [
        lesion_of(study, one, book, in_shells(study, one, book), own=own, place_of_vessels=body.places.index(one.name))
        for one in lesions
    ]
    tumors = [with_binding(one, study, own, book) for one in tumors]
    entered: dict[tuple[Pool, int], None] = {}
    for dose in (one for one in given if one.duration > 0.0):
        for species in dose.amounts:
            if dose.route == INTRATUMORAL:
                reached = [one for one in tumors if dose.lesion in (None, one.name)]
                entered |= {
                    (Pool(species, one.name, INTERSTITIUM), k): None for one in reached for k in range(len(one.places))
                }
            elif dose.entry:
                cavity = Pool(species, BODY, CAVITY)
                entered |= {(cavity, body.places.index(place)): None for place in dose.entry}
            else:
                entered[Pool(species, BODY, BLOOD), body.places.index(VENOUS)] = None
    return assemble(matter, [body, *tumors], book, lanes=book.draws, inputs=tuple(entered))


def time_grid(study: ResolvedStudy, given: Sequence[Given]) -> Array:
    """Return output times, s: dense after each dose and at its end, and every moment that the study asks for."""
    edges = breakpoints(given, [], study.until)
    asked = {0.0, study.until, *study.times, *(event.at for event in study.scans), *edges}
    points = max(12, POINTS // max(1, len(edges) - 1))
    for start, stop in pairwise(edges):
        if stop - start > FIRST_POINT:
            asked |= set((start + np.geomspace(FIRST_POINT, stop - start, points)).tolist())
    times = np.array(sorted(moment for moment in asked if moment <= study.until))
    return times[np.concatenate([[True], np.diff(times) > 1e-6])]


def _map_moments(study: ResolvedStudy, given: Sequence[Given]) -> list[float]:
    """Return when the tumor is mapped: an hour and a day after the first dose, at scans, at asked times and at the end."""
    first = given[0].start + given[0].duration
    wanted = {first + 3600.0, first + 24 * 3600.0, study.until, *(event.at for event in study.scans), *study.times}
    return sorted(moment for moment in wanted if 0.0 <= moment <= study.until)


def _maps(
    field: TumorField, lesions: Sequence[Site], moments: Sequence[float], molar_mass: Mapping[str, float]
) -> list[TumorMap]:
    """Return the maps of every lesion at every moment."""
    return [
        TumorMap(lesion.name, moment, *words, lesion.grid.field(values), lesion.grid.voxel_size)
        for lesion in lesions
        for moment in moments
        for words, values in _mapped(field.at(lesion.name, moment), field.assemblies[lesion.name], lesion, molar_mass)
    ]


def _mapped(
    snapshot: Snapshot, assembly: Assembly, lesion: Site, molar_mass: Mapping[str, float]
) -> Iterator[tuple[tuple[str, str, str, str, str], Array]]:
    """Yield species, form, site, quantity and unit of each map with its values: carriers, released drugs, living cells."""
    pools = assembly.layout.pools

    def per_volume(species: Species, *sites: str) -> Array:
        own = [int(pools[pool][0]) for pool in pools if pool.region == lesion.name and pool.species == species]
        chosen = [int(pools[Pool(species, lesion.name, site)][0]) for site in sites] or own
        return snapshot.states[:, chosen].sum(axis=-1) / (lesion.grid.shares * lesion.grid.voxel_volume)

    for species in assembly.matter.species:
        if species.form is Form.CARRIER:
            unit = "particle/mL"
            yield (CARRIER, CARRIER, WHOLE, "number per tissue volume", unit), from_internal(per_volume(species), unit)
        if species.form is Form.RELEASED:
            for sites in ((), (TARGET,)):
                words = (species.name, "released", sites[0] if sites else WHOLE, IN_TISSUE, "ug/mL")
                yield words, from_internal(per_volume(species, *sites) * molar_mass[species.name], "ug/mL")
    viable, _ = cells_of(snapshot, assembly)
    start = assembly.initial[:, assembly.layout.cells[lesion.name, VIABLE][0]]
    yield (CELLS, VIABLE, WHOLE, "viable cells over those at the start", ""), viable / start


def _written(dose: Given) -> DoseGiven:
    return DoseGiven(
        time=dose.start,
        duration=dose.duration,
        route=dose.route,
        words=dose.words,
        mol={_species_word(species): amount for species, amount in dose.amounts.items()},
    )


def _species_word(species: Species) -> str:
    return CARRIER if species.form is Form.CARRIER else str(species)


def molar_masses(study: ResolvedStudy, book: ValueBook) -> dict[str, float]:
    """Return the molar mass of each drug, kg/mol."""
    place = Place(study.host.species)
    return {name: float(book.fill("molar_mass", (Scope(f"drug {name}", row),), place)[0]) for name, row in study.drugs.items()}


def half_lives(study: ResolvedStudy, book: ValueBook) -> dict[str, float]:
    """Return the half-life of each radioactive label, s."""
    place = Place(study.host.species)
    return {
        name: float(book.fill("half_life", (Scope(f"label {name}", row),), place)[0])
        for name, row in study.labels.items()
        if "radioactive_decay" in row.laws
    }


def described(law: type[AbstractProcess]) -> dict[str, Any]:
    """Return what a law's own page says of it: title, equation, text, sources, folder."""
    module = inspect.getmodule(law)
    text = inspect.cleandoc(law.__doc__ or "")
    equations = re.findall(r"\$\$(.+?)\$\$", text, flags=re.DOTALL)
    return {
        "title": (module.__doc__ or law.__name__).strip() if module else law.__name__,
        "equation": " \\\\ ".join(" ".join(equation.split()) for equation in equations),
        "text": text,
        "sources": list(law.sources),
        "where": law.__module__.split(".")[1],
    }
