"""Opening: sonications of a blood-brain barrier, and how far open it is until it has closed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.assembly import Assembly

Draws = NDArray[np.float64]

FIRST_STEP, GROWTH, STEPS = 60.0, 1.5, 22  # s: breakpoints from a minute to 3.5 days after a sonication


@dataclass(frozen=True)
class Sonication:
    """A lesion whose barrier ultrasound opens at `start`: the share `extent` of it, draw by draw."""

    start: float
    extent: Draws
    lesion: str

    @property
    def edges(self) -> tuple[float, ...]:
        """Moments between which the opening is taken as constant: ever longer, as the wall closes ever more slowly."""
        return (self.start, *(self.start + FIRST_STEP * GROWTH**k for k in range(STEPS)))

    def at_median(self) -> Sonication:
        """Return it as it is at the median of every input."""
        return replace(self, extent=self.extent[:1])


def opening(extent: Draws, half_life: Draws, *, since: float, until: float) -> Draws:
    r"""Return the mean opening from `since` to `until` (s after a sonication): the area under $E_0 2^{-t/h}$ is exact.

    >>> bool(np.isclose(opening(np.ones(1), np.full(1, 3600.0), since=0.0, until=1e9)[0] * 1e9, 3600.0 / np.log(2.0)))
    True
    """
    left = np.exp2(-since / half_life) * -np.expm1(-(until - since) * log(2.0) / half_life)
    return extent * half_life / log(2.0) * left / (until - since)


def opened(assembly: Assembly, sonications: Sequence[Sonication], *, start: float, stop: float) -> dict[int, Draws]:
    """Return how far open the barrier is between two breakpoints for each species that crosses it: parameter and lanes."""
    controls: dict[int, Draws] = {}
    for acting in assembly.acting:
        if acting.opening is None:
            continue
        half_life = assembly.parameters[:, acting.fields["opening_half_life"].start]
        controls[acting.opening] = sum(
            (
                opening(one.extent, half_life, since=start - one.start, until=stop - one.start)
                for one in sonications
                if one.start <= start and one.lesion == acting.region.name
            ),
            np.zeros(len(half_life)),
        )
    return controls
