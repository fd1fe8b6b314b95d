"""The study: what may be written, what it means, and every refusal with its place, value, limits and mend."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_library import SmallLibrary, assumed, dose, scan, study

from janusome.errors import InputErrors
from janusome.specification.body_surface import mosteller
from janusome.specification.refusals import Origin
from janusome.specification.resolve import resolve, understand
from janusome.specification.resolved import Build, ResolvedStudy, ScanEvent
from janusome.specification.study import Study, study_schema

LIBRARY = SmallLibrary()


def meant(**changes: Any) -> ResolvedStudy:
    return understand(study(**changes), LIBRARY, origin=Origin("study.yaml"))


def refusal(**changes: Any) -> str:
    with pytest.raises(InputErrors) as refused:
        meant(**changes)
    return str(refused.value)


# What a study means


def test_the_python_twin_means_the_same_as_the_file():
    assert resolve(Study(**study()), LIBRARY) == meant()


def test_a_study_reads_back_as_it_was_written():
    written = Study(**study(formulation={"from": "doxil", "values": {"zeta_potential": "-20 mV"}})).plain()
    assert Study(**json.loads(json.dumps(written))) == Study(
        **study(formulation={"from": "doxil", "values": {"zeta_potential": "-20 mV"}})
    )


def test_checking_a_study_does_not_change_it():
    written = study()
    kept = copy.deepcopy(written)
    understand(written, LIBRARY, origin=Origin())
    assert written == kept


def test_a_dose_per_square_metre_follows_body_surface_area():
    area = mosteller(1.63, 60)
    assert meant().doses[0].amount == pytest.approx(30e-6 * area / 543.5e-3)
    assert meant().doses[0].per == "body surface area"


def test_a_dose_per_kilogram_follows_body_mass():
    changes = {"host": {"kind": "woman", "body_mass": "80 kg"}, "protocol": [dose(dose="5 mg/kg", activity="1 MBq")]}
    assert meant(**changes).doses[0].amount == pytest.approx(400e-6 / 543.5e-3)


def test_a_dose_per_square_metre_of_a_rat_follows_its_mass_over_surface():
    changes = {"host": "rat", "tumor": [], "protocol": [dose(activity="1 MBq")]}
    assert meant(**changes).doses[0].amount == pytest.approx(30e-6 * 0.15 / 6 / 543.5e-3)


@pytest.mark.parametrize(
    ("text", "of", "kind", "amount"),
    [
        ("10 mg", "doxorubicin", "drug", 10e-6 / 543.5e-3),
        ("10 mg", "dox", "drug", 10e-6 / 543.5e-3),
        ("2 umol", "doxorubicin", "drug", 2e-6),
        ("1e12 particles", "particles", "carrier", 1e12 / 6.02214076e23),
        ("1 mg", "liposome", "carrier", 1e-6 / (1e-18 * 6.02214076e23)),
        ("1e12 particles/kg", "carrier-less", "carrier", None),
    ],
)
def test_a_dose_names_what_it_measures(text: str, of: str, kind: str, amount: float | None):
    if amount is None:
        assert f"protocol[0].of is {of!r}, which doxil does not carry" in refusal(
            formulation="doxil", protocol=[dose(dose=text, of=of)]
        )
        return
    given = meant(formulation="doxil", protocol=[dose(dose=text, of=of)]).doses[0]
    assert (given.kind, given.amount) == (kind, pytest.approx(amount))


def test_a_mass_of_iron_is_a_dose():
    given = meant(formulation="iron-liposome", protocol=[dose(dose="2 mg/kg", of="iron")]).doses[0]
    assert (given.of, given.kind, given.amount) == ("iron", "label", pytest.approx(120e-6 / 55.845e-3))


def test_three_more_cycles_make_four():
    events = meant(repeat={"every": "10 d", "times": 3}, outputs={"until": "40 d"}).events
    assert [event.at / 86400 for event in events] == [0, 1, 10, 11, 20, 21, 30, 31]
    assert [event.cycle for event in events] == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_order_of_the_protocol_is_free():
    assert meant(protocol=[scan(), dose(activity="1 MBq")]).events == meant(protocol=[dose(activity="1 MBq"), scan()]).events


def test_a_scan_looks_for_the_label_that_it_shows():
    (event,) = meant().scans
    assert event == ScanEvent(at=86400, scanner="pet", modality="pet", labels=("cu-64",), frame=600)


def test_aliases_become_the_names_of_the_rows():
    from janusome.files.library import Library

    changes = {"host": "woman", "formulation": {"from": "caelyx", "labels": {"64cu": {}}}, "tumor": None}
    changes["protocol"] = [dose(of="dox", activity="1 MBq"), scan(scan="pet-clinical", label="copper-64")]
    found = understand(study(**changes), Library(), origin=Origin())
    assert (found.formulation.name, set(found.labels), set(found.formulation.labels)) == ("doxil", {"cu-64"}, {"cu-64"})
    assert (found.doses[0].of, found.scans[0].labels) == ("doxorubicin", ("cu-64",))


def test_heat_is_a_window_of_temperature():
    (event,) = meant(protocol=[dose(activity="1 MBq"), {"at": "1 h", "heat": "42 degC", "over": "30 min"}]).heatings
    assert (event.at, event.over, event.temperature) == (3600, 1800, pytest.approx(315.15))


def test_controls_stand_beside_every_study():
    assert meant().controls == ("free-drug", "untreated")
    assert meant(controls=["untreated"]).controls == ("untreated",)


def test_a_free_drug_needs_no_free_drug_control():
    assert meant(formulation="free-doxorubicin", protocol=[dose()]).controls == ("untreated",)


def test_the_product_of_a_drug_comes_with_it():
    assert set(meant(formulation="free-irinotecan", protocol=[dose(of="irinotecan")]).drugs) == {"irinotecan", "sn-38"}


def test_several_lesions_have_names_of_their_own():
    lesions = meant(
        tumor=[{"kind": "breast", "volume": "1 cm^3"}, {"kind": "breast", "mask": {"file": "a.nrrd", "label": 2}}]
    ).lesions
    assert [lesion.name for lesion in lesions] == ["breast-1", "breast-2"]
    assert lesions[0].volume == pytest.approx(1e-6)
    assert lesions[1].mask is not None
    assert (lesions[1].mask.file, lesions[1].mask.label) == ("a.nrrd", 2)


def test_a_drawn_tumor_has_axes_cores_and_vessels_that_vary():
    vessels = {"spread": 0.5, "correlation_length": "1 mm"}
    shape = {"axes": [1, 0.8, 0.6], "necrotic_core": 0.2, "hypoxic_core": 0.1, "vessel_heterogeneity": vessels}
    (lesion,) = meant(tumor={"kind": "breast", "volume": "1 cm^3", "shape": shape, "margin": "2 mm"}).lesions
    assert lesion.build == Build((1.0, 0.8, 0.6), 0.2, 0.1, 0.5, lesion.build.correlation_length)
    assert lesion.build.correlation_length == pytest.approx(1e-3)
    assert lesion.margin == pytest.approx(2e-3)
    (plain,) = meant(tumor={"kind": "breast", "volume": "1 cm^3"}).lesions
    assert (plain.build, plain.margin, plain.maps) == (Build(), 0.0, {})


def test_maps_of_a_tumor_stand_beside_its_mask_with_their_units():
    maps = {"ktrans": {"file": "k.nii.gz", "unit": "1/min"}, "uptake": {"file": "pet.nii.gz", "unit": "kBq/mL"}}
    (lesion,) = meant(tumor={"kind": "breast", "mask": "a.nrrd", **maps}).lesions
    assert {name: (found.file, found.unit) for name, found in lesion.maps.items()} == {
        name: (found["file"], found["unit"]) for name, found in maps.items()
    }


def test_tumors_that_cannot_be_built_are_refused():
    mask, volume = {"kind": "breast", "mask": "a.nrrd"}, {"kind": "breast", "volume": "1 cm^3"}
    ktrans = {"file": "k.nii.gz", "unit": "mm"}
    assert "ktrans.unit" in refusal(tumor={**mask, "ktrans": ktrans})
    assert "is 'mm'; ktrans is measured in 1/min" in refusal(tumor={**mask, "ktrans": ktrans})
    assert "uptake is measured in any unit, such as Bq/mL" in refusal(tumor={**mask, "uptake": {"file": "p", "unit": "flurb"}})
    assert "has a map (ktrans) and no mask; give the mask" in refusal(tumor={**volume, "ktrans": ktrans})
    assert "has a mask and axes; the mask is the shape" in refusal(tumor={**mask, "shape": {"axes": [1, 1, 1]}})
    assert "has cores of 1.1 of the volume; together allowed is up to 0.9" in refusal(
        tumor={**volume, "shape": {"necrotic_core": 0.6, "hypoxic_core": 0.5}}
    )
    assert "axes" in refusal(tumor={**volume, "shape": {"axes": [1, 0, 1]}})
    assert "correlation_length" in refusal(
        tumor={**volume, "shape": {"vessel_heterogeneity": {"spread": 0.5, "correlation_length": "1 s"}}}
    )


def test_a_study_without_a_tumor_is_a_study_of_the_body():
    assert meant(tumor=None).lesions == ()


# Overrides


def test_body_mass_given_in_the_study_is_exact():
    (mass,) = meant(host={"kind": "woman", "body_mass": "61 kg"}).host.find("body_mass")
    assert (mass.value, mass.sd_ln, mass.grade, mass.origin) == (61, 0, "given", "study")


def test_an_override_without_an_organ_holds_in_every_organ_and_species():
    exchange = {"value": 0.3, "cv": 0.1}
    found = meant(
        formulation={
            "from": "copper-liposome",
            "values": {"hydrodynamic_diameter": "70 nm", "vascular_exchange_ratio": exchange},
        }
    )
    assert found.of_carrier("hydrodynamic_diameter")[0].value == 70
    for organ in (None, "liver", "spleen"):
        assert found.of_carrier("vascular_exchange_ratio", organ=organ)[0].value == 0.3


def test_an_override_of_an_organ_holds_there_in_every_species():
    carrier = {"from": "liposome", "organs": {"liver": {"values": {"vascular_exchange_ratio": 0.9}}}}
    payloads = {"doxorubicin": {"values": {"molecules_per_particle": 9000}}}
    found = meant(formulation={"name": "mine", "carrier": carrier, "payloads": payloads}, protocol=[dose()])
    assert found.of_carrier("vascular_exchange_ratio", organ="liver")[0].value == 0.9
    assert found.of_carrier("vascular_exchange_ratio", organ="spleen")[0].value == 0.7
    assert found.of_carrier("vascular_exchange_ratio", organ="gut")[0].value == 0.2


def test_an_override_of_a_carrier_without_an_organ_beats_the_library_everywhere():
    carrier = {"from": "liposome", "values": {"vascular_exchange_ratio": 0.9}}
    payloads = {"doxorubicin": {"values": {"molecules_per_particle": 9000}}}
    found = meant(formulation={"name": "mine", "carrier": carrier, "payloads": payloads}, protocol=[dose()])
    assert {found.of_carrier("vascular_exchange_ratio", organ=organ)[0].value for organ in (None, "liver", "spleen")} == {0.9}


def test_the_rest_of_an_organ_stays_when_a_value_of_it_is_given():
    organs = {"lung": {"values": {"interstitial_fraction": 0.3}}}
    lung = meant(host={"kind": "woman", "organs": organs}).host.organs["lung"]
    assert lung.fed_by == "venous"
    assert lung.values["interstitial_fraction"][0].origin == "study"


def test_a_receptor_count_given_in_the_study_replaces_that_of_the_library():
    receptors = {"HER2": {"values": {"receptors_per_cell": "2e5 receptor/cell"}}}
    (lesion,) = meant(tumor={"kind": "breast", "volume": "1 cm^3", "receptors": receptors}).lesions
    (count,) = lesion.tumor.receptors["HER2"].values["receptors_per_cell"]
    assert (count.value, count.origin) == (2e5, "study")


def test_a_whole_formulation_stands_in_place():
    found = meant(
        formulation={
            "name": "mine",
            "carrier": {"name": "my-particle", "laws": ["release_first_order"], "values": {"hydrodynamic_diameter": "30 nm"}},
            "payloads": {
                "doxorubicin": {"values": {"loading": {"value": 8, "unit": "%", "conditions": {"basis": "particle"}}}}
            },
        },
        protocol=[dose()],
    )
    assert found.carrier is not None
    assert (found.carrier.name, found.carrier.laws) == ("my-particle", ("release_first_order",))
    assert [caution.place for caution in found.cautions] == ["study.yaml: formulation.carrier.values.hydrodynamic_diameter"]


def test_a_ligand_that_finds_no_receptor_is_told():
    (caution,) = meant(formulation="iron-liposome", protocol=[dose(of="iron", dose="1 mg")]).cautions
    assert "binds folate-receptor, which the row of breast does not list" in str(caution)


def test_mri_without_a_contrast_agent_is_told():
    (caution,) = meant(protocol=[dose(activity="1 MBq"), {"at": "1 h", "scan": "mri", "sequence": "t1w"}]).cautions
    assert "the image shows tissue only" in caution.consequence


# Refusals

PARTICLE = {
    "name": "mine",
    "carrier": {"name": "p", "values": {"hydrodynamic_diameter": "30 nm", "coating_thickness": "40 nm"}},
    "payloads": {"doxorubicin": {"values": {"molecules_per_particle": 10}}},
}
LOADED = {"name": "mine", "carrier": "liposome", "payloads": {"doxorubicin": {"values": {"loading": "130 %"}}}}
BULKY = {"name": "m", "carrier": {"from": "liposome", "values": {"core_diameter": "120 nm"}}, "payloads": PARTICLE["payloads"]}
THICK = {"from": "doxil", "values": {"core_diameter": "60 nm", "coating_thickness": "30 nm"}}
FULL = {
    "name": "mine",
    "carrier": "liposome",
    "payloads": {"doxorubicin": {"values": {"loading": "60 %"}}, "irinotecan": {"values": {"loading": "50 %"}}},
}


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        # dimensions, numbers, times
        (
            {"protocol": [dose(dose="30 nm")]},
            ["study.yaml: protocol[0].dose is '30 nm', which measures length", "such as 30 mg/m^2"],
        ),
        ({"protocol": [dose(dose="30")]}, ["protocol[0].dose is '30', which measures a plain number"]),
        ({"protocol": [dose(dose="30 mgg")]}, ["'mgg' is not a unit"]),
        ({"protocol": [dose(dose="much")]}, ["protocol[0].dose is 'much', which is no quantity"]),
        ({"protocol": [dose(dose="-5 mg")]}, ["study.yaml: protocol[0].dose is -5 mg; give a dose above zero."]),
        ({"protocol": [dose(dose="0 mg")]}, ["protocol[0].dose is 0 mg; give a dose above zero."]),
        ({"protocol": [dose(dose="1e999 mg")]}, ["protocol[0].dose is 1e999 mg; give a finite dose"]),
        ({"protocol": [dose(at="-1 h")]}, ["protocol[0].at is -1 h; allowed is 0 to 87840 h"]),
        ({"protocol": [dose(over="0 h")]}, ["protocol[0].over is 0 h; give more than zero"]),
        ({"protocol": [dose(at="3 kg")]}, ["protocol[0].at is '3 kg', which measures mass; a quantity of time is needed"]),
        ({"protocol": [dose(at=5)]}, ["protocol[0].at is 5, which measures a plain number"]),
        ({"protocol": [dose(at=None)]}, ["protocol[0].at is missing; give an `at`"]),
        ({"protocol": [dose(at="72 h")]}, ["protocol[0].at is 72 h, and that is after the end", "before outputs.until, 72 h"]),
        ({"protocol": [dose(at="71 h", over="2 h")]}, ["protocol[0].at is 71 h, and ends after the end of the study"]),
        ({"protocol": [dose(), scan(at="71.9 h")]}, ["protocol[1].at is 71.9 h, and ends after the end"]),
        (
            {"repeat": {"every": "40 h", "times": 1}, "protocol": [dose(), dose(at="35 h")]},
            ["protocol[1].at is 75 h in cycle 2 of 2"],
        ),
        ({"repeat": {"every": "40 h", "times": 0}}, ["repeat.times is 0; allowed is 1 or more"]),
        (
            {"outputs": {"until": "72 h", "times": ["1 h", "80 h"]}},
            ["outputs.times[1] is 80 h, after the end", "up to outputs.until, 72 h"],
        ),
        ({"outputs": {}}, ["outputs.until is missing; give an `until`"]),
        ({"outputs": {"until": "72 h", "draws": -1}}, ["outputs.draws is -1; allowed is 0 or more"]),
        ({"outputs": {"until": "72 h", "draws": True}}, ["outputs.draws is True; write a whole number"]),
        ({"outputs": {"until": "72 h", "images": "dicom"}}, ["outputs.images is 'dicom'; allowed is nifti or none"]),
        # names
        ({"formulation": "doxill"}, ["formulation is 'doxill', which is not in the library; did you mean doxil?"]),
        (
            {"formulation": {"from": "doxill"}},
            ["formulation.from is 'doxill', which is not in the library; did you mean doxil?"],
        ),
        ({"formulation": None}, ["formulation is empty; give a name of the library"]),
        ({"host": "wooman"}, ["host is 'wooman', which is not in the library; did you mean woman?"]),
        ({"host": {"kind": "wooman", "height": "1 m"}}, ["host.kind is 'wooman'", "did you mean woman?"]),
        ({"tumor": {"kind": "brest", "volume": "1 cm^3"}}, ["tumor.kind is 'brest'", "did you mean breast?"]),
        ({"protocol": [dose(), scan(scan="peta")]}, ["protocol[1].scan is 'peta'", "did you mean pet?"]),
        (
            {"protocol": [dose(of="doxorubicine")]},
            ["protocol[0].of is 'doxorubicine', which copper-liposome does not carry; did you mean doxorubicin?"],
        ),
        ({"protocols": []}, ["study.yaml: protocols is no known key; did you mean protocol?"]),
        ({"protocol": [dose(rout="x")]}, ["protocol[0].rout is no known key; did you mean route?"]),
        ({"host": {"kind": "woman", "weight": "60 kg"}}, ["host.weight is no known key; did you mean height?"]),
        (
            {"tumor": {"kind": "breast", "volum": "1 cm^3", "volume": "1 cm^3"}},
            ["tumor.volum is no known key; did you mean volume?"],
        ),
        ({"outputs": {"until": "72 h", "draw": 3}}, ["outputs.draw is no known key; did you mean draws?"]),
        ({"formulation": {"from": "doxil", "valeus": {}}}, ["formulation.valeus is no known key; did you mean values?"]),
        (
            {"formulation": {"from": "doxil", "values": {"zeta_potental": "3 mV"}}},
            ["formulation.values.zeta_potental is no known quantity; did you mean zeta_potential"],
        ),
        ({"controls": ["placebo"]}, ["controls[0] is 'placebo'; allowed is free-drug or untreated"]),
        ({"study": ""}, ["study is ''; allowed is 1 or more characters"]),
        # events
        ({"protocol": []}, ["protocol has 0 events; allowed is 1 to 10000"]),
        ({"protocol": [scan()]}, ["protocol holds no dose; add one"]),
        ({"protocol": ["dose"]}, ["protocol[0] is no event; write keys with values"]),
        ({"protocol": [{"at": "0 h"}]}, ["protocol[0] is no event; give one of `dose`, `scan`, `heat` or `ultrasound`"]),
        ({"protocol": [{"at": "0 h", "scn": "pet"}]}, ["protocol[0] is no event", "did you mean scan?"]),
        ({"protocol": [dose(scan="pet")]}, ["protocol[0] has dose and scan in one event; write one event for each"]),
        (
            {"protocol": [dose(route=["intravenous", "intratumoral"])]},
            ["protocol[0].route names 2 routes (intravenous, intratumoral); write one event for each route"],
        ),
        ({"protocol": [dose(route="intravenous, intratumoral")]}, ["protocol[0].route names 2 routes"]),
        (
            {"protocol": [dose(route="intravenus")]},
            ["protocol[0].route is 'intravenus'; allowed is intravenous, intratumoral, oral, inhaled, intratracheal"],
        ),
        ({"protocol": [dose(route="rectal")]}, ["protocol[0].route is 'rectal'; allowed is intravenous, intratumoral, oral"]),
        (
            {"protocol": [dose(route="inhaled")]},
            ["protocol[0].route is inhaled, and woman has no place that takes such a dose"],
        ),
        (
            {"protocol": [dose(route="intratumoral")], "tumor": None},
            ["protocol[0].route is intratumoral in a study without a tumor"],
        ),
        ({"protocol": [dose(into="breast")]}, ["protocol[0].into names a lesion for an intravenous dose"]),
        (
            {"protocol": [dose(route="intratumoral", into="brest")]},
            ["protocol[0].into is 'brest', which is no lesion; did you mean breast?"],
        ),
        ({"protocol": [dose()]}, ["protocol[0].activity is missing; say how much cu-64 is injected"]),
        (
            {"protocol": [dose(activity="4 MBq")], "formulation": "doxil"},
            ["protocol[0].activity is 4 MBq but doxil carries no radioactive label"],
        ),
        ({"protocol": [dose(activity="400 mg")]}, ["protocol[0].activity is '400 mg', which measures mass"]),
        (
            {"protocol": [dose(), scan()], "formulation": "doxil"},
            ["protocol[1].scan is pet, and doxil carries no positron emitter to see"],
        ),
        (
            {"protocol": [dose(), scan(label="in-111")]},
            ["protocol[1].label is 'in-111', which copper-liposome does not carry"],
        ),
        ({"protocol": [dose(), scan(frame=None)]}, ["protocol[1].frame is missing; say how long the scanner counts"]),
        (
            {"protocol": [dose(), scan(sequence="t1w")]},
            ["protocol[1].sequence is 't1w', which pet does not have", "leave it out"],
        ),
        (
            {"protocol": [dose(), scan(scan="mri", sequence="t1")]},
            ["protocol[1].frame is 10 min, and mri counts nothing", "is 't1', which mri does not have; did you mean"],
        ),
        ({"protocol": [dose(), scan(scan="mri", frame=None)]}, ["protocol[1].sequence is missing; choose t1w or t2w"]),
        (
            {"protocol": [dose(), scan(scan="mri", frame=None, sequence="t1w", label="cu-64")]},
            ["protocol[1].label is 'cu-64', which mri does not show"],
        ),
        (
            {"protocol": [dose(), {"at": "1 h", "heat": "35 degC", "over": "1 h"}]},
            ["protocol[1].heat is 35 degC, below the body's 37 degC"],
        ),
        (
            {"protocol": [dose(), {"at": "1 h", "heat": "90 degC", "over": "1 h"}]},
            ["protocol[1].heat is 90 degC; allowed is 30 to 60 degC"],
        ),
        (
            {"protocol": [dose(), *({"at": at, "heat": "42 degC", "over": "1 h"} for at in ("1 h", "1.5 h"))]},
            ["protocol[2].at starts before the heat of an earlier event ends"],
        ),
        # formulations
        (
            {"formulation": PARTICLE},
            ["formulation.carrier.values.coating_thickness is 40 nm but the whole particle is 30 nm across; give the dry"],
        ),
        (
            {"formulation": THICK},
            ["formulation.values.coating_thickness is 30 nm on a core of 60 nm, more than the whole particle of 90 nm"],
        ),
        (
            {"formulation": BULKY},
            ["formulation.carrier.values.core_diameter is 120 nm but the whole particle is 90 nm across"],
        ),
        ({"formulation": LOADED}, ["formulation.payloads.doxorubicin.values.loading is 130 %; allowed is 0 to 100 %"]),
        ({"formulation": FULL}, ["formulation.payloads have loadings that add up to 110 %; allowed is 100 %"]),
        (
            {"formulation": {"name": "m", "carrier": "liposome", "payloads": {"doxorubicin": {}}}},
            ["formulation.payloads.doxorubicin does not say how much doxorubicin a particle holds; give its values"],
        ),
        (
            {"formulation": {"name": "m", "carrier": "liposome", "labels": {"iron": {}}}},
            ["formulation.labels.iron does not say how much iron a particle carries"],
        ),
        (
            {"formulation": {"name": "m", "carrier": "liposome", "ligands": {"folate": {}}}},
            ["formulation.ligands.folate does not say how much folate"],
        ),
        (
            {"formulation": {"name": "m", "labels": {"cu-64": {}}, "payloads": {"doxorubicin": {}}}},
            ["formulation.labels stands in a formulation without a carrier"],
        ),
        ({"formulation": {"name": "m"}}, ["formulation has neither a carrier nor payloads"]),
        ({"formulation": {"name": "m", "carrier": "lipsome"}}, ["formulation.carrier is 'lipsome'", "did you mean liposome?"]),
        ({"formulation": {"carrier": "liposome"}}, ["formulation.name is missing; give a `name`"]),
        (
            {"formulation": {"name": "m", "carrier": "liposome", "payloads": {"doxorubicn": {}}}},
            ["formulation.payloads.doxorubicn is 'doxorubicn'", "did you mean doxorubicin?"],
        ),
        # hosts and tumors
        (
            {"host": "mouse", "tumor": None},
            ["protocol[0].dose is per body surface area, which is not known of mouse; give host.height"],
        ),
        ({"host": {"kind": "woman", "body_mass": "900 kg"}}, ["host.body_mass is 900 kg; allowed is 0.005 to 400 kg"]),
        ({"host": {"kind": "woman", "body_mass": "9 m"}}, ["host.body_mass is '9 m', which measures length"]),
        (
            {"host": {"kind": "woman", "body_mass": "60 kg", "values": {"body_mass": "60 kg"}}},
            ["host.values.body_mass is given twice"],
        ),
        (
            {"host": {"kind": "woman", "organs": {"livre": {}}}},
            ["host.organs.livre is no organ of the hosts; did you mean liver?"],
        ),
        (
            {"host": {"kind": "woman", "organs": {"bone marrow": {}}}},
            ["host.organs.bone marrow is no organ of the hosts; it is part of bone"],
        ),
        ({"tumor": "breast"}, ["tumor is 'breast' without a size; write {kind: breast, volume: 25 cm^3}"]),
        (
            {"tumor": {"kind": "breast"}},
            ["tumor has neither a volume nor a mask; give `volume: 25 cm^3` or `mask: tumor.nrrd`"],
        ),
        ({"tumor": {"kind": "breast", "volume": "1 cm^3", "mask": "a.nrrd"}}, ["tumor has a volume and a mask"]),
        (
            {"tumor": {"kind": "breast", "volume": "25 cm"}},
            ["tumor.volume is '25 cm', which measures length; a quantity of length^3 is needed"],
        ),
        ({"tumor": {"kind": "breast", "volume": "-2 cm^3"}}, ["tumor.volume is -2 cm^3; allowed is 1e-06 to 10000 cm^3"]),
        (
            {"host": "rat", "tumor": {"kind": "breast", "volume": "50 cm^3"}},
            ["tumor.volume is 50 cm^3, more than a quarter of the host (150 g)"],
        ),
        (
            {"tumor": {"kind": "breast", "mask": {"file": "a.nrrd", "label": 0}}},
            ["tumor.mask.label is 0; allowed is 1 or more"],
        ),
        (
            {"tumor": [{"kind": "breast", "name": "one", "volume": "1 cm^3"}] * 2},
            ["tumor[1].name is 'one', as an earlier lesion's"],
        ),
    ],
)
def test_bad_input_is_refused_with_place_value_limits_and_mend(changes: dict[str, Any], messages: list[str]):
    told = refusal(**changes)
    for message in messages:
        assert message in told


def test_all_that_is_wrong_is_told_in_one_go():
    told = refusal(
        host="wooman",
        formulation={"from": "doxill"},
        tumor={"kind": "breast", "volume": "1 kg"},
        protocol=[dose(dose="-3 mg"), dose(at="80 h"), scan(scan="peta")],
        outputs={"until": "72 h", "drws": 3},
    )
    for place in (
        "host is",
        "formulation.from is",
        "tumor.volume is",
        "protocol[0].dose",
        "protocol[1].at is 80 h",
        "protocol[2].scan",
        "outputs.drws",
    ):
        assert f"study.yaml: {place}" in told
    assert len(told.splitlines()) == 7


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["3 kg", "-1 h", "1e400 mg", "nm"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "at", "from", "values", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def mutated(data: Any, path: list[int], junk: Any) -> Any:
    """Put junk somewhere in a study."""
    if not path or not isinstance(data, (dict, list)) or not data:
        return junk
    keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    key = keys[path[0] % len(keys)]
    changed = dict(data) if isinstance(data, dict) else list(data)
    changed[key] = mutated(data[key], path[1:], junk)
    return changed


@settings(max_examples=120, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), JUNK)
def test_whatever_stands_in_a_study_it_is_understood_or_refused(path: list[int], junk: Any):
    written = study(
        formulation={
            "name": "m",
            "carrier": {"from": "liposome", "values": {"zeta_potential": "-1 mV"}},
            "payloads": {"doxorubicin": {"values": {"loading": "5 %"}}},
        },
        repeat={"every": "1 h", "times": 2},
        host={"kind": "woman", "body_mass": "60 kg", "organs": {"liver": {"values": {"interstitial_fraction": 0.1}}}},
    )
    try:
        understand(mutated(written, path, junk), LIBRARY, origin=Origin("study.yaml"))
    except InputErrors as error:
        assert error.refusals
        for each in error.refusals:
            assert each.place.startswith(("study.yaml", "carrier", "drug"))
            assert each.problem
            assert each.remedy


def test_the_line_of_the_file_is_told():
    with pytest.raises(InputErrors, match=r"study\.yaml: protocol\[0\]\.dose \(line 9\) is -5 mg"):
        understand(
            study(protocol=[dose(dose="-5 mg")]),
            LIBRARY,
            origin=Origin("study.yaml", {("protocol",): 7, ("protocol", 0, "dose"): 9}),
        )


def test_the_python_twin_tells_all_refusals_at_once():
    with pytest.raises(InputErrors) as refused:
        Study(**study(protocol=[dose(dose="-3 mg", over="x")], outputs={}))
    assert len(refused.value.refusals) == 3
    assert str(refused.value).startswith("protocol[0].dose is -3 mg; give a dose above zero.")


@pytest.mark.parametrize("data", [None, [], 3, "study", [{"study": "x"}]])
def test_what_is_no_set_of_keys_is_no_study(data: Any):
    with pytest.raises(InputErrors, match="write keys with values"):
        understand(data, LIBRARY, origin=Origin("study.yaml"))


def test_a_value_of_the_users_library_is_widened_where_its_conditions_are_not_said():
    class Mixed(SmallLibrary):
        def row(self, kind: str, name: str, /) -> Any:
            from janusome.specification.rows import read_row

            if (kind, name) != ("carrier", "liposome"):
                return super().row(kind, name)
            row = {"name": "liposome", "values": {"zeta_potential": assumed(-20, "mV")}}
            return read_row(row, kind="carrier", origin=Origin(owner="user library"))

    found = understand(study(), Mixed(), origin=Origin())
    assert "without the `medium`" in str(found.cautions[0])
    assert found.of_carrier("zeta_potential")[0].widened_by > 0


def test_the_schema_names_every_key_of_a_study():
    schema = study_schema()
    json.dumps(schema)
    assert set(schema["properties"]) == set(Study.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["study", "formulation", "host", "protocol", "outputs"]
    assert "from" in schema["$defs"]["FormulationFrom"]["properties"]


def test_reading_a_study_does_not_import_the_heavy_libraries():
    code = (
        "import sys, janusome.specification.resolve, janusome.files.library, janusome.files.yaml_loader;"
        "print([name for name in ('jax', 'xarray', 'pandas', 'equinox', 'pint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
