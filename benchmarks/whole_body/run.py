"""Time the assembled whole body - carrier, one drug, one label, a lesion - against libroadrunner on its exported SBML.

python benchmarks/whole_body/run.py
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from pathlib import Path

import libsbml
import numpy as np
import roadrunner

from janusome.files.library import Library
from janusome.files.sbml import export_sbml
from janusome.numerics.tape import Tolerances, solve
from janusome.simulation.arms import TREATED, Site, matter_of
from janusome.simulation.doses import given_in
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.protocol import segments
from janusome.simulation.run import coarse_assembly
from janusome.simulation.trajectory import program_of, tolerances_of
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

UNTIL, MOMENTS = 72 * 3600.0, 60
SUBJECTS, COHORT, REPEATS = 256, 10_000, 7
RELATIVES = (1e-4, 1e-5, 3e-6, 1e-6, 1e-7)
PEERS = (1e-5, 1e-6, 1e-7, 1e-8)
FLOOR = 1e-6  # of the peak of a state, below which errors count as absolute
STUDY = {
    "study": "64Cu-MM-302 in a woman",
    "formulation": "mm-302-cu64",
    "host": "human-female",
    "tumor": {"kind": "breast-her2", "volume": "25 cm^3", "voxels": 1},
    "protocol": [{"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous", "activity": "400 MBq"}],
    "controls": [],
    "outputs": {"until": "72 h", "draws": 0},
}


def assembled(study, subjects: int):
    """Return what is given and the assembly of an ensemble."""
    lesions = tuple(Site(one.name, one.tumor, ball(one.volume, voxels=1)) for one in study.lesions)
    matter, book = matter_of(study, TREATED), ValueBook(draws=subjects, seed=0)
    given = given_in(study, matter, TREATED, book)
    return given, coarse_assembly(study, matter, lesions, given, book)


def main() -> None:
    study = resolve(Study.model_validate(STUDY), Library())
    before = time.perf_counter()
    given, assembly = assembled(study, SUBJECTS)
    program = program_of(assembly, "whole body")
    built = time.perf_counter() - before
    times = np.concatenate([[0.0], np.geomspace(60.0, UNTIL, MOMENTS - 1)])
    timeline = segments(assembly, given, (), until=UNTIL, lanes=SUBJECTS)
    base = tolerances_of(assembly, given)

    def ours(relative: float):
        absolute = np.asarray(base.absolute) * relative / base.relative
        return solve(program, assembly.initial, assembly.parameters, timeline, times,
                     tolerances=Tolerances(relative, absolute), threads=1).require().states  # fmt: skip

    reference = ours(1e-10)[0]
    peer = _peer(assembly, timeline, times)
    engines = {f"tape, rtol {r:g}": (lambda r=r: ours(r), SUBJECTS) for r in RELATIVES}
    engines |= {f"libroadrunner, rtol {r:g}": (lambda r=r: peer(r)[None], 1) for r in PEERS}
    errors = {name: _error(engine()[0], reference) for name, (engine, _) in engines.items()}
    spent: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(REPEATS):
        for name, (engine, count) in engines.items():
            before = time.process_time()
            engine()
            spent[name].append((time.process_time() - before) / count * 1e3)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{len(program.states)} states, {len(program.parameters)} parameters; built in {built:.2f} s")
    print("| engine | p99 error | ms CPU a subject |\n|---|---|---|")
    for name, values in spent.items():
        print(f"| {name} | {errors[name]:.1e} | {np.median(values):.3f} |")
    _equal(errors, spent)
    _cohort(study, times)


def _equal(errors, spent) -> None:
    """Print the cost of the peer over ours where both are at least as exact as each other."""
    for peer in (name for name in errors if name.startswith("libroadrunner")):
        fit = [name for name in errors if name.startswith("tape") and errors[name] <= errors[peer]]
        if fit:
            best = min(fit, key=lambda name: np.median(spent[name]))
            print(f"{peer}: {np.median(spent[peer]) / np.median(spent[best]):.1f} times the cost of {best}, "
                  f"with errors {errors[peer]:.1e} and {errors[best]:.1e}")  # fmt: skip


def _cohort(study, times) -> None:
    before = time.perf_counter()
    given, assembly = assembled(study, COHORT)
    program = program_of(assembly, "cohort")
    timeline = segments(assembly, given, (), until=UNTIL, lanes=COHORT)
    solve(program, assembly.initial, assembly.parameters, timeline, times, tolerances=tolerances_of(assembly, given)).require()
    print(f"{COHORT} patients with {len(times)} outputs, all processors: {time.perf_counter() - before:.1f} s")


def _peer(assembly, timeline, times):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body.xml"
        export_sbml(assembly, path, segments=list(timeline))
        text = path.read_text(encoding="utf-8")
    runner = roadrunner.RoadRunner(text)
    document = libsbml.readSBMLFromString(text)
    ids = {one.getName(): one.getId() for one in document.getModel().getListOfSpecies()}
    runner.timeCourseSelections = [ids[name] for name in assembly.layout.names]

    def run(relative: float) -> np.ndarray:
        runner.reset()
        runner.integrator.relative_tolerance = relative
        runner.integrator.absolute_tolerance = relative * 1e-16
        return np.asarray(runner.simulate(times=times.tolist()))

    return run


def _error(found: np.ndarray, reference: np.ndarray) -> float:
    peak = np.abs(reference).max(axis=0)
    moved = peak > 0.0
    scale = np.abs(reference[:, moved]) + FLOOR * peak[moved]
    return float(np.quantile(np.abs(found - reference)[:, moved] / scale, 0.99))


if __name__ == "__main__":
    main()
