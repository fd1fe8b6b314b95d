"""Results: everything that a run leaves, written into one folder.

study.yaml          as given
resolved.json       the study with every value, its source and its spread
time_courses.csv    median and 5-95 % of every course
tumor_readouts.csv  what lesions were read out for, with intervals; where there are lesions and doses
summary.json        figures with intervals (see `janusome.reporting.tables`)
fields.zarr         every draw of every course, and the tumor maps: <arm>/courses, <arm>/maps/<lesion>
images/             each scan as NIfTI with a sidecar, with and without noise, and the lesion
report.html         the report
record.json         version, seed, environment, hash of every file; the only file that holds a time of day
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from janusome.files.bids import bids_words
from janusome.files.dicom_image import About, write_dicom
from janusome.files.fields import Field, write_fields
from janusome.files.images import write_image, write_json
from janusome.files.placed import affine
from janusome.reporting import tables
from janusome.reporting.report import report
from janusome.simulation.record import Arm, Record, Scan, TumorMap
from janusome.units import from_internal

SUFFIXES = {"t1w": "T1w", "t2star": "T2starw", "t2w": "T2w"}  # of BIDS, by sequence; else the modality
RECORD_SCHEMA = "janusome-record/1"
PACKAGES = (
    "jax",
    "jaxlib",
    "equinox",
    "numba",
    "llvmlite",
    "numpy",
    "scipy",
    "pint",
    "pydantic",
    "xarray",
    "zarr",
    "nibabel",
    "matplotlib",
)


@dataclass(frozen=True)
class Given:
    """What the user gave: the study file's text, the resolved study as plain data, the hashes of the files that it names, and
    the rows of its observations.
    """

    text: bytes
    resolved: Mapping[str, Any]
    attachments: Mapping[str, str]
    observations: Sequence[Mapping[str, str]] = ()


def write_results(folder: Path, record: Record, given: Given, *, citations: Mapping[str, str], run: Mapping[str, Any]) -> None:
    """Write all files of a run into a folder that is empty."""
    (folder / "study.yaml").write_bytes(given.text)
    values = [asdict(value) for value in record.values]
    write_json(
        folder / "resolved.json", {"study": record.study, "rows": given.resolved, "values": values, "laws": record.laws}
    )
    (folder / "time_courses.csv").write_text(tables.time_courses(record), encoding="utf-8", newline="")
    if any(arm.readouts for arm in record.arms):
        (folder / "tumor_readouts.csv").write_text(tables.readouts(record), encoding="utf-8", newline="")
    write_json(folder / "summary.json", tables.summary(record, observations=given.observations))
    write_arms(folder / "fields.zarr", record.arms)
    if any(arm.scans for arm in record.arms) and record.study.get("outputs", {}).get("images") != "none":
        write_scans(folder / "images", record)
    (folder / "report.html").write_text(report(record, citations=citations, observations=given.observations), encoding="utf-8")
    write_json(folder / "record.json", _account(folder, record, given, run=run))


def write_arms(path: Path, arms: Sequence[Arm]) -> None:
    """Write courses and maps as groups of one Zarr store, which `xarray.open_datatree` opens whole."""
    _group(path)
    for arm in arms:
        _group(path / slug(arm.name))
        if arm.courses:
            _courses(path / slug(arm.name) / "courses", arm)
        lesions = dict.fromkeys(each.lesion for each in arm.maps)
        if lesions:
            _group(path / slug(arm.name) / "maps")
        for lesion in lesions:
            _maps(path / slug(arm.name) / "maps" / slug(lesion), [each for each in arm.maps if each.lesion == lesion])


def _group(path: Path) -> None:
    import zarr

    zarr.open_group(path, mode="w-", zarr_format=2)  # as `files.fields` writes


def _courses(path: Path, arm: Arm) -> None:
    values = np.stack([course.values for course in arm.courses]).astype(np.float32)
    about = {
        name: Field(("course",), np.array([getattr(course, name) for course in arm.courses]), "", name)
        for name in ("species", "form", "organ", "site", "quantity", "unit")
    }
    write_fields(
        path,
        {"value": Field(("course", "draw", "time"), values, "see the coordinate unit", "every draw of every course")},
        coordinates={
            "draw": Field(("draw",), np.arange(values.shape[1]), "", "0 has every input at its median"),
            "time": Field(("time",), np.asarray(from_internal(arm.times, "h")), "h", "since the start of the study"),
            **about,
        },
        attributes={"arm": arm.name},
    )


def _maps(path: Path, maps: Sequence[TumorMap]) -> None:
    fields = {
        slug(each.species): Field(("z", "y", "x"), each.values.astype(np.float32), each.unit, each.quantity)
        for each in maps
        if each.steady
    }
    times = sorted({each.time for each in maps if not each.steady})
    for each in (one for one in maps if not one.steady):
        name = slug(f"{each.form} {each.species} {each.site}")
        if name in fields:
            continue
        same = {
            m.time: m.values
            for m in maps
            if (m.species, m.form, m.site, m.quantity) == (each.species, each.form, each.site, each.quantity)
        }
        missing = np.full_like(each.values, np.nan)
        stack = np.stack([same.get(time, missing) for time in times]).astype(np.float32)
        fields[name] = Field(
            ("time", "z", "y", "x"), stack, each.unit, f"{each.species}, {each.form}, {each.site}: {each.quantity}"
        )
    edges = np.asarray(from_internal(maps[0].voxel_size, "mm"))
    axes = {
        axis: Field((axis,), (np.arange(count) - (count - 1) / 2) * edge, "mm", "from the middle of the grid")
        for axis, count, edge in zip("zyx", maps[0].values.shape, edges, strict=True)
    }
    hours = Field(("time",), np.asarray(from_internal(np.array(times), "h")), "h", "since the start of the study")
    write_fields(path, fields, coordinates={"time": hours, **axes}, attributes={"lesion": maps[0].lesion})


def write_scans(folder: Path, record: Record, *, dicom_of: str | None = None) -> None:
    """Write every scan: as the scanner shows it, without noise, from before the label came, lesion and body on its voxels.

    With `dicom_of`, the species of the host, each image is written as a DICOM series besides.
    """
    folder.mkdir()
    for arm in record.arms:
        for scan in arm.scans:
            stem = f"arm-{slug(arm.name)}_lesion-{slug(scan.visibility.lesion)}_scan-{slug(scan.name)}_trc-{slug(scan.label)}"
            suffix = next((word for key, word in SUFFIXES.items() if key in scan.settings.get("sequence", "")), scan.modality)
            placed = affine(scan.image.shape, scan.voxel_size, centre=scan.origin, direction=scan.direction)
            files = [
                (suffix, scan.image, scan.unit),
                (f"desc-noiseless_{suffix}", scan.expected, scan.unit),
                ("desc-lesion_mask", scan.lesion, ""),
                ("desc-lesion_probseg", scan.share, ""),
            ]
            if scan.body is not None:
                files.append(("desc-body_probseg", scan.body, ""))
            if scan.before is not None:
                files.append((f"desc-before_{suffix}", scan.before, scan.unit))
            for what, values, unit in files:
                write_image(
                    folder / f"{stem}_{what}",
                    values,
                    voxel_size=scan.voxel_size,
                    unit=unit,
                    sidecar=_sidecar(scan, arm, record),
                    affine=placed,
                )
            if dicom_of is not None:
                about = About(record.title, arm.name, arm.formulation, dicom_of)
                write_dicom(folder / f"{stem}_{suffix}_dicom", scan, about=about)


def _sidecar(scan: Scan, arm: Arm, record: Record) -> dict[str, Any]:
    visible = scan.visibility
    return {
        **bids_words(scan),
        "InjectedFormulation": arm.formulation,
        "Arm": arm.name,
        "Study": record.title,
        "Seed": record.seed,
        "Settings": dict(scan.settings),
        "Label": scan.label,
        "Parts": list(scan.parts),
        "Lesion": visible.lesion,
        "ContrastToNoise": float(visible.contrast_to_noise[0]),
        "Visible": bool(visible.visible[0]),
        "VisibilityCriterion": visible.criterion,
        "ResearchUse": "Research use only",
    }


def _account(folder: Path, record: Record, given: Given, *, run: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "schema": RECORD_SCHEMA,
        "title": record.title,
        "seed": record.seed,
        "draws": record.draws,
        "versions": dict(record.versions),
        "environment": environment(),
        "run": dict(run),
        "seconds": {arm.name: arm.solver.get("seconds") for arm in record.arms},
        "ledger_error": {arm.name: arm.ledger_error for arm in record.arms},
        "attachments": dict(given.attachments),
        "files": hashes(folder),
    }


def environment() -> dict[str, Any]:
    """Return what the run ran on."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "byteorder": sys.byteorder,
        "packages": {name: _version(name) for name in PACKAGES},
    }


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder, by its path inside."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "record.json")
    return {path.relative_to(folder).as_posix(): digest(path) for path in files}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def slug(text: str) -> str:
    """Return a text as part of a file name.

    >>> slug("PET clinical, 24 h")
    'pet-clinical-24-h'
    """
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.") or "x"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
