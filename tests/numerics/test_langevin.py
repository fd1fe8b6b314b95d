"""The Langevin function and its neighbors against high precision, from nought to where everything is turned."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from janusome.numerics.langevin import FULL_WIDTH, langevin, langevin_integral, langevin_slope
from janusome.numerics.precision import double

# x, L, L' and the integral of L, with 60 digits by mpmath 1.3.
REFERENCE = [
    (0.0, 0.0, 0.333333333333333, 0.0),
    (1e-12, 3.33333333333333e-13, 0.333333333333333, 1.66666666666667e-25),
    (1e-6, 3.33333333333311e-7, 0.333333333333267, 1.66666666666661e-13),
    (0.001, 0.000333333311111113, 0.333333266666677, 1.66666661111111e-7),
    (0.01, 0.00333331111132275, 0.333326666772485, 1.66666111114638e-5),
    (0.1, 0.0333111322539896, 0.332667723388165, 0.00166611146358046),
    (0.1999, 0.0664564949574839, 0.33068613600399, 0.00665115298230495),
    (0.2001, 0.0665226316581529, 0.330680869830568, 0.00666445089498407),
    (0.5, 0.163953413738653, 0.317305623168831, 0.0413248546129181),
    (1, 0.313035285499331, 0.27593833903369, 0.161439361571196),
    (2, 0.537314720727548, 0.173978170161929, 0.595220192054223),
    (5, 0.800090803982019, 0.0398183837905981, 2.69736950604558),
    (20, 0.95, 0.00249999999999998, 16.3111205458861),
    (100, 0.99, 0.0001, 94.701682633452),
    (1e4, 0.9999, 1.0e-8, 9990.09651244746),
    (1e6, 0.999999, 1.0e-12, 999985.491342261),
]


def test_all_three_agree_with_high_precision_at_every_size():
    x, *expected = np.array(REFERENCE).T
    with double():
        found = [np.asarray(function(jnp.asarray(x))) for function in (langevin, langevin_slope, langevin_integral)]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-11, abs=1e-300)


def test_they_are_odd_and_even_and_each_the_slope_of_the_next():
    with double():
        x = jnp.asarray([-700.0, -3.0, -0.1, 0.0, 1e-9, 0.19, 0.21, 5.0, 1e5])
        assert np.asarray(langevin(-x)) == pytest.approx(-np.asarray(langevin(x)))
        assert np.asarray(langevin_integral(-x)) == pytest.approx(np.asarray(langevin_integral(x)))
        slope, steeper = jax.vmap(jax.grad(langevin_integral))(x), jax.vmap(jax.grad(langevin))(x)
        assert np.asarray(slope) == pytest.approx(np.asarray(langevin(x)), rel=1e-9, abs=1e-15)
        assert np.asarray(steeper) == pytest.approx(np.asarray(langevin_slope(x)), rel=1e-8, abs=1e-15)


def test_half_of_the_greatest_slope_is_two_zero_eight_from_the_middle():
    with double():
        assert float(langevin_slope(jnp.asarray(FULL_WIDTH / 2))) == pytest.approx(1 / 6, rel=1e-12)
    assert abs(FULL_WIDTH - 4.161) < 5e-5
