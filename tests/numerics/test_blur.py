import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.blur import correlated_noise, exponential_blur, gaussian_blur, squared_kernel, standard_deviation
from janusome.numerics.precision import double

SIZES = [(1e-3, 1e-3, 1e-3), (6.5e-3, 0.78e-3, 0.78e-3)]


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def point(shape, at):
    return jnp.zeros(shape).at[at].set(1.0)


def variance_along(image, axis, spacing):
    profile = np.asarray(image).sum(axis=tuple(other for other in range(3) if other != axis))
    x = (np.arange(profile.size) - (profile.size - 1) / 2) * spacing
    return (profile * x**2).sum() / profile.sum()


def gaussian(field, size):
    return gaussian_blur(field, width=jnp.asarray(2e-3), voxel_size=jnp.asarray(size))


def exponential(field, size):
    return exponential_blur(field, mean_distance=jnp.asarray(2e-3), voxel_size=jnp.asarray(size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("blur", [gaussian, exponential])
def test_a_blur_keeps_the_sum_even_at_the_border_and_at_odd_shapes(blur, size):
    field = jnp.asarray(np.random.default_rng(1).random((5, 12, 7)))
    assert float(blur(field, size).sum()) == pytest.approx(float(field.sum()), rel=1e-13)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("blur", [gaussian, exponential])
def test_a_blur_leaves_a_uniform_field_uniform(blur, size):
    assert np.allclose(blur(jnp.full((4, 9, 6), 3.0), size), 3.0, rtol=1e-13)


@pytest.mark.parametrize("size", [*SIZES, (2e-2, 2e-2, 2e-2)])
@pytest.mark.parametrize("blur", [gaussian, exponential])
def test_a_blur_never_turns_a_point_negative_however_coarse_the_voxels(blur, size):
    assert float(blur(point((9, 9, 9), (4, 4, 4)), size).min()) > -1e-15


def test_the_gaussian_has_the_variance_that_was_asked_for_along_every_axis():
    size = (2e-3, 1e-3, 0.5e-3)
    image = gaussian_blur(point((25, 51, 101), (12, 25, 50)), width=jnp.asarray(3e-3), voxel_size=jnp.asarray(size))
    assert [variance_along(image, axis, size[axis]) for axis in range(3)] == pytest.approx([9e-6] * 3, rel=1e-3)


def test_the_exponential_has_half_the_squared_mean_distance_as_variance_along_every_axis():
    size = (1e-3, 0.5e-3, 0.5e-3)
    image = exponential_blur(point((41, 81, 81), (20, 40, 40)), mean_distance=jnp.asarray(2e-3), voxel_size=jnp.asarray(size))
    assert [variance_along(image, axis, size[axis]) for axis in range(3)] == pytest.approx([2e-6] * 3, rel=1e-3)


def test_the_exponential_blur_of_a_sheet_is_the_cusp_of_a_line_spread_function():
    spacing, mean_distance = 0.05e-3, 2e-3
    sheet = jnp.zeros((1, 1, 801)).at[0, 0, 400].set(1.0)
    image = exponential_blur(
        sheet, mean_distance=jnp.asarray(mean_distance), voxel_size=jnp.asarray([spacing, spacing, spacing])
    )
    x, mu = np.abs(np.arange(801) - 400) * spacing, 2.0 / mean_distance
    near = x < 5e-3
    assert np.asarray(image)[0, 0, near] == pytest.approx(0.5 * mu * np.exp(-mu * x[near]) * spacing, rel=1e-2)


def test_the_exponential_blur_of_a_point_travels_the_mean_distance_that_was_asked_for():
    spacing, n = 0.25e-3, 81
    image = np.asarray(
        exponential_blur(point((n, n, n), (40, 40, 40)), mean_distance=jnp.asarray(1.3e-3), voxel_size=jnp.full(3, spacing))
    )
    x = (np.arange(n) - 40) * spacing
    r = np.sqrt(x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2)
    assert (image * r).sum() == pytest.approx(1.3e-3, rel=1e-2)


def test_two_gaussians_are_one_of_the_summed_variances():
    field, size = jnp.asarray(np.random.default_rng(2).random((6, 8, 10))), jnp.asarray([2e-3, 1e-3, 1e-3])
    twice = gaussian_blur(
        gaussian_blur(field, width=jnp.asarray(3e-3), voxel_size=size), width=jnp.asarray(4e-3), voxel_size=size
    )
    assert np.allclose(twice, gaussian_blur(field, width=jnp.asarray(5e-3), voxel_size=size), rtol=1e-12)


def test_a_blur_of_no_width_is_no_blur():
    field, size = jnp.asarray(np.random.default_rng(3).random((3, 4, 5))), jnp.full(3, 1e-3)
    assert np.allclose(gaussian_blur(field, width=jnp.asarray(0.0), voxel_size=size), field, atol=1e-13)
    assert np.allclose(exponential_blur(field, mean_distance=jnp.asarray(0.0), voxel_size=size), field, atol=1e-13)


# (diameter, full width at half maximum) in mm, and the closed form erf(R/√2σ) − √(2/π) R/σ exp(−R²/2σ²)
@pytest.mark.parametrize(("width", "recovered"), [(5.0, 0.86404), (4.0, 0.96590)])
def test_the_center_of_a_10_mm_sphere_recovers_what_the_closed_form_says(width, recovered):
    sigma, radius, spacing, n, fine = float(standard_deviation(jnp.asarray(width))), 5.0, 0.5, 61, 5
    s = radius / sigma
    closed = math.erf(s / math.sqrt(2)) - math.sqrt(2 / math.pi) * s * math.exp(-(s**2) / 2)
    assert closed == pytest.approx(recovered, abs=5e-6)
    x = (np.arange(n * fine) - (n * fine - 1) / 2) * spacing / fine
    inside = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 <= radius**2
    sphere = inside.reshape(n, fine, n, fine, n, fine).mean(axis=(1, 3, 5))
    image = gaussian_blur(jnp.asarray(sphere), width=jnp.asarray(sigma), voxel_size=jnp.full(3, spacing))
    assert float(image[n // 2, n // 2, n // 2]) == pytest.approx(recovered, rel=1e-2)


def test_the_squared_kernel_is_that_of_the_impulse_responses():
    shape, size, width = (3, 4, 5), jnp.asarray([2e-3, 1e-3, 1.5e-3]), jnp.asarray(1.7e-3)
    squares = squared_kernel(shape, width=width, voxel_size=size)
    for at in [(0, 0, 0), (1, 2, 2), (2, 0, 4)]:
        response = gaussian_blur(point(shape, at), width=width, voxel_size=size)
        assert float(squares[at]) == pytest.approx(float((response**2).sum()), rel=1e-12)


def test_the_squared_kernel_tends_to_the_volume_of_a_gaussian_resolution_element():
    sigma, h = 4.0, 1.0
    squares = squared_kernel((61, 61, 61), width=jnp.asarray(sigma), voxel_size=jnp.full(3, h))
    assert float(squares[30, 30, 30]) == pytest.approx(h**3 / (8 * math.pi**1.5 * sigma**3), rel=2e-2)


def test_correlated_noise_has_unit_variance_everywhere_and_the_correlation_of_the_blur():
    shape, size, width, draws = (4, 5, 6), jnp.full(3, 1e-3), jnp.asarray(1e-3), 4000
    keys = jax.random.split(jax.random.key(0), draws)
    images = jax.vmap(lambda key: correlated_noise(key, shape, width=width, voxel_size=size))(keys)
    assert np.abs(np.asarray(images.mean(axis=0))).max() < 5 / math.sqrt(draws)
    assert np.asarray(images.var(axis=0)) == pytest.approx(np.ones(shape), abs=5 * math.sqrt(2 / draws))
    one, other = (1, 2, 2), (1, 2, 3)
    squares = squared_kernel(shape, width=width, voxel_size=size)
    overlap = (gaussian_blur(point(shape, one), width=width, voxel_size=size)
               * gaussian_blur(point(shape, other), width=width, voxel_size=size)).sum()  # fmt: skip
    seen = (images[:, *one] * images[:, *other]).mean()
    assert float(seen) == pytest.approx(float(overlap / jnp.sqrt(squares[one] * squares[other])), abs=5 / math.sqrt(draws))
