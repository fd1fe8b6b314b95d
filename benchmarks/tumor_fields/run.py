"""Time plain diffusion beside py-pde's numba backend, its cost from 32^3 to 128^3, and the pressure on 128^3.

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
from scipy.fft import dctn, idctn

from janusome.numerics.box import Box, box_of
from janusome.numerics.diffusion import Exchange, kept_above_zero
from janusome.numerics.links import links_in_box
from janusome.numerics.pressure import pressure_in_box
from janusome.numerics.series import Series, coefficients
from janusome.numerics.steps import carried
from janusome.numerics.threads import Slabs

CELLS = (64, 128)
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
spent = []
for _ in range(repeats):
    now = field.copy()
    wall, cpu, before = time.perf_counter(), time.process_time(), solver.info["steps"]
    stepper(now, 0.0, duration)
    spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    taken = solver.info["steps"] - before
np.save(sys.argv[4], now.data)
print(json.dumps([min(one[k] for one in spent) for k in (0, 1)] + [taken, compiling]))
"""


def timed(work, repeats: int = 3):
    """Return least wall and CPU seconds, and the result."""
    found = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(f[0] for f in found), min(f[1] for f in found), result


def blob(cells: int, duration: float = 0.0):
    """A Gaussian blob an eighth of the box wide, and its analytic spreading between closed borders (by its images)."""
    variance = (cells / 8.0) ** 2 + 2.0 * duration
    x = np.arange(cells) + 0.5 - 0.5 * cells
    line = sum(np.exp(-0.5 * (x + k * cells) ** 2 / variance) for k in range(-3, 4)) * (cells / 8.0) / np.sqrt(variance)
    return line[:, None, None] * line[:, None] * line


def on_the_grid(start, duration: float):
    """The exact solution of the equations of the grid: what differs from it is the error of the time steps."""
    cells = len(start)
    rate = 2.0 * np.cos(np.pi * np.arange(cells) / cells) - 2.0
    decay = np.exp(duration * rate)
    return idctn(dctn(start) * decay[:, None, None] * decay[:, None] * decay)


def errors(found, start, duration: float) -> str:
    grid, analytic = on_the_grid(start, duration), blob(len(start), duration)
    of_time, of_all = (np.abs(found - exact).max() / exact.max() for exact in (grid, analytic))
    return f"error of time {of_time:.1e}, of all {of_all:.1e} of the peak"


def diffusion(cells: int, peer: str | None, repeats: int) -> None:
    start, duration = blob(cells), 0.625 * (cells / 8.0) ** 2  # until the blob is half as wide again
    one, shape = np.ones((cells,) * 3), (cells,) * 3
    matrix = links_in_box(one, spacing=(1.0, 1.0, 1.0)).operator(1.0)
    found = {}
    for name, operator in (
        ("box", lambda: box_of(one, spacing=(1.0, 1.0, 1.0), accessible_volume=1.0)),
        ("matrix, recognized", lambda: matrix),
        ("uneven box", lambda: Box(shape, box_of(one, spacing=1.0, accessible_volume=1.0).conductances, np.ones(shape))),
    ):
        wall, cpu, run = timed(lambda of=operator: carried(of(), start.ravel(), duration, tolerance=1e-3), repeats)
        found[name] = wall, cpu
        print(f"{cells}^3 for {duration:g} s, {name}: {wall:.3f} s, {cpu:.3f} s CPU, "
              f"{errors(run.amounts.reshape(shape), start, duration)}")  # fmt: skip
    print(f"  products {coefficients(6.0 * duration, 1e-4).size}, explicit steps {6.0 * duration:.0f}")
    if not peer:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "field.npy"
        np.save(path, start)
        given = [peer, "-c", PEER, str(cells), str(duration), str(repeats), str(path)]
        done = subprocess.run(given, check=True, capture_output=True, text=True)
        wall, cpu, steps, compiling = json.loads(done.stdout.splitlines()[-1])
        print(f"  py-pde numba: {wall:.3f} s, {cpu:.3f} s CPU, {steps} steps, {errors(np.load(path), start, duration)}; "
              f"besides, compiling {compiling:.1f} s")  # fmt: skip
    for name, (our_wall, our_cpu) in found.items():
        print(f"  ratio, {name}: {wall / our_wall:.1f} by the clock, {cpu / our_cpu:.1f} by the CPU")


def scaling(repeats: int) -> None:
    """Cost of a product, of the box and of stages with the diagonals of a matrix (what drifts goes by these)."""
    for cells in (32, 64, 128):
        start, one = blob(cells).reshape(-1, 1), np.ones((cells,) * 3)
        matrix = links_in_box(one, spacing=(1.0, 1.0, 1.0)).operator(1.0)
        with Slabs() as slabs:
            series, exchange = Series(box_of(one, spacing=1.0, accessible_volume=1.0), slabs), Exchange(matrix, slabs, kinds=1)
            tau = exchange.longest(31)
            works = {
                "product of a box": (
                    lambda s=series, n=start: s.after(n, 40.0, error=1e-4, share=1.0),
                    coefficients(240.0, 1e-4).size,
                ),
                "stage by diagonals": (lambda e=exchange, n=start, t=tau: kept_above_zero(e.leap(n, e.rates(n), t)), 32),
            }
            for name, (work, count) in works.items():
                work()
                wall, cpu, _ = timed(work, repeats)
                spent, by_cpu = (one / count / cells**3 * 1e9 for one in (wall, cpu))
                print(f"{cells}^3, {name}: {spent:.1f} ns, {by_cpu:.1f} ns CPU a voxel")


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
    scaling(given.repeats)
    pressure(128, given.repeats)


if __name__ == "__main__":
    main()
