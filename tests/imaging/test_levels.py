"""The way back: levels of label from the means of an image."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import ct, dual_energy_ct, mri, pet, photon_counting_ct, scene, sphere

from janusome.imaging.quantification.levels import Regions, noise_of_means, seen, solved
from janusome.numerics.precision import double


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def regions(*, count, spacing, diameter=10e-3, away=2.0, parts=(1.0, 0.0, 0.0)):
    share = sphere(diameter, count=count, spacing=spacing)
    far = np.asarray(sphere(diameter * away, count=count, spacing=spacing)) == 0.0
    inside = jnp.asarray(np.asarray(share) > 0.5, dtype=float)
    return Regions(share, inside / inside.sum(), jnp.asarray(far / far.sum()), parts)


CASES = {
    "pet": (pet(), 1.25e-3, 3e-10, 2e-11),
    "ct": (ct(), 1.2e-3, 20.0, 1.0),
    "dual_energy_ct": (dual_energy_ct(), 1.2e-3, 20.0, 1.0),
    "photon_counting_ct": (photon_counting_ct(), 1.2e-3, 20.0, 1.0),
    "mri": (mri(), 1.25e-3, 0.2, 0.01),
}


def tissue_of(geometry, spacing):
    return scene(np.zeros(geometry.share.shape), voxel_size=(spacing,) * 3)


@pytest.mark.parametrize("name", CASES)
def test_levels_that_made_an_image_are_found_in_it(name):
    modality, spacing, level, around = CASES[name]
    geometry = regions(count=24, spacing=spacing)
    tissue, truth = tissue_of(geometry, spacing), jnp.asarray([level, around])
    before = seen(modality, tissue, geometry, jnp.zeros(2))
    means = seen(modality, tissue, geometry, truth)
    found = solved(modality, tissue, geometry, means=means, before=before if before[0] != 0.0 else None)
    np.testing.assert_allclose(found.levels, truth, rtol=1e-6)


def test_what_leaks_from_a_small_lesion_is_given_back():
    modality, spacing = pet(), 1.25e-3
    geometry = regions(count=24, spacing=spacing, diameter=6e-3, away=3.0)
    tissue = tissue_of(geometry, spacing)
    means = seen(modality, tissue, geometry, jnp.asarray([1e-10, 0.0]))
    even = seen(modality, tissue, geometry, jnp.asarray([1e-10, 1e-10]))
    assert means[0] < 0.6 * even[0]  # the recovery of a sphere about as wide as the scanner's blur
    found = solved(modality, tissue, geometry, means=means, before=None)
    np.testing.assert_allclose(found.levels[0], 1e-10, rtol=1e-6)


def test_the_gain_of_a_coil_does_not_move_levels_in_mri():
    modality, spacing = mri(), 1.25e-3
    geometry = regions(count=16, spacing=spacing)
    tissue, truth = tissue_of(geometry, spacing), jnp.asarray([0.3, 0.02])
    before, means = (seen(modality, tissue, geometry, levels) for levels in (jnp.zeros(2), truth))
    found = solved(modality, tissue, geometry, means=37.0 * means, before=37.0 * before)
    np.testing.assert_allclose(found.levels, truth, rtol=1e-6)


def test_levels_scatter_over_noisy_images_as_the_noise_of_means_says():
    modality, spacing = pet(), 1.25e-3
    geometry = regions(count=24, spacing=spacing)
    tissue, truth = tissue_of(geometry, spacing), jnp.asarray([3e-10, 3e-11])
    full = geometry.labelled(tissue, truth)
    expected = modality.expected(full)
    found = [
        solved(
            modality,
            tissue,
            geometry,
            means=geometry.means(modality.noisy(expected, full, key=jax.random.key(k))),
            before=None,
        ).levels
        for k in range(40)
    ]
    response = jax.jacfwd(lambda levels: seen(modality, tissue, geometry, levels))(truth)
    spread = jnp.linalg.solve(response, jnp.diag(noise_of_means(modality, tissue, geometry, truth)[0]))
    assert abs(np.mean([one[0] for one in found]) / truth[0] - 1.0) < 0.02
    assert np.std([one[0] for one in found]) == pytest.approx(float(jnp.linalg.norm(spread[0])), rel=0.3)


def test_of_two_concentrations_with_one_signal_the_lower_is_found():
    """T1 brightens and T2* darkens: the same signal comes back at a higher concentration."""
    modality, spacing = mri(), 1.25e-3
    geometry = regions(count=16, spacing=spacing)
    tissue = tissue_of(geometry, spacing)
    low = jnp.asarray([0.3, 0.0])
    means, before = (seen(modality, tissue, geometry, levels) for levels in (low, jnp.zeros(2)))
    assert seen(modality, tissue, geometry, jnp.asarray([60.0, 0.0]))[0] < means[0]
    np.testing.assert_allclose(
        solved(modality, tissue, geometry, means=means, before=before).levels, low, rtol=1e-6, atol=1e-9
    )


def test_alike_voxels_gathered_give_the_levels_of_all():
    modality, spacing = mri(), 1.25e-3
    geometry = regions(count=16, spacing=spacing)
    few = geometry.gathered()
    truth = jnp.asarray([0.3, 0.02])
    assert few.share.size < 0.1 * geometry.share.size
    whole, gathered = (
        [seen(modality, tissue_of(each, spacing), each, levels) for levels in (jnp.zeros(2), truth)]
        for each in (geometry, few)
    )
    np.testing.assert_allclose(gathered, whole, rtol=1e-12)


@pytest.mark.parametrize("relaxivity", [0.9, 1.0, 1.1, 1.3])
def test_an_agent_that_hardly_shows_at_first_is_found_where_it_darkens(relaxivity):
    """About where T1 makes up for T2* the slope at none is small, of either sign, and one step of Newton's method goes far off."""
    spacing = 1.25e-3
    geometry = regions(count=16, spacing=spacing).gathered()
    tissue, small = tissue_of(geometry, spacing), jnp.asarray([1e-3, 0.0])

    def slope(modality):
        none, little = (seen(modality, tissue, geometry, levels)[0] for levels in (jnp.zeros(2), small))
        return float(little / none) - 1.0

    dark = {
        "echo_time": 15e-3,
        "repetition_time": 0.5,
        "flip_angle": np.deg2rad(10.0),
        "effective_transverse_relaxivity": 56.0,
    }
    one, other = (slope(mri(**dark, longitudinal_relaxivity=r1)) for r1 in (0.0, 10.0))
    modality = mri(**dark, longitudinal_relaxivity=relaxivity * 10.0 * one / (one - other))
    truth = jnp.asarray([1.5, 0.1])
    before, means = (seen(modality, tissue, geometry, levels) for levels in (jnp.zeros(2), truth))
    assert means[0] < 0.8 * before[0]
    found = solved(modality, tissue, geometry, means=means, before=before, at_least=0.0)
    np.testing.assert_allclose(found.levels, truth, rtol=1e-6)
