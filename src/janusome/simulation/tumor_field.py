"""Tumor field: a lesion voxel by voxel, coupled to the body both ways.

Each macro step advances the body with what leaves the lesion's vessels booked, then the voxels with exactly that amount as
their inflow, then hands what returned to the vessels back to the body over the next step: mass is exact, and the lag is of the
order of one step. Within a step the voxels spread (half a step), react (each a lane of the tape engine) and spread again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from janusome.model import BLOOD, INTERSTITIUM, Form, Region, Species
from janusome.numerics.diffusion import exchange_operator, spread
from janusome.numerics.precision import double
from janusome.numerics.tape import Program, Segment, Tolerances, solve
from janusome.simulation.arms import BODY, Site, body_of, joined, lesion_of
from janusome.simulation.assemble import Assembly, Compartments, Matter, Tap, assemble
from janusome.simulation.layout import DYING, VIABLE, Pool
from janusome.simulation.perfusion import VENOUS
from janusome.simulation.protocol import INTRATUMORAL, Given, Warming
from janusome.simulation.trajectory import (
    Control,
    Trajectory,
    injected_by,
    material_of,
    program_of,
    tolerances_of,
)
from janusome.simulation.values import Place, ValueBook
from janusome.specification.resolved import ResolvedStudy

Array = NDArray[np.float64]

STUB = "vessels apart"
LARGEST_CHANGE = 0.15  # of the concentration in the lesion's plasma within one macro step
SHORTEST, LONGEST = 10.0, 6.0 * 3600.0  # s


@dataclass(frozen=True)
class Snapshot:
    """The voxels of a lesion at one moment: (voxels, states) in the layout of its assembly."""

    lesion: str
    time: float
    states: Array


@dataclass
class _Voxels:
    """One lesion on its grid: its local kinetics, its diffusion, and its share of what enters."""

    lesion: Site
    assembly: Assembly
    program: Program
    operators: Mapping[Species, csr_array]
    shares: Mapping[Species, Array]  # of what enters, each voxel's
    entry: Mapping[Species, Array]  # 1/s, of the vessels' content
    states: Array
    step: Any = None

    def index(self, species: Species, site: str = INTERSTITIUM) -> int | None:
        """Where a species at a site of the voxel stands."""
        pool = self.assembly.layout.pools.get(Pool(species, self.lesion.name, site))
        return None if pool is None else int(pool[0])


@dataclass(frozen=True)
class TumorField:
    """The median of every input, voxel by voxel: snapshots, and how well the books agree."""

    snapshots: tuple[Snapshot, ...]
    assemblies: Mapping[str, Assembly]
    ledger_error: float
    splitting_error: float
    solver: Mapping[str, Any] = field(default_factory=dict)

    def at(self, lesion: str, time: float) -> Snapshot:
        """Return the snapshot of a lesion at a moment that was asked for."""
        return min((one for one in self.snapshots if one.lesion == lesion), key=lambda one: abs(one.time - time))


def follow_field(
    study: ResolvedStudy,
    matter: Matter,
    lesions: Sequence[Site],
    given: Sequence[Given],
    warming: Sequence[Warming],
    *,
    until: float,
    coarse: Trajectory,
    moments: Sequence[float],
    control: Control,
) -> TumorField:
    """Solve the median of an arm with every lesion on its voxels.

    Parameters
    ----------
    coarse
        The same arm with each lesion as one place; it sets the macro steps and is what the field is compared with.
    moments
        When snapshots are wanted, s.
    """
    median = [Given(d.start, d.duration, d.route, {k: v[:1] for k, v in d.amounts.items()}, d.words, d.lesion) for d in given]
    voxels = [_voxels_of(study, matter, lesion, control) for lesion in lesions]
    body = _body_apart(study, matter, lesions, voxels)
    program = program_of(body, "body beside the tumor field")
    tolerances = tolerances_of(body, median)
    steps = macro_steps(coarse, lesions, median, warming, until=until, moments=moments)
    state, returned, next_step = body.initial.copy(), _nothing(matter, lesions), None
    snapshots = [Snapshot(one.lesion.name, 0.0, one.states.copy()) for one in voxels if 0.0 in moments]
    for number, (start, stop) in enumerate(pairwise(steps)):
        segment = _body_segment(body, median, returned, start=start, stop=stop)
        before = state
        solution = solve(
            program, state, body.parameters, [segment], [stop], tolerances=tolerances, threads=1, initial_step=next_step
        ).require()
        state, next_step = solution.final, solution.next_step
        for one in voxels:
            entered = {s: float((state - before)[0, body.layout.exits[s, one.lesion.name]]) for s in matter.species}
            returned |= _advance(one, entered, median, warming, start=start, stop=stop, control=control)
            if any(abs(stop - moment) < 1e-9 * max(until, 1.0) for moment in moments):
                snapshots.append(Snapshot(one.lesion.name, stop, one.states.copy()))
        control.on_progress("tumor field", (number + 1) / (len(steps) - 1))
        if control.should_stop():
            raise KeyboardInterrupt
    return TumorField(
        snapshots=tuple(snapshots),
        assemblies={one.lesion.name: one.assembly for one in voxels},
        ledger_error=_ledger(matter, body, state, voxels, returned, median, until),
        splitting_error=_difference(matter, coarse, voxels),
        solver={"macro steps": len(steps) - 1, "voxels": sum(one.lesion.grid.count for one in voxels)},
    )


def macro_steps(
    coarse: Trajectory,
    lesions: Sequence[Site],
    given: Sequence[Given],
    warming: Sequence[Warming],
    *,
    until: float,
    moments: Sequence[float],
) -> list[float]:
    """Return the macro steps: none across a breakpoint, and none in which a lesion's plasma changes much."""
    fixed = {0.0, until, *(m for m in moments if 0.0 <= m <= until)}
    for event in (*given, *warming):
        fixed |= {m for m in (event.start, event.start + event.duration) if m <= until}
    edges = sorted(fixed)
    curves = _vessel_curves(coarse, lesions)
    steps = [edges[0]]
    for edge in edges[1:]:
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


def _voxels_of(study: ResolvedStudy, matter: Matter, lesion: Site, control: Control) -> _Voxels:
    """Assemble one lane a voxel, with the operators that join them."""
    book = ValueBook(draws=1, seed=study.seed)
    place = Place(study.host.species)
    scopes = lesion_of(study, lesion, book).scopes[0]
    weight = lesion.grid.vessel_weight(
        core_to_rim=float(book.fill("core_to_rim_vessel_ratio", scopes, place)[0]),
        rim_thickness=float(book.fill("rim_thickness", scopes, place)[0]),
    )
    count = lesion.grid.count
    plasma = float(book.fill("vascular_plasma_fraction", scopes, place)[0]) * lesion.volume
    region = lesion_of(
        study, lesion, book, voxel_volume=np.full(count, lesion.grid.voxel_volume), vessel_weight=weight, place_of_vessels=0
    )
    region = _apart(region)
    inputs = [(Pool(s, lesion.name, INTERSTITIUM), 0) for s in matter.species]
    assembly = assemble(matter, [_stub(region, plasma), region], book, lanes=count, inputs=inputs)
    with double():
        start, columns = jnp.asarray(assembly.initial), jnp.asarray(assembly.parameters)
        entry = {s: np.asarray(k)[:, 0] for s, k in jax.vmap(assembly.entering)(start, columns).items()}
        whole = assemble(matter, [joined(study, lesion, book)], book, lanes=1)
        y, p = jnp.asarray(whole.initial[0]), jnp.asarray(whole.parameters[0])
        operators = {}
        for species in (s for s in matter.species if s.form not in (Form.ENCAPSULATED, Form.ATTACHED)):
            source, target, coefficient = whole.between(y, p, species)
            operators[species] = exchange_operator(source, target, np.asarray(coefficient), size=count)
    for rider in matter.riders():
        operators[rider] = operators[next(s for s in matter.species if s.form is Form.CARRIER)]
    control.on_progress(f"{lesion.name}: {count} voxels", 1.0)
    return _Voxels(
        lesion=lesion,
        assembly=assembly,
        program=program_of(assembly, f"voxel of {lesion.name}"),
        operators=operators,
        shares={s: k / k.sum() for s, k in entry.items() if k.sum() > 0.0},
        entry=entry,
        states=assembly.initial.copy(),
    )


def _apart(region: Compartments) -> Compartments:
    return Compartments(**{**region.__dict__, "vessels": (STUB, 0), "one_way": True})


def _stub(region: Compartments, plasma: float) -> Compartments:
    """The vessels of a lesion as a body without laws, which takes up what the voxels give back."""
    return Compartments(
        name=STUB,
        kind=Region.BODY,
        places=("vessels",),
        sites=(frozenset({BLOOD}),),
        scopes=region.scopes,
        host_species=region.host_species,
        laws=(),
        place_laws=(frozenset(),),
        links=(),
        link_values={},
        context={"tissue_volume": np.full((1, 1), plasma), "vascular_plasma_fraction": np.ones((1, 1))},
    )


def _body_apart(study: ResolvedStudy, matter: Matter, lesions: Sequence[Site], voxels: Sequence[_Voxels]) -> Assembly:
    """Assemble the body alone, with a tap where blood gives to each lesion and an inlet for what comes back."""
    book = ValueBook(draws=1, seed=study.seed)
    region = body_of(study, lesions, book)
    taps, inputs = [], []
    for species in matter.species:
        inputs.append((Pool(species, BODY, BLOOD), region.places.index(VENOUS)))
        for one in voxels:
            place = region.places.index(one.lesion.name)
            inputs.append((Pool(species, BODY, BLOOD), place))
            coefficient = np.array([one.entry[species].sum()]) if species in one.entry else np.zeros(1)
            taps.append(Tap(species, BODY, place, one.lesion.name, coefficient))
    return assemble(matter, [region], book, lanes=1, inputs=inputs, taps=taps)


def _nothing(matter: Matter, lesions: Sequence[Site]) -> dict[tuple[Species, str], float]:
    return {(species, lesion.name): 0.0 for species in matter.species for lesion in lesions}


def _body_segment(
    body: Assembly,
    given: Sequence[Given],
    returned: Mapping[tuple[Species, str], float],
    *,
    start: float,
    stop: float,
) -> Segment:
    jump = np.zeros(body.layout.size)
    controls = dict.fromkeys(body.inputs.values(), 0.0)
    region = body.regions[0]
    for dose in given:
        if dose.route == INTRATUMORAL:
            continue
        for species, amount in dose.amounts.items():
            index = int(body.layout.pools[Pool(species, BODY, BLOOD)][region.places.index(VENOUS)])
            if dose.duration == 0.0 and dose.start == start:
                jump[index] += float(amount[0])
            elif dose.start <= start < dose.start + dose.duration:
                controls[body.inputs[index]] += float(amount[0]) / dose.duration
    for (species, lesion), amount in returned.items():
        index = int(body.layout.pools[Pool(species, BODY, BLOOD)][region.places.index(lesion)])
        controls[body.inputs[index]] += amount / (stop - start)
    return Segment(start, stop, jump=jump if jump.any() else None, controls=controls)


def _advance(
    one: _Voxels,
    entered: Mapping[Species, float],
    given: Sequence[Given],
    warming: Sequence[Warming],
    *,
    start: float,
    stop: float,
    control: Control,
) -> dict[tuple[Species, str], float]:
    """Advance the voxels of a lesion by one macro step; return what went back to its vessels."""
    step = stop - start
    _inject(one, given, start)
    _spread(one, step / 2.0)
    layout, count = one.assembly.layout, one.lesion.grid.count
    controls: dict[int, Array] = {}
    for species, amount in entered.items():
        index = one.index(species)
        if index is not None:
            share = one.shares.get(species, np.zeros(count))
            rate = amount * share / step + _infused(one, given, species, start)
            controls[one.assembly.inputs[index]] = rate
    rise = sum(w.kelvin for w in warming if w.start <= start < w.start + w.duration and w.lesion in (None, one.lesion.name))
    controls[one.assembly.heat[one.lesion.name]] = np.array([float(rise)])
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
    returned = {}
    for species in entered:
        index = int(layout.pools[Pool(species, STUB, BLOOD)][0])
        returned[species, one.lesion.name] = float(one.states[:, index].sum())
        one.states[:, index] = 0.0
    _spread(one, step / 2.0)
    return returned


def _local_tolerances(one: _Voxels, given: Sequence[Given]) -> Tolerances:
    """A voxel holds a small share of the dose: its tolerance is that of the body over the number of voxels."""
    whole = tolerances_of(one.assembly, given)
    absolute = np.asarray(whole.absolute) / one.lesion.grid.count
    return Tolerances(relative=whole.relative, absolute=np.maximum(absolute, 1e-34))


def _inject(one: _Voxels, given: Sequence[Given], start: float) -> None:
    for dose in given:
        if dose.route == INTRATUMORAL and dose.duration == 0.0 and dose.start == start:
            for species, amount in dose.amounts.items():
                index = one.index(species)
                if index is not None and dose.lesion in (None, one.lesion.name):
                    one.states[:, index] += float(amount[0]) / one.lesion.grid.count


def _infused(one: _Voxels, given: Sequence[Given], species: Species, start: float) -> float:
    rate = 0.0
    for dose in given:
        running = dose.start <= start < dose.start + dose.duration
        if dose.route == INTRATUMORAL and running and species in dose.amounts and dose.lesion in (None, one.lesion.name):
            rate += float(dose.amounts[species][0]) / dose.duration / one.lesion.grid.count
    return rate


def _spread(one: _Voxels, duration: float) -> None:
    by_operator: dict[int, list[int]] = {}
    for species in one.operators:
        index = one.index(species)
        if index is not None:
            by_operator.setdefault(id(one.operators[species]), []).append(index)
    operators = {id(operator): operator for operator in one.operators.values()}
    for key, columns in by_operator.items():
        one.states[:, columns] = spread(operators[key], one.states[:, columns], duration)


def _held(one: _Voxels, species: Species) -> float:
    return float(one.states[:, one.assembly.layout.everywhere(species)].sum())


def _ledger(
    matter: Matter,
    body: Assembly,
    state: Array,
    voxels: Sequence[_Voxels],
    returned: Mapping[tuple[Species, str], float],
    given: Sequence[Given],
    until: float,
) -> float:
    """Return the largest imbalance: what was given against body, lesions, what is on its way back, and eliminations."""
    lesions = {one.lesion.name for one in voxels}
    worst = 0.0
    for material, amount in injected_by(given, matter, np.array([until])).items():
        found = 0.0
        for species in (s for s in matter.species if material_of(s, matter) == material):
            booked = sum(float(state[0, body.layout.exits[species, name]]) for name in lesions)
            found += float(state[0, body.layout.everywhere(species)].sum()) - booked
            found += sum(_held(one, species) for one in voxels)
            found += sum(returned[species, name] for name in lesions)
        whole = float(np.abs(amount).max())
        worst = max(worst, abs(found - float(amount[0, 0])) / whole)
    return worst


def _difference(matter: Matter, coarse: Trajectory, voxels: Sequence[_Voxels]) -> float:
    """Return how far what the voxels hold at the end is from the one-place lesion, relative to the larger."""
    worst = 0.0
    for one in voxels:
        for material in {material_of(species, matter) for species in matter.species}:
            here = there = 0.0
            for species in (s for s in matter.species if material_of(s, matter) == material):
                for pool, index in coarse.assembly.layout.pools.items():
                    if pool.species == species and pool.region == one.lesion.name:
                        there += float(coarse.states[0, -1, index].sum())
                        own = one.assembly.layout.pools[pool]
                        here += float(one.states[:, own].sum())
            if max(here, there) > 0.0:
                worst = max(worst, abs(here - there) / max(here, there))
    return worst


def cells_of(snapshot: Snapshot, assembly: Assembly) -> tuple[Array, Array]:
    """Return viable and dying cells, voxel by voxel."""
    viable, dying = (assembly.layout.cells[snapshot.lesion, state] for state in (VIABLE, DYING))
    return snapshot.states[:, viable[0]], snapshot.states[:, dying[0]]
