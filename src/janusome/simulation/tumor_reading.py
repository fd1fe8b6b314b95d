"""Reading a tumor out: every figure of every material, from the ensemble and from the voxels of the median."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import Site
from janusome.simulation.courses import WHOLE, CourseMaker
from janusome.simulation.lesion_fluid import SHELLS
from janusome.simulation.protocol import Given
from janusome.simulation.record import Course, DepthProfile, Readout, TumorMap
from janusome.simulation.trajectory import Trajectory
from janusome.simulation.tumor_field import TumorField
from janusome.simulation.tumor_in_ensemble import against_blood, between_shells, held_by_shells, shares_of_dose, windows
from janusome.simulation.tumor_in_median import above_half_maximal, in_voxels, profile_of, seen_in
from janusome.simulation.tumor_materials import Material, materials_of
from janusome.specification.resolved import ResolvedStudy
from janusome.units import from_internal

Array = NDArray[np.float64]

STEADY = {  # quantity of a voxel's surroundings -> what a map of it is called, and its unit
    "interstitial_pressure": ("interstitial pressure", "pressure of the interstitial fluid", "mmHg"),
    "vessel_surface_density": ("perfused vessels", "surface of perfused vessels per tissue volume", "1/cm"),
    "interstitial_oxygen_pressure": ("oxygen", "oxygen pressure between vessels", "mmHg"),
}


def readouts_of(
    study: ResolvedStudy,
    coarse: Trajectory,
    field: TumorField,
    lesions: Sequence[Site],
    given: Sequence[Given],
    *,
    courses: Sequence[Course],
    maker: CourseMaker,
    moments: Sequence[float],
) -> tuple[Readout, ...]:
    """Return all read-outs of an arm, lesion by lesion.

    Parameters
    ----------
    coarse, field
        The ensemble, with lesions as shells, and the median, with lesions as voxels.
    moments
        When the tumor is read out, s: those at which the field was kept.
    """
    found: list[Readout] = []
    stops = windows(given, study.until, study.times)
    for lesion in lesions:
        found += shares_of_dose(courses, coarse.times, lesion.name, moments)
        found += against_blood(maker, coarse.times, lesion, given, stops)
        for material in materials_of(maker.given()):
            limits = thresholds_of(study, material, maker)
            for moment in moments:
                held = held_by_shells(coarse, lesion, material, moment)
                found += between_shells(coarse, lesion, material, moment, held)
                seen = seen_in(field, lesion, material, moment, maker)
                found += in_voxels(seen, lesion.name, thresholds=limits)
                found += above_half_maximal(seen, field, lesion.name)
    return tuple(found)


def profiles_of(
    coarse: Trajectory, field: TumorField, lesions: Sequence[Site], *, maker: CourseMaker, moments: Sequence[float]
) -> tuple[DepthProfile, ...]:
    """Return every material against depth, at every moment."""
    return tuple(
        profile_of(
            seen_in(field, lesion, material, moment, maker),
            lesion,
            _measured_in_shells(coarse, lesion, material, moment, maker),
        )
        for lesion in lesions
        for material in materials_of(maker.given())
        if material.site == WHOLE
        for moment in moments
    )


def _measured_in_shells(coarse: Trajectory, lesion: Site, material: Material, moment: float, maker: CourseMaker) -> Array:
    held = held_by_shells(coarse, lesion, material, moment)
    return maker.measured(material.name, held / (lesion.volume / SHELLS))[0]


def thresholds_of(study: ResolvedStudy, material: Material, maker: CourseMaker) -> Mapping[str, tuple[float, str]]:
    """Return the concentration that the study asks about for a drug, in the unit measured, with its words."""
    if material.name not in study.thresholds:
        return {}
    unit = maker.measured(material.name, np.zeros(1))[1]
    limit = float(from_internal(study.thresholds[material.name], unit))
    return {material.name: (limit, f"{limit:.4g} {unit}")}


def steady_maps(field: TumorField, lesions: Sequence[Site]) -> Iterator[TumorMap]:
    """Yield what the tissue of each lesion is like: it does not change while the study lasts."""
    for lesion in lesions:
        for quantity, values in field.surroundings[lesion.name].items():
            name, words, unit = STEADY[quantity]
            placed = lesion.grid.field(np.asarray(from_internal(values, unit)))
            yield TumorMap(lesion.name, 0.0, name, name, WHOLE, words, unit, placed, lesion.grid.voxel_size, steady=True)
