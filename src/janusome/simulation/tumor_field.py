"""Tumor field: a lesion voxel by voxel, coupled to the body both ways.

Each macro step first advances the body with every lesion as a few shells, implicitly, so that even a drug that crosses the
vessel wall in seconds is taken from the blood as fast as the blood brings it. The blood that this gives drives the voxels
over the same step: they spread (half a step), react (each a lane of the tape engine) and spread again. Then the shells are set
to what the voxels hold, and the difference goes back to the body: mass is exact, and the correction is of the order of the
step squared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from janusome.model import BLOOD, INTERSTITIUM, Form, Region, Species
from janusome.numerics.diffusion import exchange_operator, spread
from janusome.numerics.tape import Program, Segment, Tolerances, solve
from janusome.simulation.arms import BODY, CARRIER, Site, environment_of, lesion_of
from janusome.simulation.assemble import assemble
from janusome.simulation.assembly import SMALL, Assembly, Compartments, Matter
from janusome.simulation.corona import with_binding
from janusome.simulation.division import Division
from janusome.simulation.layout import DYING, VIABLE, Pool
from janusome.simulation.lesion_fluid import SHELLS, along_links, in_voxels, shell_shares
from janusome.simulation.opening import Sonication, opened
from janusome.simulation.perfusion import VENOUS
from janusome.simulation.protocol import INTRATUMORAL, Given, Stimulating, segment_of, sonications_of, warmth
from janusome.simulation.trajectory import Control, Trajectory, injected_by, material_of, program_of, tolerances_of
from janusome.simulation.values import Place, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.tumor.interstitial_transport import InterstitialTransport

Array = NDArray[np.float64]

STUB = "vessels apart"
LARGEST_CHANGE = 0.1  # of the content of a lesion's plasma within one macro step
SPARSEST = 1.0  # 1/m, surface of vessels per volume: where there are fewer, oxygen is told as if there were these
SHORTEST, LONGEST = 0.5, 6.0 * 3600.0  # s
LOCAL, LOOSER = (
    1e-4,
    1e3,
)  # relative tolerance in a voxel, and its absolute one over the body's: a tenth of the splitting's error


@dataclass(frozen=True)
class Snapshot:
    """The voxels of a lesion at one moment: (voxels, states) in the layout of its assembly."""

    lesion: str
    time: float
    states: Array


@dataclass
class _Voxels:
    """One lesion on its grid: its local kinetics, its diffusion, and its state."""

    lesion: Site
    assembly: Assembly
    program: Program
    operators: Mapping[Species, csr_array]
    shells: Array  # (shells, voxels): how much of each voxel lies in each shell of the one that follows in the body
    surroundings: Mapping[str, Array]  # by quantity, (voxels,)
    states: Array
    step: Any = None

    def vessels(self, species: Species) -> int:
        """Where the content of the vessels, as given by the body, stands in every lane."""
        return int(self.assembly.layout.pools[Pool(species, STUB, BLOOD)][0])

    def volume_shares(self) -> Array:
        """Share of the lesion's volume in each voxel."""
        volume = self.assembly.tissue_volume[self.lesion.name][:, 0]
        return volume / volume.sum()

    def pools(self) -> list[tuple[Pool, int]]:
        """The pools of a voxel, and where they stand."""
        found = self.assembly.layout.pools.items()
        return [(pool, int(index[0])) for pool, index in found if pool.region == self.lesion.name]


@dataclass(frozen=True)
class TumorField:
    """The median of every input, voxel by voxel: snapshots, and how well the books agree."""

    snapshots: tuple[Snapshot, ...]
    assemblies: Mapping[str, Assembly]
    ledger_error: float
    splitting_error: float
    solver: Mapping[str, Any] = field(default_factory=dict)
    surroundings: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)  # of each lesion: quantity -> (voxels,)

    def at(self, lesion: str, time: float) -> Snapshot:
        """Return the snapshot of a lesion at a moment that was asked for."""
        return min((one for one in self.snapshots if one.lesion == lesion), key=lambda one: abs(one.time - time))


def follow_field(
    study: ResolvedStudy,
    matter: Matter,
    lesions: Sequence[Site],
    given: Sequence[Given],
    stimuli: Sequence[Stimulating],
    *,
    until: float,
    body: Assembly,
    book: ValueBook,
    coarse: Trajectory,
    moments: Sequence[float],
    control: Control,
) -> TumorField:
    """Solve the median of an arm with every lesion on its voxels.

    Parameters
    ----------
    body
        The arm with each lesion as one place, in one lane at the median of every input.
    book
        Fills values at their medians, and keeps the account of them.
    coarse
        The same arm as it was solved without voxels: its program is that of the body, it sets the macro steps, and the field
        is compared with it.
    moments
        When snapshots are wanted, s.
    """
    median = [replace(dose, amounts={s: amount[:1] for s, amount in dose.amounts.items()}) for dose in given]
    stimuli = [one.at_median() if isinstance(one, Sonication) else one for one in stimuli]
    voxels = [_voxels_of(study, matter, lesion, book, control) for lesion in lesions]
    tolerances = tolerances_of(body, median)
    steps = macro_steps(coarse, lesions, median, stimuli, until=until, moments=moments)
    state, next_step, worst = body.initial.copy(), None, 0.0
    snapshots = [Snapshot(one.lesion.name, 0.0, one.states.copy()) for one in voxels if 0.0 in moments]
    for number, (start, stop) in enumerate(pairwise(steps)):
        segment = segment_of(body, median, stimuli, start=start, stop=stop, lanes=1)
        jump = 0.0 if segment.jump is None else np.asarray(segment.jump)
        solution = solve(
            coarse.program, state, body.parameters, [segment], [stop], tolerances=tolerances, threads=1, initial_step=next_step
        ).require()
        before, state, next_step = state + jump, solution.final.copy(), solution.next_step
        for one in voxels:
            _advance(one, body, before[0], state[0], median, stimuli, start=start, stop=stop, control=control)
            _hand_over(one, body, state)
            if any(abs(stop - moment) <= 1e-9 * until for moment in moments):
                snapshots.append(Snapshot(one.lesion.name, stop, one.states.copy()))
        worst = max(worst, _imbalance(matter, body, state, voxels, median, stop))
        control.on_progress("tumor field", (number + 1) / (len(steps) - 1))
        if control.should_stop():
            raise KeyboardInterrupt
    return TumorField(
        snapshots=tuple(snapshots),
        assemblies={one.lesion.name: one.assembly for one in voxels},
        ledger_error=worst,
        splitting_error=_difference(coarse, voxels, snapshots),
        solver={"macro steps": len(steps) - 1, "voxels": sum(one.lesion.grid.count for one in voxels)},
        surroundings={one.lesion.name: one.surroundings for one in voxels},
    )


def macro_steps(
    coarse: Trajectory,
    lesions: Sequence[Site],
    given: Sequence[Given],
    stimuli: Sequence[Stimulating],
    *,
    until: float,
    moments: Sequence[float],
) -> list[float]:
    """Return the macro steps: none across a breakpoint, and none in which a lesion's plasma changes much."""
    fixed = {0.0, until, *(m for m in moments if 0.0 <= m <= until)}
    for event in (*given, *stimuli):
        fixed |= {m for m in event.edges if m <= until}
    curves = _vessel_curves(coarse, lesions)
    steps = [0.0]
    for edge in sorted(fixed)[1:]:
        while steps[-1] < edge:
            now = steps[-1]
            ahead = coarse.times[(coarse.times > now) & (coarse.times < edge)]
            step = LONGEST
            for curve in curves:
                here = np.interp(now + SHORTEST / 10, coarse.times, curve)
                change = np.abs(np.interp(ahead, coarse.times, curve) - here)
                far = ahead[change > LARGEST_CHANGE * max(here, 0.02 * curve.max())]
                step = min(step, far[0] - now if far.size else step)
            stop = now + max(step, SHORTEST)
            steps.append(edge if stop > edge - SHORTEST else stop)
    return steps


def _vessel_curves(coarse: Trajectory, lesions: Sequence[Site]) -> list[Array]:
    body = next(region for region in coarse.assembly.regions if region.kind is Region.BODY)
    curves = []
    for species in coarse.assembly.matter.species:
        pool = coarse.assembly.layout.pools.get(Pool(species, BODY, BLOOD))
        if pool is not None:
            curves += [coarse.states[0, :, pool[body.places.index(lesion.name)]] for lesion in lesions]
    return [curve for curve in curves if curve.max() > 0.0]


def _voxels_of(study: ResolvedStudy, matter: Matter, lesion: Site, book: ValueBook, control: Control) -> _Voxels:
    """Assemble one lane a voxel, with the operators that join them."""
    place = Place(study.host.species)
    division = in_voxels(study, lesion, book)
    control.on_progress(f"{lesion.name}: {len(division.names)} voxels", 0.0)
    plasma = float(book.fill("vascular_plasma_fraction", environment_of(study, lesion), place)[0]) * lesion.volume
    own = matter.chains.get(Species(Form.CARRIER, CARRIER), ())
    region = with_binding(lesion_of(study, lesion, book, division.as_lanes(), own=own), study, own, book)
    region = replace(region, vessels=(STUB, 0), prescribed_vessels=True)
    given_from_outside = [(Pool(species, STUB, BLOOD), 0) for species in matter.species]
    assembly = assemble(matter, [_stub(region, plasma), region], book, lanes=len(division.names), inputs=given_from_outside)
    return _Voxels(
        lesion=lesion,
        assembly=assembly,
        program=program_of(assembly, f"voxel of {lesion.name}"),
        operators=_operators(assembly, region, division, book),
        shells=shell_shares(lesion.grid, SHELLS),
        surroundings=_surroundings(region, division, book),
        states=assembly.initial.copy(),
    )


def _surroundings(region: Compartments, division: Division, book: ValueBook) -> dict[str, Array]:
    """Return what the tissue of each voxel is like: pressure, perfused vessels, and oxygen where the rows tell of it."""
    surface = region.context["vessel_surface_density"][:, 0]
    asked = ("interstitial_oxygen_pressure", region.scopes[0], Place(region.host_species), np.nan)
    some = np.maximum(surface, SPARSEST)
    oxygen = book.fill_or(*asked, context={"vessel_surface_density": some})
    found = {"interstitial_pressure": division.pressure[0], "vessel_surface_density": surface}
    return found | ({"interstitial_oxygen_pressure": oxygen + 0.0 * surface} if np.isfinite(oxygen).all() else {})


def _operators(assembly: Assembly, region: Compartments, division: Division, book: ValueBook) -> dict[Species, csr_array]:
    """Return how each species goes from voxel to voxel; riders go as their carrier does."""
    found: dict[Species, csr_array] = {}
    matter, ends = assembly.matter, division.links
    for species in (s for s in matter.species if s.form in InterstitialTransport.moves):
        own = (*region.special.get(species.name, ()), *matter.chains[species])
        kind = "small" if species.form in SMALL else "carried"
        accessible = assembly.volumes[region.name, INTERSTITIUM, kind][:, 0]
        coefficient = along_links(division, region, own, book, accessible=accessible)
        found[species] = exchange_operator(ends[:, 0], ends[:, 1], coefficient, size=len(division.names))
    carrier = next((one for one in matter.species if one.form is Form.CARRIER), None)
    return found | (dict.fromkeys(matter.riders(), found[carrier]) if carrier is not None else {})


def _stub(region: Compartments, plasma: float) -> Compartments:
    """The vessels of a lesion as a body without laws, whose content is given."""
    return Compartments(
        name=STUB,
        kind=Region.BODY,
        places=("vessels",),
        sites=(frozenset({BLOOD}),),
        scopes=region.scopes,
        host_species=region.host_species,
        laws=(),
        place_laws=(frozenset(),),
        links=np.zeros((0, 2), dtype=np.int64),
        link_values={},
        context={"tissue_volume": np.full((1, 1), plasma), "vascular_plasma_fraction": np.ones((1, 1))},
    )


def _advance(
    one: _Voxels,
    body: Assembly,
    before: Array,
    after: Array,
    given: Sequence[Given],
    stimuli: Sequence[Stimulating],
    *,
    start: float,
    stop: float,
    control: Control,
) -> None:
    """Advance the voxels of a lesion by one macro step, driven by what its vessels hold before and after it."""
    place = _body(body).places.index(one.lesion.name)
    controls: dict[int, Array] = {}
    for species in body.matter.species:
        held = int(body.layout.pools[Pool(species, BODY, BLOOD)][place])
        index = one.vessels(species)
        one.states[:, index] = before[held]
        controls[one.assembly.inputs[index]] = np.array([(after[held] - before[held]) / (stop - start)])
    controls |= opened(one.assembly, sonications_of(stimuli), start=start, stop=stop)
    controls[one.assembly.heat[one.lesion.name]] = np.array([warmth(stimuli, start, one.lesion.name)])
    _inject(one, given, start, stop)
    _spread(one, (stop - start) / 2.0)
    solution = solve(
        one.program,
        one.states,
        one.assembly.parameters,
        [Segment(start, stop, controls=controls)],
        [stop],
        tolerances=_local_tolerances(one, given),
        threads=control.threads,
        initial_step=one.step,
        should_stop=control.should_stop,
    ).require()
    one.states, one.step = solution.final.copy(), solution.next_step
    _spread(one, (stop - start) / 2.0)


def _hand_over(one: _Voxels, body: Assembly, state: Array) -> None:
    """Set the lesion's shells to what its voxels hold, and give the difference to the venous blood."""
    venous = _body(body).places.index(VENOUS)
    for pool, index in one.pools():
        places = body.layout.pools[pool]
        held = one.shells @ one.states[:, index]
        blood = int(body.layout.pools[Pool(pool.species, BODY, BLOOD)][venous])
        state[0, blood] += state[0, places].sum() - held.sum()
        state[0, places] = held
    for kind in (VIABLE, DYING):
        own, whole = one.assembly.layout.cells[one.lesion.name, kind], body.layout.cells[one.lesion.name, kind]
        state[0, whole] = one.shells @ one.states[:, own[0]]


def _body(assembly: Assembly) -> Compartments:
    return next(region for region in assembly.regions if region.name == BODY)


def _local_tolerances(one: _Voxels, given: Sequence[Given]) -> Tolerances:
    """A voxel holds a small share of the dose: its tolerance is a looser one of the body over the number of voxels."""
    absolute = LOOSER * np.asarray(tolerances_of(one.assembly, given).absolute) / one.lesion.grid.count
    return Tolerances(relative=LOCAL, absolute=np.maximum(absolute, 1e-34))


def _inject(one: _Voxels, given: Sequence[Given], start: float, stop: float) -> None:
    """Add what is injected into the lesion in a macro step, evenly over its volume."""
    for dose in given:
        if dose.route != INTRATUMORAL or dose.lesion not in (None, one.lesion.name):
            continue
        share = 1.0 if dose.duration == 0.0 else (stop - start) / dose.duration
        if dose.start == start or dose.start <= start < dose.start + dose.duration:
            for species, amount in dose.amounts.items():
                index = int(one.assembly.layout.pools[Pool(species, one.lesion.name, INTERSTITIUM)][0])
                one.states[:, index] += float(amount[0]) * share * one.volume_shares()


def _spread(one: _Voxels, duration: float) -> None:
    by_operator: dict[int, list[int]] = {}
    for species, operator in one.operators.items():
        pool = one.assembly.layout.pools.get(Pool(species, one.lesion.name, INTERSTITIUM))
        if pool is not None:
            by_operator.setdefault(id(operator), []).append(int(pool[0]))
    operators = {id(operator): operator for operator in one.operators.values()}
    for key, columns in by_operator.items():
        one.states[:, columns] = spread(operators[key], one.states[:, columns], duration)


def _imbalance(
    matter: Matter, body: Assembly, state: Array, voxels: Sequence[_Voxels], given: Sequence[Given], moment: float
) -> float:
    """Return the largest |given - body - voxels - eliminated| over all that is given of a material, at one moment."""
    worst = 0.0
    whole = injected_by(given, matter, np.array([np.nextafter(moment, 0.0), np.inf]))  # a bolus at `moment` is yet to come
    for material, amount in whole.items():
        if amount[0, 1] == 0.0:
            continue
        found = 0.0
        for species in (s for s in matter.species if material_of(s, matter) == material):
            found += float(state[0, body.layout.everywhere(species)].sum())
            for one in voxels:
                for pool, index in one.pools():
                    if pool.species == species:
                        found += float(one.states[:, index].sum() - state[0, body.layout.pools[pool]].sum())
        worst = max(worst, abs(found - float(amount[0, 0])) / float(amount[0, 1]))
    return worst


def _difference(coarse: Trajectory, voxels: Sequence[_Voxels], snapshots: Sequence[Snapshot]) -> float:
    """Return how far what the voxels hold is from the one-place lesion, at any snapshot, over the most that it ever holds."""
    worst = 0.0
    for one in voxels:
        for pool, index in one.pools():
            held = coarse.states[0][:, coarse.assembly.layout.pools[pool]].sum(axis=-1)
            peak = float(held.max())
            for shot in snapshots:
                if shot.lesion == one.lesion.name and peak > 0.0:
                    there = float(np.interp(shot.time, coarse.times, held))
                    worst = max(worst, abs(float(shot.states[:, index].sum()) - there) / peak)
    return worst


def cells_of(snapshot: Snapshot, assembly: Assembly) -> tuple[Array, Array]:
    """Return viable and dying cells, voxel by voxel."""
    viable, dying = (assembly.layout.cells[snapshot.lesion, state] for state in (VIABLE, DYING))
    return snapshot.states[:, viable[0]], snapshot.states[:, dying[0]]
