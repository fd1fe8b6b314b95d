"""How every figure looks: one palette that colour-blind readers can tell apart, quiet axes, vector output."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from janusome.reporting.numerals import SUPERSCRIPT, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, in the order in which a figure takes its colours.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE, YELLOW, BLACK = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#F0E442", "#000000",
)  # fmt: skip
PALETTE = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
DPI = 160  # of the pictures inside a figure
INK, QUIET, PAPER = "#1d2733", "#5b6673", "#ffffff"

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.03,
    "axes.labelsize": 8.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8a95a1",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlecolor": INK,
    "grid.color": "#e4e8ec",
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 0,
    "ytick.minor.visible": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "text.color": INK,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "figure.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "janusome",
    "mathtext.fontset": "dejavusans",
}


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its picture as a data address, what a reader who cannot see it is told, and its caption."""

    source: str
    alternative: str
    caption: str = ""
    width: float = 7.2  # inch

    @property
    def pixels(self) -> int:
        """Width on the page, CSS pixels."""
        return round(self.width * 126)


def drawing(
    paint: Callable[[Figure], None], *, size: tuple[float, float], alternative: str, caption: str = "", fitted: bool = False
) -> Drawing:
    """Paint one figure and return it as vector graphics; the settings of matplotlib are left as they were.

    `fitted` lets matplotlib find the margins, which takes most of the time of a figure; it is for labels of unknown length.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(RC):
        figure = Figure(figsize=size, layout="constrained" if fitted else None)
        FigureCanvasSVG(figure)
        paint(figure)
        target = io.BytesIO()
        figure.savefig(target, format="svg", dpi=DPI, metadata={"Date": None, "Creator": None})
    encoded = base64.b64encode(target.getvalue()).decode("ascii")
    return Drawing(f"data:image/svg+xml;base64,{encoded}", alternative, caption, size[0])


def band(axes: Axes, x: Any, middle: Any, low: Any, high: Any, *, colour: str, label: str = "", dash: Any = "-") -> None:
    """Draw a median line in its 5–95 % band."""
    axes.fill_between(x, low, high, color=colour, alpha=0.13, linewidth=0)
    axes.plot(x, middle, color=colour, linestyle=dash, label=label or "_nolegend_")


@dataclass(frozen=True)
class Grid:
    """Panels of one size at known places, so that no layout has to be found. Lengths are inches."""

    count: int
    columns: int
    panel: tuple[float, float]  # width, height
    gap: tuple[float, float] = (0.62, 0.62)
    left: float = 0.62
    right: float = 0.14
    bottom: float = 0.46
    top: float = 0.3
    legend: float = 0.0  # room above the panels
    label: float = 0.47  # from a panel to the name of its vertical axis

    @property
    def rows(self) -> int:
        """How many rows of panels there are."""
        return -(-self.count // self.columns)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        across = min(self.columns, self.count)
        width = self.left + self.right + across * self.panel[0] + (across - 1) * self.gap[0]
        height = self.bottom + self.top + self.legend + self.rows * self.panel[1] + (self.rows - 1) * self.gap[1]
        return width, height

    def axes(self, figure: Figure, *, share: bool = False) -> list[Axes]:
        """Return the panels, row by row."""
        width, height = self.size
        panels: list[Axes] = []
        for k in range(self.count):
            row, column = divmod(k, self.columns)
            x = self.left + column * (self.panel[0] + self.gap[0])
            y = height - self.legend - self.top - (row + 1) * self.panel[1] - row * self.gap[1]
            box = (x / width, y / height, self.panel[0] / width, self.panel[1] / height)
            like = panels[0] if share and panels else None
            axes = figure.add_axes(box, sharex=like, sharey=like)
            axes.xaxis.set_label_coords(0.5, -0.33 / self.panel[1])
            axes.yaxis.set_label_coords(-self.label / self.panel[0], 0.5)
            panels.append(axes)
        return panels

    def is_lowest(self, k: int) -> bool:
        """Tell whether no panel stands below the k-th."""
        return k + self.columns >= self.count


def logarithmic(axes: Axes, *, plain: bool = False) -> None:
    """Make the vertical axis logarithmic, labelled at powers of ten, or `plain` at 1, 2 and 5 of each."""
    axes.set_yscale("log")
    label_powers(axes.yaxis, plain=plain)


def label_powers(axis: Any, *, plain: bool = False) -> None:
    """Label a logarithmic axis with raised figures; matplotlib's own way parses mathematics for each label."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)) if plain else LogLocator(numticks=7))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 2) if plain else _power(value)))
    axis.set_minor_locator(NullLocator())


def _power(value: float) -> str:
    exponent = round(math.log10(value)) if value > 0 else 0
    return {0: "1", 1: "10", 2: "100", -1: "0.1", -2: "0.01"}.get(exponent, f"10{str(exponent).translate(SUPERSCRIPT)}")


def legend_above(figure: Figure, handles: list[Any], labels: list[str], *, columns: int = 5) -> None:
    """Place one legend for a whole figure above its panels."""
    if handles:
        figure.legend(
            handles,
            labels,
            loc="upper left",
            ncols=min(len(labels), columns),
            handlelength=2.6,
            columnspacing=1.6,
            borderaxespad=0.1,
        )


def legend_height(labels: int, *, columns: int = 5) -> float:
    """Room for a legend, inch."""
    return 0.06 + 0.19 * -(-labels // columns)
