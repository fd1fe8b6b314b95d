"""Simulate, then quantify: one scanner, few images."""

from typing import Any

import numpy as np
import pytest

from janusome.errors import SolverError
from janusome.files.library import Library
from janusome.qualification.imaging_loop import CASES, loop, study_of
from janusome.simulation.camera import Exposure
from janusome.simulation.way_back import Picture, quantify


def test_dual_energy_ct_gives_back_iodine_and_says_where_it_sees_none():
    (case,) = [one for one in CASES if one.scanner == "ct-dual-energy"]
    section = loop(case, Library(), images=6, faint=3)
    found = {one.name: one.value for one in section.findings}
    rows: Any = next(iter(section.predictions.values()))
    assert not any(row["failed"] for row in rows)
    assert all(row["low"] < row["median"] < row["high"] for row in rows)
    assert abs(found["bias of the median"]) < 0.15
    assert sum(row["low"] <= row["truth"] <= row["high"] for row in rows) >= 4
    assert found["faint ones called not visible"] == 1.0


def test_a_picture_that_shows_the_opposite_of_what_the_label_does_is_refused():
    (case,) = [one for one in CASES if one.scanner == "ct-clinical"]
    study = study_of(case, Library())
    scanner: Any = Library().row("scanner", case.scanner)
    exposure = Exposure(scanner, case.label, case.sequence)
    share = np.zeros((12, 24, 24))
    share[4:8, 8:16, 8:16] = 1.0
    darker = Picture(50.0 - 100.0 * share, share, np.array([3e-3, 1.5e-3, 1.5e-3]), before=np.full(share.shape, 50.0))
    with pytest.raises(SolverError, match="opposite of what gold-core does in ct-clinical"):
        quantify(study, study.lesions[0].tumor, exposure, darker, draws=20)
