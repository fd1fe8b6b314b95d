"""What the choice of a nuclide does to an image, with the values of the library's labels."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import mri, pet, scene, sphere
from scipy.constants import Avogadro

from janusome.numerics.precision import double
from janusome.units import to_internal
from library_rows import rows_of

PARTICLES = 1e-6  # mol/m^3, one atom of the nuclide on each
LUMPED = {"cu-64": 0.61, "zr-89": 1.0}  # positron emission and electron capture together, as decay tables give them


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def values(name):
    table = rows_of(("labels",))["labels", name]["values"]
    wanted = ("half_life", "positron_yield", "positron_range")
    return {key: to_internal(table[key]["value"], table[key]["unit"]) for key in wanted}


def small_animal(name, **changed):
    return pet(**{"spatial_resolution": 1.75e-3, "attenuation_path": 0.023, **values(name), **changed})


def particles(diameter=4e-3, **given):
    return scene(PARTICLES * sphere(diameter, count=25, spacing=0.5e-3), voxel_size=(0.5e-3,) * 3, **given)


def peak_of_sphere(*, radius, positron_range, resolution=1.75e-3):
    """Middle of an even sphere seen through positron range and scanner, by its Fourier integral."""
    k = (np.arange(20000) + 0.5) * 1.0
    sphere_waves = 4 * math.pi * (np.sin(k * radius) - k * radius * np.cos(k * radius)) / k**3
    seen = np.exp(-0.5 * (k * resolution / 2.3548) ** 2) / (1.0 + (0.5 * positron_range * k) ** 2)
    return float((sphere_waves * seen * k**2).sum() / (2 * math.pi**2))


# Row P5: half-lives as a published data set has them.
@pytest.mark.parametrize(
    ("name", "half_life"),
    [("f-18", 6586.2), ("zr-89", 78.41 * 3600), ("cu-64", 12.7 * 3600), ("lu-177", 6.647 * 86400), ("in-111", 2.8047 * 86400)],
)
def test_half_lives_are_those_of_the_data_set(name, half_life):
    table = rows_of(("labels",))["labels", name]["values"]["half_life"]
    assert to_internal(table["value"], table["unit"]) == pytest.approx(half_life, rel=1e-6)


# A peer's data lump positrons with electron capture: 61 % for 64Cu, 100 % for 89Zr.
@pytest.mark.parametrize(("name", "pet_yield"), [("cu-64", 0.175), ("zr-89", 0.227)])
def test_the_trap_of_lumped_yields_would_count_several_times_too_many_coincidences(name, pet_yield):
    right, lumped = small_animal(name), small_animal(name, positron_yield=LUMPED[name])
    assert right._ring().trues_per_decay == pytest.approx(0.01 * pet_yield / 0.969)
    assert lumped._ring().trues_per_decay / right._ring().trues_per_decay == pytest.approx(LUMPED[name] / pet_yield)
    where = particles()
    image = right.expected(where)
    assert np.allclose(lumped.expected(where), image)  # a corrected image does not depend on the yield: its noise does
    ratio = right.noise(image, where)[12, 12, 12] / lumped.noise(image, where)[12, 12, 12]
    assert float(ratio) == pytest.approx(math.sqrt(LUMPED[name] / pet_yield))


def test_images_of_one_particle_with_copper_and_with_zirconium_differ_as_their_half_lives_yields_and_ranges_say():
    where = particles()
    copper, zirconium = small_animal("cu-64"), small_animal("zr-89")
    images = [np.asarray(one.expected(where)) for one in (copper, zirconium)]
    # As many atoms of each: activity over half-life, and next to no decay within the frame.
    assert images[0].sum() / images[1].sum() == pytest.approx(78.41 / 12.7, rel=3e-3)
    # Zirconium's positrons go further, so that a small sphere keeps less of its peak.
    peaks = [image.max() / image.sum() for image in images]
    exact = [peak_of_sphere(radius=2e-3, positron_range=values(name)["positron_range"]) for name in ("cu-64", "zr-89")]
    assert exact[0] / exact[1] > 1.2
    assert peaks[0] / peaks[1] == pytest.approx(exact[0] / exact[1], rel=0.02)
    # At equal activity zirconium has more positrons and so less noise.
    level = jnp.full((25, 25, 25), 1e4)
    noise = [float(one.noise(level, where)[12, 12, 12]) for one in (copper, zirconium)]
    assert noise[0] / noise[1] == pytest.approx(math.sqrt(0.227 / 0.175))


def test_a_detached_label_makes_pet_and_the_drug_disagree():
    # Four fifths of the label came off and stayed where the particles were; those and their drug went away.
    drug_before, drug_after = 1.0, 0.2
    before = particles()
    lesion = sphere(4e-3, count=25, spacing=0.5e-3)
    after = scene(drug_after * before.attached_outside, voxel_size=(0.5e-3,) * 3, detached=0.0)
    after = type(after)(**{**vars(after), "detached": (1.0 - drug_after) * PARTICLES * lesion})
    zirconium = small_animal("zr-89")
    shown = float(zirconium.expected(after).sum() / zirconium.expected(before).sum())
    assert shown == pytest.approx(1.0, rel=1e-9)
    assert shown / (drug_after / drug_before) == pytest.approx(5.0)
    # MRI of a label that no longer relaxes when detached shows what is left.
    agent = mri(longitudinal_relaxivity=5.0, effective_transverse_relaxivity=6.0, repetition_time=0.02)
    nothing = scene(0.0 * lesion, voxel_size=(0.5e-3,) * 3)

    def enhancement(seen):
        scaled = type(seen)(**{**vars(seen), "attached_outside": 1e5 * seen.attached_outside, "detached": 1e5 * seen.detached})
        return float(jnp.abs(agent.expected(scaled) - agent.expected(nothing)).sum())

    assert enhancement(after) < 0.3 * enhancement(before)


def test_activity_per_atom_is_that_of_the_half_life():
    where = scene(np.full((2, 2, 2), PARTICLES), voxel_size=(1e-3,) * 3)
    image = small_animal("cu-64", frame_duration=1e-3).expected(where)
    assert float(image[0, 0, 0]) * 1e6 == pytest.approx(math.log(2) / (12.7 * 3600) * Avogadro * PARTICLES, rel=1e-6)
