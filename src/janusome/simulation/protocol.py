"""Protocol: doses, infusions, heating and sonications become jumps of the state and controls between breakpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from janusome.model import BLOOD, CAVITY, INTERSTITIUM, Region, Species
from janusome.numerics.tape import Segment
from janusome.simulation.assembly import Assembly
from janusome.simulation.layout import ABSENT, Pool
from janusome.simulation.opening import Sonication, opened
from janusome.simulation.perfusion import VENOUS

Draws = NDArray[np.float64]

INTRAVENOUS, INTRATUMORAL, INHALED = "intravenous", "intratumoral", "inhaled"


@dataclass(frozen=True)
class Given:
    """One dose in amounts: mol of each species for each draw, from `start` over `duration` (0 is a bolus).

    `entry` gives the share of each cavity or depot that it enters; none for a dose into the blood or a lesion.
    """

    start: float
    duration: float
    route: str
    amounts: Mapping[Species, Draws]
    words: str
    lesion: str | None = None
    faster: Draws | None = None  # by what factor phagocytes clear from this dose on, for antibodies that earlier doses raised
    entry: Mapping[str, Draws] = field(default_factory=dict)

    @property
    def edges(self) -> tuple[float, float]:
        """When it starts and when it ends."""
        return self.start, self.start + self.duration


@dataclass(frozen=True)
class Warming:
    """A lesion held `kelvin` above body temperature from `start` over `duration`."""

    start: float
    duration: float
    kelvin: float
    lesion: str | None = None

    @property
    def edges(self) -> tuple[float, float]:
        """When it starts and when it ends."""
        return self.start, self.start + self.duration


Stimulating = Warming | Sonication  # what is done from outside, beside doses


def breakpoints(given: Sequence[Given], stimuli: Sequence[Stimulating], until: float) -> list[float]:
    """Return the moments between which everything from outside is constant, 0 and the end among them."""
    moments = {0.0, until}
    for event in (*given, *stimuli):
        moments |= set(event.edges)
    return sorted(moment for moment in moments if 0.0 <= moment <= until)


def segments(
    assembly: Assembly, given: Sequence[Given], stimuli: Sequence[Stimulating], *, until: float, lanes: int
) -> list[Segment]:
    """Return the timeline of one arm as the engine takes it."""
    moments = breakpoints(given, stimuli, until)
    return [segment_of(assembly, given, stimuli, start=start, stop=stop, lanes=lanes) for start, stop in pairwise(moments)]


def segment_of(
    assembly: Assembly, given: Sequence[Given], stimuli: Sequence[Stimulating], *, start: float, stop: float, lanes: int
) -> Segment:
    """Return one stretch between breakpoints.

    A dose acts where its route puts it: the venous blood, a cavity or a depot, or the interstitium of a lesion in proportion
    to volume.
    """
    jump = np.zeros((lanes, assembly.layout.size))
    controls: dict[int, Draws] = {column: np.zeros(lanes) for column in assembly.inputs.values()}
    for dose in given:
        for species, amount in dose.amounts.items():
            for index, share in _entry(assembly, dose, species):
                if dose.duration == 0.0 and dose.start == start:
                    jump[:, index] += amount * share
                elif dose.start <= start < dose.start + dose.duration:
                    controls[assembly.inputs[index]] += amount * share / dose.duration
    controls |= cleared_faster(assembly, given, start)
    controls |= opened(assembly, sonications_of(stimuli), start=start, stop=stop)
    for region, column in assembly.heat.items():
        rise = warmth(stimuli, start, region) if _is_tumor(assembly, region) else 0.0
        controls[column] = np.full(lanes, rise)
    return Segment(start=start, stop=stop, jump=jump if jump.any() else None, controls=controls)


def cleared_faster(assembly: Assembly, given: Sequence[Given], moment: float) -> dict[int, Draws]:
    """Return the uptake clearances by phagocytes that the latest dose up to a moment meets, where it meets antibodies."""
    latest = max((dose for dose in given if dose.start <= moment), key=lambda dose: dose.start, default=None)
    if latest is None or latest.faster is None:
        return {}
    slices = [acting.fields["uptake_clearance"] for acting in assembly.acting if acting.name == "phagocytosis"]
    columns = [column for where in slices for column in range(where.start, where.stop)]
    lanes = len(assembly.parameters)  # one, where the median alone is followed
    return {column: assembly.parameters[:, column] * latest.faster[:lanes] for column in columns}


def warmth(stimuli: Sequence[Stimulating], moment: float, lesion: str) -> float:
    """Return by how many kelvin a lesion is held above body temperature."""
    warming = [one for one in stimuli if isinstance(one, Warming) and one.lesion in (None, lesion)]
    return float(sum(w.kelvin for w in warming if w.start <= moment < w.start + w.duration))


def sonications_of(stimuli: Sequence[Stimulating]) -> list[Sonication]:
    """Return the sonications among what is done from outside."""
    return [one for one in stimuli if isinstance(one, Sonication)]


def _is_tumor(assembly: Assembly, region: str) -> bool:
    return any(one.name == region and one.kind is Region.TUMOR for one in assembly.regions)


def _entry(assembly: Assembly, dose: Given, species: Species) -> Sequence[tuple[int, Draws | float]]:
    """Return the state indices that a dose enters and the share of each."""
    if dose.route == INTRATUMORAL:
        region = next(one for one in assembly.regions if one.kind is Region.TUMOR and dose.lesion in (None, one.name))
        index = assembly.layout.pools[Pool(species, region.name, INTERSTITIUM)]
        volume = assembly.tissue_volume[region.name][0]
        return [(int(k), float(v / volume.sum())) for k, v in zip(index, volume, strict=True) if k != ABSENT]
    body = next(one for one in assembly.regions if one.kind is Region.BODY)
    if dose.entry:
        pool = assembly.layout.pools[Pool(species, body.name, CAVITY)]
        return [(int(pool[body.places.index(place)]), share) for place, share in dose.entry.items()]
    pool = assembly.layout.pools[Pool(species, body.name, BLOOD)]
    return [(int(pool[body.places.index(VENOUS)]), 1.0)]
