"""What a run leaves: every number with its ensemble, its source and its place in the study.

Plain records of arrays, read by `files` and `reporting`; nothing here computes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """One quantity over time, for every draw of the ensemble; draw 0 has every input at its median."""

    species: str  # "doxorubicin", "carrier", "cu-64", "tumor cells"
    form: str  # encapsulated | released | total | carrier | attached | detached | viable | all
    organ: str  # plasma | liver | ... | tumor | urine | ...
    site: str  # blood | interstitium | ... | whole
    quantity: str  # says its basis: "concentration per plasma volume", "injected dose", "injected dose per mass", ...
    unit: str
    values: Array  # (draws, times), in `unit`


@dataclass(frozen=True)
class TumorMap:
    """A field of the tumor at one moment, on its own voxels (z, y, x), at the median of every input."""

    lesion: str
    time: float  # s
    species: str
    form: str
    site: str
    quantity: str
    unit: str
    values: Array  # (z, y, x); not-a-number outside the lesion
    voxel_size: Array  # (3,) m
    steady: bool = False  # whether it holds for the whole study


@dataclass(frozen=True)
class Readout:
    """One figure of what a lesion holds of a material; `janusome.simulation.tumor_readouts` says how each is defined."""

    lesion: str
    species: str
    form: str
    site: str
    figure: str  # "injected_dose_per_mass", "penetration_half_depth", ...
    unit: str
    values: Array  # (draws,), or (1,) where the basis is the median; not-a-number where it cannot be told
    basis: str  # "ensemble", "ensemble, shells" or "median of every input, voxels"
    time: float | None = None  # s; None for what holds for a window or the whole study
    window: tuple[float, float] | None = None  # s
    above: str = ""  # the threshold of a share, in words
    reason: str = ""  # why a value is not a number


@dataclass(frozen=True)
class DepthProfile:
    """A material against depth in a lesion at one moment: layers of the median's voxels, and shells of every draw."""

    lesion: str
    time: float  # s
    species: str
    form: str
    site: str
    quantity: str
    unit: str
    depth: Array  # (layers,) m, mean of each layer
    values: Array  # (layers,)
    shell_depth: Array  # (shells,) m, mean of each shell
    shell_values: Array  # (draws, shells)


@dataclass(frozen=True)
class Lowest:
    """The least label, evenly in the lesion and nowhere else, that the scan would show, for every draw; infinite if none is.

    Carriers are those that hold as much label as the lesion's own do at that moment.
    """

    label: Array  # (draws,) mol/m^3
    carriers: Array  # (draws,) particles/m^3; not a number where no carrier is left


@dataclass(frozen=True)
class Visibility:
    """Whether a lesion can be told from its surroundings, for every draw."""

    lesion: str
    contrast_to_noise: Array  # (draws,)
    visible: NDArray[np.bool_]  # (draws,)
    criterion: str


@dataclass(frozen=True)
class Scan:
    """One scan of one arm, at the median of every input."""

    name: str  # "pet-clinical 24 h"
    scanner: str
    modality: str  # pet | mri
    time: float  # s
    label: str
    unit: str
    expected: Array  # (z, y, x) without noise
    image: Array  # (z, y, x) as the scanner shows it
    lesion: NDArray[np.bool_]  # (z, y, x) voxels more than half inside the lesion
    share: Array  # (z, y, x) the lesion's share of each voxel
    voxel_size: Array  # (3,) m
    visibility: Visibility
    settings: dict[str, str]  # sequence, frame, resolution ... as words, for figure captions and sidecars
    body: Array | None = None  # (z, y, x) share of each voxel inside the body; the rest is air
    before: Array | None = None  # (z, y, x) as the scanner shows the place without label, where tissue shows
    parts: tuple[float, float, float] = (1.0, 0.0, 0.0)  # shares of the lesion's label outside cells, inside, detached
    lowest: Lowest | None = None
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class DoseGiven:
    """What was given, in the words of the study and in amounts."""

    time: float  # s
    duration: float  # s, 0 for a bolus
    route: str
    words: str  # "30 mg/m^2 of doxorubicin"
    mol: dict[str, Array]  # (draws,) by species: {"carrier": ..., "encapsulated doxorubicin": ..., "attached cu-64": ...}


@dataclass(frozen=True)
class Hypersensitivity:
    """Whether complement on an injected carrier lets expect a reaction, for every draw, and what that rests on."""

    load: Array  # (draws,) complement load over the one that counts
    expected: NDArray[np.bool_]  # (draws,)
    criterion: str
    grade: str  # of the weakest value behind it
    values: int  # behind it
    assumed: int  # of them


@dataclass(frozen=True)
class Arm:
    """One arm of the study: treated, free-drug, untreated."""

    name: str
    formulation: str
    doses: tuple[DoseGiven, ...]
    times: Array  # (times,) s
    courses: tuple[Course, ...]
    maps: tuple[TumorMap, ...]
    scans: tuple[Scan, ...]
    ledger_error: float  # largest |injected - everywhere - eliminated| over the injected amount
    splitting_error: float | None  # grid against the few-shell solve: relative difference of what the tumor holds
    solver: dict[str, Any] = field(default_factory=dict)  # steps, fallbacks, seconds ...
    laws: tuple[str, ...] = ()  # that acted, by the names of their files
    readouts: tuple[Readout, ...] = ()  # of every lesion
    profiles: tuple[DepthProfile, ...] = ()
    hypersensitivity: Hypersensitivity | None = None  # where a carrier was injected and the proteins of plasma are known


@dataclass(frozen=True)
class ValueUsed:
    """One row of the provenance table: a value that the run used, with its source and spread."""

    owner: str  # "carrier peg-liposome", "drug doxorubicin", "host human-female: liver", "relation"
    name: str
    number: float  # in `unit`
    unit: str
    q05: float
    q95: float
    grade: str  # measured | derived | assumed | given | computed
    source: str
    where: str
    origin: str  # shipped | user library | study
    conditions: dict[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Driver:
    """How much one input moves one answer: the rank correlation over the draws."""

    answer: str
    owner: str
    name: str
    rank_correlation: float


@dataclass(frozen=True)
class Record:
    """A whole run."""

    title: str
    study: dict[str, Any]  # the resolved study, as plain data
    arms: tuple[Arm, ...]
    values: tuple[ValueUsed, ...]
    drivers: tuple[Driver, ...]
    cautions: tuple[str, ...]  # what was missing, assumed by the user's silence, or lies outside validation
    seed: int
    draws: int
    versions: dict[str, str]
    laws: dict[str, dict[str, Any]] = field(default_factory=dict)  # law -> {"equation": ..., "sources": [...], "where": ...}
