"""The export to SBML on small models; a real study stands in `simulation/test_independent_solvers.py`."""

import dataclasses
import math
import sys

import jax.numpy as jnp
import libsbml
import numpy as np
import pytest
import roadrunner

from everything import ATTACHED, CARRIER, ENCAPSULATED, RELEASED, assembled, at, given_to
from janusome.errors import InputError
from janusome.files.sbml import export_sbml, reactions_of
from janusome.files.sbml_formulas import printer, signed_terms
from janusome.model import BLOOD, DECAYED, INTERSTITIUM, PHAGOCYTOSED
from janusome.numerics.tape import Segment
from janusome.numerics.tape.graph import Graph
from janusome.numerics.tape.operations import Operation
from janusome.numerics.tape.tracing import trace
from janusome.simulation.layout import ABSENT

HALF_LIFE = 6 * 3600.0


def solved(path, name, stop):
    """The amount of a species, found by its name, at the end."""
    model = libsbml.readSBMLFromFile(str(path)).getModel()
    ids = {one.getName(): one.getId() for one in model.getListOfSpecies()}
    runner = roadrunner.RoadRunner(str(path))
    runner.integrator.absolute_tolerance, runner.integrator.relative_tolerance = 1e-22, 1e-10
    runner.timeCourseSelections = [ids[name]]
    return float(np.asarray(runner.simulate(0.0, stop, 2))[-1, 0])


def test_a_decaying_label_is_halved_by_another_solver_too(tmp_path):
    assembly = assembled(["radioactive_decay"], half_life=HALF_LIFE)
    blood = at(assembly, ATTACHED, "liver", BLOOD)
    export_sbml(assembly, tmp_path / "decay.xml", initial=given_to(assembly, {blood: 1e-12}))
    assert solved(tmp_path / "decay.xml", assembly.layout.names[blood], HALF_LIFE) == pytest.approx(0.5e-12, rel=1e-8)
    booked = assembly.layout.names[assembly.layout.exits[ATTACHED, DECAYED]]
    assert solved(tmp_path / "decay.xml", booked, HALF_LIFE) == pytest.approx(0.5e-12, rel=1e-8)


def test_the_asked_lane_and_later_doses_are_written(tmp_path):
    assembly = assembled(["radioactive_decay"], half_life=HALF_LIFE)
    lanes = np.repeat(assembly.parameters, 2, axis=0)
    half_lives = [k for k, name in enumerate(assembly.parameter_names) if "half_life" in name]
    lanes[1, half_lives] *= 2.0
    both = dataclasses.replace(assembly, parameters=lanes, initial=np.repeat(assembly.initial, 2, axis=0))
    blood = at(both, ATTACHED, "liver", BLOOD)
    jump = np.zeros(both.layout.size)
    jump[blood] = 1e-12
    timeline = [Segment(0.0, HALF_LIFE, jump=jump), Segment(HALF_LIFE, 2 * HALF_LIFE, jump=jump)]
    export_sbml(both, tmp_path / "lane.xml", lane=1, segments=timeline)
    left = 2.0**-0.5
    assert solved(tmp_path / "lane.xml", both.layout.names[blood], 2 * HALF_LIFE) == pytest.approx(
        1e-12 * (left + 0.5), rel=1e-7
    )


def test_what_a_law_moves_is_one_reaction_for_the_carrier_and_one_for_each_rider():
    assembly = assembled(["phagocytosis"])
    graph = Graph()
    y = graph.inputs(assembly.layout.size, vary=True)
    p = graph.inputs(len(assembly.parameter_names), vary=False)
    found = {(one.source, one.target) for one in reactions_of(assembly, graph, y, p) if ABSENT not in one[1:3]}
    ends = {
        (at(assembly, one, place, BLOOD), at(assembly, one, place, PHAGOCYTOSED))
        for one in (CARRIER, ENCAPSULATED, ATTACHED)
        for place in ("lung", "liver")
    }
    assert found == ends


def test_cells_that_grow_come_from_nowhere():
    assembly = assembled(["gompertz_growth"])
    graph = Graph()
    y = graph.inputs(assembly.layout.size, vary=True)
    p = graph.inputs(len(assembly.parameter_names), vary=False)
    reactions = list(reactions_of(assembly, graph, y, p))
    assert len(reactions) == 3
    assert all(one.source == ABSENT for one in reactions)


@pytest.mark.parametrize(
    "formula",
    [
        lambda y, p: jnp.maximum(y[0], p[0]) * jnp.minimum(y[1], 2.0) / (p[1] + y[0]),
        lambda y, p: jnp.where(y[0] > p[0], jnp.log(y[0]), -jnp.exp(-y[1])),
        lambda y, p: jnp.abs(y[0] - 5.0) ** p[0] - jnp.sqrt(y[1]) * 1e-20 + jnp.tanh(y[0]),
        lambda y, p: jnp.sign(y[0] - y[1]) + jnp.cbrt(-y[1]) + jnp.log1p(y[0]) * jnp.expm1(y[1]) + jnp.cos(p[0]),
    ],
)
def test_a_printed_formula_has_the_value_of_the_law(formula):
    graph, (y, p), (a, b) = Graph(), ([1.5, 0.25], [0.75, 3.0]), ([], [])
    a += graph.inputs(2, vary=True)
    b += graph.inputs(2, vary=False)
    (node, _) = trace(lambda y, p: jnp.stack([formula(y, p), 0.0 * y[0]]), graph, a, b, name="formula")
    names = dict(zip((*a, *b), ("a", "b", "c", "d"), strict=True))
    text = printer(graph, names, place="formula")(node)
    runner = roadrunner.RoadRunner(_model_of(dict(zip("abcd", (*y, *p), strict=True)), text))
    assert runner.getValue("x") == pytest.approx(float(formula(jnp.array(y), jnp.array(p))), rel=1e-6)


def _model_of(values, text):
    """A model with some parameters, and one that a rule gives."""
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    for name, value in values.items():
        given = model.createParameter()
        given.setId(name)
        given.setValue(value)
        given.setConstant(True)
    wanted, rule = model.createParameter(), model.createAssignmentRule()
    wanted.setId("x")
    wanted.setConstant(False)
    rule.setVariable("x")
    rule.setMath(libsbml.parseL3Formula(text))
    return libsbml.writeSBMLToString(document)


def test_signs_of_a_sum_are_found_through_its_brackets():
    graph = Graph()
    a, b, c = graph.inputs(3, vary=True)
    total = graph.subtract(a, graph.subtract(b, c))
    assert sorted(signed_terms(graph, total)) == sorted([(1, a), (-1, b), (1, c)])
    assert signed_terms(graph, graph.zero) == []


def test_an_operation_that_sbml_has_no_word_for_is_refused():
    graph = Graph()
    (a,) = graph.inputs(1, vary=True)
    node = graph.apply(Operation.ERROR_FUNCTION, a)
    with pytest.raises(InputError, match="error_function, for which SBML has no word"):
        printer(graph, {a: "a"}, place="model")(node)


def test_without_libsbml_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(InputError, match=r"pip install 'janusome\[sbml\]'"):
        export_sbml(assembled(["radioactive_decay"]), tmp_path / "model.xml")
    assert not (tmp_path / "model.xml").exists()


def test_every_name_of_a_species_is_kept_and_its_identifier_is_plain(tmp_path):
    assembly = assembled(["extravasation"])
    export_sbml(assembly, tmp_path / "model.xml", name="2 µm")
    model = libsbml.readSBMLFromFile(str(tmp_path / "model.xml")).getModel()
    assert [one.getName() for one in model.getListOfSpecies()] == list(assembly.layout.names)
    assert all(one.getId().isidentifier() and one.getId().isascii() for one in model.getListOfSpecies())
    place = model.getSpecies(at(assembly, RELEASED, "voxel 1", INTERSTITIUM)).getCompartment()
    assert model.getCompartment(place).getSize() == pytest.approx(1e-3)
    assert math.isclose(model.getCompartment(place).getSize(), assembly.tissue_volume["lesion"][0, 1])
