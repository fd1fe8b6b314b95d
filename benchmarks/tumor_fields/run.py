"""Time plain diffusion beside py-pde's numba backend, its cost from 32^3 to 128^3, and the pressure on 128^3.

python benchmarks/tumor_fields/run.py --peer PYTHON      # PYTHON: an interpreter that has py-pde and numba installed
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import time

import numpy as np

from janusome.numerics.diffusion import Exchange, kept_above_zero
from janusome.numerics.links import links_in_box
from janusome.numerics.pressure import pressure_in_box
from janusome.numerics.steps import carried
from janusome.numerics.threads import Slabs

CELLS = 96
DURATIONS = (25.0, 200.0)  # D = 1, spacing 1: 150 and 1200 explicit steps at the limit of stability
PEER = """
import json, sys, time
import numpy as np, pde
cells, duration, repeats = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
grid = pde.CartesianGrid([[0, cells]] * 3, cells)
x = np.arange(cells) + 0.5
wave = np.cos(np.pi * x / cells * 2)
field = pde.ScalarField(grid, 1 + 0.5 * wave[:, None, None] * wave[:, None] * wave)
equation = pde.DiffusionPDE(diffusivity=1, bc={"derivative": 0})
def run(t):
    wall, cpu = time.perf_counter(), time.process_time()
    found = equation.solve(field, t_range=t, dt=1 / 6.01, solver="euler", backend="numba", tracker=None)
    return time.perf_counter() - wall, time.process_time() - cpu, found.data
short = [run(0.2) for _ in range(repeats + 1)][1:]  # every solve compiles anew: taken off
runs = [run(duration) for _ in range(repeats)]
compiling = [min(r[k] for r in short) for k in (0, 1)]
decay = np.exp(-3 * (2 * np.pi / cells) ** 2 * duration)
exact = 1 + 0.5 * decay * wave[:, None, None] * wave[:, None] * wave
spent = [min(r[k] for r in runs) - compiling[k] for k in (0, 1)]
print(json.dumps([*spent, float(np.abs(runs[0][2] - exact).max()), *compiling]))
"""


def timed(work, repeats: int = 3):
    """Return least wall and CPU seconds, and the result."""
    found = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(f[0] for f in found), min(f[1] for f in found), result


def waves(cells: int, duration: float = 0.0):
    wave = np.cos(2 * np.pi * (np.arange(cells) + 0.5) / cells)
    decay = np.exp(-3.0 * (2 * np.pi / cells) ** 2 * duration)
    return (1.0 + 0.5 * decay * wave[:, None, None] * wave[:, None] * wave).ravel()


def box(cells: int):
    return links_in_box(np.ones((cells,) * 3), spacing=(1.0, 1.0, 1.0)).operator(1.0)


def diffusion(duration: float, peer: str | None, repeats: int) -> None:
    operator, start = box(CELLS), waves(CELLS)
    exact = waves(CELLS, duration)
    wall, cpu, found = timed(lambda: carried(operator, start, duration, tolerance=1e-3, first_step=3.0), repeats)
    explicit = CELLS**3 * duration * 6.0
    error = np.abs(found.amounts - exact).max()
    print(f"ours, {duration:g} s: {wall:.3f} s, {cpu:.3f} s CPU, {found.steps} steps, largest error {error:.1e}, "
          f"{explicit / wall / 1e6:.0f} M voxel-steps/s of an explicit method")  # fmt: skip
    if peer:
        done = subprocess.run(
            [peer, "-c", PEER, str(CELLS), str(duration), str(repeats)], check=True, capture_output=True, text=True
        )
        other_wall, other_cpu, error, compiling, _ = json.loads(done.stdout.splitlines()[-1])
        print(f"py-pde numba: {other_wall:.3f} s, {other_cpu:.3f} s CPU, largest error {error:.1e}, "
              f"{explicit / other_wall / 1e6:.0f} M voxel-steps/s; besides, compiling {compiling:.1f} s")  # fmt: skip
        print(f"ratio: {other_wall / wall:.1f} by the clock, {other_cpu / cpu:.1f} by the CPU")


def scaling(repeats: int) -> None:
    for cells in (32, 64, 128):
        operator, start = box(cells), waves(cells)[:, None]
        with Slabs() as slabs:
            exchange = Exchange(operator, slabs, kinds=1)
            tau = exchange.longest(31)

            def step(exchange=exchange, start=start, tau=tau):
                return kept_above_zero(exchange.leap(start, exchange.rates(start), tau))

            wall, cpu, _ = timed(step, repeats)
        print(f"{cells}^3: {wall / 32 / cells**3 * 1e9:.1f} ns, {cpu / 32 / cells**3 * 1e9:.1f} ns CPU a voxel and stage")


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
    for duration in DURATIONS:
        diffusion(duration, given.peer, given.repeats)
    scaling(given.repeats)
    pressure(128, given.repeats)


if __name__ == "__main__":
    main()
