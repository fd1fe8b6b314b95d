"""Agents: encapsulated chelates that wait for water, and spheres that dephase by their size."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_bvp
from scipy.special import sici

from janusome.imaging.magnetic.clusters import (
    effective_transverse_rate,
    equatorial_shift,
    motional_averaging,
    static_dephasing,
)
from janusome.imaging.magnetic.water_exchange import encapsulated_relaxivity, intact_share, residence_time


def slow_rate(share, *, inside, outside, residence):
    """The slow rate of two pools that exchange (Bloch-McConnell)."""
    leaving, entering = 1.0 / residence, share / (1.0 - share) / residence
    matrix = [[-inside - leaving, entering], [leaving, -outside - entering]]
    return float(-np.linalg.eigvals(matrix).real.max())


@pytest.mark.parametrize("residence", [1e-6, 1e-4, 2.4e-3, 0.1])
def test_the_relaxivity_of_encapsulated_chelates_is_the_slow_rate_of_two_pools(residence):
    share, relaxivity, filled, water = 1e-6, 4.4, 250.0, 0.3
    rate = slow_rate(share, inside=water + relaxivity * filled, outside=water, residence=residence)
    expected = encapsulated_relaxivity(relaxivity, inner_concentration=filled, residence_time=residence)
    assert (rate - water) / (share * filled) == pytest.approx(expected, rel=1e-3)


def test_a_leaky_wall_shows_the_free_chelate_and_a_tight_one_its_surface():
    leaky, tight = (
        encapsulated_relaxivity(4.4, inner_concentration=250.0, residence_time=residence_time(1e-7, wall_permeability=p))
        for p in (1.0, 1e-9)
    )
    assert leaky == pytest.approx(4.4, rel=1e-3)
    assert tight == pytest.approx(6 * 1e-9 / 1e-7 / 250.0, rel=1e-3)


def test_smaller_and_leakier_vesicles_relax_more_as_was_measured():
    def relaxivity(diameter, permeability):
        stay = residence_time(diameter, wall_permeability=permeability)
        return encapsulated_relaxivity(4.4, inner_concentration=150.0, residence_time=stay)

    assert relaxivity(70e-9, 7e-6) > relaxivity(400e-9, 7e-6)
    assert relaxivity(100e-9, 2e-5) > relaxivity(100e-9, 7e-6)


def test_the_measured_jump_at_release_asks_for_a_permeability_of_lipid_membranes():
    stay = (4.4 / 1.2 - 1.0) / (4.4 * 250.0)
    permeability = 1e-7 / (6.0 * stay)
    assert 1e-6 < permeability < 1e-4  # m/s
    assert encapsulated_relaxivity(4.4, inner_concentration=250.0, residence_time=stay) == pytest.approx(1.2)


def test_a_mixture_tells_how_much_was_released():
    mixed = 0.3 * 1.2 + 0.7 * 4.4
    assert intact_share(mixed, intact=1.2, released=4.4) == pytest.approx(0.3)


def test_averaging_is_what_water_that_diffuses_around_a_sphere_shows():
    """Perturbation to the second order, with the diffusion equation solved as a boundary value problem."""
    far = 60.0
    r = np.geomspace(1.0, far, 400)

    def slope(r, y):
        return np.vstack([y[1], 6.0 * y[0] / r**2 - 2.0 * y[1] / r - 2.0 / r**3])

    solved = solve_bvp(slope, lambda near, end: np.array([near[1], end[0] - 1.0 / (3.0 * far)]), r, np.zeros((2, r.size)),
                       tol=1e-8, max_nodes=100_000)  # fmt: skip
    within = quad(lambda x: solved.sol(x)[0] / x, 1.0, far, limit=400)[0]
    beyond = 1.0 / (3.0 * far)
    assert 6.0 / 5.0 * (within + beyond) == pytest.approx(16.0 / 45.0, rel=1e-3)
    assert motional_averaging(1.0, shift=1.0, radius=1.0, diffusivity=1.0) == pytest.approx(16.0 / 45.0)


def test_static_dephasing_is_the_mean_over_spheres_at_random_places():
    def exponent(turns):
        """How far the logarithm of the signal has fallen, over the volume fraction, when the equator has turned so far."""

        def shell(cosine):
            reach = abs(turns * (3.0 * cosine**2 - 1.0))
            return reach * sici(reach)[0] - (1.0 - math.cos(reach))

        return quad(shell, 0.0, 1.0, limit=2000, points=[1.0 / math.sqrt(3.0)])[0]

    rate = (exponent(300.0) - exponent(200.0)) / 100.0
    assert rate == pytest.approx(static_dephasing(1.0, shift=1.0), rel=5e-3)


def test_clusters_relax_more_until_they_stand_still():
    shift = equatorial_shift(3e5)
    radius = np.array([3e-9, 10e-9, 30e-9, 300e-9, 1e-6])
    found = np.asarray(effective_transverse_rate(1e-5, shift=shift, radius=radius, diffusivity=3e-9))
    assert np.all(np.diff(found) >= 0.0)
    assert found[1] / found[0] == pytest.approx((10 / 3) ** 2, rel=1e-3)
    assert found[-1] == found[-2] == pytest.approx(static_dephasing(1e-5, shift=shift), rel=1e-6)
    assert shift == pytest.approx(3.36e7, rel=0.01)
