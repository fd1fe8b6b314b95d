"""The tumor in the ensemble, draw by draw: its share of the dose, its exposure against plasma's, how unlike its shells are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import Site
from janusome.simulation.courses import SHARE, SHARE_PER_MASS, WHOLE, WITH_BLOOD, CourseMaker
from janusome.simulation.ensemble import at_times
from janusome.simulation.exposure import mixed
from janusome.simulation.layout import VIABLE
from janusome.simulation.lesion_fluid import SHELLS, shell_shares
from janusome.simulation.protocol import INTRAVENOUS, Given
from janusome.simulation.record import Course, Readout
from janusome.simulation.trajectory import Trajectory
from janusome.simulation.tumor_materials import HALF_MAXIMAL, Material, potency_of
from janusome.simulation.tumor_readouts import area_within, mean_over, ratio, relative_depth, share_above, variation
from janusome.units import from_internal

Array = NDArray[np.float64]

ENSEMBLE, IN_SHELLS = "ensemble", "ensemble, shells"
SHELL_NAMES = ("inner", "middle", "outer")
AREA_RATIOS = {
    "volume": ("auc_ratio", ""),
    "mass": ("auc_ratio_per_mass", "mL/g"),
    "sample": ("auc_ratio_per_mass_with_residual_blood", "mL/g"),
}
DAY = 86400.0
ABSENT_FROM_TUMOR, ABSENT_FROM_PLASMA = (
    "the lesion holds none",
    "plasma holds none in this window",
)


def shares_of_dose(courses: Sequence[Course], times: Array, lesion: str, moments: Sequence[float]) -> Iterator[Readout]:
    """Yield what a lesion holds of the dose, whole and per mass, at each moment, its greatest and when that is.

    Per mass the lesion counts with the blood in its vessels, or with what residual blood a sample keeps.
    """
    for course in courses:
        figure = _share(course.quantity)
        if course.organ != lesion or course.site != WHOLE or not figure:
            continue
        about = (lesion, course.species, course.form, WHOLE)
        for moment, values in zip(moments, at_times(times, course.values, moments).T, strict=True):
            yield Readout(*about, figure, course.unit, values, ENSEMBLE, time=moment)
        highest = from_internal(times[np.argmax(course.values, axis=1)], "h")
        yield Readout(*about, f"greatest_{figure}", course.unit, course.values.max(axis=1), ENSEMBLE)
        yield Readout(*about, f"time_of_greatest_{figure}", "h", highest, ENSEMBLE)


def _share(quantity: str) -> str:
    """Return the figure that a share of the dose is, or nothing; labels are corrected for decay."""
    base, *more = quantity.split(", ")
    figure = {SHARE: "injected_dose", SHARE_PER_MASS: "injected_dose_per_mass"}.get(base, "")
    return figure + ("_with_residual_blood" if figure and WITH_BLOOD.removeprefix(", ") in more else "")


def against_blood(
    maker: CourseMaker, times: Array, lesion: Site, given: Sequence[Given], stops: Sequence[float]
) -> Iterator[Readout]:
    """Yield the ratio of areas under the curve, tumor to plasma, from the first dose until each of `stops`.

    `auc_ratio` is concentration per tissue volume outside vessels over concentration in plasma. `auc_ratio_per_mass` is the
    share of the dose per mass of tumor without blood over that per volume of plasma, and `.._with_residual_blood` has the
    blood in the tumor that a sample keeps. Shares of a radioactive label are corrected for decay. After a bolus the first
    minute in plasma follows from the next two points, as in the analysis of plasma.
    """
    first = given[0]
    for name, form, group in maker.given():
        for basis, (tissue, plasma) in maker.against_plasma(name, group, lesion).items():
            figure, unit = AREA_RATIOS[basis]
            for stop in stops:
                window = (first.start, stop)
                below = plasma
                if first.duration == 0.0 and first.route == INTRAVENOUS:
                    below = _mixed(times, plasma, first.start)
                areas = [area_within(times, each, start=first.start, stop=stop) for each in (tissue, below)]
                found = from_internal(ratio(*areas), unit)
                about = (lesion.name, name, form, WHOLE, figure, unit, found, ENSEMBLE)
                yield Readout(*about, window=window, reason=ABSENT_FROM_PLASMA)


def _mixed(times: Array, plasma: Array, start: float) -> Array:
    """Return a course on the same times, as if the bolus at `start` had been mixed at once."""
    after = int(np.searchsorted(times, start, side="left"))
    hours, values = mixed(np.asarray(from_internal(times[after:] - start, "h")), plasma[:, after:])
    wanted = np.asarray(from_internal(times[after:] - start, "h"))
    return np.concatenate([plasma[:, :after], np.stack([np.interp(wanted, hours, row) for row in values])], axis=1)


def held_by_shells(coarse: Trajectory, lesion: Site, material: Material, moment: float) -> Array:
    """Return what the shells hold outside their vessels at a moment, the innermost first, mol (draws, shells)."""
    amounts = material.amount(coarse.assembly, lesion.name, coarse.states)
    return np.stack([at_times(coarse.times, amounts[..., k], (moment,))[:, 0] for k in range(SHELLS)], axis=-1)


def shell_depths(lesion: Site) -> Array:
    """Return the mean depth of each shell under the surface, the innermost first, m."""
    depth = np.maximum(lesion.grid.depth()[lesion.grid.inside], 0.0)
    weight = shell_shares(lesion.grid, SHELLS) * lesion.grid.shares
    return weight @ depth / weight.sum(axis=-1)


def between_shells(coarse: Trajectory, lesion: Site, material: Material, moment: float, amount: Array) -> Iterator[Readout]:
    """Yield how unlike the shells of a lesion are at one moment, from what they hold (draws, shells; mol).

    Concentration of each shell over the lesion's mean, coefficient of variation between shells (what varies within one is
    left out), mean depth of the material over that of the volume, and the share of viable cells in shells above the
    half-maximal concentration of a drug at its target.
    """
    equal, depth = np.full(SHELLS, 1.0 / SHELLS), shell_depths(lesion)
    about = (lesion.name, material.name, material.form, material.site)

    def told(figure: str, values: Array, above: str = "") -> Readout:
        return Readout(*about, figure, "", values, IN_SHELLS, time=moment, above=above, reason=ABSENT_FROM_TUMOR)

    relative = ratio(amount, mean_over(amount, equal)[:, None])
    for name, values in zip(SHELL_NAMES, relative.T, strict=True):
        yield told(f"relative_concentration_{name}", values)
    yield told("variation", variation(amount, equal))
    yield told("relative_depth", relative_depth(amount, equal, depth))
    potency = potency_of(material, coarse.assembly, lesion.name)
    if potency is not None:
        columns = coarse.assembly.layout.cells[lesion.name, VIABLE]
        viable = np.stack([at_times(coarse.times, coarse.states[:, :, k], (moment,))[:, 0] for k in columns], axis=-1)
        share = share_above(amount / potency.cell_volume, viable, potency.half_maximal)
        yield told("cell_share_above", share, HALF_MAXIMAL)


def windows(given: Sequence[Given], until: float, asked: Sequence[float]) -> list[float]:
    """Return when windows of exposure end that begin with the first dose, s: after a day, at asked times and at the end."""
    start = given[0].start
    return sorted({moment for moment in (start + DAY, until, *asked) if start < moment <= until})
