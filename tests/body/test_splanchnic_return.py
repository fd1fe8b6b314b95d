"""The circulation of the library's own hosts: what goes in with the blood comes out with it, the splanchnic organs included.

A known defect of published models is a liver that takes what gut and spleen send it and returns only its own arterial flow:
mass is kept, but a tracer then stands 1.5 to 6 times as high in the liver as in the arteries.
"""

import dataclasses

import numpy as np
import pytest

from everything import followed
from janusome.files.library import Library
from janusome.model import BLOOD, Form, Species
from janusome.simulation.arms import body_of, matter_of
from janusome.simulation.assemble import assemble
from janusome.simulation.layout import ABSENT, Pool
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

HOSTS = ("mouse", "rat", "human-female", "human-male")


@pytest.fixture(scope="module")
def library():
    return Library()


def circulation_of(host, library):
    """The body of a host with the circulation as its only law."""
    dose = {"at": "0 h", "dose": "1 mg", "of": "doxorubicin", "route": "intravenous"}
    written = {"study": "tracer", "formulation": "free-doxorubicin", "host": host, "protocol": [dose]}
    study = resolve(Study.model_validate(written | {"outputs": {"until": "1 d", "draws": 0}}), library)
    book = ValueBook(draws=1, seed=0)
    body = body_of(study, (), book)
    alone = dataclasses.replace(body, laws=("circulation",), place_laws=tuple(frozenset() for _ in body.places))
    matter = dataclasses.replace(matter_of(study, "treated"), laws={})
    return alone, assemble(matter, [alone], book, lanes=1)


@pytest.mark.parametrize("host", HOSTS)
def test_a_tracer_with_all_exchange_off_equalises_in_every_compartment(host, library):
    body, assembly = circulation_of(host, library)
    tracer = Species(Form.RELEASED, "doxorubicin")
    blood = assembly.layout.pools[Pool(tracer, body.name, BLOOD)]
    assert {body.places[k] for k in np.flatnonzero(blood == ABSENT)} == {"lymph nodes"}  # their blood is in the rest
    perfused = blood != ABSENT
    start = np.zeros(assembly.layout.size)
    start[blood[body.places.index("venous")]] = 1e-6
    end = followed(assembly, start, [0.0, 86400.0])[-1]
    volume = np.where(perfused, assembly.volumes[body.name, BLOOD, "small"][0], 0.0)
    concentration = end[blood] / np.where(perfused, volume, np.nan)
    assert concentration[perfused] == pytest.approx(1e-6 / volume.sum(), rel=1e-6)
    liver, arteries = (concentration[body.places.index(place)] for place in ("liver", "arterial"))
    assert liver / arteries == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("host", HOSTS)
def test_plasma_flow_into_a_place_leaves_it(host, library):
    body, _ = circulation_of(host, library)
    flow = body.link_values["plasma_flow"][0]
    source, target = np.asarray(body.links).T
    count = len(body.places)
    entering, leaving = (np.bincount(ends, weights=flow, minlength=count) for ends in (target, source))
    assert entering == pytest.approx(leaving, rel=1e-12)
    assert {place for place, flow in zip(body.places, entering, strict=True) if flow == 0.0} == {"lymph nodes"}
    liver = body.places.index("liver")
    portal = {body.places[i] for i, j in zip(source, target, strict=True) if j == liver}
    assert portal == {"arterial", "gut", "spleen", "pancreas"}
