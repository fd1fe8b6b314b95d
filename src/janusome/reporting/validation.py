"""Validation: published pharmacokinetics, row by row, beside what a library gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.reporting.baselines import baseline
from janusome.reporting.inputs import given, in_solvent
from janusome.reporting.measures import figure
from janusome.reporting.published import AGAINST_SOLVENT, IN_TUMOR, INPUTS, UPTAKE, Published, dose_of, why_not
from janusome.reporting.regimens import DRAWS, PEOPLE, SOLVENT, Regimen, regimen_of
from janusome.simulation.record import Arm
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy

Array = NDArray[np.float64]
CARRIER_FOLD, FREE_FOLD = 1.5, 2.0  # how near the median has to be: carriers, free drugs
Turn = Callable[[ResolvedStudy], ResolvedStudy]


@dataclass(frozen=True)
class Ours:
    """Our figure in one host, in the published unit: one number a draw."""

    host: str
    draws: Array

    @property
    def median(self) -> float:
        """The median over the draws that have the figure."""
        return float(np.nanmedian(self.draws))

    @property
    def interval(self) -> tuple[float, float]:
        """The 5th and 95th percentile."""
        low, high = np.nanquantile(self.draws, (0.05, 0.95))
        return float(low), float(high)


@dataclass(frozen=True)
class Compared:
    """A published value with ours, or with the reason why there is none."""

    published: Published
    ours: tuple[Ours, ...] = ()
    fitted: bool = False
    baseline: float | None = None
    why_not: str = ""
    free: bool = False

    def ratio(self, host: str) -> float:
        """Ours over the published value, by the median."""
        return next(one.median for one in self.ours if one.host == host) / self.published.value

    def fold(self, host: str) -> float:
        """The larger of ours over published and published over ours."""
        return math.exp(abs(math.log(self.ratio(host))))

    @property
    def pooled(self) -> Ours:
        """Ours over all hosts of the row: half of the people are women."""
        return Ours(" and ".join(one.host for one in self.ours), np.concatenate([one.draws for one in self.ours]))

    @property
    def allowed(self) -> float:
        """How far apart the median and the row may be."""
        return FREE_FOLD if self.free else CARRIER_FOLD

    @property
    def within(self) -> bool:
        """Whether our median is near enough to the row or inside its published range over patients."""
        return near(self.pooled.median, self.published, allowed=self.allowed)

    @property
    def covered(self) -> bool:
        """Whether the row is inside our interval of 90 %."""
        low, high = self.pooled.interval
        return low <= self.published.value <= high


def near(value: float, row: Published, *, allowed: float) -> bool:
    """Return whether a value is near enough to a row or inside its published range over patients."""
    low, high = row.range or (math.inf, -math.inf)
    return abs(math.log(value / row.value)) <= math.log(allowed) or low <= value <= high


@dataclass
class Runs:
    """Simulates each dose of each product in each host once.

    `turn` changes the values of a resolved study before it runs: what a refit moves.
    """

    library: Library
    draws: int = DRAWS
    turn: Turn = lambda study: study
    done: dict[str, tuple[ResolvedStudy, Arm]] = field(default_factory=dict)

    def arm(self, regimen: Regimen, host: str, dose: float, *, with_tumor: bool) -> tuple[ResolvedStudy, Arm]:
        """Return the resolved study and its treated arm."""
        study = regimen.study(host, dose, draws=self.draws, with_tumor=with_tumor)
        key = str(study.plain())
        if key not in self.done:
            resolved = self.turn(resolve(study, self.library))
            self.done[key] = (resolved, simulate(resolved, grids={}).arms[0])
        return self.done[key]


def compare(
    rows: Sequence[Published], library: Library, *, draws: int = DRAWS, turn: Turn | None = None
) -> tuple[Compared, ...]:
    """Simulate what the rows need, each dose in each host once, and set it beside them."""
    runs = Runs(library, draws) if turn is None else Runs(library, draws, turn)
    return tuple(_beside(row, rows, runs) for row in rows)


def _beside(row: Published, rows: Sequence[Published], runs: Runs) -> Compared:
    reason, regimen, dose = why_not(row), regimen_of(row.product), dose_of(row)
    if not reason and regimen is not None and row.parameter in {*INPUTS, *AGAINST_SOLVENT}:
        found = _given if row.parameter in INPUTS else _against_solvent
        return Compared(
            row, tuple(Ours(host, found(row, regimen, host, runs)) for host in row.hosts or PEOPLE[:1]), row.fitted
        )
    if reason or regimen is None or dose is None:
        return Compared(row, why_not=reason)
    in_tumor = row.parameter in {*IN_TUMOR, *UPTAKE}
    ours = tuple(Ours(host, figure(row, regimen, *runs.arm(regimen, host, dose, with_tumor=in_tumor))) for host in row.hosts)
    if any(np.isfinite(one.draws).mean() < 0.5 for one in ours):
        return Compared(row, why_not="our course does not show this figure in half of the draws")
    return Compared(row, ours, row.fitted, None if row.fitted else baseline(row, rows), free=regimen.free)


def _given(row: Published, regimen: Regimen, host: str, runs: Runs) -> Array:
    with_solvent = row.parameter.endswith("_solvent")
    regimen = SOLVENT if with_solvent else regimen
    study = resolve(regimen.study(host, regimen.usual_dose["human"], draws=runs.draws), runs.library)
    return given(row, regimen, in_solvent(study) if with_solvent else study)


def _against_solvent(row: Published, regimen: Regimen, host: str, runs: Runs) -> Array:
    """Return a figure over that of the same drug in its solvent, each draw over its own."""
    absolute = replace(row, parameter=AGAINST_SOLVENT[row.parameter], unit_text="L/h" if row.parameter[0] == "C" else "L")
    solvent = Runs(runs.library, runs.draws, lambda study: in_solvent(runs.turn(study)))
    first, second = (
        figure(absolute, one, *by.arm(one, host, one.usual_dose["human"], with_tumor=False))
        for one, by in ((regimen, runs), (SOLVENT, solvent))
    )
    return first / second
