"""The corona acts on clearance and binding relative to what the rows were measured with, and never twice."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from janusome.errors import InputErrors
from janusome.files.library import Library
from janusome.model import Form, Species
from janusome.reporting.report import report
from janusome.reporting.tables import summary
from janusome.simulation.arms import CARRIER, TREATED, Site, lesion_of, matter_of
from janusome.simulation.corona import coronas, with_binding
from janusome.simulation.corona_account import corona_account
from janusome.simulation.doses import given_in
from janusome.simulation.ensemble import Interval
from janusome.simulation.lesion_fluid import in_shells
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.run import simulate
from janusome.simulation.surroundings import at_places
from janusome.simulation.values import ValueBook
from janusome.specification.corona import proteins
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.study import Study

ROWS = Library()
BARE = {"from": "doxil", "values": {"peg_grafting_density": "0 1/nm^2"}}
INFLAMED = {"fibrinogen": "8 g/L", "c3": "2 g/L", "albumin": "25 g/L", "clusterin": "30 mg/L"}


def study_of(
    formulation: Any = "doxil", host: Any = "human-female", *, library: Library = ROWS, **changes: Any
) -> ResolvedStudy:
    plain = {
        "study": "a study of the corona",
        "formulation": formulation,
        "host": host,
        "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "7 d", "draws": 0},
        **changes,
    }
    return resolve(Study.model_validate(plain), library)


def plasma(study: ResolvedStudy, species: str = "doxorubicin", form: str = "encapsulated") -> tuple[np.ndarray, np.ndarray]:
    (arm,) = simulate(study, grids={}).arms
    (course,) = [one for one in arm.courses if (one.species, one.form, one.organ) == (species, form, "plasma")]
    return arm.times / 3600.0, course.values[0]


def half_life(study: ResolvedStudy) -> float:
    """Return how long half of what is in plasma an hour after the dose takes to leave it, h."""
    hours, values = plasma(study)
    start = np.interp(1.0, hours, values)
    return float(hours[(hours > 1.0) & (values < start / 2.0)][0] - 1.0)


@cache
def of_doxil() -> float:
    return half_life(study_of())


def ratio(**changes: Any) -> float:
    study = study_of(**changes)
    assert study.reference is not None
    return float(coronas(study, ValueBook(draws=1, seed=0)).uptake_ratio[0])


def test_doxil_without_its_coat_leaves_plasma_at_least_three_times_as_fast():
    assert of_doxil() > 3.0 * half_life(study_of(BARE))


def test_the_coat_counts_as_much_as_the_rows_of_the_two_liposomes_say():
    """The assumed numbers of the model were chosen with that ratio in view."""
    rows = [
        ROWS.row("carrier", name).find("clearance_per_phagocyte")[0].internal for name in ("plain-liposome", "peg-liposome")
    ]
    assert 0.3 < ratio(formulation=BARE) / (rows[0] / rows[1]) < 3.0


def test_a_denser_coat_slows_clearance_and_a_thinner_one_speeds_it_up():
    coats = [
        ratio(formulation={"from": "doxil", "values": {"peg_grafting_density": f"{s} 1/nm^2"}}) for s in (0.02, 0.05, 0.2)
    ]
    assert coats[0] > coats[1] > 1.0 > coats[2]


def test_a_clearance_that_was_measured_with_the_coat_is_not_corrected_for_it():
    measured = {"peg_grafting_density": "0 1/nm^2", "clearance_per_phagocyte": "1.9e-18 m^3/(s cell)"}
    assert study_of({"from": "doxil", "values": measured}).reference is None


def test_a_study_that_changes_nothing_of_the_corona_is_solved_with_the_numbers_of_the_rows():
    study = study_of({"from": "doxil", "values": {"hydrodynamic_diameter": "95 nm"}})
    assert study.reference is None
    assert not study.proteins


def test_the_coat_of_the_row_itself_changes_nothing():
    said = {"peg_grafting_density": {"value": 0.09, "unit": "1/nm^2", "cv": 0}}
    assert half_life(study_of({"from": "doxil", "values": said})) == pytest.approx(of_doxil(), rel=1e-9)


def test_a_patients_plasma_changes_corona_and_clearance():
    host = {"kind": "human-female", "plasma": INFLAMED}
    found = coronas(study_of(host=host), ValueBook(draws=1, seed=0))
    assert found.now.opsonin_load[0] > 1.2 * found.before.opsonin_load[0]
    assert half_life(study_of(host=host)) < 0.95 * of_doxil()
    protected = {"kind": "human-female", "plasma": {"clusterin": "0.4 g/L", "c3": "0.4 g/L"}}
    assert ratio(host=protected) < 1.0


def test_normal_values_of_a_patient_change_nothing():
    normal = {
        name: {"value": ROWS.row("protein", name).find("plasma_concentration")[0].value, "unit": "g/L"}
        for name in ("albumin", "igg")
    }
    assert ratio(host={"kind": "human-female", "plasma": normal}) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fibrinogn": "4 g/L"}, r"host\.plasma\.fibrinogn.*fibrinogen"),
        ({"fibrinogen": "4 nm"}, r"host\.plasma\.fibrinogen.*measures length"),
        ({"fibrinogen": "-1 g/L"}, r"host\.plasma\.fibrinogen.*allowed is 0 to 200 g/L"),
        ({"fibrinogen": 4}, r"host\.plasma\.fibrinogen.*g/L"),
        ({"c3": "1 g/L", "complement-c3": "1 g/L"}, r"complement-c3.*given twice"),
    ],
)
def test_a_plasma_that_cannot_be_is_refused(given, told):
    with pytest.raises(InputErrors, match=told):
        study_of(host={"kind": "human-female", "plasma": given})


def test_a_bare_particle_buries_its_ligands_and_holds_what_it_bound_as_long():
    tumor = {"kind": "breast-her2", "volume": "1 cm^3", "voxels": 1}
    dose = [{"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous", "activity": "400 MBq"}]
    bare = {"from": "mm-302-cu64", "values": {"peg_grafting_density": "0 1/nm^2"}}
    found = {}
    for name, formulation in (("coated", "mm-302-cu64"), ("bare", bare)):
        study, book = study_of(formulation, tumor=tumor, protocol=dose), ValueBook(draws=1, seed=0)
        own = matter_of(study, TREATED).chains[Species(Form.CARRIER, CARRIER)]
        site = Site("lesion", study.lesions[0].tumor, ball(1e-6, voxels=1))
        lesion = with_binding(lesion_of(study, site, book, in_shells(study, site, book)), study, own, book)
        rates = ("association_rate_constant", "dissociation_rate_constant")
        found[name] = [float(at_places(rate, lesion, [0], own, book)[0, 0]) for rate in rates]
    assert found["bare"][0] < 0.5 * found["coated"][0]
    assert found["bare"][1] == found["coated"][1]


def test_a_protein_of_ones_own_is_one_row(tmp_path):
    row = """
name: sticky
kind: protein
role: opsonin
values:
  molar_mass: 100 kg/mol
  hydrodynamic_diameter: 9 nm
  isoelectric_ph: 6
  plasma_concentration: 5 g/L
  adsorption_rate_constant: 1e5 1/(M s)
  desorption_rate_constant: 1e-4 1/s
  phagocytic_weight: 2
"""
    (tmp_path / "proteins").mkdir()
    (tmp_path / "proteins" / "sticky.yaml").write_text(row)
    study = replace(study_of(), proteins=proteins(Library(tmp_path)))
    found = coronas(study, ValueBook(draws=1, seed=0))
    assert found.panel.names[int(np.argmax(found.now.coverage[0]))] == "sticky"
    own = {"kind": "human-female", "plasma": {"sticky": "1 g/L"}}
    assert study_of(host=own, library=Library(tmp_path)).host.plasma["sticky"][0].value == 1.0


def test_a_result_says_that_its_study_changes_the_corona():
    def notes(study: ResolvedStudy) -> list[str]:
        return [one for one in simulate(study, grids={}).cautions if "corona" in one or "PEG" in one]

    short = {"until": "8 d", "draws": 0}
    assert not notes(study_of(outputs=short))
    (changed, *_) = notes(study_of(BARE, outputs=short))
    assert "phagocytes take up" in changed
    assert any("dose 2 is cleared" in one for one in notes(study_of(protocol=doses(0, 7, amount="1 mg/m^2"), outputs=short)))


def test_the_account_of_a_corona_tells_composition_size_charge_and_complement():
    account = corona_account(replace(study_of(), proteins=proteins(ROWS)), draws=20)
    assert {"diameter in plasma", "zeta potential in plasma", "opsonin load", "complement load"} <= set(account.figures)
    assert len(account.proteins) >= 20
    shares = [one.mass_share.median for one in account.proteins if isinstance(one.mass_share, Interval)]
    assert 0.3 < sum(shares) < 1.2
    assert 0.0 <= account.hypersensitivity <= 1.0
    assert account.figures["uptake by phagocytes over that of the library's rows"] == Interval(1.0, 1.0, 1.0, "")


def test_every_arm_that_injects_a_carrier_says_whether_hypersensitivity_is_to_be_expected():
    study = replace(study_of(controls=["free-drug"], outputs={"until": "1 d", "draws": 20}), proteins=proteins(ROWS))
    record = simulate(study, grids={})
    treated, free = record.arms
    found = treated.hypersensitivity
    assert free.hypersensitivity is None
    assert found is not None
    assert found.expected.mean() == corona_account(study, draws=20).hypersensitivity
    assert ((found.load > 1.0) == found.expected).all()
    assert found.grade == "assumed"
    assert 0 < found.assumed < found.values
    told = summary(record)["arms"]["treated"]["hypersensitivity"]
    assert told["expected_share_of_draws"] == found.expected.mean()
    assert told["grade"] == "assumed"
    assert "hypersensitivity" not in summary(record)["arms"]["free-drug"]
    page = report(record)
    assert "Hypersensitivity in arm treated" in page
    assert "Hypersensitivity in arm free-drug" not in page


def test_a_bare_particle_lets_expect_hypersensitivity_and_the_cautions_say_so():
    study = replace(study_of(BARE, outputs={"until": "1 d", "draws": 0}), proteins=proteins(ROWS))
    record = simulate(study, grids={})
    assert any("treated arm: complement" in one and "assumed" in one for one in record.cautions)


def doses(*days: float, amount: str) -> list[dict[str, str]]:
    return [{"at": f"{24 * day} h", "dose": amount, "of": "doxorubicin", "route": "intravenous"} for day in days]


def factors(study: ResolvedStudy) -> list[float]:
    book = ValueBook(draws=1, seed=0)
    given = given_in(study, matter_of(study, TREATED), TREATED, book)
    return [1.0 if one.faster is None else float(one.faster[0]) for one in given]


def test_a_second_small_dose_a_week_after_the_first_is_cleared_faster():
    end = {"until": "10 d", "draws": 0, "times": ["24 h", "192 h"]}
    twice = study_of(protocol=doses(0, 7, amount="1 mg/m^2"), outputs=end)
    assert factors(twice)[0] == 1.0
    assert factors(twice)[1] > 3.0
    hours, both = plasma(twice, "carrier", "carrier")
    alone_at, alone = plasma(study_of(protocol=doses(0, amount="1 mg/m^2"), outputs=end), "carrier", "carrier")
    additive = sum(
        float(np.interp(hour, alone_at, alone)) for hour in (24.0, 192.0)
    )  # of the second dose, and left of the first
    assert float(np.interp(192.0, hours, both)) < 0.5 * additive


def test_a_dose_as_large_as_in_the_clinic_or_four_weeks_later_is_not():
    assert factors(study_of(protocol=doses(0, 28, amount="50 mg/m^2"), outputs={"until": "40 d"})) == [1.0, 1.0]
    assert factors(study_of(protocol=doses(0, 28, amount="1 mg/m^2"), outputs={"until": "40 d"})) == [1.0, 1.0]


def test_repeated_doses_without_peg_stay_additive():
    content = {"doxorubicin": {"values": {"molecules_per_particle": 12_500}}}
    liposome = {"name": "plain", "carrier": "plain-liposome", "payloads": content}
    end = {"until": "10 d", "draws": 0, "times": ["12 h", "24 h", "180 h", "192 h"]}
    twice = study_of(liposome, protocol=doses(0, 7, amount="0.01 mg/m^2"), outputs=end)
    assert factors(twice) == [1.0, 1.0]
    hours, both = plasma(twice, "carrier", "carrier")
    alone_at, alone = plasma(study_of(liposome, protocol=doses(0, amount="0.01 mg/m^2"), outputs=end), "carrier", "carrier")
    once = {hour: float(np.interp(hour, alone_at, alone)) for hour in (12.0, 24.0, 180.0, 192.0)}
    for after in (12.0, 24.0):
        assert np.interp(168.0 + after, hours, both) == pytest.approx(once[after] + once[168.0 + after], rel=1e-4)
