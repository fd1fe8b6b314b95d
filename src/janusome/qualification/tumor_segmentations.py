"""Comparison F of the tumor: five real segmentations, all on thick slices, and the staircase that slices would draw."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.files.masks import read_mask
from janusome.numerics.pressure import pressure_in_box
from janusome.qualification.baxter_jain import HOST, MMHG, TUMOR, embedded
from janusome.qualification.section import Finding, Section, Table
from janusome.reporting.prepared import grid
from janusome.simulation.arms import Site
from janusome.simulation.lesion_fluid import in_voxels
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.lesion_mask import grid_of_mask
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

Array = NDArray[np.float64]

TITLE = "Five real segmentations"
FOLDER, VOLUMES = Path("tumor") / "segmentations", "volumes.csv"
KINDS = {"brain1": "gbm", "brain2": "gbm", "breast1": "breast-hr-positive", "lung1": "nsclc", "lung2": "nsclc"}
EXACT, PRINTED = 1e-12, 0.005  # relative; mm^3, as the table rounds
SLICE = np.array([6.5e-3, 0.78e-3, 0.78e-3])  # m, of the brain images
RADIUS, LAYER = 15.8e-3, 2e-3  # m: a ball of the volume of brain1, and how far around its surface the pressure is judged


class Shown(NamedTuple):
    """One segmentation: its voxels, and the pressure in its tumor, Pa."""

    voxels: int
    drawn: float  # m^3
    grid: LesionGrid
    pressure: Array


def tumor_segmentations(data: Path, *, frozen: bool) -> Section:
    """Return volumes and pressures of every segmentation that is there, and a ball of known pressure on thick slices."""
    del frozen
    folder = data / FOLDER
    if not (folder / VOLUMES).exists():
        return Section("F", TITLE, skipped=f"{FOLDER / VOLUMES} is not there")
    with (folder / VOLUMES).open(encoding="utf-8", newline="") as lines:
        told = {row["case"]: row for row in csv.DictReader(lines)}
    library = Library()
    cases = {
        name: shown(folder / f"{name}_label.nrrd", KINDS.get(name, "breast-triple-negative"), library)
        for name in told
        if (folder / f"{name}_label.nrrd").exists()
    }
    findings = [finding for name, case in cases.items() for finding in _kept(name, case, told[name])]
    return Section("F", TITLE, _text(), (*findings, staircase()), (_table(cases),))


def shown(path: Path, kind: str, library: Library) -> Shown:
    """Read a mask, put it on voxels and solve the pressure in it and around it."""
    mask = read_mask(path)
    voxels = grid(mask)
    study = Study(
        study="Doxil in a segmented tumor",
        formulation="doxil",  # pyright: ignore[reportArgumentType]
        host="human-male",  # pyright: ignore[reportArgumentType]
        tumor={"kind": kind, "volume": "1 cm^3"},  # pyright: ignore[reportArgumentType]
        protocol=[{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],  # pyright: ignore[reportArgumentType]
        controls=(),
        outputs={"until": "1 h"},  # pyright: ignore[reportArgumentType]
    )
    resolved = resolve(study, library)
    lesion = Site("tumor", resolved.lesions[0].tumor, voxels)
    division = in_voxels(resolved, lesion, ValueBook(draws=1, seed=0))
    return Shown(mask.count, mask.volume, voxels, np.asarray(division.pressure).ravel())


def staircase() -> Finding:
    """Return how far the pressure around a ball on thick slices is from the closed form, beside slices taken as they are."""
    size = np.ceil(2.0 * RADIUS / SLICE).astype(int) + 4
    ball = _distance(tuple(size), SLICE) < RADIUS
    found = grid_of_mask(ball, SLICE)
    fine = round(float(SLICE[0] / SLICE[1]))
    steps = np.pad(ball, 2).repeat(fine, axis=0).astype(float)
    radius = (3.0 * found.volume / (4.0 * np.pi)) ** (1.0 / 3.0)  # the drawn volume is not quite the ball's
    ours = _off(found.share, found.voxel_size, radius)
    theirs = _off(steps, SLICE / np.array([fine, 1.0, 1.0]), radius)
    return Finding(
        "ball on slices of 6.5 mm: mean error of the pressure within 2 mm of its surface, over the vascular pressure", ours,
        "", "less than half of that on the slices as they are", theirs, "every slice repeated, with its steps",
        ours < 0.5 * theirs,
    )  # fmt: skip


def _distance(shape: tuple[int, ...], size: Array) -> Array:
    axes = [(np.arange(n) - (n - 1) / 2.0) * h for n, h in zip(shape, size, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return np.sqrt(x**2 + y**2 + z**2)


def _off(share: Array, size: Array, radius: float) -> float:
    filtration = share * TUMOR.filtration + (1.0 - share) * HOST.filtration
    driven = share * TUMOR.filtration * TUMOR.vascular + (1.0 - share) * HOST.filtration * HOST.vascular
    found = pressure_in_box(
        share * TUMOR.conductivity + (1.0 - share) * HOST.conductivity,
        spacing=size, filtration=filtration, vascular=driven / filtration,
    ).pressure  # fmt: skip
    r = _distance(share.shape, size)
    rim = np.abs(r - radius) < LAYER
    return float(np.abs(found - embedded(r, radius, TUMOR, HOST))[rim].mean()) / TUMOR.vascular


def _kept(name: str, case: Shown, told: Mapping[str, str]) -> list[Finding]:
    off = abs(case.grid.volume / case.drawn - 1.0)
    printed = abs(case.drawn * 1e9 - float(told["volume_mm3"]))
    counted = case.voxels == int(told["label_voxels"])
    return [
        Finding(f"{name}: voxels", float(case.voxels), "", f"{told['label_voxels']}", met=counted),
        Finding(f"{name}: volume on our voxels over voxel count times voxel volume, less one", off, "", f"at most {EXACT:g}",
                met=off <= EXACT),
        Finding(f"{name}: difference to the published volume", printed, "mm^3", f"at most {PRINTED}", met=printed <= PRINTED),
        Finding(f"{name}: highest pressure in the tumor", float(case.pressure.max()) / MMHG, "mmHg"),
    ]  # fmt: skip


def _table(cases: Mapping[str, Shown]) -> Table:
    rows = tuple(
        (
            name, KINDS.get(name, ""), case.drawn * 1e6, case.grid.count,
            " x ".join(f"{1e3 * each:.3g}" for each in case.grid.voxel_size),
            float(case.pressure.min()) / MMHG, float(case.pressure.max()) / MMHG, "; ".join(case.grid.notes),
        )
        for name, case in cases.items()
    )  # fmt: skip
    heads = ("case", "taken as", "cm^3", "voxels of tumor", "mm", "lowest pressure, mmHg", "highest", "what was done")
    return Table("Voxels and pressures", heads, rows)


def _text() -> tuple[str, ...]:
    return (
        "Every mask keeps its voxel count times its voxel volume, whatever voxels it is put on. The pressure is solved "
        "in it and in the tissue around it at the medians; a solve whose fluid does not balance to 1e-8 is refused. "
        "tests/validation/test_real_segmentations.py runs whole studies in them.",
        "Thick slices are divided by shape-based interpolation. A ball, whose pressure is known, is cut in slices of 6.5 "
        "mm to see whether their steps remain in the pressure.",
    )
