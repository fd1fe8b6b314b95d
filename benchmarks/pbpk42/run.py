"""Time the tape engine against libroadrunner on a 42-state body of a mouse.

    python benchmarks/pbpk42/run.py --problem FOLDER

FOLDER holds model.py and pbpk42.sbml.xml; without it, $JANUSOME_DATA/../bench/pbpk42.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numba import njit
from scipy.integrate import solve_ivp

from janusome.numerics.tape import Segment, Tolerances, lanes, solve, translate

CHECKED = 50  # subjects with a reference
SUBJECTS = 512  # timed in each repeat
REPEATS = 9
FLOOR = 1e-4  # % of dose, below which errors count as absolute


def main() -> None:
    problem, child = _arguments()
    if child:
        print(json.dumps(_large_cohort(problem, child)))
        return
    program, build_seconds = _translated(problem)
    population, times, start = problem["population"](10_000), problem["TS"], problem["y0"]()
    reference = _reference(problem, population[:CHECKED])
    segments = [Segment(0.0, float(times[-1]))]

    def ours(relative: float, subjects: np.ndarray, threads: int = 1) -> np.ndarray:
        how = Tolerances(relative, relative * 1e-2)
        return solve(program, start, subjects, segments, times, tolerances=how, threads=threads).require().states

    before = time.perf_counter()
    ours(1e-6, population[:1])
    first_seconds = time.perf_counter() - before
    peer = _peer(problem)
    engines = {f"tape, rtol {r:g}": (lambda s, r=r: ours(r, s), SUBJECTS) for r in (1e-5, 3.5e-6, 1e-6, 1e-7)}
    engines |= {f"libroadrunner, rtol {r:g}": (lambda s, r=r: peer(r, s), 64) for r in (1e-6, 1e-7)}
    cpu = {name: [] for name in engines}
    for _ in range(REPEATS):  # interleaved, so that other load meets all of them alike
        for name, (engine, count) in engines.items():
            before = time.process_time()
            engine(population[:count])
            cpu[name].append((time.process_time() - before) / count * 1e3)
    errors = {name: _errors(engine(population[:CHECKED]), reference) for name, (engine, _) in engines.items()}
    base = np.median(cpu["libroadrunner, rtol 1e-06"])
    fastest_base = np.min(cpu["libroadrunner, rtol 1e-06"])
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print("| engine | p99 error | largest error | mass error | ms CPU a subject: median (least) | faster: median (least) |")
    print("|---|---|---|---|---|---|")
    for name, values in cpu.items():
        p99, largest, mass = errors[name]
        middle, least = np.median(values), np.min(values)
        print(f"| {name} | {p99:.1e} | {largest:.1e} | {mass:.0e} | {middle:.3f} ({least:.3f}) "
              f"| {base / middle:.1f} ({fastest_base / least:.1f}) |")  # fmt: skip
    single = min(_timed(lambda: ours(3.5e-6, population[:1])) for _ in range(20))
    print(f"\nmodel built in {build_seconds:.2f} s, first solve {first_seconds:.2f} s, one subject {single * 1e3:.1f} ms")
    _print_bits(ours, population)
    _print_limit(program, solve(program, start, population[:SUBJECTS], segments, [], tolerances=Tolerances(3.5e-6, 3.5e-8),
                                threads=1), np.min(cpu["tape, rtol 3.5e-06"]))  # fmt: skip
    for count in (0, 10_000):
        told = subprocess.run([*_again(), "--large", str(count or 16)], check=True, capture_output=True, text=True)
        figures = json.loads(told.stdout)
        where = f"peak {figures['peak_mib']:.0f} MiB on {figures['threads']} threads"
        print(f"{count or 16} subjects: {figures['seconds']:.2f} s, {where}")


def _arguments() -> tuple[dict, int]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problem", type=Path, default=Path(os.environ.get("JANUSOME_DATA", ".")) / ".." / "bench" / "pbpk42")
    parser.add_argument("--large", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not (given.problem / "model.py").exists():
        sys.exit(f"{given.problem}: no model.py there; give the problem's folder with --problem, or set JANUSOME_DATA.")
    return _module(given.problem / "model.py") | {"folder": given.problem}, given.large


def _module(path: Path) -> dict:
    sys.path.insert(0, str(path.parent))  # numba's cache asks for the module by its name
    return vars(importlib.import_module(path.stem))


def _again() -> list[str]:
    arguments = sys.argv[1:]
    return [sys.executable, sys.argv[0], *arguments]


def _translated(problem: dict):
    law, before = problem["make_jax_rhs"](), time.perf_counter()
    program = translate(lambda y, p: law(0.0, y, p), states=problem["N"], parameters=problem["NP"], name="pbpk42")
    return program, time.perf_counter() - before


def _reference(problem: dict, subjects: np.ndarray) -> np.ndarray:
    """Return LSODA's answer at tolerances far below those compared."""
    law, start, times = problem["rhs_np"], problem["y0"](), problem["TS"]

    def one(row: np.ndarray) -> np.ndarray:
        return solve_ivp(law, (0.0, times[-1]), start, "LSODA", times, args=(row,), rtol=1e-12, atol=1e-13).y.T

    return np.array([one(row) for row in subjects])


def _errors(states: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    error = np.abs(states - reference) / (np.abs(reference) + FLOOR)
    return float(np.quantile(error, 0.99)), float(error.max()), float(np.abs(states.sum(2) - 100.0).max() / 100.0)


def _peer(problem: dict):
    import roadrunner

    model = roadrunner.RoadRunner(str(problem["folder"] / "pbpk42.sbml.xml"))
    times, indices = list(problem["TS"]), list(range(problem["NP"]))

    def simulate(relative: float, subjects: np.ndarray) -> np.ndarray:
        model.integrator.relative_tolerance = relative
        model.integrator.absolute_tolerance = relative * 1e-2
        found = []
        for row in subjects:
            model.reset()
            model.model.setGlobalParameterValues(indices, row)
            found.append(np.array(model.simulate(times=times))[:, 1:])
        return np.array(found)

    return simulate


def _timed(function) -> float:
    before = time.perf_counter()
    function()
    return time.perf_counter() - before


def _print_bits(ours, population: np.ndarray) -> None:
    together = ours(1e-6, population[:200], threads=2)
    order = np.random.default_rng(0).permutation(200)
    same = all(np.array_equal(ours(1e-6, population[[k]])[0], together[k]) for k in (0, 17, 199))
    same &= np.array_equal(ours(1e-6, population[order]), together[order])
    print(f"the same bits alone, in a cohort, in another order, on two threads: {'yes' if same else 'NO'}")


def _print_limit(program, solution, milliseconds: float) -> None:
    """Compare the arithmetic done in a second with the most that loops of this kind do on this machine."""
    work, n, stages = program.arithmetic, len(program.states), 8
    combinations = 2 * n * (sum(range(1, 6)) + sum(range(1, 8)) + 2 * stages)
    step = work["rates_and_jacobian"] + 7 * work["rates"] + work["factorization"] + 8 * work["solve"] + combinations + 9 * n
    steps = float((solution.steps + solution.rejected).mean())
    done = steps * step / (milliseconds * 1e-3) / 1e9
    print(f"{steps:.0f} steps of {step} operations a subject (outputs not counted): {done:.1f} G operations a second")
    for name, size in (("first", 2**14), ("second", 2**17)):
        most = _multiply_adds_per_second(size) / 1e9
        print(
            f"fused multiply-adds on lanes in the {name}-level cache: {most:.1f} G a second; the engine does {done / most:.0%}"
        )


@njit
def _repeat(stream: np.ndarray, w: np.ndarray, times: int) -> None:
    for _ in range(times):
        for at in range(0, len(stream), 3):
            lanes.add_product(w, stream, at, 0)


def _multiply_adds_per_second(size: int) -> float:
    slots = size // (8 * lanes.WIDTH)
    random = np.random.default_rng(0)
    stream = (random.integers(0, slots, 3 * 300) * lanes.WIDTH).astype(np.int32)
    raw = np.zeros(slots * lanes.WIDTH + 8)
    w = raw[(-raw.ctypes.data % 64) // 8 :][: slots * lanes.WIDTH]
    _repeat(stream, w, 1)
    best = min(_timed(lambda: _repeat(stream, w, 2000)) for _ in range(15))
    return 2 * 300 * 2000 * lanes.WIDTH / best


def _large_cohort(problem: dict, count: int) -> dict[str, float]:
    program, _ = _translated(problem)
    population, times = problem["population"](count), problem["TS"]
    segments, threads = [Segment(0.0, float(times[-1]))], len(os.sched_getaffinity(0))
    solve(program, problem["y0"](), population[:16], segments, times)
    before = time.perf_counter()
    solve(program, problem["y0"](), population, segments, times, tolerances=Tolerances(3.5e-6, 3.5e-8)).require()
    seconds = time.perf_counter() - before
    return {"seconds": seconds, "threads": threads, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    main()
