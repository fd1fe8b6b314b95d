"""Figures of depth: what lies how far under the surface of a tumor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from janusome.reporting import style
from janusome.reporting.numerals import duration, unit
from janusome.reporting.pictures import power_of_ten
from janusome.reporting.style import Drawing, Grid, drawing
from janusome.simulation.ensemble import quantiles
from janusome.simulation.record import Arm, DepthProfile
from janusome.units import from_internal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TIMES = 4
ASIDE = 0.02  # of the depth shown, by which intervals at one depth stand apart


def profiles(arm: Arm) -> list[Drawing]:
    """Concentration against depth, one figure a lesion and one panel a material, its times in colours."""
    lesions = dict.fromkeys(each.lesion for each in arm.profiles)
    found = [_profiles_of([each for each in arm.profiles if each.lesion == lesion], lesion, arm.name) for lesion in lesions]
    return [each for each in found if each is not None]


def _profiles_of(profiles: Sequence[DepthProfile], lesion: str, arm: str) -> Drawing | None:
    panels: dict[tuple[str, str, str], list[DepthProfile]] = {}
    for each in profiles:
        if each.values.any():
            panels.setdefault((each.species, each.form, each.unit), []).append(each)
    if not panels:
        return None
    times = _few(sorted({each.time for found in panels.values() for each in found}))
    colours = dict(zip(times, style.PALETTE, strict=False))
    labels = [duration(float(from_internal(time, "h"))) for time in times]
    grid = Grid(
        len(panels), columns=3, panel=(1.75, 1.75), gap=(0.72, 0.72), bottom=0.52, legend=style.legend_height(len(labels))
    )

    def paint(figure: Figure) -> None:
        handles: dict[float, Any] = {}
        for axes, ((species, form, u), found) in zip(grid.axes(figure), panels.items(), strict=True):
            scale, power = power_of_ten(max(float(np.max(each.values)) for each in found))
            for number, each in enumerate(one for one in found if one.time in colours):
                handles[each.time] = _draw(axes, each, scale=scale, colour=colours[each.time], number=number)
            axes.set_ylim(bottom=0.0)
            axes.set_xlim(left=0.0)
            axes.set_title(species if form in (species, "total") else f"{form} {species}")
            axes.set_xlabel("depth (mm)")
            axes.set_ylabel(f"in tumor ({power}{unit(u)})")
        style.legend_above(figure, [handles[time] for time in times if time in handles], labels)

    names = ", ".join(f"{form} {species}" if form != species else species for species, form, _ in panels)
    return drawing(
        paint,
        size=grid.size,
        alternative=f"Concentration of {names} against depth under the surface of {lesion}, mm, at {', '.join(labels)}.",
        caption=f"{lesion}, arm {arm}: concentration per tissue volume, outside vessels, against depth under the surface. "
        "Lines are layers of voxels at the median of every input; points are medians of shells of equal volume "
        "with 5–95 % of the ensemble.",
    )


def _draw(axes: Axes, each: DepthProfile, *, scale: float, colour: str, number: int) -> Any:
    (line,) = axes.plot(np.asarray(from_internal(each.depth, "mm")), each.values / scale, color=colour)
    median, low, high = quantiles(each.shell_values / scale)
    x = np.asarray(from_internal(each.shell_depth, "mm"))
    x = x + ASIDE * (number - 1) * float(from_internal(each.depth[-1], "mm"))
    axes.errorbar(
        x, median, yerr=(median - low, high - median), fmt="o", markersize=3.5, color=colour, elinewidth=1.0, capsize=2.0
    )
    return line


def _few(times: list[float]) -> list[float]:
    if len(times) <= MOST_TIMES:
        return times
    return [times[k] for k in np.round(np.linspace(0, len(times) - 1, MOST_TIMES)).astype(int)]
