"""The shipped carriers, drugs, labels, ligands and formulations: sources, units, completeness, and numbers that agree."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import yaml

from janusome import units
from library_rows import bibliography, cited, rows_of, values, vocabulary

KINDS = {"carriers": "carrier", "drugs": "drug", "labels": "label", "ligands": "ligand", "formulations": "formulation"}
ROWS = rows_of(KINDS)
SHIPPED = {
    "carriers": "peg-liposome plain-liposome plga polymeric-micelle albumin iron-oxide gold-nanorod gold-sphere "
    "mesoporous-silica quantum-dot pla-peg nanoparticle polymer-conjugate ultrasmall-silica",
    "drugs": "doxorubicin paclitaxel gemcitabine irinotecan sn-38 cisplatin daunorubicin cytarabine docetaxel topotecan "
    "etoposide vinblastine vincristine",
    "labels": "cu-64 zr-89 in-111 i-124 gadolinium-chelate iron-oxide-core nir-dye cdte-dot gold-nanorod-core",
    "ligands": "anti-her2 folate transferrin anti-psma rgd",
    "formulations": "doxil mm-302-cu64 ferumoxytol abraxane folate-iron-oxide-doxorubicin free-doxorubicin free-paclitaxel "
    "free-gemcitabine free-irinotecan free-cisplatin free-daunorubicin free-cytarabine free-docetaxel free-topotecan "
    "myocet onivyde vyxeos pk1 free-etoposide free-vinblastine free-vincristine pla-peg-vincristine pla-peg-vincristine-u16c pla-peg-vincristine-u16p "
    "bind-014 c-dots-i124 aguix",
}
DESCRIBES = {
    "reference_clearance_per_phagocyte", "clearance_size_exponent", "clearance_zeta_sensitivity", "phagocyte_filled_volume",
    "reference_vascular_permeability", "permeability_size_exponent", "reference_diameter",
}  # fmt: skip
MOVED = {
    "partition_coefficient", "vascular_exchange_ratio", "biliary_clearance_per_body_mass", "vascular_permeability",
}  # fmt: skip
SMALL = MOVED | {"interstitial_diffusivity", "membrane_permeability", "phagocyte_egress_rate_constant"}
NEEDED = {
    "carriers": MOVED
    | {
        "hydrodynamic_diameter", "zeta_potential", "clearance_per_phagocyte", "capacity_per_phagocyte",
        "half_saturation_concentration", "degradation_rate_constant", "leak_rate_constant", "lysosomal_release_rate_constant",
        "diffusion_hindrance", "nonspecific_uptake_rate_constant", "macrophage_uptake_rate_constant",
    },
    "drugs": SMALL
    | {
        "molar_mass", "unbound_fraction", "intrinsic_clearance_per_body_mass", "target_binding_ratio",
        "target_off_rate_constant", "half_maximal_medium_concentration", "assay_duration", "hill_coefficient",
    },
    "labels": SMALL
    | {"atomic_mass", "detachment_rate_constant", "intracellular_detachment_rate_constant", "filtered_fraction"},
    "ligands": {
        "dissociation_constant", "association_rate_constant", "internalisation_rate_constant", "receptors_per_binding_place",
    },
    "formulations": set(),
}  # fmt: skip
PREDICTS = {"octanol_water_log_p", "unbound_fraction"}
NEEDED_BY_LAW = {
    "release_ph_triggered": {"acid_release_rate_constant", "release_pka", "release_cooperativity"},
    "release_lipid_transition": {"melted_release_rate_constant", "transition_temperature", "transition_width"},
    "radioactive_decay": {"half_life"},
}
EVERY_ROW = pytest.mark.parametrize("key", ROWS, ids="/".join)


def of(kind: str) -> list[str]:
    return [name for found, name in ROWS if found == kind]


def internal(value: dict[str, Any]) -> float:
    return units.to_internal(value["value"], value["unit"])


def general(kind: str, name: str, quantity: str) -> float:
    return internal(ROWS[kind, name]["values"][quantity])


def test_everything_that_is_promised_is_shipped():
    for kind, names in SHIPPED.items():
        assert set(names.split()) <= set(of(kind))


@EVERY_ROW
def test_a_row_names_itself_and_its_kind(key):
    kind, name = key
    assert ROWS[key]["name"] == name
    assert ROWS[key]["kind"] == KINDS[kind]
    assert ROWS[key]["title"]


def test_no_two_things_share_a_name():
    names = [name for row in ROWS.values() for name in (row["name"], *row.get("aliases", []))]
    assert sorted(set(names)) == sorted(names)


@EVERY_ROW
def test_what_is_not_assumed_has_a_source_that_is_in_the_bibliography_and_says_where(key):
    known = cited()
    for path, _, value in values(ROWS[key]):
        assert value["grade"] in ("measured", "derived", "assumed"), path
        if value["grade"] == "assumed":
            assert "source" not in value, f"{path} is assumed and cites {value['source']}"
            assert value.get("note"), f"{path} is assumed without a reason"
        else:
            assert value.get("source") in known, path
            assert len(value.get("where", "")) > 4, path


@EVERY_ROW
def test_sources_that_notes_mention_are_in_the_bibliography(key):
    known, text = cited(), yaml.safe_dump(ROWS[key])
    mentioned = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*(?:19|20)\d\d\b", text))
    assert mentioned <= known


def test_every_entry_of_the_bibliography_says_what_was_read():
    entries = re.split(r"\n(?=@)", bibliography())
    for entry in (entry for entry in entries if entry.startswith("@")):
        assert re.search(r"note\s*=\s*\{Read:", entry) or "read" in entry.lower(), entry.splitlines()[0]


@EVERY_ROW
def test_units_measure_what_the_controlled_names_stand_for(key):
    quantities = vocabulary()
    for path, name, value in values(ROWS[key]):
        assert name in quantities, path
        assert units.dimension(value["unit"]) == units.dimension(quantities[name]["unit"]), path


@EVERY_ROW
def test_numbers_lie_within_their_spread_and_the_limits_of_their_name(key):
    quantities = vocabulary()
    for path, name, value in values(ROWS[key]):
        limits = [units.to_internal(float(quantities[name][end]), quantities[name]["unit"]) for end in ("low", "high")]
        assert limits[0] * (1 - 1e-9) <= internal(value) <= limits[1] * (1 + 1e-9), path
        assert math.isfinite(internal(value)), path
        assert ("low" in value) == ("high" in value), path
        assert not ("low" in value and "cv" in value), path
        if "low" in value:
            assert value["low"] <= value["value"] <= value["high"], path


@EVERY_ROW
def test_a_row_has_what_its_laws_need(key):
    kind, _ = key
    row = ROWS[key]
    needed = NEEDED[kind].union(*(NEEDED_BY_LAW.get(law, set()) for law in row.get("laws", [])))
    has = set(row.get("values", {}))
    if kind == "carriers":  # from size and charge, and the walls, the matrix and the macrophages of the tumor
        needed -= {"vascular_permeability", "diffusion_hindrance", "macrophage_uptake_rate_constant"}
    if kind == "carriers" and has >= DESCRIBES:  # uptake and capacity from size and charge
        needed -= {"clearance_per_phagocyte", "capacity_per_phagocyte"}
    if kind == "drugs" and has >= PREDICTS:  # partition from structure
        needed -= {"partition_coefficient"}
    if kind == "ligands" and "shortest_uptake_half_life" in has:  # uptake from size and shape
        needed -= {"internalisation_rate_constant"}
    assert needed <= has


@EVERY_ROW
def test_sizes_and_relaxivities_say_how_they_were_measured(key):
    wanted = {
        "hydrodynamic_diameter": {"weighting", "medium"},
        "zeta_potential": {"medium"},
        "longitudinal_relaxivity": {"field", "site", "medium"},
        "transverse_relaxivity": {"field", "site", "medium"},
        "effective_transverse_relaxivity": {"field", "site", "medium"},
    }
    for path, name, value in values(ROWS[key]):
        assert wanted.get(name, set()) <= set(value.get("conditions", {})), path


@pytest.mark.parametrize("name", of("carriers"))
def test_carriers_release_and_are_degraded(name):
    laws = ROWS["carriers", name]["laws"]
    assert {"release_first_order", "carrier_degradation"} <= set(laws)


@pytest.mark.parametrize("name", of("carriers"))
def test_carriers_cross_the_walls_of_fenestrated_organs_more_easily_and_those_of_the_brain_less(name):
    organs = ROWS["carriers", name]["organs"]
    tight = general("carriers", name, "vascular_exchange_ratio")
    for organ in ("liver", "spleen", "bone"):
        assert internal(organs[organ]["values"]["vascular_exchange_ratio"]) > tight
    assert internal(organs["brain"]["values"]["vascular_exchange_ratio"]) < tight


def test_peg_slows_the_clearance_and_the_leak_of_liposomes():
    for quantity in ("clearance_per_phagocyte", "leak_rate_constant"):
        assert general("carriers", "peg-liposome", quantity) < general("carriers", "plain-liposome", quantity)


@pytest.mark.parametrize("name", of("drugs"))
def test_drugs_are_metabolised_in_named_organs_only(name):
    row = ROWS["drugs", name]
    assert general("drugs", name, "intrinsic_clearance_per_body_mass") == 0
    assert internal(row["organs"]["liver"]["values"]["intrinsic_clearance_per_body_mass"]) > 0
    for overlay in row["species"].values():
        assert "intrinsic_clearance_per_body_mass" not in overlay.get("values", {})


@pytest.mark.parametrize("name", of("drugs"))
def test_drugs_have_values_of_their_own_for_mouse_and_rat(name):
    assert {"mouse", "rat"} <= set(ROWS["drugs", name]["species"])


def test_the_product_of_a_conversion_is_a_drug_of_the_library():
    products = {name: ROWS["drugs", name]["product"] for name in of("drugs") if "product" in ROWS["drugs", name]}
    assert products == {"irinotecan": "sn-38"}
    assert set(products.values()) <= set(of("drugs"))
    for name in products:
        assert "conversion_clearance_per_body_mass" in ROWS["drugs", name]["values"]


def test_sn_38_is_at_least_a_hundred_times_as_potent_as_irinotecan():
    potency = {name: general("drugs", name, "half_maximal_medium_concentration") for name in ("sn-38", "irinotecan")}
    assert potency["irinotecan"] / potency["sn-38"] > 100


@pytest.mark.parametrize(
    ("name", "half_life", "pet_yield", "lumped"), [("cu-64", 45720.0, 0.175, 0.61), ("zr-89", 282276.0, 0.227, 1.0)]
)
def test_positron_yields_are_those_of_pet_and_not_lumped_with_electron_capture(name, half_life, pet_yield, lumped):
    assert general("labels", name, "half_life") == pytest.approx(half_life, rel=1e-4)
    assert general("labels", name, "positron_yield") == pytest.approx(pet_yield)
    assert general("labels", name, "positron_yield") < 0.5 * lumped


def test_radiolabels_decay_and_every_label_that_can_come_off_does():
    radioactive = {name for name in of("labels") if "radioactive_decay" in ROWS["labels", name].get("laws", [])}
    assert radioactive == {"cu-64", "zr-89", "in-111", "i-124", "lu-177", "f-18", "ga-68", "tc-99m"}
    loose = {name for name in of("labels") if "label_detachment" in ROWS["labels", name].get("laws", [])}
    assert loose == set(of("labels")) - {name for name in of("labels") if name.endswith("-core")} - {"cdte-dot"}


@pytest.mark.parametrize(("name", "organ"), [("cu-64", "liver"), ("zr-89", "bone"), ("in-111", "bone"), ("lu-177", "bone")])
def test_detached_metals_go_to_the_organ_that_shows_them(name, organ):
    there = ROWS["labels", name]["organs"][organ]["values"]
    for quantity in ("partition_coefficient", "vascular_exchange_ratio"):
        assert internal(there[quantity]) > 4 * general("labels", name, quantity)


def relaxivities(name: str, quantity: str) -> dict[str, float]:
    found = ROWS["labels", name]["values"][quantity]
    return {each["conditions"]["field"]: internal(each) for each in found if each["conditions"]["site"] == "extracellular"}


@pytest.mark.parametrize("name", ["gadolinium-chelate", "iron-oxide-core"])
def test_relaxivities_cover_the_scanners_and_fall_in_t1_with_the_field(name):
    falling = relaxivities(name, "longitudinal_relaxivity")
    assert {"1.5 T", "3 T", "7 T"} <= set(falling)
    assert falling["1.5 T"] > falling["3 T"] > falling["7 T"]
    for quantity in ("transverse_relaxivity", "effective_transverse_relaxivity"):
        assert {"1.5 T", "3 T", "7 T"} <= set(relaxivities(name, quantity))


def test_ferumoxytol_has_the_relaxivities_measured_in_plasma():
    label = ROWS["formulations", "ferumoxytol"]["labels"]["iron-oxide-core"]["values"]
    measured = {
        (name, each["conditions"]["field"]): each["value"]
        for name in ("longitudinal_relaxivity", "transverse_relaxivity", "effective_transverse_relaxivity")
        for each in label[name]
        if each["grade"] == "measured"
    }
    assert measured == {
        ("longitudinal_relaxivity", "1.5 T"): 19.0,
        ("longitudinal_relaxivity", "3 T"): 9.5,
        ("transverse_relaxivity", "1.5 T"): 64.9,
        ("transverse_relaxivity", "3 T"): 65.2,
        ("effective_transverse_relaxivity", "1.5 T"): 64.4,
        ("effective_transverse_relaxivity", "3 T"): 55.7,
    }


def test_ferumoxytol_saturates_at_the_michaelis_constant_seen_in_people():
    human = ROWS["formulations", "ferumoxytol"]["species"]["human"]["values"]
    atoms = ROWS["formulations", "ferumoxytol"]["labels"]["iron-oxide-core"]["values"]["label_atoms_per_particle"]["value"]
    iron = units.to_internal(77.5, "mg/L") / general("labels", "iron-oxide-core", "atomic_mass")  # mol/m^3
    assert internal(human["half_saturation_concentration"]) == pytest.approx(iron / atoms, rel=0.05)


@pytest.mark.parametrize("name", of("formulations"))
def test_formulations_are_made_of_rows_of_the_library(name):
    row = ROWS["formulations", name]
    assert row["carrier"] is None or row["carrier"] in of("carriers")
    counts = {
        ("payloads", "drugs"): "molecules_per_particle",
        ("labels", "labels"): "label_atoms_per_particle",
        ("ligands", "ligands"): "ligands_per_particle",
    }
    for (key, kind), count in counts.items():
        for part, table in row.get(key, {}).items():
            assert part in of(kind)
            assert row["carrier"] is None or count in table["values"]
    assert any(row.get(key) for key, _ in counts)


def test_a_free_drug_is_a_formulation_without_a_carrier():
    for name in of("formulations"):
        row = ROWS["formulations", name]
        assert (row["carrier"] is None) == name.startswith("free-")
        if row["carrier"] is None:
            assert list(row["payloads"]) == [name.removeprefix("free-")]


def test_doxil_clears_at_the_dose_over_area_of_the_label():
    """10 mg/m^2 over 277 ug h/mL, for 1.75 m^2 and the phagocytes of the human rows at 70 kg; leak and phagocytes add up.

    The fit is to the median over the ensemble, where the sum of two spread clearances lies above that of their medians.
    """
    human = ROWS["formulations", "doxil"]["species"]["human"]["values"]
    phagocytes = 5.7e10
    uptake = internal(human["clearance_per_phagocyte"]) * phagocytes
    leak = internal(human["leak_rate_constant"]) * units.to_internal(4.5, "L")
    label = units.to_internal(10 / 277 * 1.75, "L/h")
    assert 0.6 * label < uptake + leak < label


def test_a_particle_of_abraxane_holds_the_tenth_of_its_mass_that_the_vial_does():
    paclitaxel = ROWS["formulations", "abraxane"]["payloads"]["paclitaxel"]["values"]["molecules_per_particle"]["value"]
    volume = math.pi / 6 * general("carriers", "albumin", "hydrodynamic_diameter") ** 3
    mass = volume * 1300 * 0.1
    assert paclitaxel == pytest.approx(mass / general("drugs", "paclitaxel", "molar_mass") * 6.02214076e23, rel=0.02)


def test_the_iron_atoms_of_a_core_fit_into_it():
    """Magnetite holds 40 iron atoms a cubic nanometre."""
    for name in ("ferumoxytol", "folate-iron-oxide-doxorubicin"):
        row = ROWS["formulations", name]
        core = math.pi / 6 * row["values"]["core_diameter"]["value"] ** 3
        atoms = row["labels"]["iron-oxide-core"]["values"]["label_atoms_per_particle"]["value"]
        assert atoms == pytest.approx(40.4 * core, rel=0.1)
