"""The field of susceptibility against that of a sphere, which is known everywhere."""

import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.dipole import relative_field
from janusome.numerics.precision import double


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def sphere(count=48, radius=8.0, fine=3):
    x = (np.arange(count * fine) - (count * fine - 1) / 2) / fine
    inside = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 <= radius**2
    return inside.reshape(count, fine, count, fine, count, fine).mean(axis=(1, 3, 5))


@pytest.mark.parametrize("axis", [0, 2])
def test_a_sphere_is_a_dipole_outside_and_feels_nothing_inside(axis):
    count, radius, chi = 48, 8.0, 3e-6
    found = np.asarray(relative_field(jnp.asarray(chi * sphere(count, radius)), voxel_size=(1e-3,) * 3, axis=axis))
    positions = np.meshgrid(*[np.arange(count) - (count - 1) / 2] * 3, indexing="ij")
    r = np.sqrt(sum(p**2 for p in positions))
    wanted = chi / 3 * (radius / r) ** 3 * (3 * (positions[axis] / r) ** 2 - 1)
    outside = (r > radius + 2) & (r < 22)
    assert np.abs(found - wanted)[outside].max() < 0.02 * chi / 3 * 2
    assert np.abs(found[r < radius - 2]).max() < 0.02 * chi


def test_level_susceptibility_of_a_slab_across_the_field_lowers_it_by_its_whole():
    slab = np.zeros((40, 64, 64))
    slab[19:21] = 1.0  # thin beside its width: -2/3 inside, with the sphere of Lorentz taken out
    found = np.asarray(relative_field(jnp.asarray(slab), voxel_size=(1e-3,) * 3))
    assert found[20, 32, 32] == pytest.approx(-2 / 3, abs=0.06)


def test_the_field_does_not_depend_on_the_unit_of_length_and_is_linear():
    chi = jnp.asarray(np.random.default_rng(1).normal(size=(6, 8, 10)))
    one = relative_field(chi, voxel_size=(2.0, 1.0, 1.0))
    assert np.allclose(relative_field(3.0 * chi, voxel_size=(2e-3, 1e-3, 1e-3)), 3.0 * one, atol=1e-12)
