"""Time Joseph's projection of one slice beside scikit-image's radon, and OSEM of a stack of 64 slices.

python benchmarks/projection/run.py --peer PYTHON      # PYTHON: an interpreter that has scikit-image installed
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import time

import numpy as np

from janusome.numerics.expectation import osem
from janusome.numerics.projection import ParallelBeam, Projector

COUNT, VIEWS, BINS, PIXEL, RADIUS = 128, 180, 185, 2e-3, 60e-3
PEER = """
import json, sys, time, statistics
import numpy as np, skimage
from skimage.transform import radon
count, views, repeats = (int(sys.argv[k]) for k in (1, 2, 5))
pixel, radius = float(sys.argv[3]), float(sys.argv[4])
x = (np.arange(count * 8) - (count * 8 - 1) / 2) * pixel / 8
image = (x[:, None] ** 2 + x[None, :] ** 2 <= radius**2).reshape(count, 8, count, 8).mean(axis=(1, 3))
theta = np.arange(views) * 180.0 / views
radon(image, theta, circle=False)
spent = []
for _ in range(repeats):
    begun = time.perf_counter()
    sinogram = radon(image, theta, circle=False)
    spent.append(time.perf_counter() - begun)
s = (np.arange(len(sinogram)) - len(sinogram) // 2 + 0.5) * pixel
best = 1.0
for shift in (-0.5, 0.0, 0.5):
    at = s + shift * pixel
    exact = 2 * np.sqrt(np.maximum(radius**2 - at**2, 0))
    best = min(best, float(np.abs(sinogram.T * pixel - exact)[:, np.abs(at) < 0.8 * radius].max()))
print(json.dumps({"wall": statistics.median(spent), "bins": len(sinogram), "error": best, "version": skimage.__version__}))
"""


def disc() -> np.ndarray:
    """A disc at the center of the slice, with shares at its rim."""
    x = (np.arange(COUNT * 8) - (COUNT * 8 - 1) / 2) * PIXEL / 8
    return (x[:, None] ** 2 + x[None, :] ** 2 <= RADIUS**2).reshape(COUNT, 8, COUNT, 8).mean(axis=(1, 3))


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
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    image = disc()
    beam = ParallelBeam(np.arange(VIEWS) * math.pi / VIEWS, BINS, PIXEL)
    projector = Projector(beam, (COUNT, COUNT), PIXEL)
    forward = median_time(lambda: projector.forward(image), given.repeats)
    sinogram = projector.forward(image)
    adjoint = median_time(lambda: projector.adjoint(sinogram), given.repeats)
    s = beam.offsets()
    exact = 2.0 * np.sqrt(np.maximum(RADIUS**2 - s**2, 0.0))
    error = float(np.abs(sinogram - exact)[:, np.abs(s) < 0.8 * RADIUS].max())
    words = [given.peer, "-c", PEER, *map(str, (COUNT, VIEWS, PIXEL, RADIUS, given.repeats))]
    peer = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    stack = projector.forward(np.broadcast_to(image, (64, COUNT, COUNT)))
    begun = time.perf_counter()
    osem(stack, projector, subsets=10, iterations=4)
    reconstruction = time.perf_counter() - begun
    print(json.dumps({
        "machine": platform.processor() or platform.machine(), "load": os.getloadavg()[0],
        "forward_s": forward, "adjoint_s": adjoint, "largest_error_of_a_chord_mm": error * 1e3,
        "radon": peer, "ratio": peer["wall"] / forward, "osem_128x128x64_4x10_s": reconstruction,
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
