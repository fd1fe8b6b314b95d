"""Comparison D of the tumor: a cohort of patients with HER2 breast lesions and 64Cu-MM-302 (Lee 2017).

Published: lesions of 19 patients held 0.52 to 18.5 %ID/kg at 24 to 48 h, independent of the exposure in plasma.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.qualification.section import Finding, Section
from janusome.reporting import style
from janusome.reporting.style import Drawing, drawing
from janusome.simulation.courses import CORRECTED, IN_PLASMA, SHARE_PER_MASS, TOTAL
from janusome.simulation.record import Arm
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study
from janusome.units import from_internal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TITLE = "A cohort of patients: 64Cu-MM-302 in HER2 breast lesions"
LESION, LABEL, CARRIER = "breast-her2", "cu-64", "carrier"
DRAWS, SEED = 400, 17
VOLUME = "10 cm^3"  # of a lesion: not given in the abstract
HOURS = (24.0, 48.0)
LEAST, MOST = 2.0, 5.0  # %ID/kg, geometric mean
NARROW, WIDE = 0.8, 1.2  # of the logarithm
PUBLISHED = (0.52, 18.5)  # %ID/kg, lowest and highest of 19 patients
PER_KG = 1e3  # %/kg in one %/g
SMALL = 0.3  # correlation that counts as nearly none: of 19 patients it would be found by chance at p = 0.2


class Cohort(NamedTuple):
    """Draw by draw: what the lesion holds at each hour and when it is scanned, %ID/kg, and the carrier's area in plasma."""

    held: Array  # (draws, HOURS)
    scanned: Array  # at a moment that is evenly drawn between them
    exposure: Array  # to 48 h


def tumor_patients(data: Path, *, frozen: bool, draws: int = DRAWS) -> Section:
    """Return the comparison; the published figures stand in this file, and the shipped values are used."""
    del data, frozen
    cohort = drawn(draws)
    each = np.log(cohort.scanned)
    middle, spread = float(np.exp(each.mean())), float(each.std(ddof=1))
    r = float(np.corrcoef(each, np.log(cohort.exposure))[0, 1])
    findings = [
        Finding(
            "geometric mean, scanned at 24 to 48 h",
            middle,
            "%ID/kg",
            f"{LEAST:g} to {MOST:g}",
            met=LEAST <= middle <= MOST,
            note=f"standard error {100 * spread / len(each) ** 0.5:.0f} %, of the number of draws",
        ),
        Finding("standard deviation of ln uptake", spread, "", f"{NARROW:g} to {WIDE:g}", met=NARROW <= spread <= WIDE),
        *(
            Finding(f"geometric mean at {hour:g} h", float(np.exp(np.log(held).mean())), "%ID/kg")
            for hour, held in zip(HOURS, cohort.held.T, strict=True)
        ),
    ]
    inside = float(np.mean((np.exp(each) >= PUBLISHED[0]) & (np.exp(each) <= PUBLISHED[1])))
    expected = float(19.0 / 21.0)
    findings += [
        Finding("correlation of ln uptake with ln plasma area", r, "", f"within {SMALL:g} of 0", met=abs(r) <= SMALL),
        Finding(
            "share of draws within the published range", inside, "", "", expected, "expected between the ends of 19 patients"
        ),
    ]
    return Section("D", TITLE, _text(draws), tuple(findings), (), (_figure(cohort),), {"tumor_patients": tuple(_rows(cohort))})


def drawn(draws: int) -> Cohort:
    """Simulate the cohort."""
    study = Study(
        study="64Cu-MM-302 in HER2 breast cancer",
        formulation="mm-302-cu64",  # pyright: ignore[reportArgumentType]
        host="human-female",  # pyright: ignore[reportArgumentType]
        tumor={"kind": LESION, "volume": VOLUME, "voxels": 1},  # pyright: ignore[reportArgumentType]
        protocol=[  # pyright: ignore[reportArgumentType]
            {
                "at": "0 h",
                "dose": "30 mg/m^2",
                "of": "doxorubicin",
                "route": "intravenous",
                "over": "1 h",
                "activity": "400 MBq",
            }
        ],
        controls=(),
        outputs={"until": "49 h", "draws": draws, "seed": SEED},  # pyright: ignore[reportArgumentType]
    )
    arm = simulate(resolve(study, Library()), grids={}).arms[0]
    hours = from_internal(arm.times, "h")
    uptake = _values(arm, LABEL, LESION, SHARE_PER_MASS + CORRECTED)
    plasma = _values(arm, CARRIER, "plasma", IN_PLASMA)
    to_end = hours <= HOURS[-1]
    held = np.stack([_at(hours, uptake, hour) for hour in HOURS], axis=1)
    moments = np.random.default_rng(SEED).uniform(*HOURS, len(uptake))
    scanned = np.array([np.interp(moment, hours, row) for moment, row in zip(moments, uptake, strict=True)])
    return Cohort(
        held * PER_KG,
        scanned * PER_KG,
        np.trapezoid(plasma[:, to_end], hours[to_end], axis=1),
    )


def _at(hours: Array, values: Array, hour: float) -> Array:
    return np.array([np.interp(hour, hours, row) for row in values])


def _values(arm: Arm, species: str, organ: str, quantity: str) -> Array:
    fitting = [c for c in arm.courses if (c.species, c.organ, c.quantity) == (species, organ, quantity)]
    return next((c for c in fitting if c.form == TOTAL), fitting[0]).values


def _figure(cohort: Cohort) -> Drawing:
    def paint(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for k, hour in enumerate(HOURS):
            ordered = np.sort(cohort.held[:, k])
            share = (np.arange(len(ordered)) + 0.5) / len(ordered)
            left.plot(ordered, share, color=style.PALETTE[k], label=f"{hour:g} h")
        for end in PUBLISHED:
            left.axvline(end, color=style.QUIET, linestyle=":")
        left.set_xscale("log")
        left.set_xlabel("lesion uptake (%ID/kg)")
        left.set_ylabel("share of draws below")
        left.legend(loc="best")
        right.plot(cohort.exposure / np.median(cohort.exposure), cohort.held[:, 0], "o", markersize=3, color=style.BLUE)
        right.set_xscale("log")
        right.set_yscale("log")
        right.set_xlabel("plasma area over its median")
        right.set_ylabel("lesion uptake at 24 h (%ID/kg)")

    return drawing(
        paint, size=(8.0, 3.4), alternative="Distribution of lesion uptake over a cohort, and uptake against plasma exposure.",
        caption="Uptake over the cohort (dotted: lowest and highest of 19 patients), and against the exposure in plasma.",
    )  # fmt: skip


def _rows(cohort: Cohort) -> list[Mapping[str, object]]:
    return [
        {"draw": k, **{f"uptake_{hour:g}h_pctID_per_kg": float(x) for hour, x in zip(HOURS, held, strict=True)},
         "uptake_scanned_pctID_per_kg": float(scanned), "plasma_area": float(area)}
        for k, (held, scanned, area) in enumerate(zip(cohort.held, cohort.scanned, cohort.exposure, strict=True))
    ]  # fmt: skip


def _text(draws: int) -> tuple[str, ...]:
    return (
        f"{draws} draws of every value within its spread, the first at the medians; women, one lesion of {VOLUME}, which "
        "the abstract does not give. Each is scanned once, at a moment between 24 and 48 h. Nothing is fitted to these "
        "patients. Copper-64 is decay-corrected.",
        "Published (lee2017, abstract): 0.52 to 18.5 %ID/kg in 19 patients at 24 to 48 h, 35-fold apart and independent "
        "of the exposure in plasma. The geometric mean of the two ends is 3.1 %ID/kg.",
    )
