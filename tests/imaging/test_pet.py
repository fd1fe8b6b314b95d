import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import pet, scene, sphere
from scipy.constants import Avogadro

from janusome.imaging.pet import decay_corrected, injected_share, standardised_uptake
from janusome.numerics.precision import double

KBQ = 1e3  # Bq/mL


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def label(activity, *, half_life=6586.2):
    """Amount of nuclide per volume, mol/m^3, that has an activity in Bq/mL."""
    return activity * 1e6 * half_life / (math.log(2) * Avogadro)


def uniform(activity, *, shape=(6, 8, 10), size=(2e-3, 2e-3, 2e-3), **changed):
    return scene(np.full(shape, label(activity)), voxel_size=size, **changed)


def test_a_uniform_scene_shows_its_activity_averaged_over_the_frame():
    image = pet().expected(uniform(5 * KBQ))
    decays = math.log(2) * 300.0 / 6586.2
    assert np.asarray(image) == pytest.approx(5 * KBQ * (1 - math.exp(-decays)) / decays, rel=1e-12)


@pytest.mark.parametrize(("half_life", "frame"), [(6586.2, 600.0), (45720.0, 1200.0), (282276.0, 1800.0), (6586.2, 6586.2)])
def test_the_frame_average_is_that_of_an_integral_over_the_decay(half_life, frame):
    image = pet(half_life=half_life, frame_duration=frame).expected(
        scene(np.full((1, 1, 1), label(KBQ, half_life=half_life)), voxel_size=(2e-3,) * 3)
    )
    nodes, weights = np.polynomial.legendre.leggauss(30)
    average = 0.5 * (weights * 2.0 ** (-(0.5 * frame * (nodes + 1)) / half_life)).sum()
    assert float(image[0, 0, 0]) == pytest.approx(KBQ * average, rel=1e-6)


def test_detached_and_internalised_label_shines_like_attached_label():
    n = label(KBQ)
    shape = (2, 2, 2)
    alone = pet().expected(scene(np.full(shape, 3 * n), voxel_size=(2e-3,) * 3))
    apart = pet().expected(scene(np.full(shape, n), voxel_size=(2e-3,) * 3, inside=n, detached=n))
    assert np.allclose(alone, apart, rtol=1e-13)


def test_the_image_keeps_all_activity_in_the_field_of_view():
    n = label(100 * KBQ) * sphere(8e-3, count=21, spacing=2e-3)
    image = pet().expected(scene(n, voxel_size=(2e-3,) * 3))
    unblurred = float(pet().expected(uniform(100 * KBQ))[0, 0, 0]) * float(sphere(8e-3, count=21, spacing=2e-3).sum())
    assert float(image.sum()) == pytest.approx(unblurred, rel=1e-12)
    assert float(image.min()) >= -1e-9 * float(image.max())


def test_a_longer_positron_range_recovers_less_of_a_small_sphere():
    n = label(100 * KBQ) * sphere(6e-3, count=31, spacing=1e-3)
    peaks = [
        float(pet(positron_range=r * 1e-3, spatial_resolution=1.5e-3).expected(scene(n, voxel_size=(1e-3,) * 3)).max())
        for r in (0.0, 0.6, 1.3, 3.5)
    ]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[-1] < 0.6 * peaks[0]


def test_the_voxel_noise_is_the_worked_number_of_the_docstring():
    small = uniform(5 * KBQ, shape=(31, 31, 31), size=(0.7e-3,) * 3)
    modality = pet(half_life=1e12, attenuation_path=2.2 / 9.6)
    image = modality.expected(scene(np.full((31, 31, 31), label(5 * KBQ, half_life=1e12)), voxel_size=small.voxel_size))
    share = float(modality.noise(image, small)[15, 15, 15] / image[15, 15, 15])
    assert share == pytest.approx(0.14, abs=0.005)


def test_the_noise_without_amplification_is_that_of_poisson_counts_in_a_coarse_voxel():
    size = (40e-3,) * 3  # so coarse that a voxel is its own resolution element
    modality = pet(noise_amplification=1.0, half_life=1e12, spatial_resolution=1e-3)
    image = modality.expected(scene(np.full((3, 3, 3), label(0.1, half_life=1e12)), voxel_size=size))
    counts = 0.1 * 64.0 * 300.0 * 0.01 * math.exp(-9.6 * 0.22) * (2 / 3)
    noise = modality.noise(image, uniform(1.0, shape=(3, 3, 3), size=size))
    assert float(noise[1, 1, 1] / image[1, 1, 1]) == pytest.approx(1 / math.sqrt(counts), rel=1e-3)


def test_the_variance_is_proportional_to_the_activity_and_falls_with_counts():
    where = uniform(1.0)
    variance = [float(pet().noise(jnp.full((6, 8, 10), a), where)[3, 4, 5] ** 2) for a in (1e3, 2e3, 8e3)]
    assert variance == pytest.approx([variance[0], 2 * variance[0], 8 * variance[0]], rel=1e-12)
    longer = float(pet(frame_duration=1200.0).noise(jnp.full((6, 8, 10), 1e3), where)[3, 4, 5] ** 2)
    assert longer == pytest.approx(variance[0] / 4, rel=1e-12)
    copper = float(pet(positron_yield=0.175).noise(jnp.full((6, 8, 10), 1e3), where)[3, 4, 5] ** 2)
    assert copper == pytest.approx(variance[0] * 0.969 / 0.175, rel=1e-12)


def test_many_images_have_the_expected_mean_the_stated_noise_and_the_stated_noise_of_a_mean():
    modality, draws = pet(), 3000
    where = scene(label(5 * KBQ) * (1.0 + 3.0 * sphere(10e-3, count=9, spacing=3e-3)), voxel_size=(3e-3,) * 3)
    expected = modality.expected(where)
    noise = modality.noise(expected, where)
    keys = jax.random.split(jax.random.key(3), draws)
    images = np.asarray(jax.vmap(lambda key: modality.noisy(expected, where, key=key))(keys))
    assert np.abs((images.mean(axis=0) - expected) / noise).max() < 5 / math.sqrt(draws)
    assert images.std(axis=0) / noise == pytest.approx(np.ones(noise.shape), abs=5 / math.sqrt(2 * draws))
    weights = sphere(10e-3, count=9, spacing=3e-3)
    weights = weights / weights.sum()
    measured = (images * np.asarray(weights)).sum(axis=(1, 2, 3)).std()
    assert float(modality.noise_of_mean(expected, where, weights=weights)) == pytest.approx(
        measured, rel=5 / math.sqrt(2 * draws)
    )
    independent = math.sqrt(float(((weights * noise) ** 2).sum()))
    assert measured > 1.5 * independent  # neighbours share counts: fewer independent voxels than voxels


def test_one_key_gives_one_image():
    where = uniform(KBQ)
    expected = pet().expected(where)
    one, again, other = (pet().noisy(expected, where, key=jax.random.key(k)) for k in (1, 1, 2))
    assert bool((one == again).all())
    assert not bool((one == other).any())


def test_a_place_without_activity_is_without_noise_and_never_undefined():
    where = uniform(0.0)
    expected = pet().expected(where)
    assert float(pet().noise(expected, where).max()) == 0.0
    assert bool(jnp.isfinite(pet().noisy(expected, where, key=jax.random.key(0))).all())


def test_the_image_depends_on_units_as_an_activity_per_volume_does():
    length, time = 7.0, 11.0
    n = label(5 * KBQ) * (1.0 + sphere(9e-3, count=7, spacing=3e-3))
    one, here = pet(), scene(n, voxel_size=(3e-3,) * 3)
    other = pet(
        half_life=6586.2 * time,
        frame_duration=300.0 * time,
        positron_range=0.6e-3 * length,
        spatial_resolution=5e-3 * length,
        attenuation_coefficient=9.6 / length,
        attenuation_path=0.22 * length,
    )
    there = scene(n / length**3, voxel_size=(3e-3 * length,) * 3)
    image, scaled = one.expected(here), other.expected(there)
    assert np.allclose(scaled * length**3 * time, image, rtol=1e-12)
    assert np.allclose(other.noise(scaled, there) * length**3 * time, one.noise(image, here), rtol=1e-12)


def test_the_expected_image_is_differentiable_in_every_parameter():
    where = uniform(KBQ, shape=(3, 3, 3))
    slopes = jax.grad(lambda modality: modality.noise(modality.expected(where), where).sum())(pet())
    assert all(bool(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(slopes))


def test_uptake_is_told_as_percent_of_the_dose_and_as_standardised_uptake():
    image = jnp.asarray(5e3)  # Bq/mL
    assert float(injected_share(image, injected_activity=400e6)) == pytest.approx(5e3 / 4e8 * 100)
    assert float(standardised_uptake(image, injected_activity=400e6, body_mass=70.0)) == pytest.approx(5e3 / (4e8 / 70e3))
    whole_body = injected_share(jnp.asarray(400e6 / 70e3), injected_activity=400e6)  # spread evenly over 70 L
    assert float(whole_body) * 70e3 == pytest.approx(100.0)


def test_decay_correction_undoes_the_decay():
    assert float(decay_corrected(jnp.asarray(1.0), half_life=45720.0, elapsed=2 * 45720.0)) == pytest.approx(4.0)
