import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import sphere

from janusome.imaging.nuclear.partial_volume import center_recovery, mean_recovery, recovered, transfer_matrix, unmixed
from janusome.numerics.blur import gaussian_blur, standard_deviation
from janusome.numerics.precision import double

SPACING = 0.5e-3
SIZE = jnp.full(3, SPACING)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def blurred(field, resolution):
    return gaussian_blur(field, width=standard_deviation(jnp.asarray(resolution)), voxel_size=SIZE)


@pytest.mark.parametrize(("resolution", "expected"), [(5e-3, 0.86404), (4e-3, 0.96590)])
def test_the_center_of_a_sphere_of_10_mm_keeps_what_the_closed_form_says(resolution, expected):
    assert center_recovery(diameter=10e-3, resolution=resolution) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("diameter", [4e-3, 7e-3, 10e-3])
def test_the_mean_over_a_sphere_keeps_what_its_integral_says(diameter):
    truth = sphere(diameter, count=41, spacing=SPACING)
    image = blurred(truth, 4e-3)
    read = float((image * truth).sum() / truth.sum())
    assert mean_recovery(diameter=diameter, resolution=4e-3) == pytest.approx(read, rel=0.02)


def test_recovery_rises_with_size_from_nothing_to_all_and_the_center_keeps_more_than_the_mean():
    sizes = (0.1e-3, 3e-3, 10e-3, 30e-3, 300e-3)
    mean = [mean_recovery(diameter=d, resolution=5e-3) for d in sizes]
    assert mean == sorted(mean)
    assert mean[0] < 1e-4
    assert mean[-1] > 0.97
    assert all(m < center_recovery(diameter=d, resolution=5e-3) for m, d in zip(mean, sizes, strict=True))


def test_a_recovery_coefficient_gives_a_hot_and_a_cold_sphere_back():
    truth = sphere(8e-3, count=41, spacing=SPACING)
    share = mean_recovery(diameter=8e-3, resolution=4e-3)
    for held in (4.0, 0.0):
        image = blurred(1.0 + (held - 1.0) * truth, 4e-3)
        read = float((image * truth).sum() / truth.sum())
        assert float(recovered(read, background=1.0, recovery=share)) == pytest.approx(held, abs=0.05)


def test_the_transfer_matrix_gives_two_touching_regions_and_what_is_around_them_back():
    x = np.arange(40)
    one, other = np.zeros((2, 24, 24, 40))
    one[8:16, 8:16, (x >= 12) & (x < 20)] = 1.0
    other[8:16, 8:16, (x >= 20) & (x < 26)] = 1.0
    regions = jnp.asarray(np.stack([one, other, 1.0 - one - other]))
    held = np.array([5.0, 2.0, 1.0])
    image = blurred(jnp.einsum("i,izyx->zyx", jnp.asarray(held), regions), 2.5e-3)
    read = np.asarray(jnp.einsum("izyx,zyx->i", regions, image) / regions.sum(axis=(1, 2, 3)))
    assert read[0] < 0.8 * held[0]
    assert np.asarray(unmixed(image, regions, resolution=2.5e-3, voxel_size=SIZE)) == pytest.approx(held, rel=1e-9)
    matrix = np.asarray(transfer_matrix(regions, resolution=2.5e-3, voxel_size=SIZE))
    assert matrix.sum(axis=1) == pytest.approx(np.ones(3), rel=1e-9)  # an even field reads even
