import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import rice

from janusome.numerics.precision import double
from janusome.numerics.rician import rician_draw, rician_mean, rician_standard_deviation


def test_the_background_of_a_magnitude_image_has_the_mean_and_deviation_of_rayleigh():
    with double():
        zero = jnp.asarray(0.0)
        assert float(rician_mean(zero, width=2.0)) / 2.0 == pytest.approx(math.sqrt(math.pi / 2), rel=1e-14)
        assert float(rician_standard_deviation(zero, width=2.0)) / 2.0 == pytest.approx(math.sqrt(2 - math.pi / 2), rel=1e-14)


def test_the_moments_are_those_of_the_rice_distribution():
    signal, width = np.geomspace(1e-2, 12.0, 30), 0.7
    with double():
        mean = rician_mean(jnp.asarray(signal), width=width)
        spread = rician_standard_deviation(jnp.asarray(signal), width=width)
    assert np.asarray(mean) == pytest.approx(rice.mean(signal / width, scale=width), rel=1e-9)
    assert np.asarray(spread) == pytest.approx(rice.std(signal / width, scale=width), rel=1e-7)


def test_far_above_the_noise_the_magnitude_is_gaussian_in_both_precisions():
    for precise in (False, True):
        with jax.enable_x64(precise):
            signal = jnp.asarray([20.0, 1e3, 1e6])
            assert np.asarray(rician_standard_deviation(signal, width=1.0)) == pytest.approx(1.0, rel=2e-3)
            assert np.asarray(rician_mean(signal, width=1.0)) == pytest.approx(np.asarray(signal), rel=2e-3)


def test_the_exact_form_and_the_series_meet_without_a_step():
    with double():
        below = rician_standard_deviation(jnp.asarray(15.0 - 1e-9), width=1.0)
        above = rician_standard_deviation(jnp.asarray(15.0 + 1e-9), width=1.0)
    assert float(below) == pytest.approx(float(above), abs=1e-7)


def test_the_deviation_is_differentiable_on_both_sides():
    slope = jax.grad(lambda s: rician_standard_deviation(s, width=1.0))
    assert all(bool(jnp.isfinite(slope(jnp.asarray(s)))) for s in (0.0, 1.0, 14.9, 15.1, 1e4))


def test_a_million_draws_without_signal_have_the_mean_1_2533_and_the_deviation_0_6551():
    drawn = rician_draw(jax.random.key(8), jnp.zeros(1_000_000), width=1.0)
    assert float(drawn.mean()) == pytest.approx(1.2533, rel=1e-2)
    assert float(drawn.std()) == pytest.approx(0.6551, rel=1e-2)
