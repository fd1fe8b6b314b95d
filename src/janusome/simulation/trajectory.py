"""Trajectory: an assembled arm solved over time, with its ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.model import Form, Species
from janusome.numerics.precision import double
from janusome.numerics.tape import Program, Solution, Tolerances, solve, translate
from janusome.simulation.assembly import Assembly, Matter
from janusome.simulation.layout import Layout
from janusome.simulation.protocol import Given, Stimulating, segments

Draws = NDArray[np.float64]

RELATIVE = 1e-6
ABSOLUTE_SHARE = 1e-10  # of what was given of a material
NOTHING = 1e-30  # mol; the tolerance of what was never given


@dataclass(frozen=True)
class Control:
    """How a run reports and is stopped, and how many threads it may take."""

    threads: int | None = None
    on_progress: Callable[[str, float], None] = lambda what, done: None  # noqa: ARG005
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Trajectory:
    """States over time, (lanes, times, states), and what was injected of each material by then."""

    assembly: Assembly
    program: Program
    times: Draws
    states: Draws
    injected: Mapping[str, Draws]  # material -> (lanes, times), mol
    ledger_error: float
    solver: Mapping[str, Any] = field(default_factory=dict)


def program_of(assembly: Assembly, name: str) -> Program:
    """Trace an assembled right-hand side into the engine's program."""
    with double():
        return translate(assembly.rates, states=assembly.layout.names, parameters=assembly.parameter_names, name=name)


def material_of(species: Species, matter: Matter) -> str:
    """Return the material that a species is a form of: a drug and its metabolite are one, and so is a label in any form."""
    if species.form in (Form.ENCAPSULATED, Form.RELEASED):
        return next((prodrug for prodrug, product in matter.products.items() if product == species.name), species.name)
    return species.name


def tolerances_of(assembly: Assembly, given: Sequence[Given]) -> Tolerances:
    """Return tolerances: fractions of what was given of each material at the median, and so the same in any ensemble."""
    absolute = np.full(assembly.layout.size, NOTHING)
    total = totals(given, assembly.matter)
    for species in assembly.matter.species:
        scale = float(total.get(material_of(species, assembly.matter), np.zeros(1))[0])
        absolute[assembly.layout.everywhere(species)] = max(ABSOLUTE_SHARE * scale, NOTHING)
    for index in assembly.layout.cells.values():
        absolute[index] = 1e-6 * np.maximum(assembly.initial[0, index], 1.0)
    return Tolerances(relative=RELATIVE, absolute=absolute)


def totals(given: Sequence[Given], matter: Matter) -> dict[str, Draws]:
    """Return all that is given of each material, mol, for each draw."""
    total: dict[str, Draws] = {}
    for dose in given:
        for species, amount in dose.amounts.items():
            material = material_of(species, matter)
            total[material] = total.get(material, np.zeros_like(amount)) + amount
    return total


def injected_by(given: Sequence[Given], matter: Matter, times: Draws) -> dict[str, Draws]:
    """Return what was given of each material by each time, (lanes, times) in mol; at the moment of a bolus it counts."""
    found: dict[str, Draws] = {}
    for dose in given:
        share = (
            (times >= dose.start).astype(float)
            if dose.duration == 0.0
            else np.clip((times - dose.start) / dose.duration, 0.0, 1.0)
        )
        for species, amount in dose.amounts.items():
            material = material_of(species, matter)
            found[material] = found.get(material, 0.0) + np.outer(amount, share)
    return found


def ledger_error(layout: Layout, matter: Matter, states: Draws, injected: Mapping[str, Draws]) -> float:
    """Return the largest |injected - everywhere - eliminated| over all that was injected of that material."""
    worst = 0.0
    for material, given in injected.items():
        if not given.any():
            continue
        index = [layout.everywhere(one) for one in matter.species if material_of(one, matter) == material]
        found = states[:, :, np.concatenate(index)].sum(axis=-1)
        whole = np.abs(given).max(axis=1, keepdims=True)
        worst = max(worst, float((np.abs(found - given) / whole).max()))
    return worst


def follow(
    assembly: Assembly,
    given: Sequence[Given],
    stimuli: Sequence[Stimulating],
    *,
    until: float,
    times: Draws,
    control: Control,
    name: str,
    program: Program | None = None,
) -> Trajectory:
    """Solve an arm for all lanes; `program` is its right-hand side where it was traced before.

    Raises
    ------
    SolverError
        If a lane did not reach the end; the message names the lane, the reason, the moment and the amounts there.
    """
    lanes = len(assembly.parameters)
    program = program or program_of(assembly, name)
    solution = solve(
        program,
        assembly.initial,
        assembly.parameters,
        segments(assembly, given, stimuli, until=until, lanes=lanes),
        times,
        tolerances=tolerances_of(assembly, given),
        threads=control.threads,
        nonnegative=np.ones(assembly.layout.size, dtype=bool),
        on_progress=lambda done: control.on_progress(name, done),
        should_stop=control.should_stop,
    ).require()
    injected = injected_by(given, assembly.matter, times)
    return Trajectory(
        assembly=assembly,
        program=program,
        times=times,
        states=solution.states,
        injected=injected,
        ledger_error=ledger_error(assembly.layout, assembly.matter, solution.states, injected),
        solver=statistics(solution, assembly),
    )


def statistics(solution: Solution, assembly: Assembly) -> dict[str, Any]:
    """Return what the solve took, for the run record."""
    return {
        "states": assembly.layout.size,
        "parameters": len(assembly.parameter_names),
        "lanes": len(solution.steps),
        "steps per lane, median": int(np.median(solution.steps)),
        "rejected steps per lane, median": int(np.median(solution.rejected)),
        "pivoted solves": int(np.sum(solution.fallbacks)),
    }
