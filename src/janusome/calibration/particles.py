"""Particles in mice: what of a carrier's kinetics differs from particle to particle, and what organs then hold.

A knob multiplies one or several values of the row `carrier/nanoparticle`. Its logarithm differs between studies and between
the particles of one study; where both spreads are zero it is one number for all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.simulation.bench import Bench
from janusome.simulation.courses import IN_PLASMA, SHARE_PER_MASS
from janusome.simulation.record import Course
from janusome.specification.resolve import resolve
from janusome.specification.study import Study
from janusome.units import from_internal, to_internal

Array = NDArray[np.float64]

TISSUES = ("blood", "tumor", "liver", "spleen", "kidney", "lung")
FILTERS = ("liver", "spleen", "lung", "kidney")  # organs whose wall and phagocytes have values of their own
TUMOR = "breast-triple-negative"
DOSE = 1e9  # particles; far below what saturates phagocytes
BODY_MASS = 0.020  # kg
TUMOR_VOLUME = "0.3 cm^3"
BLOOD_DENSITY = 1060.0  # kg/m^3
HEMATOCRIT = 0.45  # of the mouse row; carriers stay out of red cells
LONGEST = "2400 h"
FIRST, LAST, POINTS = 60.0, 2300 * 3600.0, 60  # of the grid of times, s
LEAST = -6.0  # ln of %ID/g: what is less is below any assay


class Knob(NamedTuple):
    """One multiplier: of which quantities in which organs, how its logarithm spreads before the fit, what moves it."""

    name: str
    quantities: tuple[tuple[str, str | None], ...]
    study_spread: float = 0.0
    particle_spread: float = 0.0
    moved_by: tuple[str, ...] = ()  # covariates of the particle


def _in(quantity: str, *organs: str | None) -> tuple[tuple[str, str | None], ...]:
    return tuple((quantity, organ) for organ in organs)


SIZE, PEG, RADIOLABEL, ORGANIC, ZETA = (
    "ln(diameter / 80 nm)", "PEG", "radiolabel", "organic material", "zeta / 20 mV",
)  # fmt: skip
COVARIATES = (SIZE, PEG, RADIOLABEL, ORGANIC, ZETA)
UPTAKE, WALL, PARTITION = "reference_clearance_per_phagocyte", "vascular_exchange_ratio", "partition_coefficient"
KNOBS = (
    Knob("phagocytic uptake", _in(UPTAKE, "bone", *FILTERS), 0.5, 0.3, COVARIATES),
    Knob("phagocytic uptake of liver", _in(UPTAKE, "liver")),
    Knob("phagocytic uptake of spleen", _in(UPTAKE, "spleen"), moved_by=(SIZE,)),
    Knob("phagocytic uptake of lung", _in(UPTAKE, "lung"), moved_by=(SIZE,)),
    Knob("phagocytic uptake of kidney", _in(UPTAKE, "kidney"), moved_by=(SIZE, PEG, RADIOLABEL)),
    Knob("wall exchange", _in(WALL, None, "bone", *FILTERS), 0.35, 0.15, (SIZE,)),
    *(Knob(f"wall exchange of {organ}", _in(WALL, organ)) for organ in FILTERS),
    Knob("partition", _in(PARTITION, None, *FILTERS), 0.2, 0.15),
    Knob("partition of kidney", _in(PARTITION, "kidney"), moved_by=(SIZE, PEG, RADIOLABEL)),
    Knob("partition of lung", _in(PARTITION, "lung")),
    Knob("degradation", _in("degradation_rate_constant", None), 0.25, 0.1),
    Knob("glomerular filtration", _in("filtered_fraction", None), moved_by=(SIZE,)),
    Knob("permeability of tumor vessels", _in("reference_vascular_permeability", None), 0.25, 0.15),
    Knob(
        "uptake in the tumor",
        (("macrophage_uptake_rate_constant", None), ("nonspecific_uptake_rate_constant", None)),
    ),
)


class MouseBench:
    """A mouse with a tumor and a particle of the row `carrier/nanoparticle`, for many sets of knobs at once."""

    def __init__(self, library: Library | None = None) -> None:
        study = Study(
            study="a particle in a mouse",
            formulation={"name": "particle", "carrier": "nanoparticle"},  # pyright: ignore[reportArgumentType]
            host={"kind": "mouse", "body_mass": f"{BODY_MASS * 1e3:g} g"},  # pyright: ignore[reportArgumentType]
            tumor={"kind": TUMOR, "volume": TUMOR_VOLUME, "voxels": 1},  # pyright: ignore[reportArgumentType]
            protocol=[{"at": "0 h", "dose": f"{DOSE:g} particle", "of": "carrier", "route": "intravenous"}],  # pyright: ignore[reportArgumentType]
            controls=(),
            outputs={"until": LONGEST},  # pyright: ignore[reportArgumentType]
        )
        self.bench = Bench(resolve(study, library or Library()))
        self.moments = np.concatenate([[0.0], np.geomspace(FIRST, LAST, POINTS)])
        self.keys = tuple(tuple(self._key(*quantity) for quantity in knob.quantities) for knob in KNOBS)

    @property
    def log_hours(self) -> Array:
        """The grid of times, natural logarithm of hours."""
        return np.log(from_internal(self.moments[1:], "h"))

    def responses(self, logarithms: Array) -> Array:
        """Return ln %ID/g, (lanes, tissues, times), for (lanes, knobs) of ln multipliers."""
        numbers: dict[str, Array] = {}
        for k, keys in enumerate(self.keys):
            for key in keys:
                before = numbers.get(key, np.full(len(logarithms), self.bench.values[key][1].internal))
                numbers[key] = before * np.exp(logarithms[:, k])
        courses = self.bench.solve(numbers, self.moments, lanes=len(logarithms))
        held = np.stack([_per_mass(courses, tissue)[:, 1:] for tissue in TISSUES], axis=1)
        return np.maximum(np.log(np.maximum(held, 1e-300)), LEAST)

    def _key(self, quantity: str, organ: str | None) -> str:
        """Return the key of a value of the carrier's row that holds in an organ, or wherever no organ has its own."""
        mark = f"carrier nanoparticle: {organ}/" if organ else "carrier nanoparticle/"
        (found,) = (key for key, (name, _) in self.bench.values.items() if name == quantity and key.startswith(mark))
        return found


def _per_mass(courses: tuple[Course, ...], tissue: str) -> Array:
    """Return %ID/g: of a whole organ with the blood in it, or of blood."""
    if tissue == "blood":
        plasma = next(course for course in courses if course.quantity == IN_PLASMA)
        number = plasma.values * to_internal(1.0, plasma.unit) * (1.0 - HEMATOCRIT) / BLOOD_DENSITY
        return from_internal(number / to_internal(DOSE, "particle"), "%/g")
    organ = TUMOR if tissue == "tumor" else tissue
    return next(course for course in courses if course.organ == organ and course.quantity == SHARE_PER_MASS).values
