"""Studies of one carrier by any route, for tests."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from janusome.files.library import Library
from janusome.simulation.record import Arm
from janusome.simulation.run import check, simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

HOUR = 3600.0


@cache
def library() -> Library:
    """The shipped library, read once."""
    return Library()


def resolved(*doses: dict[str, Any], carrier: Any = "gold-sphere", host: Any = "mouse", until: str = "24 h", **more: Any):
    """Return a study of particles; a dose needs nothing but what differs from 1e9 particles into a vein at the start."""
    given = [
        {"at": "0 h", "dose": "1e9 particles", "of": "particles", "route": "intravenous"} | dose for dose in doses or ({},)
    ]
    formulation = more.pop("formulation", {"name": "tested", "carrier": carrier, "values": more.pop("values", {})})
    written = {"study": "tested", "formulation": formulation, "host": host, "protocol": given}
    study = Study.model_validate(written | {"outputs": {"until": until, "draws": 0} | more})
    return resolve(study, library())


def run(*doses: dict[str, Any], **more: Any) -> Arm:
    """Return the treated arm of a study at the median of every input."""
    return simulate(resolved(*doses, **more), grids={}).arms[0]


def checked(*doses: dict[str, Any], **more: Any) -> None:
    """Assemble a study without solving it."""
    check(resolved(*doses, **more))


def held(arm: Arm, organ: str, *, form: str = "carrier", name: str = "carrier") -> np.ndarray:
    """Return what an organ holds over time, % of all that is given."""
    found = [
        c.values[0]
        for c in arm.courses
        if (c.species, c.form, c.organ, c.site) == (name, form, organ, "whole") and c.quantity.split(",")[0] == "injected dose"
    ]
    return found[0] if found else np.zeros_like(arm.times)


def at(arm: Arm, hours: float, organ: str, **what: Any) -> float:
    """Return the same at one moment."""
    return float(np.interp(hours * HOUR, arm.times, held(arm, organ, **what)))
