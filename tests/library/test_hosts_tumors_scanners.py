"""The shipped hosts, tumors and scanners: sources, units, and bodies that add up."""

from __future__ import annotations

import math
from typing import Any

import pytest

from janusome import units
from janusome.specification.vocabulary import CAVITIES, ROUTES
from library_rows import cited, rows_of, tables, values, vocabulary

ROWS = rows_of(("hosts", "tumors", "scanners"))
HOSTS = [name for kind, name in ROWS if kind == "hosts"]
TUMORS = [name for kind, name in ROWS if kind == "tumors"]
ORGANS = {
    "lung", "liver", "spleen", "kidney", "gut", "pancreas", "heart", "brain", "muscle", "skin", "bone", "adipose", "rest",
}  # fmt: skip
PLASMA_VOLUME = {"mouse": (29, 50), "rat": (31, 39), "human-male": (38, 48), "human-female": (36, 45)}  # mL/kg
EVERY_ROW = pytest.mark.parametrize("key", ROWS, ids="/".join)
EVERY_HOST = pytest.mark.parametrize("name", HOSTS)
EVERY_TUMOR = pytest.mark.parametrize("name", TUMORS)


def number(table: dict[str, Any], name: str) -> float:
    value = table[name]
    return units.to_internal(value["value"], value["unit"])


def litres_per_kilogram(organ: dict[str, Any]) -> float:
    return units.from_internal(number(organ["values"], "tissue_volume_per_body_mass"), "L/kg")


def tissues(name: str) -> list[dict[str, Any]]:
    """The organs and pools of a host, without the cavities."""
    return [organ for organ in ROWS["hosts", name]["organs"].values() if "only_for" not in organ]


@EVERY_ROW
def test_a_row_is_named_like_its_file(key):
    kind, stem = key
    assert ROWS[key]["name"] == stem
    assert f"{ROWS[key]['kind']}s" == kind
    assert ROWS[key]["title"]


@EVERY_ROW
def test_every_value_has_a_source_and_a_place_in_it_or_is_assumed_with_a_reason(key):
    known = cited()
    for path, _, value in values(ROWS[key]):
        if value["grade"] == "assumed":
            assert value["note"], path
            assert "source" not in value, path
        else:
            assert value["grade"] in {"measured", "derived"}, path
            assert value["source"] in known, path
            assert value["where"], path


@EVERY_ROW
def test_every_value_has_the_dimension_and_the_size_of_its_name(key):
    known = vocabulary()
    for path, name, value in values(ROWS[key]):
        quantity = known[name]
        assert units.same_dimension(value["unit"], quantity["unit"]), path
        low, high = (units.to_internal(float(quantity[end]), quantity["unit"]) for end in ("low", "high"))
        for end in {"value", "low", "high"} & value.keys():
            assert low <= units.to_internal(value[end], value["unit"]) <= high, path


@EVERY_ROW
def test_every_spread_holds_its_value(key):
    for path, _, value in values(ROWS[key]):
        assert ("low" in value) == ("high" in value), path
        assert not ("low" in value and "cv" in value), path
        if "low" in value:
            assert value["low"] <= value["value"] <= value["high"], path
            assert value["low"] < value["high"], path


@EVERY_ROW
def test_relaxation_times_are_given_at_three_fields_and_t2star_is_below_t2_below_t1(key):
    for path, table in tables(ROWS[key]):
        if "longitudinal_relaxation_time" not in table:
            continue
        times = {}
        for name in ("longitudinal", "transverse", "effective_transverse"):
            times[name] = {value["conditions"]["field"]: number({"": value}, "") for value in table[f"{name}_relaxation_time"]}
            assert times[name].keys() >= {"1.5 T", "3 T", "7 T"}, path
        t1, t2, t2star = times.values()
        assert list(t1.values()) == sorted(t1.values()), f"{path}: T1 rises with the field"
        assert all(t2star[field] < t1[field] / 2 for field in t2star), path
        assert all(t2star[field] <= t2[field] < t1[field] for field in t2star), f"{path}: T2* is the shortest"


@EVERY_HOST
def test_a_host_has_its_organs_two_pools_lymph_nodes_and_the_cavities_of_the_routes(name):
    assert ROWS["hosts", name]["organs"].keys() == ORGANS | {"venous", "arterial", "lymph nodes", *CAVITIES}


@EVERY_HOST
def test_a_cavity_has_no_blood_and_is_there_only_for_its_routes(name):
    organs = ROWS["hosts", name]["organs"]
    for cavity in CAVITIES:
        assert "blood" not in organs[cavity]["sites"]
        assert organs[cavity]["only_for"]
        assert set(organs[cavity].get("receives", ())) <= set(organs[cavity]["only_for"])
    taken = [route for organ in organs.values() for route in organ.get("receives", ())]
    assert set(taken) == set(ROUTES) - {"intravenous", "intratumoral"}


@EVERY_HOST
def test_lymph_of_every_organ_comes_back_to_the_veins(name):
    organs = ROWS["hosts", name]["organs"]
    for organ in organs:
        seen, place = [organ], organs[organ].get("ways", {}).get("lymph")
        while place is not None:
            assert place not in seen
            seen.append(place)
            place = organs[place].get("ways", {}).get("lymph")
        assert len(seen) == 1 or seen[-1] == "venous", seen


@EVERY_HOST
def test_the_organs_fill_most_of_the_body_and_no_more(name):
    filled = sum(litres_per_kilogram(organ) for organ in tissues(name))
    assert 0.80 <= filled <= 1.05


@EVERY_HOST
def test_the_parts_of_an_organ_do_not_exceed_it(name):
    host = ROWS["hosts", name]
    for organ in ORGANS:
        table = host["organs"][organ]["values"]
        blood = number(table, "vascular_plasma_fraction") / (1.0 - number(host["values"], "hematocrit"))
        assert number(table, "extravascular_fraction") == pytest.approx(1.0 - blood, abs=2e-3), organ
        assert blood + number(table, "interstitial_fraction") < 1.0, organ


@EVERY_HOST
def test_plasma_adds_up_to_what_was_published(name):
    organs = [organ for organ in tissues(name) if "vascular_plasma_fraction" in organ["values"]]
    plasma = sum(litres_per_kilogram(organ) * number(organ["values"], "vascular_plasma_fraction") for organ in organs)
    low, high = PLASMA_VOLUME[name]
    assert low <= 1000.0 * plasma <= high
    assert all(litres_per_kilogram(ROWS["hosts", name]["organs"][pool]) > 0.001 for pool in ("venous", "arterial"))


@EVERY_HOST
def test_arterial_flows_leave_something_for_the_rest(name):
    organs = ROWS["hosts", name]["organs"]
    given = {organ for organ in organs if "plasma_flow_fraction" in organs[organ]["values"]}
    assert given == ORGANS - {"lung", "rest"}
    assert 0.75 < sum(number(organs[organ]["values"], "plasma_flow_fraction") for organ in given) < 0.98


@EVERY_HOST
def test_the_liver_passes_on_what_gut_spleen_and_pancreas_bring(name):
    organs = ROWS["hosts", name]["organs"]
    assert {organ for organ in organs if organs[organ].get("drains_to") == "liver"} == {"gut", "spleen", "pancreas"}
    artery = number(organs["liver"]["values"], "plasma_flow_fraction")
    portal = sum(number(organs[organ]["values"], "plasma_flow_fraction") for organ in ("gut", "spleen", "pancreas"))
    assert artery < portal / 2
    assert 0.15 <= artery + portal <= 0.30  # published totals: rat 0.174, mouse 0.161 to 0.268, human 0.255 to 0.270


@EVERY_HOST
def test_the_lung_stands_between_the_pools(name):
    organs = ROWS["hosts", name]["organs"]
    assert organs["venous"] | {"values": 0} == {"sites": ["blood"], "drains_to": "lung", "values": 0}
    assert (organs["lung"]["fed_by"], organs["lung"]["drains_to"]) == ("venous", "arterial")
    assert organs["arterial"]["sites"] == ["blood"]
    assert all(number(organs[pool]["values"], "vascular_plasma_fraction") == 1.0 for pool in ("venous", "arterial"))


@EVERY_HOST
def test_phagocytes_have_a_density_where_they_have_a_site(name):
    for organ, entry in ROWS["hosts", name]["organs"].items():
        assert ("phagocytosed" in entry.get("sites", [])) == ("phagocyte_density" in entry["values"]), organ


@EVERY_HOST
def test_every_organ_can_metabolise_and_none_does_by_default(name):
    host = ROWS["hosts", name]
    assert all("metabolism" in host["organs"][organ]["laws"] for organ in ORGANS)
    for clearance in ("intrinsic", "biliary", "conversion"):
        assert host["values"][f"{clearance}_clearance_per_body_mass"] | {"note": ""} == {
            "value": 0, "unit": "L/(h kg)", "cv": 0, "grade": "assumed", "note": "",
        }  # fmt: skip


def test_the_reference_adults_have_the_cardiac_output_of_their_table():
    for name, litres_per_minute in (("human-male", 6.5), ("human-female", 5.9)):
        table = ROWS["hosts", name]["values"]
        output = number(table, "cardiac_output_coefficient") * number(table, "body_mass") ** 0.75
        assert units.from_internal(output, "L/min") == pytest.approx(litres_per_minute, rel=1e-3)


def test_a_mouse_filters_a_quarter_of_a_millilitre_a_minute():
    table = ROWS["hosts", "mouse"]["values"]
    rate = number(table, "glomerular_filtration_rate_per_body_mass") * number(table, "body_mass")
    assert units.from_internal(rate, "mL/min") == pytest.approx(0.24, rel=0.05)  # 0.14-0.24 by FITC-inulin in C57BL/6


@EVERY_TUMOR
def test_plasma_cells_and_fluid_fit_into_a_tumor(name):
    tumor = ROWS["tumors", name]
    for overlay in ({}, tumor["species"]["mouse"]["values"]):
        table = tumor["values"] | overlay
        blood = number(table, "vascular_plasma_fraction") / 0.55
        assert blood + number(table, "interstitial_fraction") + number(table, "cell_volume_fraction") <= 1.1, name


@EVERY_TUMOR
def test_cells_of_a_tumor_are_between_ten_and_twenty_micrometres(name):
    table = ROWS["tumors", name]["values"]
    volume = number(table, "cell_volume_fraction") / number(table, "cell_density")
    assert 10e-6 < (6.0 * volume / math.pi) ** (1.0 / 3.0) < 20e-6


@EVERY_TUMOR
def test_a_tumor_answers_to_every_drug_and_ligand_of_the_library(name):
    tumor = ROWS["tumors", name]
    assert tumor["drugs"].keys() == {"doxorubicin", "paclitaxel", "gemcitabine", "sn-38", "cisplatin"}
    assert tumor["receptors"].keys() >= {"HER2", "folate-receptor", "transferrin-receptor"}


@EVERY_TUMOR
def test_a_xenograft_grows_faster_than_the_patients_tumor_and_reaches_a_plateau(name):
    tumor = ROWS["tumors", name]
    mouse = tumor["species"]["mouse"]["values"]
    assert number(mouse, "doubling_time") < number(tumor["values"], "doubling_time")
    plateau = math.exp(math.log(2.0) / number(mouse, "doubling_time") / number(mouse, "growth_deceleration"))
    assert 5.0 < plateau < 15.0  # alpha/beta of the LM2-4LUC+ fit: 2700 mm^3, nine times the start


def test_the_triple_negative_xenograft_grows_as_its_gompertz_fit_says():
    mouse = ROWS["tumors", "breast-triple-negative"]["species"]["mouse"]["values"]
    alpha, beta, start = 0.5584, 0.0708, 300.0  # 1/d, 1/d, mm^3; the fit starts at 1 mm^3
    rate = math.log(2.0) / units.from_internal(number(mouse, "doubling_time"), "d")
    assert rate == pytest.approx(alpha - beta * math.log(start), rel=1e-3)
    assert units.from_internal(number(mouse, "growth_deceleration"), "1/d") == pytest.approx(beta, rel=1e-3)


def test_her2_rises_from_triple_negative_to_her2_positive_breast_cancer():
    kinds = ("breast-triple-negative", "breast-hr-positive", "breast-her2")
    counts = [number(ROWS["tumors", kind]["receptors"]["HER2"]["values"], "receptors_per_cell") for kind in kinds]
    assert counts == sorted(counts)
    assert counts[-1] / counts[0] > 20.0


def test_every_magnet_has_every_sequence_and_its_field():
    for name, field in (("mri-1.5t", 1.5), ("mri-3t", 3.0), ("mri-7t", 7.0), ("mri-9.4t", 9.4)):
        scanner = ROWS["scanners", name]
        assert number(scanner["values"], "field") == field
        assert scanner["sequences"].keys() >= {"t1w-spgr", "t2star-gre", "t2w-se", "t2w-fse", "t1w-ir", "balanced"}
        t1w, t2star = scanner["sequences"]["t1w-spgr"]["values"], scanner["sequences"]["t2star-gre"]["values"]
        assert number(t1w, "echo_time") < number(t2star, "echo_time") < number(t2star, "repetition_time")


def test_the_small_animal_scanner_resolves_more_than_the_clinical_one():
    clinical, small = (ROWS["scanners", name]["values"] for name in ("pet-clinical", "pet-small-animal"))
    assert number(small, "spatial_resolution") < number(clinical, "spatial_resolution") / 2
    assert number(small, "scatter_fraction") < number(clinical, "scatter_fraction")
