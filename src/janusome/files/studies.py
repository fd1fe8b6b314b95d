"""Study files: from a path to what the study means, with the masks and observations that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from janusome.errors import InputError, InputErrors
from janusome.files.library import Library
from janusome.files.maps import read_map
from janusome.files.masks import TumorMask, read_mask
from janusome.files.tables import read_observations
from janusome.files.yaml_loader import Document, read_yaml
from janusome.specification.conditions import Caution
from janusome.specification.refusals import Origin
from janusome.specification.resolve import understand
from janusome.specification.resolved import Lesion, ResolvedStudy
from janusome.specification.vocabulary import called_notice, organ_called


@dataclass(frozen=True)
class StudyFile:
    """A study file that can be run."""

    document: Document
    study: ResolvedStudy
    observations: tuple[dict[str, str], ...]
    masks: dict[str, TumorMask]  # by the name of the lesion


def read_study(
    path: Path | str, library: Library, *, changed: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
) -> StudyFile:
    """Read a study and the files that it names; their paths count from the study's folder.

    `changed` returns what stands in place of the data that were read.

    Raises
    ------
    InputErrors
        With everything that is wrong.
    """
    path = Path(path)
    document = read_yaml(path)
    if changed is not None and isinstance(document.data, Mapping):
        document = replace(document, data=changed(document.data))
    study = understand(document.data, library, origin=Origin(document.name, document.lines))
    masks, observations = read_attachments(study, folder=path.parent, name=document.name)
    return StudyFile(document, *recognised(study, observations), masks)


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


def recognised(
    study: ResolvedStudy, observations: tuple[dict[str, str], ...]
) -> tuple[ResolvedStudy, tuple[dict[str, str], ...]]:
    """Return observations with the organs that their words mean, and the study with a caution for each such word."""
    lesions = [lesion.name for lesion in study.lesions]
    words = dict.fromkeys(row["organ"] for row in observations if row["organ"] not in lesions)
    meant = {word: organ for word in words if (organ := organ_called(word)) != word}
    cautions = [
        Caution(f"observed {study.observed}: organ {word!r}", called_notice(word), "compare it with that") for word in meant
    ]
    rows = tuple({**row, "organ": meant.get(row["organ"], row["organ"])} for row in observations)
    return replace(study, cautions=(*study.cautions, *cautions)), rows
