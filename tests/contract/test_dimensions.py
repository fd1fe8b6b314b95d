"""The dimension check catches what it is there for, and every law passes it."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from dimensions import agrees, dimensions_of

from janusome.errors import DimensionError
from janusome.imaging.xray import beam
from janusome.model import AbstractRate, AbstractTransfer, PerPlace
from janusome.units import quantity
from law_cases import every_law, every_modality, random_law, random_lesion, random_material, random_scene, random_stimulus

PLACES = 4
LAWS = every_law()


def names(classes):
    return [one.__name__ for one in classes]


class Planted(eqx.Module):
    """A made-up law's fields."""

    volume: PerPlace = quantity("L")
    flow: PerPlace = quantity("mL/min")
    exponent: PerPlace = quantity("")
    duration: PerPlace = quantity("h")


PLANTED = Planted(*(jnp.ones(3) for _ in range(4)))


@pytest.mark.parametrize("law", [one for one in LAWS if issubclass(one, AbstractTransfer)], ids=lambda one: one.__name__)
def test_coefficients_of_a_transfer_are_rates(law):
    random = np.random.default_rng(1)
    state = random_material(law, random, places=PLACES)
    filled = random_law(law, random, places=PLACES, links=2 * PLACES)
    found = dimensions_of(
        lambda *given: [one.coefficient for one in given[0].transfers(*given[1:])],
        filled, state, random_stimulus(random, places=PLACES),
    )  # fmt: skip
    assert found
    assert all(agrees(one, "1/s") for one in found), f"coefficients measure {[str(one) for one in found]}, not 1/s"


@pytest.mark.parametrize("law", [one for one in LAWS if issubclass(one, AbstractRate)], ids=lambda one: one.__name__)
def test_rates_of_cells_are_cells_per_time(law):
    random = np.random.default_rng(2)
    found = dimensions_of(
        lambda *given: given[0].rates(*given[1:]),
        random_law(law, random, places=PLACES), random_lesion(random, places=PLACES), random_stimulus(random, places=PLACES),
    )  # fmt: skip
    assert len(found) == 2
    assert all(agrees(one, "cell/s") for one in found)


# An image counts nuclei, and Avogadro's number is written as the plain number that it is in a set where amounts are moles:
# for PET and SPECT moles are therefore counts. Noise by `noisy` is random and has no dimension of its own to check.
# MPI sets energies of cores over kT, with Boltzmann's constant as a plain number.
COUNTED = {
    "Pet": ("[substance]",),
    "Spect": ("[substance]",),
    "Mpi": ("[length]", "[mass]", "[time]", "[current]", "[temperature]"),
}


@pytest.mark.parametrize("modality", every_modality(), ids=lambda one: one.__name__)
def test_images_and_their_noise_measure_what_the_modality_declares(modality, monkeypatch):
    random = np.random.default_rng(3)
    scanner, scene = random_law(modality, random, places=1, scalar=True), random_scene(random)
    counted = COUNTED.get(modality.__name__, ())

    def images(filled, seen, of_beams):
        monkeypatch.setattr(beam, "tables", lambda: of_beams)  # the tables of X-rays carry their units too
        image, share = filled.expected(seen), jnp.ones(seen.detached.shape) / seen.detached.size
        return image, filled.noise(image, seen), filled.shown(image, seen), filled.noise_of_mean(image, seen, weights=share)

    found = dimensions_of(images, scanner, scene, beam.tables(), counted=counted)
    assert all(agrees(one, modality.unit, counted=counted) for one in found), [str(one) for one in found]


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda law: law.volume + law.flow, "add"),
        (lambda law: jnp.exp(law.duration), "exp"),
        (lambda law: jnp.where(law.volume > 1.0, law.flow, law.flow), "gt"),
        (lambda law: 1.0 + law.volume, "add"),
        (lambda law: law.volume**law.exponent, "power"),
        (lambda law: jnp.maximum(law.volume, law.duration), "max"),
        (lambda law: jnp.concatenate([law.volume, law.duration]), "concatenate"),
        (lambda law: jnp.zeros(3).at[0].add(law.volume[0]).at[1].add(law.flow[0]), "scatter"),
    ],
)
def test_a_planted_mistake_is_told_with_its_line(mistake, said):
    with pytest.raises(DimensionError, match=rf"^test_dimensions\.py:{mistake.__code__.co_firstlineno}: .*{said}"):
        dimensions_of(mistake, PLANTED)


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        (lambda law: law.flow / law.volume, "1/s"),
        (lambda law: jnp.sqrt(law.volume * law.volume), "m^3"),
        (lambda law: law.volume ** (1.0 / 3.0), "m"),
        (lambda law: jnp.maximum(law.flow, 0.0), "m^3/s"),
        (lambda law: jnp.exp(-law.duration * law.flow / law.volume) * law.flow, "m^3/s"),
        (lambda law: jnp.sum(law.volume[jnp.array([0, 2])]) @ jnp.ones(()) if False else law.volume[jnp.array([0, 2])], "L"),
        (lambda law: 1.0 / (1.0 + (law.volume / law.volume) ** law.exponent), ""),
    ],
)
def test_a_right_formula_has_the_dimension_of_its_result(formula, unit):
    assert all(agrees(one, unit) for one in dimensions_of(formula, PLANTED))


def test_a_field_without_a_unit_is_refused():
    class Undeclared(eqx.Module):
        rate: PerPlace

    with pytest.raises(DimensionError, match=r"Undeclared\.rate has no unit"):
        dimensions_of(lambda law: law.rate, Undeclared(jnp.ones(2)))
