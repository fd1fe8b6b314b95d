"""Pairs: two scans of one lesion at one time, on one geometry: one for where things are, one for what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.reporting import style
from janusome.reporting.numerals import unit
from janusome.reporting.pictures import middle_slice, pictures_grid
from janusome.reporting.style import Drawing, drawing
from janusome.reporting.windows import limits, window
from janusome.simulation.record import Scan
from janusome.units import from_internal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAIRS = (
    ("mri", "pet"),
    ("photoacoustic", "fluorescence"),
    ("ultrasound", "ct"),
    ("ct", "pet"),
    ("mri", "spect"),
    ("ct", "spect"),
    ("mri", "mpi"),
)
FAINT = 0.25  # of the upper limit: what of the second image lets the first shine through


def pairs(scans: Sequence[Scan]) -> list[tuple[Scan, Scan]]:
    """Return the scans that belong together: of one lesion and moment, the first of either modality."""
    found = []
    for ground, above in PAIRS:
        for one in (scan for scan in scans if scan.modality == ground):
            other = next((scan for scan in scans if scan.modality == above and _together(one, scan)), None)
            if other is not None:
                found.append((one, other))
                break
    return found


def _together(one: Scan, other: Scan) -> bool:
    return one.visibility.lesion == other.visibility.lesion and abs(one.time - other.time) < 1.0


def pair(ground: Scan, above: Scan) -> Drawing:
    """Two scans beside each other and laid over each other, each at its own resolution, centered on the lesion."""
    planes = [scan.image[middle_slice(scan.lesion)] for scan in (ground, above)]
    shown = [
        (window(scan.modality), limits(window(scan.modality), (plane,)))
        for scan, plane in zip((ground, above), planes, strict=True)
    ]
    reach = min(_half(ground, planes[0]), _half(above, planes[1]))
    grid = pictures_grid(3, (1, 1), np.ones(3))

    def paint(figure: Figure) -> None:
        first, second, both = grid.axes(figure)
        for axes, scan, plane, (look, ends) in zip((first, second), (ground, above), planes, shown, strict=True):
            _lay(axes, plane, scan, look.colours, ends)
            axes.set_title(scan.name, fontsize=8)
        _lay(both, planes[0], ground, shown[0][0].colours, shown[0][1])
        _lay(both, planes[1], above, "inferno", shown[1][1], see_through=True)
        both.set_title("laid over each other", fontsize=8)
        for axes in (first, second, both):
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
            length = max((bar for bar in (1, 2, 5, 10, 20, 50) if bar <= 0.8 * reach), default=reach / 2)
            axes.plot([-0.9 * reach, -0.9 * reach + length], [-0.9 * reach] * 2, color=style.ORANGE, linewidth=2.2)
            axes.text(-0.9 * reach, -0.85 * reach, f"{length:g} mm", color=style.ORANGE, fontsize=7.5)

    units = " and ".join(unit(scan.unit) or "relative signal" for scan in (ground, above))
    return drawing(
        paint,
        size=grid.size,
        alternative=f"{ground.name} and {above.name} of {ground.visibility.lesion}, beside and over each other.",
        caption=f"{ground.name} and {above.name} on one geometry, centered on the lesion, in {units}; each at "
        "its own resolution, nothing is interpolated.",
    )


def _half(scan: Scan, plane: NDArray[np.float64]) -> float:
    return 0.5 * min(n * float(from_internal(edge, "mm")) for n, edge in zip(plane.shape, scan.voxel_size[1:], strict=True))


def _lay(
    axes: Axes, plane: NDArray[np.float64], scan: Scan, colours: str, ends: tuple[float, float], *, see_through: bool = False
) -> None:
    height, width = (
        n * float(from_internal(edge, "mm")) / 2 for n, edge in zip(plane.shape, scan.voxel_size[1:], strict=True)
    )
    alpha: Any = None
    if see_through:
        alpha = np.clip((plane - ends[0]) / (ends[1] - ends[0]) / FAINT - 1.0, 0.0, 0.7)
    axes.set_axis_off()
    axes.imshow(plane, cmap=colours, vmin=ends[0], vmax=ends[1], origin="lower", extent=(-width, width, -height, height),
                interpolation="nearest", aspect="equal", alpha=alpha)  # fmt: skip
