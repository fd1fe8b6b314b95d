"""Quantifying: files and words become a picture, the picture a quantity of label; written as a page, data and a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError, near_misses
from janusome.files.images import write_json
from janusome.files.library import Library
from janusome.files.regions import share_on
from janusome.files.result_folder import result_folder
from janusome.files.scan_reader import Image, check_modality, read_image
from janusome.files.tables import write_table
from janusome.reporting.numerals import number, unit
from janusome.reporting.pictures import region
from janusome.reporting.prepared import prepare
from janusome.reporting.templates import page
from janusome.reporting.words import RESEARCH_USE
from janusome.simulation.camera import Exposure, modalities
from janusome.simulation.trajectory import Control
from janusome.simulation.way_back import Picture, Quantified, Quantity, quantify
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Scanner
from janusome.specification.timeline import COUNTS_DECAYS, SHOWN_BY
from janusome.specification.written import internal
from janusome.units import factor, same_dimension

if TYPE_CHECKING:
    from janusome.specification.study import Study

Array = NDArray[np.float64]

SCHEMA = "janusome-quantification/1"
LEVEL = (0.025, 0.5, 0.975)


@dataclass(frozen=True)
class Asked:
    """What was asked, in words and paths; what is absent is looked for beside the image."""

    picture: Path
    scanner: str
    study: Study | Mapping[str, Any] | Path | str | None
    roi: Path | str | None
    before: Path | str | None
    label: str | None
    sequence: str | None
    at: str | None
    frame: str | None
    inside: float | None
    draws: int
    seed: int | None


def write_quantification(folder: Path, asked: Asked, rows: Library, *, force: bool, control: Control) -> None:
    """Quantify an image and write quantification.html, .json and .csv."""
    beside = _beside(asked.picture)
    scanner: Any = rows.row("scanner", asked.scanner)
    image = read_image(asked.picture, place="the image")
    check_modality(image, scanner.modality, scanner=scanner.name, place="the image")
    study = prepare(asked.study if asked.study is not None else _study_of(asked.picture), rows).study
    exposure = _exposure(asked, beside, scanner, study)
    picture, words = _picture(asked, beside, image, unit=modalities()[scanner.modality].unit)
    if not study.lesions:
        raise InputError(
            "the study",
            "has no tumor",
            "say which kind of tumor the region is, such as tumor: {kind: breast-her2, volume: 1 cm^3}",
        )
    lesion = next((one for one in study.lesions if one.name == beside.get("Lesion")), study.lesions[0])
    found = quantify(study, lesion.tumor, exposure, picture, draws=asked.draws, seed=asked.seed, control=control)
    with result_folder(folder, force=force) as inside:
        data = as_data(found, picture=asked.picture.name, notes=(*words, *found.notes))
        write_json(inside / "quantification.json", data)
        columns = ("name", "unit", "median", "low", "high", "meaning")
        write_table(
            inside / "quantification.csv", list(columns), ([one[name] for name in columns] for one in data["quantities"])
        )
        drawn = region(picture.image, picture.share, picture.voxel_size, modality=scanner.modality, title=asked.picture.name)
        text = page(
            "quantification.html.j2",
            banner=RESEARCH_USE,
            data=data,
            drawing=drawn,
            number=number,
            unit=unit,
            infinite=math.inf,
        )
        (inside / "quantification.html").write_text(text, encoding="utf-8")


def as_data(found: Quantified, *, picture: str, notes: tuple[str, ...]) -> dict[str, Any]:
    """Return what was found as plain data, with 95 % intervals."""
    return {
        "schema": SCHEMA,
        "version": version("janusome"),
        "image": picture,
        "scanner": found.scanner,
        "label": found.label,
        "visible": found.visible,
        "contrast": found.contrast,
        "noise_of_contrast": found.noise,
        "quantities": [_figure(one) for one in found.quantities],
        "notes": list(notes),
    }


def _figure(one: Quantity) -> dict[str, Any]:
    low, median, high = (float(each) for each in np.quantile(one.values, LEVEL, method="inverted_cdf"))  # some are infinite
    return {"name": one.name, "unit": one.unit, "median": median, "low": low, "high": high, "meaning": one.meaning}


def _beside(picture: Path) -> dict[str, Any]:
    """Return the sidecar of an image, if it has one that can be read."""
    path = picture.with_name(picture.name.removesuffix(".gz").removesuffix(".nii") + ".json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) and data.get("Manufacturer") == "janusome" else {}


def _study_of(picture: Path) -> Path:
    path = picture.resolve().parent.parent / "study.yaml"
    if not path.is_file():
        raise InputError(
            "--study", "is not given, and the image lies in no result of janusome", "say what was injected into whom"
        )
    return path


def _exposure(asked: Asked, beside: Mapping[str, Any], scanner: Scanner, study: ResolvedStudy) -> Exposure:
    told = beside.get("Settings", {})
    label = asked.label or beside.get("Label") or _only_label(scanner, study)
    if label not in study.labels:
        raise InputError(
            "--label", f"is {label!r}, which {study.formulation.name} does not carry", near_misses(label, list(study.labels))
        )
    shows = SHOWN_BY.get(scanner.modality)
    if shows is not None and not study.labels[label].find(shows):
        raise InputError(
            "--as",
            f"is {scanner.name}, which does not show {label}",
            f"its row has no {shows}; choose another scanner or label",
        )
    sequence = (
        asked.sequence or told.get("sequence") or (next(iter(scanner.sequences)) if len(scanner.sequences) == 1 else None)
    )
    if scanner.sequences and sequence not in scanner.sequences:
        found = "is not given" if sequence is None else f"is {sequence!r}, which {scanner.name} does not have"
        raise InputError("--sequence", found, f"choose {' or '.join(sorted(scanner.sequences))}")
    frame = asked.frame or told.get("frame")
    if scanner.modality in COUNTS_DECAYS and frame is None:
        raise InputError("--frame", "is not given", "say how long the scanner counted, such as '10 min'")
    return Exposure(scanner, label, sequence if scanner.sequences else None, internal(frame, "h") if frame else None)


def _only_label(scanner: Scanner, study: ResolvedStudy) -> str:
    shows = SHOWN_BY.get(scanner.modality)
    seen = [name for name, row in study.labels.items() if shows is None or row.find(shows)]
    if len(seen) != 1:
        found = "no label" if not seen else f"{len(seen)} labels ({', '.join(seen)})"
        remedy = "choose another scanner" if not seen else "name one"
        raise InputError(
            "--label", f"is not given, and {study.formulation.name} carries {found} that {scanner.name} shows", remedy
        )
    return seen[0]


def _picture(asked: Asked, beside: Mapping[str, Any], image: Image, *, unit: str) -> tuple[Picture, tuple[str, ...]]:
    """Return the image with its region on its own voxels, and what should be known about that."""
    stem = asked.picture.name.rpartition("_")[0]
    region_path = Path(asked.roi) if asked.roi is not None else asked.picture.with_name(f"{stem}_desc-lesion_probseg.nii.gz")
    if asked.roi is None and not region_path.is_file():
        raise InputError("--roi", "is not given, and no lesion lies beside the image", "give a mask of the lesion")
    share, words = share_on(region_path, image, place="--roi")
    suffix = asked.picture.name.rpartition("_")[2]
    earlier = Path(asked.before) if asked.before is not None else asked.picture.with_name(f"{stem}_desc-before_{suffix}")
    body_path = asked.picture.with_name(f"{stem}_desc-body_probseg.nii.gz")
    body = share_on(body_path, image, place="the body")[0] if body_path.is_file() else None
    before = None
    if asked.before is not None or earlier.is_file():
        before = _same_grid(read_image(earlier, place="--before"), image, unit=unit)
    return (
        Picture(
            _in_unit(image, unit, "the image"),
            share,
            image.voxel_size,
            before,
            _parts(asked, beside),
            _moment(asked, beside),
            body,
        ),
        (*image.notes, *words),
    )


def _moment(asked: Asked, beside: Mapping[str, Any]) -> float | None:
    if asked.at is not None:
        return internal(asked.at, "h")
    return float(beside["ScanStart"]) if "ScanStart" in beside else None


def _parts(asked: Asked, beside: Mapping[str, Any]) -> tuple[float, float, float]:
    if asked.inside is not None:
        if not 0.0 <= asked.inside <= 1.0:
            raise InputError("--inside", f"is {asked.inside:g}", "allowed is a share from 0 to 1")
        return 1.0 - asked.inside, asked.inside, 0.0
    outside, inside, detached = beside.get("Parts", (1.0, 0.0, 0.0))
    return float(outside), float(inside), float(detached)


def _same_grid(earlier: Image, image: Image, *, unit: str) -> Array:
    if earlier.values.shape != image.values.shape or not np.allclose(earlier.affine, image.affine, atol=1e-2):
        raise InputError("--before", "stands on another grid than the image", "resample one onto the other, registered")
    return _in_unit(earlier, unit, "--before")


def _in_unit(image: Image, unit: str, place: str) -> Array:
    """Return the numbers of an image in the unit of the scanner's law; one that says no unit is taken to be in it."""
    said = image.unit
    if not unit or said in (None, "", unit):
        return image.values
    try:
        fits = same_dimension(said, unit)
    except Exception:  # pint raises a family of its own for text that is no unit
        fits = False
    if not fits:
        raise InputError(place, f"is in {said}", f"give it in {unit}")
    return image.values * (factor(said) / factor(unit))
