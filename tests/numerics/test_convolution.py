from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from janusome.numerics.convolution import exponential_convolution, read_at

TIMES = np.array([0.0, 0.7, 1.0, 2.5, 2.6, 4.0])
CURVE = np.array([0.0, 2.0, 1.0, 5.0, 4.0, 0.5])


@pytest.mark.parametrize("rate", [0.0, 1e-9, 1e-3, 0.02, 0.3, 5.0, 80.0])
def test_the_convolution_is_the_integral_of_lines_between_uneven_samples(rate):
    at = np.array([0.3, 0.7, 1.9, 3.999, 6.0])
    found = exponential_convolution(rate, times=TIMES, curve=CURVE, at=at)
    for t, value in zip(at, found, strict=True):
        pieces = [0.0, *TIMES[(TIMES > 0.0) & (t > TIMES)], t]
        exact = sum(
            quad(lambda u, t=t: np.interp(u, TIMES, CURVE) * np.exp(-rate * (t - u)), a, b, epsabs=1e-13, limit=200)[0]
            for a, b in pairwise(pieces)
        )
        assert value == pytest.approx(exact, rel=1e-9)


def test_a_delay_is_the_same_as_a_later_curve():
    at = np.linspace(0.0, 8.0, 57)
    late = exponential_convolution(0.4, times=TIMES + 1.234, curve=CURVE, at=at)
    assert exponential_convolution(0.4, times=TIMES, curve=CURVE, at=at - 1.234) == pytest.approx(late, rel=1e-12)


def test_nothing_comes_before_the_first_sample_and_the_last_one_stays():
    at = np.array([-1.0, 9.0])
    assert list(read_at(at, times=TIMES, curve=CURVE)) == [0.0, 0.5]
    assert exponential_convolution(100.0, times=TIMES, curve=CURVE, at=at) == pytest.approx([0.0, 0.5 / 100.0])
