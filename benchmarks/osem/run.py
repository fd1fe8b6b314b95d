"""Time OSEM of 64 slices of 128^2 pixels, 10 subsets and 4 rounds, with all that stands between image and counts in PET.

python benchmarks/osem/run.py
"""

from __future__ import annotations

import json
import math
import os
import platform
import time

import numpy as np

from janusome.imaging.nuclear.body import CrossSection
from janusome.imaging.nuclear.coincidences import Ring
from janusome.numerics.expectation import osem
from janusome.numerics.projection import ParallelBeam, Projector

SIDE, SLICES, PIXEL, ROUNDS, SUBSETS, DIAMETER = 128, 64, 2e-3, 4, 10, 0.24
RING = Ring(trues_per_decay=0.0132, attenuation_coefficient=9.6, scatter_fraction=0.4, randoms_ratio=0.3, blur=1.8e-3)


def phantom() -> CrossSection:
    """A warm body with a hot rod, filling the slices."""
    y, x = np.indices((SIDE - 4, SIDE - 4)) - 0.5 * (SIDE - 5)
    body = (x**2 + y**2 <= (0.5 * DIAMETER / PIXEL) ** 2).astype(float)
    rod = ((x - 20) ** 2 + y**2 <= 36.0).astype(float)
    return CrossSection.around(
        np.broadcast_to(3e12 * (body + 3.0 * rod), (SLICES, *body.shape)), voxel_size=np.full(3, PIXEL), diameter=DIAMETER,
        slices_beyond=0,
    )  # fmt: skip


def timed(counts, projector, background) -> tuple[tuple[float, float], np.ndarray]:
    """Return wall and processor time of one reconstruction after a short one that compiles."""
    osem(counts[:1], projector, background=background[:1] if background.ndim else background, subsets=SUBSETS, iterations=1)
    begun, worked = time.perf_counter(), time.process_time()
    image = osem(counts, projector, background=background, subsets=SUBSETS, iterations=ROUNDS)
    return (time.perf_counter() - begun, time.process_time() - worked), image


def main() -> None:
    """Measure and print one JSON object."""
    body, random = phantom(), np.random.default_rng(1)
    projector = RING.projector(body)
    mean = RING.prompts(body.activity, projector, body=body)
    counts = random.poisson(mean.trues + mean.background).astype(float)
    modelled, image = timed(counts, projector, mean.background)
    views = np.arange(counts.shape[1]) * math.pi / counts.shape[1]
    rays = Projector(ParallelBeam(views, counts.shape[2], PIXEL), (SIDE, SIDE), PIXEL)
    plain, _ = timed(random.poisson(rays.forward(body.activity) * 1e-10).astype(float), rays, np.zeros(()))
    inner = body.water[None] * np.ones((SLICES, 1, 1)) == 1.0
    print(json.dumps({
        "machine": platform.processor() or platform.machine(), "processors": os.cpu_count(), "load": os.getloadavg()[0],
        "shape": [SLICES, SIDE, SIDE], "views": counts.shape[1], "bins": counts.shape[2], "counts": float(counts.sum()),
        "rounds": ROUNDS, "subsets": SUBSETS,
        "with_attenuation_blur_and_background_wall_processor_s": modelled, "line_integrals_alone_wall_processor_s": plain,
        "activity_found_over_true": float(image[inner].mean() / body.activity[inner].mean()),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
