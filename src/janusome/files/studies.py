"""Study files: from a path to what the study means, with the masks and observations that it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from janusome.errors import InputError, InputErrors
from janusome.files.library import Library
from janusome.files.maps import read_map
from janusome.files.masks import TumorMask, read_mask
from janusome.files.tables import read_observations
from janusome.files.yaml_loader import Document, read_yaml
from janusome.specification.refusals import Origin
from janusome.specification.resolve import understand
from janusome.specification.resolved import Lesion, ResolvedStudy


@dataclass(frozen=True)
class StudyFile:
    """A study file that can be run."""

    document: Document
    study: ResolvedStudy
    masks: dict[str, TumorMask]  # by the name of the lesion
    observations: tuple[dict[str, str], ...]


def read_study(path: Path | str, library: Library) -> StudyFile:
    """Read a study and the files that it names; their paths count from the study's folder.

    Raises
    ------
    InputErrors
        With everything that is wrong.
    """
    path = Path(path)
    document = read_yaml(path)
    study = understand(document.data, library, origin=Origin(document.name, document.lines))
    masks, observations = read_attachments(study, folder=path.parent, name=document.name)
    return StudyFile(document, study, masks, observations)


def read_attachments(
    study: ResolvedStudy, *, folder: Path, name: str = "study"
) -> tuple[dict[str, TumorMask], tuple[dict[str, str], ...]]:
    """Return the masks, by lesion, and the observations that a study names."""
    masks: dict[str, TumorMask] = {}
    observations: tuple[dict[str, str], ...] = ()
    refusals: list[InputError] = []
    for lesion in study.lesions:
        if lesion.mask is not None:
            try:
                place = f"{name}: the mask of {lesion.name}"
                masks[lesion.name] = _with_maps(
                    read_mask(folder / lesion.mask.file, label=lesion.mask.label, place=place), lesion, folder, name, refusals
                )
            except InputError as error:
                refusals.append(error)
    if study.observed is not None:
        try:
            observations = tuple(read_observations(folder / study.observed, place=f"{name}: observed {study.observed}"))
        except InputErrors as error:
            refusals += error.refusals
        except InputError as error:
            refusals.append(error)
    if refusals:
        raise InputErrors(refusals)
    return masks, observations


def _with_maps(mask: TumorMask, lesion: Lesion, folder: Path, name: str, refusals: list[InputError]) -> TumorMask:
    """Return a mask with the maps of its lesion; what is refused is added to the list."""
    cut, maps = mask.cropped(1), {}
    for what, found in lesion.maps.items():
        try:
            place = f"{name}: the {what} map of {lesion.name}"
            maps[what] = read_map(folder / found.file, cut, name=what, unit=found.unit, place=place)
        except InputError as error:
            refusals.append(error)
    return replace(cut, maps=maps) if lesion.maps else mask
