"""k-space: transforms, point spread, coils, and the statistics of their noise."""

import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.kspace import (
    central,
    coil_sensitivities,
    matched,
    partial_fourier,
    root_sum_of_squares,
    to_image,
    to_kspace,
    with_noise,
)
from janusome.numerics.noncentral_chi import noncentral_chi_mean, noncentral_chi_standard_deviation
from janusome.numerics.precision import double
from janusome.numerics.rician import rician_mean, rician_standard_deviation

SHAPE = (4, 16, 12)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def random_image(seed=1, shape=SHAPE):
    random = np.random.default_rng(seed)
    return random.normal(size=shape) + 1j * random.normal(size=shape)


def test_an_image_comes_back_from_all_of_its_samples():
    image = random_image()
    assert np.allclose(to_image(to_kspace(image)), image, atol=1e-13)


def test_energy_is_the_same_on_both_sides():
    image = random_image()
    assert np.sum(np.abs(to_kspace(image)) ** 2) == pytest.approx(np.sum(np.abs(image) ** 2), rel=1e-12)


@pytest.mark.parametrize("shape", [(4, 16, 12), (5, 9, 7)])
def test_a_level_image_is_one_sample_in_the_middle(shape):
    samples = np.abs(np.asarray(to_kspace(np.ones(shape, dtype=complex))))
    assert np.unravel_index(samples.argmax(), shape) == tuple(n // 2 for n in shape)
    assert samples.sum() == pytest.approx(samples.max(), rel=1e-9)


def test_the_transform_is_the_sum_that_defines_it():
    image, shape = random_image(shape=(3, 4, 5)), (3, 4, 5)
    turns = [np.exp(-2j * np.pi * np.outer(np.arange(n) - n // 2, np.arange(n) - n // 2) / n) / np.sqrt(n) for n in shape]
    summed = np.einsum("az,by,cx,zyx->abc", *turns, np.asarray(image))
    assert np.allclose(to_kspace(image), summed, atol=1e-12)


def test_a_coarser_matrix_has_the_point_spread_of_a_rectangle():
    point = np.eye(64, dtype=complex)[None, None, 32]
    spread = np.asarray(to_image(to_kspace(point) * central((1, 1, 64), kept=(1, 1, 31))))[0, 0]
    x = np.arange(64) - 32
    with np.errstate(invalid="ignore", divide="ignore"):
        dirichlet = np.where(x == 0, 31.0, np.sin(np.pi * 31 * x / 64) / np.sin(np.pi * x / 64)) / 64
    assert np.abs(spread - dirichlet).max() < 1e-12


def test_partial_sampling_keeps_the_share_that_was_asked_and_the_center():
    pattern = partial_fourier(SHAPE, share=0.75)
    assert pattern.mean() == pytest.approx(0.75)
    assert pattern[:, 8].all()
    assert not pattern[:, :4].any()


def test_noise_of_a_sample_is_noise_of_a_voxel_and_falls_with_what_is_left_out():
    shape = (16, 64, 64)
    noise = with_noise(np.zeros(shape), width=3.0, random=np.random.default_rng(2))
    whole, part = to_image(noise), to_image(noise * partial_fourier(shape, share=0.75))
    assert np.std(np.real(whole)) == pytest.approx(3.0, rel=0.01)
    assert np.std(np.real(part)) == pytest.approx(3.0 * np.sqrt(0.75), rel=0.01)


def test_the_squares_of_all_coils_add_to_one_and_each_sees_its_side_best():
    seen = np.asarray(coil_sensitivities(SHAPE, voxel_size=(2e-3, 1e-3, 1e-3), coils=6))
    assert np.sum(np.abs(seen) ** 2, axis=0) == pytest.approx(np.ones(SHAPE), rel=1e-12)
    first = np.abs(seen[0])
    assert first[2, 8, -1] > 2.0 * first[2, 8, 0]


def test_known_sensitivities_give_the_image_back_with_its_phase():
    image, seen = random_image(), coil_sensitivities(SHAPE, voxel_size=(1e-3,) * 3, coils=5)
    assert np.allclose(matched(seen * image, sensitivities=seen), image, atol=1e-12)


def magnitudes(signal, coils, count=1_000_000):
    """Magnitudes of voxels that one signal fills, each coil with noise of one in its channels."""
    images = np.full((coils, 1, 1, count), signal / np.sqrt(coils))
    return root_sum_of_squares(with_noise(images, width=1.0, random=np.random.default_rng(coils)))


def test_a_background_of_one_coil_is_the_rayleigh_distribution():
    found = magnitudes(0.0, 1)
    assert float(found.mean()) == pytest.approx(1.2533, rel=0.01)
    assert float(found.std()) == pytest.approx(0.6551, rel=0.01)


@pytest.mark.parametrize("coils", [1, 4, 16])
@pytest.mark.parametrize("signal", [0.0, 2.0, 10.0])
def test_the_root_of_squares_is_noncentral_chi(signal, coils):
    found = magnitudes(signal, coils, count=200_000)
    sd = float(noncentral_chi_standard_deviation(signal, width=1.0, coils=coils))
    assert float(found.mean()) == pytest.approx(float(noncentral_chi_mean(signal, width=1.0, coils=coils)), abs=5 * sd / 447)
    assert float(found.std()) == pytest.approx(sd, rel=0.01)


@pytest.mark.parametrize("signal", [0.0, 0.5, 3.0, 20.0, 31.0, 35.0])
def test_one_coil_is_rician(signal):
    mean, sd = noncentral_chi_mean(signal, width=1.0, coils=1), noncentral_chi_standard_deviation(signal, width=1.0, coils=1)
    one = jnp.ones(())
    assert float(mean) == pytest.approx(float(rician_mean(jnp.asarray(signal), width=one)), rel=1e-6)
    assert float(sd) == pytest.approx(float(rician_standard_deviation(jnp.asarray(signal), width=one)), rel=2e-3)


def test_the_expansion_far_above_the_noise_meets_the_exact_form():
    for coils in (1, 4, 32):
        below, above = noncentral_chi_mean(np.array([31.6227, 31.6229]), width=1.0, coils=coils)
        assert above - below == pytest.approx(0.0002, abs=2e-3)
