"""Pictures: slices of tumor maps and of scans, with scale, colour bar and outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.reporting import style
from janusome.reporting.numerals import duration, number, unit
from janusome.reporting.style import Drawing, Grid, drawing
from janusome.reporting.windows import limits, window
from janusome.simulation.record import Scan, TumorMap
from janusome.units import from_internal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 4
BELOW = 0.16  # of a map's height, for its scale bar
BARS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)  # mm


def maps_of(maps: Mapping[str, Sequence[TumorMap]]) -> Drawing | None:
    """One field of one lesion: a row for each arm, a column for each time, all on one colour scale; the middle slices."""
    rows = {arm: _few(sorted(found, key=lambda m: m.time)) for arm, found in maps.items() if found}
    drawn = [(arm, each, _slice(each)) for arm, found in rows.items() for each in found if np.isfinite(each.values).any()]
    low, high = _limits([plane for *_, plane in drawn])
    if not drawn or high <= 0.0:
        return None
    (_, first, shape), (scale, power) = drawn[0], power_of_ten(high)
    columns = max(len(found) for found in rows.values())
    grid = pictures_grid(len(drawn), shape.shape, first.voxel_size, below=BELOW, columns=columns)
    label = _short(first.quantity) + (f" ({power}{unit(first.unit)})" if power or first.unit else "")

    def paint(figure: Figure) -> None:
        shown = None
        for axes, (arm, each, plane) in zip(grid.axes(figure), drawn, strict=True):
            shown = _show(axes, plane / scale, each.voxel_size, cmap="cividis", low=low / scale, high=high / scale)
            _outline(axes, np.isfinite(plane), each.voxel_size, colour="#5b6673")
            axes.set_title(
                ", ".join([*([arm] if len(rows) > 1 else []), *_when(each)]), fontsize=8.5 if len(rows) == 1 else 7.5
            )
            _scale_bar(axes, plane.shape, each.voxel_size, colour=style.INK, below=BELOW)
        _colour_bar(figure, shown, grid, label)

    caption = _map_caption(rows, shape.shape, low=low, high=high)
    return drawing(paint, size=grid.size, alternative=_map_words(rows), caption=caption)


def _few(maps: Sequence[TumorMap]) -> list[TumorMap]:
    if len(maps) <= MOST_COLUMNS:
        return list(maps)
    return [maps[k] for k in np.round(np.linspace(0, len(maps) - 1, MOST_COLUMNS)).astype(int)]


def _slice(each: TumorMap) -> NDArray[np.float64]:
    """Return the slice through the middle of a lesion, cut to the lesion with one voxel around it."""
    inside = np.isfinite(each.values)
    rows, columns = (np.flatnonzero(inside.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    box = tuple(slice(max(0, int(found[0]) - 1), int(found[-1]) + 2) for found in (rows, columns))
    return each.values[middle_slice(inside)][box]


def _limits(planes: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Return where the colours of some slices begin, zero unless they hold less, and where they end."""
    held = [plane[np.isfinite(plane)] for plane in planes]
    low, high = (min((float(v.min()) for v in held), default=0.0), max((float(v.max()) for v in held), default=0.0))
    return min(low, 0.0), high


def _when(each: TumorMap) -> list[str]:
    return [] if each.steady else [duration(float(from_internal(each.time, "h")))]


def _map_words(rows: Mapping[str, Sequence[TumorMap]]) -> str:
    maps = next(iter(rows.values()))
    when = ", ".join(word for each in maps for word in _when(each))
    return f"Map of {_name(maps[0])} in {maps[0].lesion}, middle slice, {f'at {when}' if when else 'throughout'}."


def _map_caption(rows: Mapping[str, Sequence[TumorMap]], shape: tuple[int, ...], *, low: float, high: float) -> str:
    """Say what maps show, with their scales in words: the limits of the colours and the length of the bar."""
    first = next(iter(rows.values()))[0]
    name, across = _name(first), _extent(shape, first.voxel_size)[1]
    limits = f"colours go from {number(low)} to {number(high)} {unit(first.unit)}".rstrip()
    arms = f" in the arms {' and '.join(rows)}" if len(rows) > 1 else ""
    return (
        f"{name[:1].upper()}{name[1:]} in {first.lesion}: {first.quantity}, middle slice, at median inputs; {limits}{arms}, "
        f"the bar is {_bar(across):.3g} mm."
    )


def scan(each: Scan) -> Drawing:
    """One scan as the scanner shows it, beside what it would show without noise; the lesion is outlined."""
    middle = middle_slice(each.lesion)
    planes = (each.expected[middle], each.image[middle])
    look = window(each.modality)
    low, high = limits(look, planes)
    inverted = look.dark_is_high

    grid = pictures_grid(3, planes[0].shape, each.voxel_size)

    def paint(figure: Figure) -> None:
        panels, shown = grid.axes(figure), None
        titles = ("without noise", "as the scanner shows it", "the same, lesion outlined")
        for axes, plane, title in zip(panels, (*planes, planes[1]), titles, strict=True):
            shown = _show(axes, plane, each.voxel_size, cmap=look.colours, low=low, high=high)
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


def region(
    image: NDArray[np.float64], share: NDArray[np.float64], voxel: NDArray[np.float64], *, modality: str, title: str
) -> Drawing:
    """One image (z, y, x) through the middle of a region of interest, with its outline."""
    inside = share > 0.5 if (share > 0.5).any() else share > 0.0
    middle = middle_slice(inside)
    plane, look = image[middle], window(modality)
    low, high = limits(look, (plane,))
    grid = pictures_grid(1, plane.shape, voxel)

    def paint(figure: Figure) -> None:
        axes = grid.axes(figure)[0]
        shown = _show(axes, plane, voxel, cmap=look.colours, low=low, high=high)
        _outline(axes, inside[middle], voxel, colour=style.VERMILLION if look.dark_is_high else style.ORANGE)
        _scale_bar(axes, plane.shape, voxel, colour=style.INK if look.dark_is_high else "white",
                   ground="white" if look.dark_is_high else "black")  # fmt: skip
        _colour_bar(figure, shown, grid, "as the image has it")

    return drawing(paint, size=grid.size, alternative=f"Slice of {title} through the region of interest, outlined.",
                   caption=f"{title}: slice through the middle of the region of interest, outlined.")  # fmt: skip


def pictures_grid(
    count: int, shape: tuple[int, ...], voxel: NDArray[np.float64], *, below: float = 0.0, columns: int | None = None
) -> Grid:
    """Panels of the pictures' own proportions, with room for the colour bar on the right."""
    height, width = _extent(shape, voxel)
    height *= 1.0 + below
    across = min(1.95, 2.6 * width / height)
    return Grid(
        count,
        columns=columns or count,
        panel=(across, across * height / width),
        gap=(0.1, 0.3),
        left=0.04,
        right=1.0,
        bottom=0.06,
        top=0.26,
    )


def _colour_bar(figure: Figure, shown: Any, grid: Grid, label: str) -> None:
    import textwrap

    width, height = grid.size
    tall = min(height - grid.bottom - grid.top - 0.1, 2.6)
    box = ((width - grid.right + 0.1) / width, (grid.bottom + 0.05) / height, 0.09 / width, tall / height)
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
    length = _bar(width)
    x, y = 0.05 * width, (0.05 - below) * height
    if ground != "none":
        axes.fill_between(
            [x - 0.02 * width, x + length + 0.02 * width], 0.02 * height, 0.16 * height, color=ground, alpha=0.65, linewidth=0
        )
    axes.plot([x, x + length], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
    axes.text(x + length / 2, y + 0.02 * height, f"{length:g} mm", color=colour, ha="center", va="bottom", fontsize=7.5)
    axes.set(xlim=(0, width), ylim=(-below * height, height))


def _bar(width: float) -> float:
    """Return the length of the scale bar of a picture, mm."""
    return max((bar for bar in BARS if bar <= 0.4 * width), default=width * 0.3)


def _extent(shape: tuple[int, ...], voxel: NDArray[np.float64]) -> tuple[float, float]:
    return shape[0] * float(from_internal(voxel[1], "mm")), shape[1] * float(from_internal(voxel[2], "mm"))


def middle_slice(inside: NDArray[np.bool_]) -> int:
    """Index of the slice nearest to the centre of the lesion, or of the volume if there is none."""
    filled = inside.any(axis=(1, 2))
    return round(float(np.flatnonzero(filled).mean())) if filled.any() else inside.shape[0] // 2


def power_of_ten(top: float) -> tuple[float, str]:
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
