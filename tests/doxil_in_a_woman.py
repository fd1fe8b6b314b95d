"""A real study, put together for the tests that solve it in different ways: Doxil in a woman with a breast tumor."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from janusome.files.library import Library
from janusome.model import BLOOD, Form, Species
from janusome.simulation.arms import BODY, CARRIER, TREATED, Site, body_of, lesion_of, matter_of
from janusome.simulation.assemble import assemble
from janusome.simulation.assembly import Assembly
from janusome.simulation.doses import given_in
from janusome.simulation.layout import Pool
from janusome.simulation.lesion_fluid import in_shells
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.perfusion import VENOUS
from janusome.simulation.protocol import Given
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

UNTIL = 3 * 86400.0


class Doxil(NamedTuple):
    """The treated arm at the median of every input, its lesion as one place."""

    study: Any
    lesions: tuple[Site, ...]
    given: list[Given]
    assembly: Assembly


def doxil(*, core_to_rim: float = 1.0, still: bool = False, grid: LesionGrid | None = None) -> Doxil:
    """Assemble it; two doses, the first over an hour and the second, a day later, at once. No fluid moves in a still tumor."""
    evenly = {"core_to_rim_vessel_ratio": {"value": core_to_rim, "unit": "", "cv": 0}}
    if still:
        evenly |= {"tissue_hydraulic_conductivity": {"value": 1e-14, "unit": "cm^2/(mmHg s)", "cv": 0}}
    dose = {"dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}
    study = resolve(
        Study.model_validate(
            {
                "study": "Doxil in a woman",
                "formulation": "doxil",
                "host": "human-female",
                "tumor": {"kind": "breast-her2", "volume": "25 cm^3", "values": evenly},
                "protocol": [{"at": "0 h", "over": "1 h", **dose}, {"at": "24 h", **dose}],
                "outputs": {"until": "3 d", "draws": 0},
            }
        ),
        Library(),
    )
    lesions = tuple(Site(one.name, one.tumor, grid or ball(25e-6, voxels=30)) for one in study.lesions)
    matter, book = matter_of(study, TREATED), ValueBook(draws=1, seed=0)
    given = given_in(study, matter, TREATED, book)
    body = body_of(study, lesions, book)
    own = matter.chains[Species(Form.CARRIER, CARRIER)]
    tumors = [
        lesion_of(study, one, book, in_shells(study, one, book), own=own, place_of_vessels=body.places.index(one.name))
        for one in lesions
    ]
    fed = [(Pool(species, BODY, BLOOD), body.places.index(VENOUS)) for species in given[0].amounts]
    return Doxil(study, lesions, given, assemble(matter, [body, *tumors], book, lanes=1, inputs=fed))


def moments() -> np.ndarray:
    """Return when solutions are compared, s: during the infusion, after it, around the second dose and at the end."""
    return np.array([0.0, 600.0, 3600.0, 2 * 3600.0, 12 * 3600.0, 86400.0, 86400.0 + 1800.0, 2 * 86400.0, UNTIL])
