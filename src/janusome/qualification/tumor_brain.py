"""Comparison G of the tumor: how much of a particle reaches the brain, by how many transferrins it carries.

Wiley and others (2013, abstract): gold of 45 and 80 nm with an intermediate number of transferrins enters the parenchyma most;
with many it stays on the vessel wall. No number of the best was read: that there is one is asked, where it lies is reported.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.model import ENDOTHELIUM
from janusome.qualification.section import Finding, Section
from janusome.simulation.bench import Bench
from janusome.simulation.courses import IN_TISSUE, WHOLE
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

Array = NDArray[np.float64]

TITLE = "Into the brain by transferrin"
DIAMETERS = (45.0, 80.0)  # nm
NUMBERS = np.array([2.0, 5.0, 10.0, 15.0, 20.0, 27.0, 35.0, 49.0, 65.0, 90.0, 150.0, 300.0])
MOMENT = 8 * 3600.0  # s
LESS = 0.5  # of the most, at both ends


def tumor_brain(data: Path, *, frozen: bool) -> Section:
    """Return the findings; no data are read."""
    del data, frozen
    library, findings, rows = Library(), [], []
    for diameter in DIAMETERS:
        brain, wall = _content(diameter, library)
        best = int(np.argmax(brain))
        ends = max(brain[0], brain[-1]) / brain[best]
        inside = 0 < best < len(NUMBERS) - 1
        findings += [
            Finding(f"{diameter:g} nm: best number of transferrins", float(NUMBERS[best]), "", "", met=None),
            Finding(f"{diameter:g} nm: most at either end over the best", float(ends), "", f"at most {LESS:g}",
                    met=bool(inside and ends <= LESS)),
            Finding(f"{diameter:g} nm: held by the wall at 300 over at the best", float(wall[-1] / wall[best]), "", "above 1",
                    met=bool(wall[-1] > wall[best])),
        ]  # fmt: skip
        columns = zip(NUMBERS.tolist(), brain.tolist(), wall.tolist(), strict=True)
        rows += [
            {"diameter_nm": diameter, "transferrins": n, "brain_particles_per_mL": b, "wall_particles_per_mL": w}
            for n, b, w in columns
        ]
    text = "Gold in a human glioblastoma whose vessels are all tight, eight hours after an injection; nothing is fitted."
    return Section("G", TITLE, (text,), tuple(findings), predictions={"brain_transferrin": tuple(rows)})


def _content(diameter: float, library: Library) -> tuple[Array, Array]:
    """Return particles in the tissue beyond the wall and in the wall, for every number of transferrins."""
    exact = {"cv": 0, "grade": "assumed"}
    tight = {name: {"value": 0.0, "unit": "", **exact} for name in ("core_leaky_wall_fraction", "rim_leaky_wall_fraction")}
    number = {"ligands_per_particle": {"value": 10, "unit": "", **exact}}
    study = Study.model_validate({
        "study": "transferrin on gold",
        "formulation": {"name": "gold", "carrier": "gold-sphere", "ligands": {"transferrin": {"values": number}},
                        "values": {"hydrodynamic_diameter": {"value": diameter, "unit": "nm", **exact}}},
        "host": "human-male",
        "tumor": {"kind": "gbm", "volume": "10 cm^3", "voxels": 1, "values": tight},
        "protocol": [{"at": "0 h", "dose": "1e13 particles", "of": "particles", "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "24 h", "draws": 0},
    })  # fmt: skip
    bench = Bench(resolve(study, library))
    (key,) = (each for each, (name, _) in bench.values.items() if name == "ligands_per_particle")
    courses = bench.solve({key: NUMBERS}, [0.0, MOMENT], lanes=len(NUMBERS))
    held = {c.site: c.values[:, -1] for c in courses if c.organ == "gbm" and c.form == "carrier" and c.quantity == IN_TISSUE}
    return held[WHOLE] - held[ENDOTHELIUM], held[ENDOTHELIUM]
