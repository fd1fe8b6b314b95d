"""A drug whose distribution is predicted where the method was not shown to hold is told of in the cautions of its run."""

from __future__ import annotations

import dataclasses

import pytest

from janusome.files.library import Library
from janusome.simulation.partition_domain import outside_structure
from janusome.simulation.run import simulate
from janusome.simulation.values import ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.rows import Drug
from janusome.specification.study import Study
from janusome.specification.values import Value

LIBRARY = Library()


def given(drug: str):
    asked = {
        "study": "x",
        "formulation": f"free-{drug}",
        "host": "human-male",
        "protocol": [{"at": "0 h", "dose": "10 mg", "of": drug, "route": "intravenous"}],
        "controls": (),
        "outputs": {"until": "1 h", "draws": 0},
    }
    return resolve(Study.model_validate(asked), LIBRARY)


DOCETAXEL = given("docetaxel")


def told(**numbers: float) -> str:
    row = Drug(name="drug", values={name: (Value(value=float(number), cv=0.0),) for name, number in numbers.items()})
    study = dataclasses.replace(DOCETAXEL, drugs={"drug": row})
    return " ".join(outside_structure(study, ValueBook(draws=1, seed=0)))


def test_a_drug_of_ordinary_lipophilicity_is_not_told_of():
    assert told(octanol_water_log_p=2.0, unbound_fraction=0.1) == ""
    assert told(octanol_water_log_p=2.0, unbound_fraction=0.1, basic_pka=9.0, blood_plasma_ratio=1.0) == ""


@pytest.mark.parametrize("log_p", [-4.0, 6.6])
def test_a_log_p_outside_of_the_domain_is_told(log_p):
    said = told(octanol_water_log_p=log_p, unbound_fraction=0.07)
    assert f"log P {log_p:g} is not from -3 to 4.5" in said
    assert "partition_coefficient" in said


def test_an_unbound_fraction_that_contradicts_log_p_is_told():
    """Vinorelbine in the table of Lombardo: 0.87 unbound at log P 4.1, of which the lipid of plasma leaves 3 %."""
    assert "contradicts log P 4.1" in told(octanol_water_log_p=4.1, unbound_fraction=0.87)


def test_a_base_without_its_red_cells_and_what_is_both_base_and_acid_are_told():
    base = {"octanol_water_log_p": 1.0, "unbound_fraction": 0.3, "basic_pka": 9.0}
    assert "without blood_plasma_ratio" in told(**base)
    assert "both a basic and an acidic pKa" in told(**base, blood_plasma_ratio=1.0, acidic_pka=4.0)


def test_a_measured_partition_says_nothing_of_structure():
    assert told(octanol_water_log_p=9.0, unbound_fraction=0.004, partition_coefficient=0.2) == ""


def test_the_cautions_of_a_run_hold_it():
    values = DOCETAXEL.drugs["docetaxel"].values | {"octanol_water_log_p": (Value(value=6.6, cv=0.0),)}
    row = DOCETAXEL.drugs["docetaxel"].model_copy(update={"values": values})
    record = simulate(dataclasses.replace(DOCETAXEL, drugs={"docetaxel": row}), grids={})
    assert sum("log P 6.6" in caution for caution in record.cautions) == 1
    plain = simulate(DOCETAXEL, grids={})
    assert not any("predicted from structure outside" in caution for caution in plain.cautions)


def test_no_shipped_drug_is_predicted_outside_of_the_domain():
    for drug in ("irinotecan", "cytarabine", "docetaxel", "topotecan", "etoposide", "vinblastine", "gemcitabine", "cisplatin"):
        assert outside_structure(given(drug), ValueBook(draws=1, seed=0)) == ()
