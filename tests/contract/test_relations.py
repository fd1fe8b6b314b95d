"""Every relation has the dimension of the quantity that it is named after, and is made of ordinary arithmetic."""

from __future__ import annotations

import dataclasses
import inspect

import jax
import pytest

from janusome.numerics.precision import double
from janusome.relations import relations
from janusome.simulation.assemble import laws
from janusome.specification.optical_tables import chromophores
from janusome.specification.vocabulary import vocabulary
from janusome.units import registry

# Shares and ratios that no row holds, on the way from structure to partition and from age to flow.
DIMENSIONLESS = (
    "neutral_fraction_in_plasma",
    "neutral_fraction_in_cells",
    "neutral_fraction_in_red_cells",
    "cations_per_neutral_in_cells",
    "cations_per_neutral_in_red_cells",
    "lipid_water_partition_ratio",
    "tissue_lipid_affinity",
    "plasma_lipid_affinity",
    "red_cell_lipid_affinity",
    "tissue_water_affinity",
    "consistent_unbound_fraction",
    "plasma_protein_association",
    "red_cell_to_unbound_ratio",
    "acidic_phospholipid_association",
    "hepatic_flow_ratio",
)
# What chromophores absorb at a wavelength, read off spectra.
ABSORPTIONS = [
    f"{way}_{one}_absorption" for way in ("excitation", "emission") for one in chromophores() if one != "wavelength"
]
# Arguments and results that no row holds: structure, and sums over cells.
FURTHER = (
    {"organ_plasma_flow": "m^3/s", "phagocyte_count": "cell", "lesion_half_thickness": "m"}
    | dict.fromkeys(DIMENSIONLESS, "")
    | dict.fromkeys(ABSORPTIONS, "1/m")
)
# Constants that stand in the code as plain numbers: Boltzmann's, and the amount of one particle.
OF_BOLTZMANN = (
    "interstitial_diffusivity",
    "wall_pore_permeability",
    "transendothelial_permeability",
    "free_diffusivity",
)
CONSTANT = dict.fromkeys(OF_BOLTZMANN, "J/K") | {"capacity_per_phagocyte": "mol"}


def units() -> dict[str, str]:
    found = {name: quantity.unit for name, quantity in vocabulary().items()} | FURTHER
    for law in laws().values():
        for field in dataclasses.fields(law):
            if "unit" in field.metadata:
                found[field.metadata["name"] or field.name] = field.metadata["unit"]
    return found


def uncounted(quantity) -> dict[str, float]:
    """A dimension without that of cells: a root of their number stands in their area."""
    return {name: power for name, power in quantity.dimensionality.items() if name != "[cell_count]"}


UNITS = units()
EVERY = [(name, relation) for name, several in relations().items() for relation in several]


@pytest.mark.parametrize(
    ("name", "relation"), EVERY, ids=[f"{relation.__module__}.{relation.__name__}" for _, relation in EVERY]
)
def test_a_relation_has_the_dimension_of_its_quantity(name, relation):
    ureg = registry()
    arguments = {
        one: ureg.Quantity(0.5, UNITS[one].replace("degC", "K") or "dimensionless").to_base_units()
        for one in inspect.signature(relation).parameters
    }
    found = ureg.Quantity(1.0, CONSTANT.get(name, "dimensionless")) * relation(**arguments)
    assert uncounted(found) == uncounted(ureg.Quantity(1.0, UNITS[name] or "dimensionless"))


@pytest.mark.parametrize(
    ("name", "relation"), EVERY, ids=[f"{relation.__module__}.{relation.__name__}" for _, relation in EVERY]
)
def test_a_relation_is_differentiable(name, relation):
    count = len(inspect.signature(relation).parameters)
    with double():
        slopes = jax.grad(lambda values: relation(*values))(tuple(0.5 for _ in range(count)))
    assert all(abs(float(slope)) < float("inf") for slope in slopes)
