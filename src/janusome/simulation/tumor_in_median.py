"""The tumor at the median of every input, voxel by voxel: how deep, how evenly, and how many of its cells see enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import Site
from janusome.simulation.courses import IN_TISSUE, WHOLE, CourseMaker
from janusome.simulation.record import DepthProfile, Readout
from janusome.simulation.tumor_field import TumorField, cells_of
from janusome.simulation.tumor_in_ensemble import ABSENT_FROM_TUMOR, shell_depths
from janusome.simulation.tumor_materials import HALF_MAXIMAL, Material, potency_of
from janusome.simulation.tumor_readouts import (
    HIGH,
    LOW,
    Layers,
    depth_of_fall,
    layers_of,
    mean_over,
    percentile,
    relative_depth,
    share_above,
    variation,
)
from janusome.units import from_internal

Array = NDArray[np.float64]

IN_VOXELS = "median of every input, voxels"
PER_CELLS = "concentration per volume of cells"
OF_THE_MEAN = 0.5  # the threshold of coverage where nothing else is given
FALLS = (("penetration_half_depth", 0.5), ("penetration_1_over_e_depth", float(np.exp(-1.0))))


@dataclass(frozen=True)
class Seen:
    """One material in one lesion at one moment, voxel by voxel: per tissue volume (or of cells, at a target), as measured."""

    material: Material
    time: float
    unit: str
    values: Array
    share: Array  # of the lesion's volume
    depth: Array  # m under the surface
    viable: Array  # cells
    thickness: float  # m, of the layers in which depth is told

    @property
    def layers(self) -> Layers:
        """The material against depth."""
        return layers_of(self.values, self.share, self.depth, thickness=self.thickness)


def seen_in(field: TumorField, lesion: Site, material: Material, moment: float, maker: CourseMaker) -> Seen:
    """Return a material in the voxels of a lesion at a moment."""
    shot, assembly = field.at(lesion.name, moment), field.assemblies[lesion.name]
    volume = lesion.grid.shares * lesion.grid.voxel_volume
    values, unit = maker.measured(material.name, material.amount(assembly, lesion.name, shot.states)[:, 0] / volume)
    return Seen(
        material=material,
        time=moment,
        unit=unit,
        values=np.maximum(values, 0.0),
        share=lesion.grid.shares / lesion.grid.shares.sum(),
        depth=np.maximum(lesion.grid.depth()[lesion.grid.inside], 0.0),
        viable=cells_of(shot, assembly)[0],
        thickness=float(lesion.grid.voxel_volume ** (1.0 / 3.0)),
    )


def in_voxels(seen: Seen, lesion: str, *, thresholds: Mapping[str, tuple[float, str]]) -> Iterator[Readout]:
    """Yield what the voxels of the median tell of a material; a threshold is a number in the unit measured, and its words.

    Penetration is how much deeper than the outermost layer (one voxel thick) the mean of a layer has first fallen to a half,
    and to 1/e, of that of the outermost layer.
    """
    mean = float(mean_over(seen.values, seen.share))
    yield _told(seen, lesion, "mean", seen.unit, mean)
    if seen.material.site == WHOLE:
        for figure, to in FALLS:
            fallen = float(from_internal(depth_of_fall(seen.layers, to=to), "mm"))
            yield _told(seen, lesion, figure, "mm", fallen, reason=_why_not(seen, to))
    yield _told(seen, lesion, "relative_depth", "", float(relative_depth(seen.values, seen.share, seen.depth)))
    yield _told(seen, lesion, "variation", "", float(variation(seen.values, seen.share)))
    for figure, level in (("percentile_10", LOW), ("percentile_90", HIGH)):
        yield _told(seen, lesion, figure, seen.unit, percentile(seen.values, seen.share, level))
    limits = {"half of the mean": OF_THE_MEAN * mean}
    if seen.material.name in thresholds and seen.material.site == WHOLE:
        limit, written = thresholds[seen.material.name]
        limits[written] = limit
    for words, limit in limits.items():
        known = mean > 0.0 or words != "half of the mean"
        for figure, weight in (("volume_share_above", seen.share), ("cell_share_above", seen.viable)):
            share = float(share_above(seen.values, weight, limit)) if known else float("nan")
            yield _told(seen, lesion, figure, "", share, above=words)


def above_half_maximal(seen: Seen, field: TumorField, lesion: str) -> Iterator[Readout]:
    """Yield the share of volume and of viable cells that see the half-maximal concentration of a drug at its target."""
    assembly, shot = field.assemblies[lesion], field.at(lesion, seen.time)
    potency = potency_of(seen.material, assembly, lesion)
    if potency is None:
        return
    per_cells = seen.material.amount(assembly, lesion, shot.states)[:, 0] / potency.cell_volume[:, 0]
    for figure, weight in (("volume_share_above", seen.share), ("cell_share_above", seen.viable)):
        share = float(share_above(per_cells, weight, potency.half_maximal[:, 0]))
        yield _told(seen, lesion, figure, "", share, above=HALF_MAXIMAL)


def _told(
    seen: Seen, lesion: str, figure: str, unit: str, value: float, *, above: str = "", reason: str = ABSENT_FROM_TUMOR
) -> Readout:
    about = (lesion, seen.material.name, seen.material.form, seen.material.site)
    return Readout(*about, figure, unit, np.array([value]), IN_VOXELS, time=seen.time, above=above, reason=reason)


def _why_not(seen: Seen, to: float) -> str:
    layers = seen.layers
    if layers.mean[0] <= 0.0:
        return ABSENT_FROM_TUMOR if not layers.mean.any() else "the outermost layer holds none"
    deepest = float(from_internal(layers.depth[-1] - layers.depth[0], "mm"))
    lowest = layers.mean.min() / layers.mean[0]
    return f"not reached within {deepest:.3g} mm: at its lowest it is {lowest:.0%} of the outermost layer, above {to:.0%}"


def profile_of(seen: Seen, lesion: Site, in_shells: Array) -> DepthProfile:
    """Return a material against depth: layers of the median's voxels, and shells of every draw (`in_shells`, as measured)."""
    layers, material = seen.layers, seen.material
    about = (lesion.name, seen.time, material.name, material.form, material.site, IN_TISSUE, seen.unit)
    return DepthProfile(*about, layers.depth, layers.mean, shell_depths(lesion), in_shells)
