"""Figures of courses: where the material is over time, what the tumor does, what drives the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.reporting import style
from janusome.reporting.numerals import unit
from janusome.reporting.style import Drawing, Grid, band, drawing
from janusome.simulation.ensemble import quantiles
from janusome.simulation.findings import PLASMA, is_concentration, lesions_of, measures_cells, share_of_dose
from janusome.simulation.record import Arm, Course
from janusome.simulation.scoring import Score
from janusome.units import from_internal, same_dimension

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

POINTS = 110  # of a drawn line
FAINT = 1e-3  # of the highest course of a panel: what is drawn beside it
DECADES = 1e-5  # of the highest value: what a logarithmic axis of a course still shows
ARM_COLOURS = (style.BLUE, style.VERMILLION, style.QUIET, style.GREEN, style.PURPLE)
EXITS = ("urine", "faeces", "metabolised", "degraded", "decayed")
FORMS = ("carrier", "encapsulated", "released", "total", "attached", "detached")
BANDS = "Lines are medians, bands hold 5–95 % of the ensemble."


def arm_look(arms: Sequence[Arm]) -> dict[str, tuple[str, Any]]:
    """Return colour and dash of every arm, the same in every figure."""
    return {arm.name: (ARM_COLOURS[k % len(ARM_COLOURS)], style.DASHES[k % len(style.DASHES)]) for k, arm in enumerate(arms)}


def plasma(arms: Sequence[Arm]) -> Drawing | None:
    """Concentration in plasma, one panel a species, every form and arm in it."""
    found = [(arm, c) for arm in arms for c in arm.courses if c.organ == PLASMA and is_concentration(c) and c.values.max() > 0]
    found = sorted(found, key=lambda pair: FORMS.index(pair[1].form) if pair[1].form in FORMS else len(FORMS))
    panels = ordered((c.species, c.unit) for _, c in found)
    if not panels:
        return None
    looks = {arm.name: dash for arm, dash in zip(arms, style.DASHES, strict=False)}
    all_forms = ordered(c.form for _, c in found)
    labels = ordered(c.form if arm is arms[0] else f"{c.form}, {arm.name}" for arm, c in found if c.form != "total")
    grid = Grid(len(panels), columns=3, panel=(1.75, 1.75), gap=(0.68, 0.72), legend=style.legend_height(len(labels)))

    def paint(figure: Figure) -> None:
        handles: dict[str, Any] = {}
        for axes, (species, u) in zip(grid.axes(figure), panels, strict=True):
            here = [(arm, c) for arm, c in found if (c.species, c.unit) == (species, u)]
            if any(c.form in ("encapsulated", "attached") for _, c in here):  # the total would hide under it
                here = [(arm, c) for arm, c in here if c.form != "total"]
            end = _until_faint([c for _, c in here], here[0][0].times)
            for arm, course in here:
                colour = style.PALETTE[all_forms.index(course.form) % len(style.PALETTE)]
                _course(axes, arm.times, course, end=end, colour=colour, dash=looks.get(arm.name, "-"), label="")
                handles.setdefault(course.form if arm is arms[0] else f"{course.form}, {arm.name}", axes.lines[-1])
            _log(axes, [c for _, c in here])
            _time_axis(axes, end)
            axes.set_title(species)
            axes.set_ylabel(f"in plasma ({unit(u)})")
        style.legend_above(figure, list(handles.values()), list(handles))

    species = ", ".join(ordered(s for s, _ in panels))
    basis = "; ".join(ordered(c.quantity for _, c in found))
    return drawing(
        paint,
        size=grid.size,
        alternative=f"Concentration in plasma over time of {species}, on logarithmic axes, with 5–95 % bands.",
        caption=f"Plasma. {basis[:1].upper()}{basis[1:]}. {BANDS}",
    )


def organs(arms: Sequence[Arm]) -> Drawing | None:
    """Share of the injected dose by organ: one panel an organ, all on the same axes."""
    found = [(arm, c) for arm in arms for c in _whole(arm, "injected_dose_per_mass")]
    per_mass = bool(found)
    if not per_mass:
        found = [(arm, c) for arm in arms for c in _whole(arm, "injected_dose") if c.organ not in EXITS]
    if not found:
        return None
    lesions = lesions_of(arms)
    names = sorted(ordered(c.organ for _, c in found), key=lambda organ: organ not in lesions)
    quantity = " and ".join(ordered(c.quantity for _, c in found))
    found = sorted(found, key=lambda pair: pair[1].form != "carrier")
    kinds = ordered((arm.name, c.species, c.form) for arm, c in found)
    peak = max(float(np.median(c.values.max(axis=1))) for _, c in found)
    times = found[0][0].times
    end = min(_until_faint([c for _, c in found], times, faint=0.1), float(from_internal(times[-1], "h")))
    dashes = {arm.name: dash for arm, dash in zip(arms, style.DASHES, strict=False)}
    species = ordered(s for _, s, _ in kinds)
    columns = 4
    grid = Grid(len(names), columns=columns, panel=(1.55, 1.15), gap=(0.14, 0.42), legend=style.legend_height(len(kinds)))

    def paint(figure: Figure) -> None:
        handles: dict[str, Any] = {}
        for k, (axes, organ) in enumerate(zip(grid.axes(figure, share=True), names, strict=True)):
            for arm, course in found:
                if course.organ != organ:
                    continue
                colour = style.PALETTE[species.index(course.species) % len(style.PALETTE)]
                _course(axes, arm.times, course, end=end, colour=colour, dash=dashes.get(arm.name, "-"), label="")
                name = course.species if course.form in ("carrier", "total") else f"{course.form} {course.species}"
                handles.setdefault(f"{name}, {arm.name}", axes.lines[-1])
            style.logarithmic(axes)
            axes.set_ylim(peak * 1e-4, peak * 2)
            axes.set_title(organ, color=style.VERMILLION if organ in lesions else style.INK)
            _time_axis(axes, end, label=grid.is_lowest(k))
            axes.tick_params(labelleft=k % columns == 0, labelbottom=grid.is_lowest(k))
            if k % columns == 0:
                axes.set_ylabel("% of dose per g" if per_mass else "% of dose")
        style.legend_above(figure, list(handles.values()), list(handles))

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Time courses of the {quantity} in {', '.join(names)}, on one common logarithmic axis.",
        caption=f"Organs, on common axes so that heights compare: {quantity}. {BANDS}",
    )


def fate(arm: Arm) -> Drawing | None:
    """Where the dose of each species is, stacked to the whole."""
    found = [c for c in _whole(arm, "injected_dose") if "decay" not in c.quantity]  # what decays is on no scale to 100 %
    species = ordered((c.species, c.form) for c in found)
    if not species:
        return None
    hours = from_internal(arm.times, "h")
    big = sorted(
        {c.organ for c in found}, key=lambda o: -max(np.median(c.values, axis=0).max() for c in found if c.organ == o)
    )
    shown = big[:7]
    colours = dict(zip(shown, (*style.PALETTE[:3], style.ORANGE, style.SKY, style.PURPLE, style.YELLOW), strict=False))

    grid = Grid(len(species), columns=3, panel=(1.82, 1.6), legend=style.legend_height(len(shown) + 1))

    def paint(figure: Figure) -> None:
        handles: dict[str, Any] = {}
        for axes, (name, form) in zip(grid.axes(figure), species, strict=True):
            here = {c.organ: np.median(c.values, axis=0) for c in found if (c.species, c.form) == (name, form)}
            rest = sum((v for o, v in here.items() if o not in shown), start=np.zeros_like(hours))
            keep = _thin(hours, float(hours[-1]))
            layers = [o for o in shown if o in here] + ["other organs"]
            stack = axes.stackplot(
                hours[keep] / 24,
                [here.get(o, rest)[keep] for o in layers],
                colors=[colours.get(o, "#c9d0d7") for o in layers],
                linewidth=0.3,
                edgecolor="white",
            )
            for layer, organ in zip(stack, layers, strict=True):
                handles.setdefault(organ, layer)
            axes.set(ylim=(0, 105), xlim=(0, hours[-1] / 24), xlabel="time (d)", ylabel="% of injected dose")
            axes.set_title(name if form in ("carrier", "total") else f"{form} {name}")
            axes.grid(visible=False)
        style.legend_above(figure, list(handles.values()), list(handles))

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Stacked shares of the injected dose by organ and route of elimination for arm {arm.name}.",
        caption=f"Where the dose is over time, arm {arm.name} (medians).",
    )


def in_tumor(arms: Sequence[Arm]) -> Drawing | None:
    """Concentrations in the tumor: the carrier by site; of each drug what is encapsulated and, by site, what is released."""
    lesions = lesions_of(arms)
    found = [(arm, c) for arm in arms for c in arm.courses if c.organ in lesions and _tells_delivery(c)]
    peaks = {
        key: max(_peak(c) for _, c in found if (c.organ, c.species) == key) for key in {(c.organ, c.species) for _, c in found}
    }
    found = [(arm, c) for arm, c in found if _peak(c) > FAINT * peaks[c.organ, c.species]]
    panels = ordered((c.organ, c.species, c.unit) for _, c in found)
    if not panels:
        return None
    dashes = {arm.name: dash for arm, dash in zip(arms, style.DASHES, strict=False)}
    grid = Grid(len(panels), columns=1, panel=(3.9, 2.0), gap=(0.6, 0.8), right=2.6)

    def paint(figure: Figure) -> None:
        for axes, (organ, species, u) in zip(grid.axes(figure), panels, strict=True):
            here = [(arm, c) for arm, c in found if (c.organ, c.species, c.unit) == (organ, species, u)]
            kinds = ordered((c.form, c.site) for _, c in here)
            end = _until_faint([c for _, c in here], here[0][0].times, faint=0.03)
            for arm, course in here:
                colour = style.PALETTE[kinds.index((course.form, course.site)) % len(style.PALETTE)]
                words = [word for word in (course.form, course.site) if word not in ("whole", species)]
                label = ", ".join([*words, *([] if arm is arms[0] else [arm.name])])
                _course(axes, arm.times, course, end=end, colour=colour, dash=dashes.get(arm.name, "-"), label=label)
            _log(axes, [c for _, c in here])
            _time_axis(axes, end)
            axes.set_title(f"{species} in {organ}")
            axes.set_ylabel(f"{here[0][1].quantity.replace('concentration ', '')} ({unit(u)})")
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0)

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Concentrations in the tumor by form and site: {', '.join(ordered(s for _, s, _ in panels))}.",
        caption=f"Inside the tumor, by form and site. {BANDS}",
    )


def _peak(course: Course) -> float:
    return float(np.median(course.values, axis=0).max())


def _tells_delivery(course: Course) -> bool:
    if not is_concentration(course) or course.values.max() <= 0:
        return False
    return (course.form, course.site == "whole") in {("carrier", False), ("encapsulated", True), ("released", False)}


def tumor_response(arms: Sequence[Arm]) -> Drawing | None:
    """Tumor volume and cells over time, every arm."""
    found = [(arm, c) for arm in arms for c in arm.courses if measures_cells(c)]
    panels = sorted(
        ordered((c.organ, c.quantity, c.form, c.unit) for _, c in found), key=lambda p: not same_dimension(p[3], "m^3")
    )
    if not panels:
        return None
    looks = arm_look(arms)
    grid = Grid(len(panels), columns=2, panel=(2.85, 2.1), gap=(0.85, 0.8), left=0.75, label=0.6)

    def paint(figure: Figure) -> None:
        for axes, panel in zip(grid.axes(figure), panels, strict=True):
            for arm, course in found:
                if (course.organ, course.quantity, course.form, course.unit) != panel:
                    continue
                colour, dash = looks[arm.name]
                days = from_internal(arm.times, "d")
                keep = _thin(days, float(days[-1]))
                middle, low, high = (q[keep] for q in quantiles(course.values))
                band(axes, days[keep], middle, low, high, colour=colour, dash=dash, label=arm.name)
            organ, quantity, form, u = panel
            volume = same_dimension(u, "m^3")
            if not volume:
                style.logarithmic(axes, plain=True)
            else:
                axes.set_ylim(bottom=0)
            what = f"{quantity} of {organ}" if form == "all" else f"{form} cells of {organ}"
            axes.set_title(what)
            axes.set(xlabel="time (d)", ylabel=f"{quantity} ({unit(u)})")
            axes.margins(x=0)
            axes.legend(loc="best")

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Tumor response over time in arms {', '.join(arm.name for arm in arms)}: volume and cells, with bands.",
        caption=f"What the treatment does to the tumor, every arm. {BANDS}",
    )


def observed(scores: Sequence[Score]) -> Drawing | None:
    """Observations over the simulated courses."""
    shown = [each for each in scores if each.hours.size]
    if not shown:
        return None
    grid = Grid(len(shown), columns=3, panel=(1.75, 1.6), gap=(0.72, 0.98), top=0.42)

    def paint(figure: Figure) -> None:
        for axes, each in zip(grid.axes(figure), shown, strict=True):
            c, top = each.course, float(max(each.observed.max(), each.q95.max()))
            positive = each.observed[each.observed > 0]
            floor = max(float(positive.min()) if positive.size else top, top * DECADES) / 3
            band(axes, each.hours, *(np.maximum(v, floor) for v in (each.median, each.q05, each.q95)), colour=style.BLUE)
            axes.plot(
                each.hours, np.maximum(each.observed, floor), "o", color=style.INK, markersize=3.5, markerfacecolor="white"
            )
            style.logarithmic(axes)
            axes.set_ylim(floor, top * 3)
            axes.set_title(
                f"{c.form} {c.species}\n{c.organ}, {each.arm}"
                if c.form != c.species
                else f"{c.species}\n{c.organ}, {each.arm}",
                fontsize=8,
            )
            axes.set(xlabel="time (h)", ylabel=unit(c.unit))

    return drawing(
        paint,
        size=grid.size,
        alternative="Observations over simulated courses: "
        + "; ".join(f"{e.course.species} in {e.course.organ}, fold error {e.fold_error:.3g}" for e in shown),
        caption="Circles are observations, lines are simulated medians at their times, bands hold 5–95 % of the ensemble.",
    )


def _course(axes: Axes, times: Array, course: Course, *, end: float, colour: str, dash: Any, label: str) -> None:
    hours = from_internal(times, "h")
    keep = _thin(hours, end)
    middle, low, high = (q[keep] for q in quantiles(course.values))
    floor = max(float(middle.max()), 1e-300) * 1e-9  # zero has no place on a logarithmic axis
    x = hours[keep] / (24 if _in_days(end) else 1)
    band(
        axes,
        x,
        np.maximum(middle, floor),
        np.maximum(low, floor),
        np.maximum(high, floor),
        colour=colour,
        dash=dash,
        label=label,
    )


def _thin(times: Array, end: float) -> NDArray[np.int64]:
    """Indices of at most POINTS stored times up to the end, the ends among them."""
    inside = np.flatnonzero(times <= end * (1 + 1e-9))
    if inside.size <= POINTS:
        return inside
    return inside[np.unique(np.round(np.linspace(0, inside.size - 1, POINTS)).astype(int))]


def _until_faint(courses: Sequence[Course], times: Array, *, faint: float = 1e-3) -> float:
    """Hours until every course has fallen to a share of its peak, rounded up to whole days; the end of the study at most."""
    hours, last = from_internal(times, "h"), 0.0
    for course in courses:
        middle = np.median(course.values, axis=0)
        if middle.max() > 0:
            last = max(last, float(hours[: middle.size][middle > faint * middle.max()][-1]))
    step = 24.0 if last > 12 else 6.0
    return float(min(hours[-1], step * np.ceil(max(last, 1e-6) / step)))


def _log(axes: Axes, courses: Sequence[Course]) -> None:
    peaks = [float(np.quantile(c.values.max(axis=1), 0.95)) for c in courses]
    style.logarithmic(axes)
    axes.set_ylim(max(min(peaks) * 1e-2, max(peaks) * DECADES), max(peaks) * 3)


def _time_axis(axes: Axes, end: float, *, label: bool = True) -> None:
    days = _in_days(end)
    axes.set_xlim(0, end / 24 if days else end)
    if label:
        axes.set_xlabel("time (d)" if days else "time (h)")
        axes.tick_params(labelbottom=True)


def _in_days(end: float) -> bool:
    return end > 96


def _whole(arm: Arm, share: str) -> list[Course]:
    """Courses of whole organs: the total of a species where it is recorded, else each of its forms."""
    found = [c for c in arm.courses if share_of_dose(c) == share and c.site == "whole" and c.values.max() > 0]
    totals = {c.species for c in found if c.form == "total"}
    return [c for c in found if c.form == "total" or c.species not in totals]


def ordered(items: Any) -> list[Any]:
    """Return each item once, in the order of first appearance."""
    return list(dict.fromkeys(items))
