"""Pictures: slices of tumor maps and of scans, with scale, colour bar and outline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.reporting import style
from janusome.reporting.numerals import duration, number, unit
from janusome.reporting.style import Drawing, Grid, drawing
from janusome.simulation.record import Scan, TumorMap
from janusome.units import from_internal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 4
BELOW = 0.16  # of a map's height, for its scale bar
BARS = (1, 2, 5, 10, 20, 50, 100)  # mm


def maps_of(maps: Sequence[TumorMap]) -> Drawing | None:
    """One field of one lesion at its times, on one colour scale: the slice through the middle."""
    chosen = sorted(maps, key=lambda m: m.time)
    if len(chosen) > MOST_COLUMNS:
        chosen = [chosen[k] for k in np.round(np.linspace(0, len(chosen) - 1, MOST_COLUMNS)).astype(int)]
    top = max((float(np.nanmax(m.values)) for m in chosen if np.isfinite(m.values).any()), default=0.0)
    if not chosen or top <= 0:
        return None
    first, (scale, power) = chosen[0], _power(top)

    grid = _pictures(len(chosen), first.values.shape[1:], first.voxel_size, below=BELOW)

    def paint(figure: Figure) -> None:
        panels, shown = grid.axes(figure), None
        for axes, each in zip(panels, chosen, strict=True):
            middle = _middle(np.isfinite(each.values))
            inside, plane = np.isfinite(each.values[middle]), each.values[middle] / scale
            shown = _show(axes, plane, each.voxel_size, cmap="cividis", low=0.0, high=top / scale)
            _outline(axes, inside, each.voxel_size, colour="#5b6673")
            axes.set_title(duration(float(from_internal(each.time, "h"))), fontsize=8.5)
            _scale_bar(axes, plane.shape, each.voxel_size, colour=style.INK, below=BELOW)
        _colour_bar(
            figure, shown, grid, _short(first.quantity) + (f" ({power}{unit(first.unit)})" if power or first.unit else "")
        )

    name = _name(first)
    times = ", ".join(duration(float(from_internal(m.time, "h"))) for m in chosen)
    return drawing(
        paint,
        size=grid.size,
        alternative=f"Map of {name} in {first.lesion}, middle slice, at {times}.",
        caption=f"{name[:1].upper()}{name[1:]} in {first.lesion}: {first.quantity}, middle slice, at median inputs.",
    )


def scan(each: Scan) -> Drawing:
    """One scan as the scanner shows it, beside what it would show without noise; the lesion is outlined."""
    middle = _middle(each.lesion)
    planes = (each.expected[middle], each.image[middle])
    low, high = (float(np.quantile(np.stack(planes), q)) for q in (0.005, 0.998))
    low = min(low, 0.0) if each.modality == "pet" else low
    inverted = each.modality in ("pet", "spect")

    grid = _pictures(3, planes[0].shape, each.voxel_size)

    def paint(figure: Figure) -> None:
        panels, shown = grid.axes(figure), None
        titles = ("without noise", "as the scanner shows it", "the same, lesion outlined")
        for axes, plane, title in zip(panels, (*planes, planes[1]), titles, strict=True):
            shown = _show(
                axes, plane, each.voxel_size, cmap="gray_r" if inverted else "gray", low=low, high=max(high, low + 1e-12)
            )
            axes.set_title(title, fontsize=8.5, fontweight="normal")
            _scale_bar(
                axes,
                plane.shape,
                each.voxel_size,
                colour=style.INK if inverted else "white",
                ground="white" if inverted else "black",
            )
        _outline(panels[2], each.lesion[middle], each.voxel_size, colour=style.VERMILLION if inverted else style.ORANGE)
        _colour_bar(figure, shown, grid, unit(each.unit) or "signal (relative)")

    seen = "visible" if bool(each.visibility.visible[0]) else "not visible"
    ratio = number(float(each.visibility.contrast_to_noise[0]), 2)
    settings = ", ".join(f"{key} {value}" for key, value in each.settings.items())
    return drawing(
        paint,
        size=grid.size,
        alternative=f"{each.name}: {each.visibility.lesion} is {seen}, contrast-to-noise {ratio}. Slice through it.",
        caption=f"{each.name}, {each.label} ({each.scanner}{', ' + settings if settings else ''}): slice through the middle "
        f"of the lesion, at the median of every input. Contrast-to-noise {ratio}: {seen}.",
    )


def _pictures(count: int, shape: tuple[int, ...], voxel: NDArray[np.float64], *, below: float = 0.0) -> Grid:
    """Panels of the pictures' own proportions, with room for the colour bar on the right."""
    height, width = _extent(shape, voxel)
    height *= 1.0 + below
    across = min(1.95, 2.6 * width / height)
    return Grid(
        count,
        columns=count,
        panel=(across, across * height / width),
        gap=(0.1, 0.1),
        left=0.04,
        right=1.0,
        bottom=0.06,
        top=0.26,
    )


def _colour_bar(figure: Figure, shown: Any, grid: Grid, label: str) -> None:
    import textwrap

    width, height = grid.size
    box = ((width - grid.right + 0.1) / width, (grid.bottom + 0.05) / height, 0.09 / width, (grid.panel[1] - 0.1) / height)
    bar = figure.colorbar(shown, cax=figure.add_axes(box))
    bar.set_label(textwrap.fill(label, 24), fontsize=7.5)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]


def _show(axes: Axes, plane: NDArray[np.float64], voxel: NDArray[np.float64], *, cmap: str, low: float, high: float) -> Any:
    height, width = _extent(plane.shape, voxel)
    axes.set_axis_off()
    return axes.imshow(
        plane,
        cmap=cmap,
        vmin=low,
        vmax=high,
        origin="lower",
        extent=(0, width, 0, height),
        interpolation="nearest",
        aspect="equal",
    )


def _outline(axes: Axes, inside: NDArray[np.bool_], voxel: NDArray[np.float64], *, colour: str) -> None:
    """Draw the border of the voxels inside, along their edges."""
    from matplotlib.collections import LineCollection

    height, width = _extent(inside.shape, voxel)
    dy, dx = height / inside.shape[0], width / inside.shape[1]
    framed = np.pad(inside, 1)
    rows, columns = np.nonzero(framed[1:, 1:-1] != framed[:-1, 1:-1])
    edges = [[(x * dx, y * dy), ((x + 1) * dx, y * dy)] for y, x in zip(rows, columns, strict=True)]
    rows, columns = np.nonzero(framed[1:-1, 1:] != framed[1:-1, :-1])
    edges += [[(x * dx, y * dy), (x * dx, (y + 1) * dy)] for y, x in zip(rows, columns, strict=True)]
    axes.add_collection(LineCollection(edges, colors=colour, linewidths=1.2, capstyle="round", clip_on=False), autolim=False)


def _scale_bar(
    axes: Axes, shape: tuple[int, ...], voxel: NDArray[np.float64], *, colour: str, ground: str = "none", below: float = 0.0
) -> None:
    """Draw a bar of a round length in the corner; `below` is the room for it under the picture, as a share of its height."""
    height, width = _extent(shape, voxel)
    length = max((bar for bar in BARS if bar <= 0.4 * width), default=width * 0.3)
    x, y = 0.05 * width, (0.05 - below) * height
    if ground != "none":
        axes.fill_between(
            [x - 0.02 * width, x + length + 0.02 * width], 0.02 * height, 0.16 * height, color=ground, alpha=0.65, linewidth=0
        )
    axes.plot([x, x + length], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.text(x + length / 2, y + 0.02 * height, f"{length:g} mm", color=colour, ha="center", va="bottom", fontsize=7.5)
    axes.set(xlim=(0, width), ylim=(-below * height, height))


def _extent(shape: tuple[int, ...], voxel: NDArray[np.float64]) -> tuple[float, float]:
    return shape[0] * float(from_internal(voxel[1], "mm")), shape[1] * float(from_internal(voxel[2], "mm"))


def _middle(inside: NDArray[np.bool_]) -> int:
    """Index of the slice nearest to the centre of the lesion, or of the volume if there is none."""
    filled = inside.any(axis=(1, 2))
    return round(float(np.flatnonzero(filled).mean())) if filled.any() else inside.shape[0] // 2


def _power(top: float) -> tuple[float, str]:
    """Return the power of ten that a colour bar is written in, and its text."""
    exponent = int(np.floor(np.log10(top)))
    if -3 < exponent < 4:
        return 1.0, ""
    return 10.0**exponent, f"{number(10.0**exponent).removeprefix('1 × ')} "


def _name(each: TumorMap) -> str:
    what = each.species if each.form in ("carrier", "total", each.species) else f"{each.form} {each.species}"
    return what if each.site == "whole" else f"{what} ({each.site})"


def _short(quantity: str) -> str:
    return quantity.removeprefix("concentration ")
