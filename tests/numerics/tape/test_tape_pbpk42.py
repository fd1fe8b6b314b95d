"""libroadrunner on the SBML file of the timing problem, as an independent check."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from tape_problems import whole

from janusome.numerics.tape import Tolerances, solve, translate

FOLDER = Path(os.environ.get("JANUSOME_DATA", "/nowhere")) / ".." / "bench" / "pbpk42"


@pytest.mark.data
@pytest.mark.skipif(not FOLDER.exists(), reason="JANUSOME_DATA is not set: the problem is in its ../bench/pbpk42")
def test_libroadrunner_gives_the_same_mouse():
    roadrunner = pytest.importorskip("roadrunner")
    specification = importlib.util.spec_from_file_location("pbpk42_model", FOLDER / "model.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    problem = vars(module)
    law, times, parameters = problem["make_jax_rhs"](), problem["TS"], problem["population"](4)
    program = translate(lambda y, p: law(0.0, y, p), states=42, parameters=79, name="pbpk42")
    how = Tolerances(1e-9, 1e-11)
    ours = solve(program, problem["y0"](), parameters, whole(times[-1]), times, tolerances=how).require()
    np.testing.assert_allclose(ours.states.sum(2), problem["DOSE"], rtol=1e-11)
    model = roadrunner.RoadRunner(str(FOLDER / "pbpk42.sbml.xml"))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-10, 1e-12
    for row, states in zip(parameters, ours.states, strict=True):
        model.resetAll()
        for index, value in enumerate(row):
            model.model.setGlobalParameterValues([index], [value])
        theirs = np.array(model.simulate(times=list(times)))[:, 1:]
        np.testing.assert_allclose(states, theirs, rtol=1e-5, atol=1e-6)
