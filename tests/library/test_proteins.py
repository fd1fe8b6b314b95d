"""The shipped plasma proteins: complete, sourced or assumed, and in sum what plasma holds."""

from __future__ import annotations

import re

import pytest

from janusome.errors import InputError
from janusome.files.library import Library
from library_rows import bibliography, cited, rows_of, values, vocabulary

ROWS = {name: row for (_, name), row in rows_of(["proteins"]).items()}
READ = Library()
NEEDED = (
    "molar_mass", "hydrodynamic_diameter", "isoelectric_ph", "plasma_concentration", "adsorption_rate_constant",
    "desorption_rate_constant", "hydrophobic_affinity",
)  # fmt: skip
NAMED = (
    "complement-c1q", "complement-c3", "igg", "iga", "igm", "fibrinogen", "vitronectin", "albumin", "clusterin",
    "apolipoprotein-a-i", "apolipoprotein-b", "apolipoprotein-e", "histidine-rich-glycoprotein",
)  # fmt: skip


def test_there_are_at_least_twenty_and_those_that_are_promised():
    assert len(ROWS) >= 20
    assert set(NAMED) <= set(ROWS)
    assert {row["role"] for row in ROWS.values()} == {"opsonin", "dysopsonin", "other"}


@pytest.mark.parametrize("name", ROWS)
def test_a_protein_has_what_the_corona_needs_in_every_species(name):
    row = READ.row("protein", name)
    for species in ("mouse", "rat", "human"):
        for wanted in NEEDED:
            assert row.find(wanted, species=species), wanted


@pytest.mark.parametrize("name", ROWS)
def test_what_is_not_assumed_names_a_source_that_says_what_was_read(name):
    for path, quantity, value in values(ROWS[name]):
        assert "protein" in vocabulary()[quantity]["rows"].split()
        assert value["grade"] == "assumed" or (value["source"] in cited() and value["where"]), path
        assert value["grade"] != "assumed" or "source" not in value, path
        if "source" in value:
            entry = re.search(rf"@\w+\{{{value['source']},(.*?)\n\}}", bibliography(), flags=re.DOTALL)
            assert entry is not None
            assert "ead" in entry.group(1)


@pytest.mark.parametrize("name", ROWS)
def test_a_role_has_a_weight_and_no_role_has_none(name):
    weighted = "phagocytic_weight" in ROWS[name]["values"]
    assert weighted == (ROWS[name]["role"] != "other")


@pytest.mark.parametrize(("species", "low", "high"), [("human", 60.0, 80.0), ("mouse", 40.0, 75.0), ("rat", 40.0, 75.0)])
def test_all_proteins_together_are_the_protein_of_plasma(species, low, high):
    """In g/L; 65 to 80 in people."""
    total = sum(READ.row("protein", name).find("plasma_concentration", species=species)[0].value for name in ROWS)
    assert low < total < high


def test_an_alias_finds_its_protein_and_a_typing_error_the_nearest():
    assert READ.row("protein", "c3").name == "complement-c3"
    with pytest.raises(InputError, match="fibrinogen"):
        READ.row("protein", "fibrinogn")


def test_what_a_protein_of_the_hard_corona_holds_by_is_stronger_than_albumin():
    def strength(name: str) -> float:
        on, off = (READ.row("protein", name).find(f"{way}sorption_rate_constant")[0].internal for way in ("ad", "de"))
        return on / off

    for name in ("apolipoprotein-e", "clusterin", "complement-c1q", "kininogen"):
        assert strength(name) > 50.0 * strength("albumin")
