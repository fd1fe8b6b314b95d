"""Time eight modalities of one tumor of 64^3 voxels at one moment: image, whether it is seen, and the lowest visible level.

python benchmarks/panel/run.py [--draws 100]

What a study's delivery would leave in the tumor is made up here, as this times what scanners show of it; from there on the
work is that of `janusome image`, scan by scan.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from types import SimpleNamespace
from typing import Any

import numpy as np

from janusome.files.library import Library
from janusome.simulation import observe
from janusome.simulation.arms import Site
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

SIDE, SPACING, DIAMETER = 64, 0.1e-3, 6e-3  # voxels, m
FRAME = "10 min"
PANEL: tuple[tuple[str, str, float, dict[str, str]], ...] = (  # scanner, label, its level in the tumor in mol/m^3, and how
    ("mri-7t", "iron-oxide-core", 0.2, {"sequence": "t2star-gre"}),
    ("pet-small-animal", "cu-64", 3e-9, {"frame": FRAME}),
    ("spect-small-animal", "in-111", 1e-8, {"frame": FRAME}),
    ("micro-ct", "gold-core", 20.0, {}),
    ("fmt", "nir-dye", 1e-3, {}),
    ("photoacoustic-array", "nir-dye", 1e-3, {}),
    ("ultrasound", "perfluorocarbon-droplet", 0.5, {"sequence": "vaporising"}),
    ("mpi-small-animal", "iron-oxide-core", 2.0, {}),
)
AROUND = 0.05  # of the level in the tumor
SPREAD = 0.5  # of the logarithm of the level, from draw to draw


def study_of(draws: int) -> Any:
    """Return a mouse with a tumor, and a particle that carries every label of the panel."""
    count = {"value": 1e4, "unit": "", "grade": "assumed", "note": "what a label is counted in plays no part here"}
    labels = {label: {"values": {"label_atoms_per_particle": count}} for _, label, _, _ in PANEL}
    protocol: list[dict[str, Any]] = [{"at": "0 h", "dose": "1e12 particles", "of": "carrier", "route": "intravenous"}]
    protocol += [{"at": "24 h", "scan": scanner, "label": label} | how for scanner, label, _, how in PANEL]
    data = {
        "study": "A tumor by eight modalities",
        "formulation": {"name": "nanoparticle-with-eight-labels", "carrier": "nanoparticle", "labels": labels},
        "host": "mouse",
        "tumor": {"kind": "breast-her2", "volume": "0.1 cm^3"},
        "protocol": protocol,
        "outputs": {"until": "2 d", "draws": draws, "seed": 11},
    }
    return resolve(Study.model_validate(data), Library())


def grid() -> tuple[LesionGrid, np.ndarray]:
    """Return a ball on its voxels, and a pattern of mean one that falls to half from its rim to its middle."""
    x = (np.arange(SIDE) - 0.5 * (SIDE - 1)) * SPACING
    r = np.sqrt(x[:, None, None] ** 2 + x[:, None] ** 2 + x**2)
    share = np.clip((0.5 * DIAMETER - r) / SPACING + 0.5, 0.0, 1.0)
    found = LesionGrid(share, share > 0.0, np.full(3, SPACING))
    pattern = (0.5 + 0.5 * r / (0.5 * DIAMETER))[found.inside]
    return found, pattern / np.average(pattern, weights=found.shares)


def made_up(pattern: np.ndarray, draws: int) -> None:
    """Let the observation find made-up amounts of label where a simulation would have left its own."""
    levels = {label: level for _, label, level, _ in PANEL}
    spread = np.exp(SPREAD * np.random.default_rng(5).standard_normal(draws + 1))
    spread[0] = 1.0

    def label_of(amount: Any) -> observe.Label:
        return observe.Label(0.6 * amount, 0.35 * amount, 0.05 * amount)

    def in_voxels(_snapshot: Any, _field: Any, _lesion: Any, label: str, *_: Any) -> observe.Label:
        return label_of(levels[label] * pattern)

    observe._in_voxels = in_voxels
    observe._in_lesion = lambda _coarse, _lesion, label, _moment: label_of(levels[label] * spread)
    observe._in_organ = lambda _coarse, _lesion, label, _moment: label_of(AROUND * levels[label] * spread)
    observe._carriers_per_label = lambda *_: np.full(draws + 1, 1e19)


def scanned(study: Any, lesion: Site, draws: int) -> list[dict[str, Any]]:
    """Return what each scan took, on the wall and of processors, and what it found."""
    book = ValueBook(draws=draws + 1, seed=study.seed, joints=study.joints)
    field: Any = SimpleNamespace(at=lambda *_: None)
    coarse: Any = SimpleNamespace(times=np.array([0.0, study.until]))
    rows = []
    for event in study.scans:
        wall, processor = time.perf_counter(), time.process_time()
        (label,) = event.labels
        scan = observe._scan(study, event, label, lesion, coarse, field, book)
        assert scan.lowest is not None
        rows.append(
            {
                "scan": event.scanner,
                "voxels": "x".join(map(str, scan.image.shape)),
                "wall": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "seen": float(np.mean(scan.visibility.visible)),
                "lowest": float(scan.lowest.label[0]),
            }
        )
    return rows


def main() -> None:
    """Time the panel in a fresh process, which compiles, and again in the same process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100)
    draws = parser.parse_args().draws
    study, (voxels, pattern) = study_of(draws), grid()
    made_up(pattern, draws)
    lesion = Site(study.lesions[0].name, study.lesions[0].tumor, voxels)
    for name in ("with compilation", "again"):
        rows = scanned(study, lesion, draws)
        print(f"{name}, {draws} draws, load {os.getloadavg()[0]:.1f}")
        for row in rows:
            print(f"  {row['scan']:20s} {row['voxels']:>12s}  wall {row['wall']:6.1f} s  processor {row['processor']:6.1f} s  "
                  f"seen in {100 * row['seen']:3.0f} % of draws, lowest {row['lowest']:.3g} mol/m^3")  # fmt: skip
        wall, processor = (math.fsum(row[what] for row in rows) for what in ("wall", "processor"))
        print(f"  {'all':20s} {'':>12s}  wall {wall:6.1f} s  processor {processor:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
