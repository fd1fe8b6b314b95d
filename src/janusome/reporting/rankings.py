"""Rankings: figures that set places, arms and inputs in order."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from janusome.reporting import style
from janusome.reporting.figures import EXITS, ordered
from janusome.reporting.numerals import duration, number
from janusome.reporting.style import Drawing, Grid, drawing
from janusome.simulation.ensemble import Interval
from janusome.simulation.findings import Finding
from janusome.simulation.record import Driver

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def at_asked_times(found: Sequence[Finding], *, title: str, lesions: Sequence[str] = ("tumor",)) -> Drawing | None:
    """Organ contents at the asked times as dots with whiskers."""
    name = "injected_dose_per_mass" if any("injected_dose_per_mass" in f.figures for f in found) else "injected_dose"
    rows = [f for f in found if isinstance(f.figures.get(name), Interval) and f.about["organ"] not in EXITS]
    rows = [f for f in rows if _interval(f, name).median > 0]
    if not rows:
        return None
    times = sorted({float(f.about["time_h"]) for f in rows})
    names = sorted(
        {str(f.about["organ"]) for f in rows},
        key=lambda o: max(_interval(f, name).median for f in rows if f.about["organ"] == o),
    )
    top = max(_interval(f, name).q95 for f in rows)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for k, time in enumerate(times):
            for f in rows:
                if f.about["time_h"] != time:
                    continue
                each, y = (
                    _interval(f, name),
                    names.index(str(f.about["organ"])) + min(0.16, 0.72 / len(times)) * (k - (len(times) - 1) / 2),
                )
                colour = style.PALETTE[k % len(style.PALETTE)]
                axes.plot([max(each.q05, top * 1e-5), each.q95], [y, y], color=colour, linewidth=1.4, alpha=0.7)
                label = duration(time) if f.about["organ"] == names[-1] else "_nolegend_"
                axes.plot(
                    [each.median], [y], marker="os^Dv"[k % 5], markersize=4.2, color=colour, linestyle="none", label=label
                )
        axes.set_xscale("log")
        style.label_powers(axes.xaxis)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel(f"% of injected dose{' per g of tissue' if name.endswith('mass') else ''}")
        axes.set_title(title)
        axes.legend(loc="lower right", title="time")
        for tick in axes.get_yticklabels():
            if tick.get_text() in lesions:
                tick.set(color=style.VERMILLION, fontweight="bold")

    return drawing(
        paint,
        size=(6.4, 0.9 + 0.34 * len(names)),
        fitted=True,
        alternative=f"{title} by organ at {', '.join(duration(t) for t in times)}: medians with 5–95 % whiskers.",
        caption="Dots are medians, whiskers hold 5–95 % of the ensemble.",
    )


def ratios(found: Sequence[Finding], *, arm: str, reference: str, lesions: Sequence[str] = ("tumor",)) -> Drawing | None:
    """Exposure of one arm over that of another, place by place, as a forest plot."""
    rows = [f for f in found if isinstance(f.figures.get("auc_ratio"), Interval) and _interval(f, "auc_ratio").median > 0]
    if not rows:
        return None
    rows = sorted(rows, key=lambda f: _interval(f, "auc_ratio").median)

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        for y, f in enumerate(rows):
            each = _interval(f, "auc_ratio")
            colour = style.VERMILLION if f.about["organ"] in lesions else style.BLUE
            axes.plot([each.q05, each.q95], [y, y], color=colour, linewidth=2)
            axes.plot([each.median], [y], "o", color=colour, markersize=5)
            end = max(each.q95, each.median)
            axes.annotate(f"{number(each.median)}×", (end, y), xytext=(7, -3), textcoords="offset points",
                          fontsize=8, color=style.QUIET, bbox={"boxstyle": "square,pad=0.1", "color": "white"})  # fmt: skip
        axes.axvline(1.0, color=style.INK, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.set_xscale("log")
        style.label_powers(axes.xaxis, plain=True)
        axes.set_yticks(range(len(rows)), [_place(f) for f in rows])
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.margins(x=0.15)
        axes.set_xlabel(f"area under the curve, {arm} over {reference} (ratio, logarithmic)")

    return drawing(
        paint,
        size=(6.6, 0.8 + 0.32 * len(rows)),
        fitted=True,
        alternative=f"Ratios of exposure of arm {arm} over arm {reference} by place, with 5–95 % intervals.",
        caption=f"Exposure of arm {arm} against arm {reference}, draw by draw: right of the dashed line {arm} gives more. "
        "Lesions are in vermillion.",
    )


def tornado(drivers: Sequence[Driver], *, draws: int, inputs: int, most: int = 8) -> Drawing | None:
    """Which inputs drive each answer: rank correlations over the ensemble, largest first.

    `chance` is what the largest of so many correlations of unrelated inputs stays below in 95 of 100 ensembles (Bonferroni).
    """
    answers = ordered(d.answer for d in drivers)
    if not answers:
        return None
    chosen = {a: sorted((d for d in drivers if d.answer == a), key=lambda d: -abs(d.rank_correlation))[:most] for a in answers}
    chance = min(NormalDist().inv_cdf(1 - 0.025 / max(inputs, 1)) / np.sqrt(max(draws - 1, 1)), 1.0)
    grid = Grid(len(answers), columns=2, panel=(1.8, 0.28 * most), gap=(1.9, 1.05), left=1.85, top=0.5)

    def paint(figure: Figure) -> None:
        for axes, answer in zip(grid.axes(figure), answers, strict=True):
            top = list(reversed(chosen[answer]))
            rho = [d.rank_correlation for d in top]
            axes.axvspan(-chance, chance, color="#eceff2", linewidth=0)
            bars = axes.barh(
                range(len(top)), rho, color=[style.BLUE if r >= 0 else style.VERMILLION for r in rho], height=0.66
            )
            for bar, r in zip(bars, rho, strict=True):
                bar.set_alpha(1.0 if abs(r) > chance else 0.35)
            axes.set_yticks(range(len(top)), [_input(d) for d in top], fontsize=7)
            axes.axvline(0, color=style.INK, linewidth=0.8)
            for y, r in enumerate(rho):
                side, away = ("left", 3) if r >= 0 else ("right", -3)
                axes.annotate(f"{r:+.2f}".replace("-", "−"), (r, y), xytext=(away, 0), textcoords="offset points",
                              ha=side, va="center", fontsize=7, color=style.QUIET)  # fmt: skip
            axes.set_xlim(-1.4, 1.4)
            axes.set_xticks([-1, -0.5, 0, 0.5, 1])
            axes.set_title(textwrap.fill(answer, 27), fontsize=8.5)
            axes.set_xlabel("rank correlation")
            axes.grid(visible=False, axis="y")

    return drawing(
        paint,
        size=grid.size,
        alternative="Which inputs drive each answer: " + "; ".join(
            f"{a}: {', '.join(f'{d.owner} {d.name} {d.rank_correlation:+.2f}' for d in chosen[a][:3])}" for a in answers
        ),
        caption="Rank correlation of each uncertain input with each answer over the ensemble. Blue to the right: more of the "
        f"input, more of the answer. The grey band is what chance alone gives with {draws} draws of {inputs} inputs: pale "
        "bars are not told apart from it.",
    )  # fmt: skip


def _interval(finding: Finding, name: str) -> Interval:
    answer = finding.figures[name]
    assert isinstance(answer, Interval)
    return answer


def _place(f: Finding) -> str:
    site = "" if f.about["site"] in ("whole", "blood") else f", {f.about['site']}"
    return f"{f.about['form']} {f.about['species']} in {f.about['organ']}{site}"


def _input(driver: Driver) -> str:
    owner = driver.owner.split(" ", 1)[-1]
    return "\n".join(textwrap.shorten(text, 34, placeholder=" …") for text in (driver.name.replace("_", " "), owner))
