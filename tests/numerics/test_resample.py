import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.precision import double
from janusome.numerics.resample import embed, field_of_view, resample

MASK = (6.5e-3, 0.78e-3, 0.78e-3)


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


@pytest.mark.parametrize("of", [(4e-3, 4e-3, 4e-3), (1.1e-3, 0.3e-3, 0.4e-3), MASK])
@pytest.mark.parametrize("margin", [0.0, 11e-3])
def test_resampling_keeps_what_it_holds_to_finer_and_to_coarser_voxels(of, margin):
    density = jnp.asarray(np.random.default_rng(4).random((5, 23, 31)))
    shape = field_of_view(density.shape, voxel_size=jnp.asarray(MASK), of=jnp.asarray(of), margin=margin)
    image = resample(density, voxel_size=jnp.asarray(MASK), of=jnp.asarray(of), shape=shape)
    assert image.shape == shape
    assert float(image.sum()) * np.prod(of) == pytest.approx(float(density.sum()) * np.prod(MASK), rel=1e-13)


def test_resampling_keeps_the_center_of_mass_within_a_tenth_of_a_voxel():
    density = jnp.zeros((4, 8, 8)).at[3, 6, 1].set(1.0)
    image = np.asarray(resample(density, voxel_size=jnp.asarray(MASK), of=jnp.full(3, 1e-3), shape=(40, 20, 20)))

    def center(field, size, axis):
        profile = field.sum(axis=tuple(other for other in range(3) if other != axis))
        return (profile * (np.arange(profile.size) - (profile.size - 1) / 2)).sum() / profile.sum() * size

    old = [center(np.asarray(density), MASK[axis], axis) for axis in range(3)]
    assert [center(image, 1e-3, axis) for axis in range(3)] == pytest.approx(old, abs=1e-4)


def test_resampling_onto_the_same_grid_changes_nothing():
    density = jnp.asarray(np.random.default_rng(5).random((3, 4, 5)))
    again = resample(density, voxel_size=jnp.asarray(MASK), of=jnp.asarray(MASK), shape=(3, 4, 5))
    assert np.allclose(again, density, rtol=1e-13)


def test_an_embedded_field_has_its_background_outside_and_never_overshoots():
    density = jnp.full((2, 10, 10), 5.0)
    image = embed(density, voxel_size=jnp.asarray(MASK), of=jnp.full(3, 4e-3), shape=(7, 7, 7), background=jnp.asarray(1.0))
    assert float(image[0, 0, 0]) == 1.0
    assert float(image[3, 3, 3]) == pytest.approx(5.0)
    assert float(image.max()) <= 5.0 + 1e-12
    assert float(image.min()) >= 1.0 - 1e-12


def test_the_field_of_view_covers_the_grid_and_its_margin():
    assert field_of_view((10, 100, 100), voxel_size=MASK, of=(4e-3,) * 3, margin=20e-3) == (27, 30, 30)
