"""Figures of a qualification: errors of ours beside those of baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from janusome.reporting import style
from janusome.reporting.style import Drawing, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def errors_beside(
    names: Sequence[str], ours: Sequence[float], theirs: Mapping[str, Sequence[float]], *, title: str
) -> Drawing:
    """Draw AAFEs as points on a line for each name; one is perfect."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        rows = range(len(names))[::-1]
        for k, (name, values) in enumerate(theirs.items(), start=1):
            axes.plot(list(values), rows, "sD^v"[k % 4], color=style.PALETTE[k], markersize=5, linestyle="", label=name)
        axes.plot(list(ours), rows, "o", color=style.PALETTE[0], markersize=6, linestyle="", label="janusome")
        axes.set_yticks(rows, list(names))
        axes.set_xlim(1.0, None)
        axes.set_xlabel("average absolute fold error (1 is exact)")
        axes.legend(loc="best")

    return drawing(
        paint, size=(6.4, 1.1 + 0.34 * len(names)), fitted=True, alternative=f"Errors of {title} beside those of baselines.",
        caption=f"{title}: average absolute fold errors, ours and those of the baselines on the same points.",
    )  # fmt: skip
