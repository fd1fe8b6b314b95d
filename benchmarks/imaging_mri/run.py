"""Time the MRI signal of 128^3 voxels for every sequence, and one whole acquisition through k-space.

python benchmarks/imaging_mri/run.py
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
import time

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from janusome.model import AbstractModality, Scene
from janusome.simulation.camera import modalities

COUNT, REPEATS = 128, 9
SETTINGS = {
    "reference_signal_to_noise": 50.0, "reference_voxel_volume": 1e-9, "number_of_averages": 1.0, "repetition_time": 2.0,
    "echo_time": 20e-3, "inversion_time": 0.6, "flip_angle": 0.5, "echo_spacing": 8e-3, "echo_number": 8.0,
    "echo_train_length": 16.0, "refocusing_angle": 2.6,
}  # fmt: skip


def scene() -> Scene:
    """Random label and tissue in 128^3 voxels of 1 mm, in single precision."""
    random = np.random.default_rng(1)

    def field(low: float, high: float) -> jax.Array:
        return jnp.asarray(random.uniform(low, high, (COUNT,) * 3), dtype=jnp.float32)

    return Scene(
        attached_outside=field(0, 1), attached_inside=field(0, 1), detached=field(0, 1),
        longitudinal_relaxation_rate=field(0.5, 2), transverse_relaxation_rate=field(10, 30),
        effective_transverse_relaxation_rate=field(20, 60), proton_density=field(0.7, 1),
        voxel_size=jnp.full(3, 1e-3, dtype=jnp.float32),
    )  # fmt: skip


def filled(kind: type[AbstractModality]) -> AbstractModality:
    """A modality whose relaxivities are 10 m^3/(mol s)."""
    names = [each.name for each in dataclasses.fields(kind)]
    return kind(**{name: jnp.asarray(SETTINGS.get(name, 10.0), dtype=jnp.float32) for name in names})


def median_time(action, repeats: int = REPEATS) -> float:
    """Return the median wall time of an action that has run once before."""
    action()
    spent = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent)


def main() -> None:
    """Print the figures as JSON."""
    where = scene()
    seen = eqx.filter_jit(lambda modality: modality.expected(where))
    figures: dict[str, object] = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "machine": platform.processor()}
    kinds = {name: kind for name, kind in modalities().items() if name.split("_")[0] == "mri"}
    for name, kind in kinds.items():
        modality, repeats = filled(kind), 1 if name == "mri_multi_echo" else REPEATS
        figures[f"{name} (s)"] = round(
            median_time(lambda modality=modality: seen(modality).block_until_ready(), repeats=repeats), 4
        )
    gradient_echo = filled(modalities()["mri"])
    figures["mri, acquired through k-space of 8 coils (s)"] = round(
        median_time(lambda: gradient_echo.acquired(where, seed=1), repeats=1), 2
    )
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
