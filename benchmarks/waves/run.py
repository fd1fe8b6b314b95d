"""Sound of a heated ball in a box of 64^3 voxels at a plane of sensors, by janusome and by j-Wave, on the same machine.

    python benchmarks/waves/run.py --peer /path/to/python-with-jwave

j-Wave (LGPL) has an environment of its own and is run as a program. Both are timed after a first call that compiles.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import time

import numpy as np

from janusome.numerics.heterogeneous_waves import Tissue, stepped
from janusome.numerics.plane_array import PlaneArray
from janusome.numerics.waves import padding, recorded

COUNT, SPACING, SPEED, SAMPLES = 64, 1e-4, 1500.0, 180
INTERVAL, RADIUS = 0.3 * SPACING / SPEED, 8e-4
ABSORBING = 10  # voxels of j-Wave's border, of the 64
SENSORS = ABSORBING + 1  # the layer that listens

PEER = """
import json, statistics, sys, time
import jax, jax.numpy as jnp, numpy as np
from jax import jit
from jwave import FourierSeries
from jwave.geometry import Domain, Medium, TimeAxis, Sensors
from jwave.acoustics import simulate_wave_propagation
count, spacing, speed, samples, interval, radius, border, layer, repeats = json.loads(sys.argv[1])
domain = Domain((count,) * 3, (spacing,) * 3)
medium = Medium(domain=domain, sound_speed=speed, pml_size=border)
axis = TimeAxis(dt=interval, t_end=interval * (samples - 0.5))
x = (np.arange(count) - count // 2) * spacing
p0 = np.exp(-(x[:, None, None] ** 2 + x[None, :, None] ** 2 + x ** 2) / radius ** 2)
p0 = FourierSeries(jnp.asarray(p0[..., None], dtype=jnp.float32), domain)
y, x = (one.ravel() for one in np.meshgrid(np.arange(count), np.arange(count), indexing="ij"))
sensors = Sensors(positions=(np.full(count * count, layer), y, x))

@jit
def run(p0):
    return simulate_wave_propagation(medium, axis, p0=p0, sensors=sensors)

def values():
    found = run(p0)
    return np.asarray(found)

traces = values()
spent = []
for _ in range(repeats):
    begun = time.perf_counter()
    values()
    spent.append(time.perf_counter() - begun)
middle = traces.reshape(len(traces), count, count)[:, count // 2, count // 2]
print(json.dumps({"wall": statistics.median(spent), "shape": list(traces.shape), "trace": [float(v) for v in middle]}))
"""


def ball(shape: tuple[int, int, int], center: tuple[int, int, int]) -> np.ndarray:
    """Return a Gaussian ball of start pressure."""
    z, y, x = ((np.arange(n) - c) * SPACING for n, c in zip(shape, center, strict=True))
    return np.exp(-(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2) / RADIUS**2)


def closed_form(distance: float, time_: np.ndarray) -> np.ndarray:
    """Return the pressure of the ball at a distance from its center."""
    apart, together = distance - SPEED * time_, distance + SPEED * time_
    return (apart * np.exp(-((apart / RADIUS) ** 2)) + together * np.exp(-((together / RADIUS) ** 2))) / (2 * distance)


def median_time(action, repeats: int) -> float:
    """Return the median wall time of an action that has run once before."""
    action()
    spent = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent)


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", required=True)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    middle = COUNT // 2
    box = ball((COUNT, COUNT, COUNT), (middle, middle, middle))
    rows, columns = np.meshgrid(np.arange(COUNT), np.arange(COUNT), indexing="ij")
    sensors = (np.full_like(rows, SENSORS), rows, columns)
    steps = {"spacing": SPACING, "sound_speed": SPEED, "interval": INTERVAL, "samples": SAMPLES}
    uniform = median_time(lambda: recorded(box, sensors, **steps), given.repeats)

    water = Tissue(SPEED, 1000.0)
    given_steps = {"spacing": SPACING, "interval": INTERVAL, "samples": SAMPLES, "layer": ABSORBING}
    tissue = median_time(lambda: stepped(box, sensors, water, **given_steps), given.repeats)
    heard = stepped(box, sensors, water, **given_steps)[:, middle, middle]

    width = padding(COUNT * SPACING, INTERVAL * SAMPLES, spacing=SPACING, sound_speed=SPEED)
    depths = np.asarray((np.arange(COUNT) - SENSORS) * SPACING, dtype=np.float64)
    depths = depths[depths > 0.0]
    plane = PlaneArray(depths, (width, width), (SPACING, SPACING), SPEED, INTERVAL, SAMPLES)
    start = ball((len(depths), width, width), (middle - SENSORS - 1, width // 2, width // 2))
    free = median_time(lambda: plane.recorded(start), given.repeats)
    trace = plane.recorded(start)[:, width // 2, width // 2]
    exact = closed_form((middle - SENSORS) * SPACING, INTERVAL * np.arange(SAMPLES))

    words = json.dumps([COUNT, SPACING, SPEED, SAMPLES, INTERVAL, RADIUS, ABSORBING, SENSORS, given.repeats])
    peer = json.loads(subprocess.run([given.peer, "-c", PEER, words], check=True, capture_output=True, text=True).stdout)
    theirs = np.asarray(peer.pop("trace"))
    print(json.dumps({
        "machine": platform.processor() or platform.machine(), "load": os.getloadavg()[0],
        "plane_in_free_space_s": free, "padded_to": [len(depths), width, width],
        "box_step_by_step_s": uniform, "box_million_voxel_steps_per_s": COUNT**3 * SAMPLES / uniform / 1e6,
        "tissue_step_by_step_s": tissue, "ratio_tissue": peer["wall"] / tissue,
        "error_of_tissue_over_peak": float(np.sqrt(np.mean((heard - exact) ** 2)) / exact.max()),
        "jwave": peer, "ratio_plane": peer["wall"] / free, "ratio_box": peer["wall"] / uniform,
        "error_of_plane_over_peak": float(np.sqrt(np.mean((trace - exact) ** 2)) / exact.max()),
        "error_of_jwave_over_peak": float(np.sqrt(np.mean((theirs - exact[: len(theirs)]) ** 2)) / exact.max()),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
