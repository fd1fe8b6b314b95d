"""Photons per millisecond in the cube of 60 mm, beside a plain C loop where gcc exists; both on one thread, interleaved."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from janusome.numerics.light_sources import Beam
from janusome.numerics.photons import propagate
from janusome.qualification.imaging_light import cube

PACKETS, REPEATS = 50_000, 7


def main() -> None:
    medium = cube()

    def ours(threads: int) -> tuple[float, float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        light = propagate(medium, Beam((29e-3, 29e-3)), packets=PACKETS, seed=1, threads=threads)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        return PACKETS / cpu / 1e3, PACKETS / wall / 1e3, float(light.absorbed.sum())

    ours(1)
    with tempfile.TemporaryDirectory() as folder:
        peer = Path(folder) / "cube60"
        if shutil.which("gcc"):
            source = Path(__file__).with_name("cube60.c")
            subprocess.run(["gcc", "-O3", "-march=native", str(source), "-o", str(peer), "-lm"], check=True)
        one, two, plain = [], [], []
        for _ in range(REPEATS):
            one.append(ours(1))
            two.append(ours(2))
            if peer.exists():
                told = subprocess.run([str(peer), str(PACKETS)], check=True, capture_output=True, text=True).stdout
                plain.append(float(told.split()[0]))
    print(f"load {os.getloadavg()[0]:.1f}, absorbed {100 * one[0][2]:.2f} %")
    for name, values in (
        ("one thread, CPU", [each[0] for each in one]),
        ("two threads, wall", [each[1] for each in two]),
        ("plain C, CPU", plain),
    ):
        if values:
            print(f"{name}: median {np.median(values):.0f}, best {np.max(values):.0f} photons/ms")


if __name__ == "__main__":
    main()
