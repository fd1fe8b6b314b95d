"""Figures of a calibration: observed courses, values before and after, predictions against observations, correlations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from janusome.calibration.calibrate import Calibration
from janusome.reporting import style
from janusome.reporting.numerals import number, unit
from janusome.reporting.style import Drawing, Grid, band, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DECADES = 1e-5  # of the highest number that a panel shows
MOST_CORRELATIONS = 30
LONGEST = 60  # characters of a label


def courses(found: Calibration) -> Drawing:
    """Every observed course: prior and posterior bands, and what was measured."""
    grid = Grid(len(found.curves), columns=3, panel=(1.75, 1.55), gap=(0.72, 0.98), top=0.42, legend=style.legend_height(3))

    def paint(figure: Figure) -> None:
        panels = grid.axes(figure)
        for axes, curve in zip(panels, found.curves, strict=True):
            factor = curve.sight.measure.factor
            hours = curve.times / 3600.0
            seen = [found.seen[k] for k in curve.rows]
            values = np.array([one.value / factor for one in seen])
            below = np.array([one.observation.below for one in seen])
            at = np.array([one.time / 3600.0 for one in seen])
            top = max(float(curve.posterior[2].max()), float(values.max()))
            floor = max(top * DECADES, 0.2 * min(float(values.min()), max(float(curve.posterior[0].min()), 1e-300)))
            for table, colour, label in ((curve.prior, "#8a95a1", "prior"), (curve.posterior, style.BLUE, "posterior")):
                low, middle, high = np.maximum(table, floor)
                band(axes, hours, middle, low, high, colour=colour, label=label)
            axes.plot(
                at[~below], values[~below], "o", color=style.INK, markersize=3.5, markerfacecolor="white", label="observed"
            )
            axes.plot(at[below], values[below], "v", color=style.VERMILLION, markersize=4, label="below this limit")
            style.logarithmic(axes)
            axes.set_ylim(floor, top * 3)
            what = curve.sight.species if curve.sight.form in (curve.sight.species, "total", "all") else (
                f"{curve.sight.form} {curve.sight.species}"
            )  # fmt: skip
            axes.set_title(f"{what}\n{_short(curve.sight.place, 26)}, {curve.sight.arm}", fontsize=8)
            axes.set(xlabel="time (h)", ylabel=unit(curve.sight.unit))
            axes.margins(x=0)
        handles, labels = panels[0].get_legend_handles_labels()
        style.legend_above(figure, handles, labels)

    return drawing(
        paint,
        size=grid.size,
        alternative="Observed courses with prior and posterior bands: " + "; ".join(c.sight.title for c in found.curves),
        caption="Circles are observations, triangles limits that a value lies below; lines are medians, bands hold 5–95 % of "
        "the prediction, without the error of a measurement.",
    )


def values(found: Calibration) -> Drawing:
    """Every value before and after, in standard deviations of its prior."""
    shown = found.verdicts[: len(found.values)][::-1]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for y, one in enumerate(shown):
            colour = style.BLUE if one.identified else "#8a95a1"
            axes.plot([-1.645, 1.645], [y, y], color="#d5dae0", linewidth=7, solid_capstyle="butt")
            axes.plot([one.low, one.high], [y, y], color=colour, linewidth=2.4)
            axes.plot([one.median], [y], "o", color=colour, markersize=5)
        axes.axvline(0.0, color=style.INK, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.set_yticks(range(len(shown)), [_short(one.title) for one in shown], fontsize=7)
        axes.set_xlabel("standard deviations of the prior, from its median")

    return drawing(
        paint,
        size=(7.2, 0.8 + 0.25 * len(shown)),
        fitted=True,
        alternative="Posterior of each value: "
        + "; ".join(
            f"{one.title} {number(one.median, 2)} ({number(one.low, 2)} to {number(one.high, 2)})" for one in shown[::-1]
        ),
        caption="Grey bars hold 5–95 % of the prior, lines 5–95 % of the posterior. A grey line is a value that the data do "
        "not identify: it stays as the library has it.",
    )


def agreement(found: Calibration) -> Drawing:
    """Predicted against observed, and residuals over time."""
    seen = ~found.likelihood.below
    factor = np.log([one.measure.factor for one in found.seen])
    observed = np.exp(found.likelihood.logarithms - factor)[seen]
    median = np.exp(found.fit.posterior[1] - factor)[seen]
    hours = np.array([one.time for one in found.seen])[seen] / 3600.0
    places = [f"{one.place} ({one.unit})" for one, own in zip(found.seen, seen, strict=True) if own]
    names = list(dict.fromkeys(places))
    legend = style.legend_height(len(names), columns=3)
    grid = Grid(2, columns=2, panel=(2.75, 2.3), gap=(0.85, 0.8), left=0.75, label=0.6, legend=legend)

    def paint(figure: Figure) -> None:
        left, right = grid.axes(figure)
        for k, name in enumerate(names):
            own = np.array([place == name for place in places])
            colour: Any = {"color": style.PALETTE[k % len(style.PALETTE)], "markersize": 4}
            left.plot(observed[own], median[own], "os^Dv"[k % 5], label=_short(name, 30), **colour)
            right.plot(hours[own], found.fit.residual[seen][own], "os^Dv"[k % 5], **colour)
        ends = np.array([min(observed.min(), median.min()) * 0.6, max(observed.max(), median.max()) * 1.6])
        left.plot(ends, ends, color=style.INK, linewidth=0.8)
        for fold in (0.5, 2.0):
            left.plot(ends, fold * ends, color=style.QUIET, linewidth=0.7, linestyle=(0, (3, 2)))
        left.set_xscale("log")
        style.label_powers(left.xaxis)
        style.logarithmic(left)
        left.set(xlabel="observed", ylabel="predicted, posterior median", xlim=ends, ylim=ends)
        for level in (-1.645, 0.0, 1.645):
            right.axhline(level, color=style.INK, linewidth=0.7, linestyle="-" if level == 0 else (0, (3, 2)))
        right.set(xlabel="time (h)", ylabel="residual (predictive s.d.)")
        handles, labels = left.get_legend_handles_labels()
        style.legend_above(figure, handles, labels, columns=3)

    return drawing(
        paint,
        size=grid.size,
        alternative=f"Predicted against observed: fold error {number(found.after.fold_error)}, "
        f"{number(100 * found.after.within_2_fold)} % within a factor of two.",
        caption="Left: the dashed lines are a factor of two. Right: between the dashed lines lie 90 % of new measurements. "
        "Both are in-sample: the data that are shown made the fit.",
    )


def correlations(found: Calibration) -> Drawing | None:
    """How the unknowns go together in the posterior."""
    titles = [one.title for one in found.verdicts]
    if not 2 <= len(titles) <= MOST_CORRELATIONS:
        return None

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        shown = axes.imshow(found.correlations, cmap="RdBu_r", vmin=-1, vmax=1)
        axes.set_yticks(range(len(titles)), [f"{k + 1}  {_short(title)}" for k, title in enumerate(titles)], fontsize=6.5)
        axes.set_xticks(range(len(titles)), [str(k + 1) for k in range(len(titles))], fontsize=6.5)
        axes.grid(visible=False)
        figure.colorbar(shown, ax=axes, shrink=0.7, label="correlation")

    strongest = ", ".join(f"{p.first} and {p.second} {p.correlation:.2f}" for p in found.pairs)
    return drawing(
        paint,
        size=(7.2, 1.2 + 0.2 * len(titles)),
        fitted=True,
        alternative=f"Posterior correlations; above 0.95 in size: {strongest or 'none'}.",
        caption="Correlations of the posterior. The overlay keeps those of the values that it holds, posterior.csv all.",
    )


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest // 2 - 1] + " … " + text[-(longest // 2 - 2) :]
