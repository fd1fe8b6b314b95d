"""PLA-PEG vincristine in tumor-bearing mice (Shalgunov 2017): published rows as arms of the assembled whole-body model."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.simulation.bench import Bench
from janusome.simulation.courses import IN_PLASMA, PLASMA, SHARE_PER_MASS, WITH_BLOOD
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Host
from janusome.specification.study import Study

Array = NDArray[np.float64]
Row = Mapping[str, str]

MEASURED, DESIGN = "mouse_PLAPEG_vincristine_individual.csv", "mouse_PLAPEG_vincristine_T_67_design.csv"
VALUE = "total_vincristine_ug_per_g_or_mL"
FREE, THERAPEUTIC = "NoNP_67", "T_67"
FORMULATIONS = {
    "U16c_61": "pla-peg-vincristine-u16c",
    "U16p_61": "pla-peg-vincristine-u16p",
    THERAPEUTIC: "pla-peg-vincristine",
}
DRUG, TUMOR, LESION = "vincristine", "breast-triple-negative", "tumour"
WEIGHED = ("liver", "spleen", "kidney", "lung")
TUMOR_DENSITY = 1.05  # g/mL, as the tumor's row has it
HOUR = 3600.0


def read(path: Path) -> list[Row]:
    """Return the rows of a published table; none where it is missing."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True)
class Arm:
    """One dose of one formulation: a bench, and the rows that were measured or are to be predicted."""

    name: str
    bench: Bench
    rows: tuple[Row, ...]

    def predict(self, values: Mapping[str, Array], *, lanes: int) -> Array:
        """Return what an assay would see at each row, (lanes, rows), ug per g of tissue or mL of plasma."""
        hours = np.array([float(row["time_h"]) for row in self.rows])
        moments, where = np.unique(hours, return_inverse=True)
        known = {key: value for key, value in values.items() if key in self.bench.values}
        courses = self.bench.solve(known, np.concatenate([[0.0], moments * HOUR]), lanes=lanes)
        form = "released" if self.bench.study.carrier is None else "total"
        seen = {c.organ: c.values for c in courses if (c.species, c.form) == (DRUG, form) and c.quantity in _SEEN}
        dose = np.array([0.01 * float(row["dose_drug_ug_per_g"]) * float(row["W_animal_g"]) for row in self.rows])  # ug of a %
        scale = np.array([1.0 if row["tissue"] == PLASMA else one for row, one in zip(self.rows, dose, strict=True)])
        return np.stack([seen[row["tissue"]][:, 1 + at] for row, at in zip(self.rows, where, strict=True)], axis=-1) * scale


_SEEN = (IN_PLASMA, SHARE_PER_MASS + WITH_BLOOD)


def arms_of(rows: Sequence[Row], library: Library) -> tuple[Arm, ...]:
    """Return the arms that rows belong to, each traced once."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["scenario"], []).append(row)
    return tuple(Arm(name, Bench(study_of(group[0], library)), tuple(group)) for name, group in groups.items())


def study_of(row: Row, library: Library) -> ResolvedStudy:
    """Return the study of a published row: its formulation, dose, and the weights of the animal and its organs."""
    host = library.row("host", "mouse")
    assert isinstance(host, Host)
    organs = {name: _weighed(host, name, float(row[f"w_{name}"])) for name in WEIGHED}
    formulation: object = "free-vincristine"
    if row["file"] != FREE:
        formulation = {"from": FORMULATIONS[row["file"]], "payloads": {DRUG: {"values": released(row)}}}
    given = {
        "study": f"{row['scenario']}, PLA-PEG vincristine",
        "formulation": formulation,
        "host": {"kind": "mouse", "body_mass": f"{row['W_animal_g']} g", "organs": organs},
        "tumor": {"kind": TUMOR, "name": LESION, "volume": f"{float(row['W_tumour_g']) / TUMOR_DENSITY} cm^3"},
        "protocol": [{"at": "0 h", "dose": f"{row['dose_drug_ug_per_g']} mg/kg", "of": DRUG, "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "200 h", "draws": 0},
    }
    return resolve(Study.model_validate(given), library)


def released(row: Row) -> dict[str, dict[str, object]]:
    r"""Return the release curve of a row: the hazard $k\,t^{-\gamma}$ is a Weibull's of shape 1 - γ.

    Spreads are assumed: parameters of curves fitted in vitro, read in vivo.

    >>> curve = released({"burst_fraction": "0.02", "kdiff": "0.1", "gamma": "0.0"})
    >>> curve["release_time_scale"]["value"], curve["release_shape"]["value"]
    (10.0, 1.0)
    """
    shape = 1.0 - float(row["gamma"])
    scale = (shape / float(row["kdiff"])) ** (1.0 / shape)
    return {
        "release_time_scale": {"value": scale, "unit": "h", "cv": 0.2},
        "release_shape": {"value": shape, "cv": 0.03},
        "burst_fraction": {"value": float(row["burst_fraction"]), "cv": 0.3},
    }


def _weighed(host: Host, organ: str, share: float) -> dict[str, object]:
    """Return an organ of the host with the volume that it was weighed to have."""
    row = host.organs[organ]
    volume = share / row.values["tissue_density"][0].internal * 1000.0  # L/kg
    said = {"sites": row.sites, "drains_to": row.drains_to, "fed_by": row.fed_by, "laws": row.laws}
    return {**said, "values": {"tissue_volume_per_body_mass": f"{volume} L/kg"}}


def predicted(arms: Sequence[Arm], values: Mapping[str, Array], *, lanes: int) -> Array:
    """Return what assays would see at every row of some arms, (lanes, rows), in the order of the arms."""
    return np.concatenate([arm.predict(values, lanes=lanes) for arm in arms], axis=1)


def rows_of(arms: Sequence[Arm]) -> list[Row]:
    """Return the rows of some arms, in the order of the arms."""
    return [row for arm in arms for row in arm.rows]
