"""Prepared: a study as a verb was given it, read with all that it names, and told as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.files.library import Library
from janusome.files.masks import TumorMask
from janusome.specification.resolved import ResolvedStudy

if TYPE_CHECKING:
    from janusome.simulation.lesion_grid import LesionGrid
    from janusome.specification.resolved import Lesion
    from janusome.specification.study import Study


@dataclass(frozen=True)
class Prepared:
    """A study that can be run: its text, its data, its meaning, and the files that it names."""

    text: bytes
    plain: Mapping[str, Any]
    study: ResolvedStudy
    masks: Mapping[str, TumorMask]
    attachments: Mapping[str, str]
    observations: tuple[dict[str, str], ...]
    name: str


def prepare(
    study: Study | Mapping[str, Any] | Path | str,
    rows: Library,
    *,
    changed: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> Prepared:
    """Read a study, whatever it was given as; `changed` returns what stands in place of its data."""
    if isinstance(study, (str, Path)):
        from janusome.files.studies import read_study

        path = Path(study)
        file = read_study(path, rows, changed=changed)
        attached = _attachments(file.study, path.parent)
        return Prepared(path.read_bytes(), file.document.data, file.study, file.masks, attached, file.observations, path.name)
    import yaml

    from janusome.files.studies import read_attachments, recognised
    from janusome.specification.resolve import resolve
    from janusome.specification.study import Study

    given = study if isinstance(study, Study) else Study(**study)
    if changed is not None:
        given = Study(**changed(given.plain()))
    resolved, here = resolve(given, rows), Path.cwd()
    masks, observations = read_attachments(resolved, folder=here)
    resolved, observations = recognised(resolved, observations)
    text = yaml.safe_dump(given.plain(), sort_keys=False, allow_unicode=True).encode()
    return Prepared(text, given.plain(), resolved, masks, _attachments(resolved, here), observations, "Study(...)")


def _attachments(study: ResolvedStudy, folder: Path) -> dict[str, str]:
    """Return the hash of every file that the study names."""
    from janusome.reporting.results import digest

    names = [lesion.mask.file for lesion in study.lesions if lesion.mask is not None]
    names += [found.file for lesion in study.lesions for found in lesion.maps.values()]
    names += [study.observed] if study.observed else []
    return {name: digest(folder / name) for name in names}


def grids_of(prepared: Prepared) -> dict[str, LesionGrid]:
    """Return the voxels of every lesion that has a mask."""
    lesions = {lesion.name: lesion for lesion in prepared.study.lesions}
    return {name: grid(mask, lesions[name]) for name, mask in prepared.masks.items()}


def grid(mask: TumorMask, lesion: Lesion | None = None) -> LesionGrid:
    """Return the voxels of a mask, with its maps, as many as its lesion asks for."""
    import numpy as np

    from janusome.files.placed import centre_and_direction
    from janusome.simulation.lesion_mask import grid_of_mask

    cropped = mask.cropped()
    center, direction = centre_and_direction(cropped.voxels.shape, cropped.affine)
    return grid_of_mask(
        cropped.voxels,
        np.asarray(cropped.spacing),
        maps=cropped.maps,
        most=lesion.voxels if lesion else None,
        margin=lesion.margin if lesion else 0.0,
        center=center,
        direction=direction,
    ).noting(*mask.notes)


def plain(data: Any) -> Any:
    """Return a resolved study as plain data."""
    if hasattr(data, "model_dump"):
        return data.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if is_dataclass(data):
        return {each.name: plain(getattr(data, each.name)) for each in fields(data)}
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [plain(value) for value in data]
    return data
