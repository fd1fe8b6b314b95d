"""Other solvers on the same study: diffrax on the same right-hand side, libroadrunner on the SBML that is exported from it."""

import diffrax
import jax
import jax.numpy as jnp
import libsbml
import numpy as np
import pytest
import roadrunner

from doxil_in_a_woman import UNTIL, doxil, moments
from janusome.files.sbml import export_sbml
from janusome.numerics.precision import double
from janusome.numerics.tape import Tolerances, solve
from janusome.simulation.protocol import segments
from janusome.simulation.trajectory import program_of, tolerances_of

AGREEMENT = 1e-5  # of the highest amount that a state ever holds


@pytest.fixture(scope="module")
def study():
    return doxil()


@pytest.fixture(scope="module")
def timeline(study):
    return segments(study.assembly, study.given, [], until=UNTIL, lanes=1)


@pytest.fixture(scope="module")
def ours(study, timeline):
    """The engine's answer, a hundred times finer than a run asks for."""
    own = tolerances_of(study.assembly, study.given)
    fine = Tolerances(relative=1e-8, absolute=np.asarray(own.absolute) * 1e-2)
    program = program_of(study.assembly, "doxil")
    return (
        solve(program, study.assembly.initial, study.assembly.parameters, timeline, moments(), tolerances=fine, threads=1)
        .require()
        .states[0]
    )


def worst_difference(one, other):
    peak = np.abs(other).max(axis=0)
    moved = peak > 0.0
    return float((np.abs(one - other)[:, moved] / peak[moved]).max())


@pytest.fixture(scope="module")
def exported(study, timeline, tmp_path_factory):
    path = tmp_path_factory.mktemp("sbml") / "doxil.xml"
    export_sbml(study.assembly, path, segments=timeline, name="Doxil in a woman")
    return path


def test_roadrunner_solves_the_exported_model_to_the_same_amounts(study, exported, ours):
    runner = roadrunner.RoadRunner(str(exported))
    runner.integrator.relative_tolerance = 1e-9
    runner.integrator.absolute_tolerance = 1e-22
    document = libsbml.readSBMLFromFile(str(exported))
    ids = {one.getName(): one.getId() for one in document.getModel().getListOfSpecies()}
    runner.timeCourseSelections = [ids[name] for name in study.assembly.layout.names]
    assert worst_difference(at_moments(runner), ours) < AGREEMENT


def at_moments(runner):
    """Amounts at every moment; a dose counts at its moment, as it does with us."""
    runner.reset()
    rows = [np.asarray(runner.getSelectedValues())]
    for before, after in zip(moments(), moments()[1:], strict=False):
        rows.append(np.asarray(runner.simulate(before, after, 2))[-1])
    return np.asarray(rows)


def test_the_exported_model_is_valid_sbml_and_a_list_of_reactions(study, exported):
    document = libsbml.readSBMLFromFile(str(exported))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.checkConsistency()
    log = [document.getError(k) for k in range(document.getNumErrors())]
    assert not [one.getMessage() for one in log if one.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    model = document.getModel()
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    assert model.getNumSpecies() == study.assembly.layout.size
    assert all(one.getHasOnlySubstanceUnits() for one in model.getListOfSpecies())
    moves = [one for one in model.getListOfReactions() if one.getNumReactants() == 1 and one.getNumProducts() == 1]
    laws = {one.getName().split(":")[0] for one in model.getListOfReactions()}
    assert laws == {acting.name for acting in study.assembly.acting} | {"protocol"}
    others = {one.getName().split(":")[0] for one in model.getListOfReactions()} - {
        one.getName().split(":")[0] for one in moves
    }
    assert others <= {
        "gompertz_growth",
        "dying_cell_clearance",
        "protocol",
    }  # cells are born and vanish, doses come from outside


def test_diffrax_solves_the_same_right_hand_side_to_the_same_amounts(study, timeline, ours):
    assembly, times = study.assembly, moments()
    with double():
        scale = jnp.asarray(np.maximum(np.abs(ours).max(axis=0), 1e-30))
        rates = jax.jit(assembly.rates)  # traced once for all stages
        term = diffrax.ODETerm(lambda t, x, p: rates(x * scale, p) / scale)  # in shares of each state's highest amount
        control = diffrax.PIDController(rtol=1e-7, atol=1e-9)

        @jax.jit
        def stretch(x, p, start, stop, at):
            saved = diffrax.SaveAt(ts=at, t1=True)
            found = diffrax.diffeqsolve(
                term, diffrax.Kvaerno5(), start, stop, 1.0, x, p, saveat=saved, stepsize_controller=control, max_steps=20_000
            )
            return found.ys

        x, rows = jnp.asarray(assembly.initial[0]) / scale, []
        for k, segment in enumerate(timeline):
            p = assembly.parameters[0].copy()
            p[list(segment.controls)] = [float(np.atleast_1d(value)[0]) for value in segment.controls.values()]
            x = x + (0.0 if segment.jump is None else jnp.asarray(segment.jump)[0]) / scale
            inside = times[(times >= segment.start) & ((times < segment.stop) | (k == len(timeline) - 1))]
            at = np.append(inside, np.full(len(times) - len(inside), segment.stop))  # of one length: compiled once
            found = stretch(x, jnp.asarray(p), segment.start, segment.stop, jnp.asarray(at))
            rows.append(np.asarray(found[: len(inside)] * scale))
            x = found[-1]
    assert worst_difference(np.concatenate(rows), ours) < AGREEMENT
