"""Time plain diffusion beside py-pde's numba backend, costs from 32^3 to 128^3, the machine's limits, and pressure on 128^3.

python benchmarks/tumor_fields/run.py --peer PYTHON      # PYTHON: an interpreter that has py-pde and numba installed
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from numba import njit
from scipy.fft import dctn, idctn

from janusome.numerics.diffusion import Exchange, kept_above_zero
from janusome.numerics.even_box import EvenBox
from janusome.numerics.links import links_in_box
from janusome.numerics.pressure import pressure_in_box
from janusome.numerics.steps import carried
from janusome.numerics.threads import Slabs

CELLS = (32, 64, 128)
STAGE = 96.0  # bytes a voxel: 7 diagonals, three vectors read and one read and written
FINER = 1.25  # times the voxels along an axis: the peer's longest time step happens to undo a part of the grid's error
PEER = """
import json, sys, time
import numpy as np, pde
cells, duration, repeats = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
start = np.load(sys.argv[4])
steps = int(np.ceil(6.0 * duration))  # the limit of stability: D = 1, spacing 1
field = pde.ScalarField(pde.CartesianGrid([[0, cells]] * 3, cells), start)
solver = pde.EulerSolver(pde.DiffusionPDE(diffusivity=1, bc={"derivative": 0}), backend="numba")
compiling = time.perf_counter()
stepper = solver.make_stepper(field, dt=duration / steps)
stepper(field.copy(), 0.0, duration / steps)
compiling = time.perf_counter() - compiling
spent, until = [], time.perf_counter() + 0.5
while len(spent) < repeats or time.perf_counter() < until:
    now = field.copy()
    wall, cpu, before = time.perf_counter(), time.process_time(), solver.info["steps"]
    stepper(now, 0.0, duration)
    spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    taken = solver.info["steps"] - before
np.save(sys.argv[4], now.data)
print(json.dumps([min(one[k] for one in spent) for k in (0, 1)] + [taken, compiling]))
"""


def timed(work, repeats: int):
    """Return least wall and CPU seconds of so many runs or half a second of them, after a first one, and the result."""
    result, found, until = work(), [], time.perf_counter() + 0.5
    while len(found) < repeats or time.perf_counter() < until:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(f[0] for f in found), min(f[1] for f in found), result


def blob(cells: int, duration: float = 0.0, *, width: float):
    """A Gaussian blob an eighth of the box wide, and its analytic spreading between closed borders (by its images)."""
    variance = (width / 8.0) ** 2 + 2.0 * duration
    x = ((np.arange(cells) + 0.5) / cells - 0.5) * width
    line = sum(np.exp(-0.5 * (x + k * width) ** 2 / variance) for k in range(-3, 4)) * (width / 8.0) / np.sqrt(variance)
    return line[:, None, None] * line[:, None] * line


def on_the_grid(start, duration: float, *, width: float):
    """The exact solution of the equations of the grid: what differs from it is the error of the time steps."""
    cells = len(start)
    decay = np.exp(duration * (2.0 * np.cos(np.pi * np.arange(cells) / cells) - 2.0) * (cells / width) ** 2)
    return np.asarray(idctn(dctn(start) * decay[:, None, None] * decay[:, None] * decay))


def errors(found, start, duration: float, *, width: float) -> str:
    cells = len(start)
    solutions = on_the_grid(start, duration, width=width), blob(cells, duration, width=width)
    of_time, of_all = (np.abs(found.reshape(start.shape) - exact).max() / exact.max() for exact in solutions)
    return f"error of time {of_time:.1e}, of all {of_all:.1e} of the peak"


def diffusion(cells: int, peer: str | None, repeats: int) -> None:
    width, duration = float(cells), 0.625 * (cells / 8.0) ** 2  # until the blob is half as wide again
    matrix = links_in_box(np.ones((cells,) * 3), spacing=(1.0,) * 3).operator(1.0)
    finer = round(FINER * cells)
    spent = {}
    for name, count, operator in (
        ("even box", cells, lambda: EvenBox((cells, cells, cells), 1.0, 1.0)),
        (f"even box of {finer}^3", finer, lambda: EvenBox((finer, finer, finer), 1.0, cells / finer)),
        ("steps with its matrix", cells, lambda: matrix),
    ):
        start = blob(count, width=width)
        spent[name] = timed(lambda of=operator, n=start: carried(of(), n.ravel(), duration, tolerance=1e-3).amounts, repeats)
        wall, cpu, found = spent[name]
        print(f"{cells}^3 for {duration:g} s, {name}: {wall:.4f} s, {cpu:.4f} s CPU, "
              f"{errors(found, start, duration, width=width)}")  # fmt: skip
    if peer:
        wall, cpu = beside(peer, cells, duration, repeats)
        for name, (our_wall, our_cpu, _) in spent.items():
            print(f"  ratio, {name}: {wall / our_wall:.1f} by the clock, {cpu / our_cpu:.1f} by the CPU")


def beside(peer: str, cells: int, duration: float, repeats: int) -> tuple[float, float]:
    """Run the peer; return its wall and CPU seconds."""
    start = blob(cells, width=float(cells))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "field.npy"
        np.save(path, start)
        given = [peer, "-c", PEER, str(cells), str(duration), str(repeats), str(path)]
        done = subprocess.run(given, check=True, capture_output=True, text=True)
        wall, cpu, steps, compiling = json.loads(done.stdout.splitlines()[-1])
        found = errors(np.load(path), start, duration, width=float(cells))
    print(f"  py-pde numba: {wall:.4f} s, {cpu:.4f} s CPU, {steps} steps, {found}; besides, compiling {compiling:.1f} s")
    return wall, cpu


def scaling(repeats: int) -> None:
    """Cost of a stage of steps with a matrix (what drifts or has a shape goes by these)."""
    for cells in CELLS:
        start = blob(cells, width=float(cells)).reshape(-1, 1)
        with Slabs() as slabs:
            exchange = Exchange(links_in_box(np.ones((cells,) * 3), spacing=(1.0,) * 3).operator(1.0), slabs, kinds=1)
            tau = exchange.longest(31)
            wall, cpu, _ = timed(lambda e=exchange, n=start, t=tau: kept_above_zero(e.leap(n, e.rates(n), t)), repeats)
        each = 1e9 / 32 / cells**3
        print(f"{cells}^3: {wall * each:.1f} ns, {cpu * each:.1f} ns CPU a voxel and stage, {STAGE / cpu / each:.1f} GB/s")


@njit(nogil=True)
def _triad(first: int, past: int, a, b, c) -> None:
    out, one, two = a[first:past], b[first:past], c[first:past]  # slices let the loop use vectors
    for i in range(len(out)):
        out[i] = one[i] + 3.0 * two[i]


def limits(repeats: int) -> None:
    """What one processor moves and multiplies, and how far from both an even box and a stage are (CPU seconds)."""
    a, b, c = (np.ones(2**24) for _ in range(3))
    _triad(0, 1, a, b, c)
    _, triad, _ = timed(lambda: _triad(0, a.size, a, b, c), repeats)
    square = np.ones((1024, 1024))
    _, product, _ = timed(lambda: square @ square, repeats)
    bandwidth, flops = 32.0 * a.size / triad, 2.0 * 1024**3 / product  # reading what is written counts
    print(f"a processor moves {bandwidth / 1e9:.1f} GB/s (triad, 16.8 M numbers), multiplies {flops / 1e9:.0f} GFlop/s")
    for cells in CELLS:
        start, box = blob(cells, width=float(cells)).ravel(), EvenBox((cells, cells, cells), 1.0, 1.0)
        _, cpu, _ = timed(lambda f=box, n=start: f.after(n, 40.0), repeats)
        least = 6.0 * cells**4 / flops, 3 * 24.0 * cells**3 / bandwidth  # three products: read, and write with its read
        print(f"{cells}^3, even box: {1e3 * cpu:.2f} ms CPU, {cpu / cells**3 * 1e9:.1f} ns a voxel; arithmetic alone "
              f"{1e3 * least[0]:.2f} ms, memory {1e3 * least[1]:.2f} ms: {cpu / max(least):.1f} times the larger")  # fmt: skip


def pressure(cells: int, repeats: int) -> None:
    z, y, x = np.meshgrid(*((np.arange(cells) + 0.5) / cells - 0.5,) * 3, indexing="ij")
    inside = np.sqrt(x**2 + y**2 + z**2) < 0.3
    wall, cpu, found = timed(
        lambda: pressure_in_box(
            np.where(inside, 3.1e-14, 6.4e-15),
            spacing=(0.01 / cells,) * 3,
            filtration=np.where(inside, 4.2e-7, 1.9e-8),
            vascular=np.where(inside, 1533.0, 866.6),
            drainage=np.where(inside, 0.0, 1e-7),
        ),
        repeats,
    )
    print(f"pressure on {cells}^3: {wall:.2f} s, {cpu:.2f} s CPU, {found.iterations} iterations, "
          f"balance {float(found.balance_error):.0e}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for cells in CELLS:
        diffusion(cells, given.peer, given.repeats)
    limits(given.repeats)
    scaling(given.repeats)
    pressure(128, given.repeats)


if __name__ == "__main__":
    main()
