"""Phase of susceptibility and of heat, through k-space and back."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from imaging_scenes import mri, scene, sphere

from janusome.imaging.magnetic.acquisition import acquired_image
from janusome.imaging.magnetic.phase import PROTON, saturated_susceptibility, susceptibility_phase
from janusome.imaging.magnetic.thermometry import SHIFT, largest_rise, phase_of_heat, temperature_noise, temperature_rise
from janusome.numerics.kspace import partial_fourier
from janusome.numerics.precision import double

HEAT = {"field": 3.0, "echo_time": 10e-3, "shift": SHIFT["muscle"]}


@pytest.fixture(autouse=True)
def _in_double_precision():
    with double():
        yield


def test_the_phase_beside_a_ball_of_iron_is_that_of_its_dipole():
    chi, count, radius = 2e-6, 32, 5e-3
    ball = chi * sphere(2 * radius, count=count, spacing=1e-3)
    phase = np.asarray(susceptibility_phase(ball, voxel_size=(1e-3,) * 3, field=3.0, echo_time=5e-3))
    above = 24  # a voxel on the axis of the field, 8.5 mm from the center
    off_axis = (radius / 8.53e-3) ** 3 * (3 * (8.5 / 8.53) ** 2 - 1)
    assert phase[above, 16, 16] == pytest.approx(PROTON * 3.0 * 5e-3 * chi / 3 * off_axis, rel=0.03)
    assert abs(phase[16, 16, 16]) < 0.02 * abs(phase[above, 16, 16])


def test_saturated_iron_makes_a_field_that_does_not_grow_with_the_magnet():
    low, high = (
        susceptibility_phase(
            saturated_susceptibility(jnp.ones((4, 4, 4)).at[0].set(0.0), moment_per_amount=7.0, field=b),
            voxel_size=(1e-3,) * 3, field=b, echo_time=5e-3,
        )
        for b in (1.5, 7.0)
    )  # fmt: skip
    assert np.allclose(low, high, rtol=1e-12)


def test_heat_is_read_back_from_the_phase_of_two_images():
    rise = jnp.linspace(-5.0, 39.0, 24).reshape(2, 3, 4)
    before = 0.5 * jnp.exp(1j * jnp.linspace(-3.0, 3.0, 24).reshape(2, 3, 4))
    after = before * jnp.exp(1j * phase_of_heat(rise, **HEAT))
    assert np.allclose(temperature_rise(after, before=before, **HEAT), rise, atol=1e-9)


def test_a_degree_at_3_tesla_is_a_hundredth_of_a_part_in_a_million():
    turned = float(phase_of_heat(jnp.ones(()), field=3.0, echo_time=10e-3, shift=SHIFT["water"]))
    assert turned == pytest.approx(-2 * math.pi * 42.577e6 * 3.0 * 1e-8 * 10e-3, rel=1e-4)
    assert largest_rise(**HEAT) == pytest.approx(39.7, abs=0.1)


def test_temperatures_through_k_space_scatter_as_stated():
    where = scene(np.zeros((8, 24, 24)), voxel_size=(1e-3,) * 3)
    modality = mri(reference_signal_to_noise=500.0, echo_time=10e-3)
    image, noise = np.asarray(modality.expected(where)), float(modality.channel_noise(where))
    rise = jnp.full(image.shape, 12.0)
    heated = image * jnp.exp(1j * phase_of_heat(rise, **HEAT))
    one, two = (
        acquired_image(each, noise=noise, voxel_size=where.voxel_size, random=np.random.default_rng(k))
        for k, each in enumerate((image, heated))
    )
    found = np.asarray(temperature_rise(two, before=one, **HEAT))
    stated = float(temperature_noise(image, noise=noise, **HEAT)[0, 0, 0])
    assert found.mean() == pytest.approx(12.0, abs=4 * stated / math.sqrt(found.size))
    assert found.std() == pytest.approx(stated, rel=0.05)


def test_what_is_left_out_of_k_space_blurs_and_lowers_the_noise():
    image = jnp.zeros((4, 32, 32))
    pattern = partial_fourier(image.shape, share=0.75)
    found = acquired_image(image, noise=1.0, voxel_size=(1e-3,) * 3, random=np.random.default_rng(3), sampled=pattern)
    assert np.std(np.real(found)) == pytest.approx(math.sqrt(0.75), rel=0.05)
    point = image.at[2, 16, 16].set(1.0)
    shown = np.abs(acquired_image(point, noise=0.0, voxel_size=(1e-3,) * 3, random=np.random.default_rng(3), sampled=pattern))
    assert shown[2, 16, 16] == pytest.approx(0.75, abs=0.01)
    assert shown[2, 15, 16] > 0.1
