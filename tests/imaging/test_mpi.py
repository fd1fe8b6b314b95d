"""Magnetic particle imaging: widths in closed form, what lag does to them, and the fast image against the signal of a coil."""

from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import mpi, scene, sphere

from janusome.imaging.magnetism.cores import (
    brownian_time,
    magnetic_moment,
    neel_time,
    sizes,
    turning_strength,
)
from janusome.imaging.magnetism.point_spread import gridded_spread, lag_spread, magnetization_spread
from janusome.numerics.langevin import FULL_WIDTH, langevin
from janusome.numerics.precision import double

MAGNETITE = 0.6 / (4e-7 * np.pi)  # A/m


@eqx.filter_jit
def image(scanner, seen):
    return scanner.expected(seen)


def beta(diameter, temperature=294.0):
    return float(turning_strength(jnp.asarray(diameter), saturation_magnetization=MAGNETITE, temperature=temperature))


def width(values, spacing):
    """Full width at half maximum of a peak, by straight lines between its samples."""
    values = np.asarray(values, dtype=float)
    half, inside = values.max() / 2, np.nonzero(values > values.max() / 2)[0]
    low, high = inside[0], inside[-1]
    left = low - (values[low] - half) / (values[low] - values[low - 1])
    right = high + (values[high] - half) / (values[high] - values[high + 1])
    return (right - left) * spacing


def drawn_width(scanner, *, spacing, count=201):
    """Width that a scanner draws of a thin plate across its drive field, m."""
    plate = np.zeros((1, 1, count))
    plate[0, 0, count // 2] = 1.0
    return width(image(scanner, scene(plate, voxel_size=(1e-3, 1e-3, spacing)))[0, 0], spacing)


def test_the_widths_of_a_core_of_25_nm_are_those_of_the_closed_forms():
    with double():
        assert float(magnetic_moment(jnp.asarray(25e-9), saturation_magnetization=MAGNETITE)) == pytest.approx(
            3.90625e-18, rel=1e-6
        )
        assert beta(25e-9) == pytest.approx(962.34, rel=1e-5)
        assert FULL_WIDTH / beta(25e-9) == pytest.approx(4.324e-3, rel=2e-4)
        assert FULL_WIDTH / beta(25e-9) / 2.5 == pytest.approx(1.730e-3, rel=5e-4)
        assert drawn_width(mpi(body_temperature=294.0), spacing=0.05e-3, count=601) == pytest.approx(1.730e-3, rel=3e-3)


@pytest.mark.parametrize("diameter", [18e-9, 22e-9, 28e-9, 32e-9])
def test_without_lag_the_width_falls_with_the_cube_of_the_diameter(diameter):
    with double():
        reference = drawn_width(mpi(), spacing=0.05e-3)
        scale = (25e-9 / diameter) ** 3
        found = drawn_width(mpi(magnetic_core_diameter=diameter), spacing=0.05e-3 * scale)
        assert found == pytest.approx(reference * scale, rel=1e-4)


def test_with_lag_the_width_stops_improving_at_25_nm():
    """As measured with cores of 18 to 32 nm (tay2017); the anisotropy of the library is set for it."""
    with double():
        diameters = np.array([18, 20, 22, 24, 25, 26, 27, 28])
        lagging = {"attempt_time": 1e-9, "anisotropy_constant": 3e3, "rotating_diameter": 50e-9}
        found = [
            drawn_width(mpi(magnetic_core_diameter=d * 1e-9, selection_gradient=1.0, **lagging), spacing=0.5e-3, count=301)
            for d in diameters
        ]
    assert diameters[int(np.argmin(found))] in (24, 25, 26)
    assert all(after > before for before, after in pairwise(found[5:]))
    assert found[-1] > 1.5 * min(found)


def test_point_spreads_lose_only_what_lies_beyond_their_mirrors_and_are_symmetric_about_a_point():
    with double():
        for matrix, lost in (
            (magnetization_spread(21, step=0.7), 1.0 - float(langevin(jnp.asarray(31.5 * 0.7)))),
            (gridded_spread(21, step=0.7), 1.0 - float(langevin(jnp.asarray(31.5 * 0.7)))),
            (lag_spread(21, step=0.3), np.exp(-31.5 * 0.3)),
            (lag_spread(21, step=1e9), 0.0),
        ):
            assert np.asarray(matrix)[10].sum() == pytest.approx(1.0 - lost, rel=1e-3)
            middle = np.asarray(matrix)[:, 10]
            assert middle == pytest.approx(middle[::-1], rel=1e-9)
            assert np.asarray(matrix).min() >= 0.0
        assert np.asarray(lag_spread(21, step=1e9)) == pytest.approx(np.eye(21))


def test_an_image_is_linear_in_iron_and_tells_its_concentration_in_a_large_lesion():
    with double():
        scanner = mpi(selection_gradient=6.0, axial_selection_gradient=6.0)
        lesion = sphere(16e-3, count=25, spacing=1e-3, fine=2)
        one, ten = (np.asarray(image(scanner, scene(c * lesion, voxel_size=(1e-3,) * 3))) for c in (1.0, 10.0))
    assert ten == pytest.approx(10.0 * one, rel=1e-12)
    assert one[12, 12, 12] == pytest.approx(0.05585, rel=0.06)  # 1 mol/m³ of iron in mg/mL; tails reach far


def test_tissue_and_detached_iron_do_not_show():
    nothing = np.zeros((4, 5, 6))
    found = image(mpi(), scene(nothing, voxel_size=(1e-3,) * 3, detached=5.0, r1=3.0, proton_density=0.8))
    assert not np.any(np.asarray(found))


def test_cores_of_a_common_mri_agent_leave_a_haze():
    with double():
        lesion = sphere(6e-3, count=15, spacing=1e-3, fine=2)
        seen = scene(lesion, voxel_size=(1e-3,) * 3)
        small, made_for_it = (np.asarray(image(mpi(magnetic_core_diameter=d), seen)) for d in (6.5e-9, 25e-9))
    contrast = [found[7, 7, 7] / found[0, 0, 0] for found in (small, made_for_it)]
    assert contrast[0] < 1.1
    assert contrast[1] > 50.0


def test_cells_hold_the_core_and_a_stiffer_fluid_slows_it():
    with double():
        free, stiff = (brownian_time(jnp.asarray(50e-9), viscosity=eta, temperature=310.0) for eta in (1e-3, 1e-2))
        assert float(free) == pytest.approx(3 * 1e-3 * np.pi / 6 * 50e-9**3 / (1.380649e-23 * 310.0), rel=1e-9)
        assert float(stiff) == pytest.approx(10 * float(free))
        neel = neel_time(jnp.asarray(25e-9), anisotropy_constant=3e3, attempt_time=1e-9, temperature=310.0)
        assert float(neel) == pytest.approx(1e-9 * np.exp(3e3 * np.pi / 6 * 25e-9**3 / (1.380649e-23 * 310.0)), rel=1e-9)
        slow = mpi(attempt_time=1e-9, anisotropy_constant=3.6e3, rotating_diameter=12e-9, selection_gradient=1.0)
        plate = np.zeros((1, 1, 201))
        plate[0, 0, 100] = 1.0
        outside = scene(plate, voxel_size=(1e-3, 1e-3, 0.4e-3))
        inside = scene(np.zeros_like(plate), voxel_size=(1e-3, 1e-3, 0.4e-3), inside=plate)
        widths = [width(image(slow, each)[0, 0], 0.4e-3) for each in (outside, inside)]
    assert widths[1] > 1.2 * widths[0]


def test_sizes_keep_the_iron_and_its_median():
    with double():
        found = sizes(jnp.asarray(20e-9), spread=jnp.asarray(0.2))
    shares = np.array([share for _, share in found])
    logs = np.log([float(diameter) for diameter, _ in found])
    assert shares.sum() == pytest.approx(1.0)
    assert shares @ logs == pytest.approx(np.log(20e-9) + 3 * 0.2**2)  # Hatch and Choate
    assert shares @ (logs - shares @ logs) ** 2 == pytest.approx(0.2**2)


def test_a_sample_at_the_detection_limit_has_the_stated_signal_to_noise():
    with double():
        scanner = mpi()
        seen = scene(np.zeros((4, 4, 2)), voxel_size=(1e-3,) * 3)
        weights = jnp.full((4, 4, 2), 1 / 32)  # 32 mm³, as the sample of the limit
        noise = scanner.noise_of_mean(seen.detached, seen, weights=weights)
    assert 156e-6 / float(noise) == pytest.approx(3.0, rel=1e-12)  # mg/mL over mg/mL


LAGGING = {"attempt_time": 1e-9, "anisotropy_constant": 3e3, "core_size_spread": 0.05}


@pytest.mark.parametrize(
    ("changed", "spacing", "bound"),
    [
        ({}, 0.5e-3, 0.03),
        ({"selection_gradient": 1.0}, 1e-3, 0.03),
        ({**LAGGING, "selection_gradient": 1.0}, 1e-3, 0.07),  # the expected image takes the mean speed of a swing
        ({**LAGGING, "drive_amplitude": 4e-3}, 0.5e-3, 0.1),  # many short swings: what lag bends, joining adds up
    ],
)
def test_the_image_of_the_coils_signal_is_the_expected_image(changed, spacing, bound):
    with double():
        scanner = mpi(detection_limit=1e-12, **changed)
        lesion = np.asarray(sphere(6 * spacing, count=15, spacing=spacing, fine=2))
        seen = scene(lesion, voxel_size=(spacing,) * 3)
        expected, acquired = np.asarray(image(scanner, seen)), np.asarray(scanner.acquired(seen, seed=1))
    assert np.abs(acquired - expected).max() < bound * expected.max()


def test_the_noise_of_the_coils_image_is_that_of_the_fast_one():
    with double():
        scanner = mpi(detection_limit=156e-6, selection_gradient=1.0)
        lesion = np.asarray(sphere(6e-3, count=11, spacing=1e-3, fine=2))
        seen = scene(lesion, voxel_size=(1e-3,) * 3)
        expected = np.asarray(image(scanner, seen))
        silent = np.asarray(mpi(detection_limit=1e-15, selection_gradient=1.0).acquired(seen, seed=0))
        images = np.array([np.asarray(scanner.acquired(seen, seed=seed)) for seed in range(6)])
        noise = float(scanner.noise(seen.detached, seen)[0, 0, 0])
        region = jnp.asarray((lesion > 0.5) / (lesion > 0.5).sum())
        of_mean = float(scanner.noise_of_mean(jnp.asarray(expected), seen, weights=region))
        drawn = np.asarray(scanner.noisy(jnp.asarray(expected), seen, key=jax.random.key(0)))
    found = (images - silent).std()
    assert noise < found < 1.3 * noise  # joining swings adds noise of its own
    assert (drawn - expected).std() == pytest.approx(noise, rel=0.1)
    means = (images * np.asarray(region)).sum(axis=(1, 2, 3))
    assert abs(means.mean() - (expected * np.asarray(region)).sum()) < 0.02 * expected.max() + 3 * of_mean / np.sqrt(6)
    assert not np.array_equal(images[0], images[1])
