"""The matrix of tumors: hindrance falls with size, fibers and charge, and comes back when fibers go."""

import numpy as np
import pytest

from janusome.relations.matrix import (
    convection_hindrance,
    diffusion_hindrance,
    diffusion_hindrance_of_neutral,
    matrix_pore_radius,
    matrix_void_ratio,
)
from tumor_books import KINDS, NM, book_of

CHARGE = {"anionic_exclusion_per_potential": 3e-8, "cationic_retention_per_potential": 100.0}


def hindered(diameter, fibers=0.03, radius=10 * NM):
    return diffusion_hindrance_of_neutral(diameter, fibers, radius)


def test_a_point_in_few_fibers_is_free():
    assert hindered(1e-15, 1e-5) == pytest.approx(1.0, abs=1e-4)
    assert matrix_void_ratio(1e-15, 0.05, 10 * NM) == pytest.approx(1.0)


def test_brinkman_drag_far_above_the_mesh_is_that_of_darcy_flow():
    """Without the detour a large sphere drags fluid through the fibers: 9 l^2/r^2."""
    fibers, fiber, r = 1e-4, 1 * NM, 3e-7
    mesh = fiber**2 / (16 * fibers**1.5 * (1 + 56 * fibers**3))
    detour = np.exp(-0.84 * (fibers * (1 + r / fiber) ** 2) ** 1.09)
    assert hindered(2 * r, fibers, fiber) / detour == pytest.approx(1 / (1 + r / mesh**0.5 + r**2 / 9 / mesh), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_particles_spread_more_slowly_the_larger_they_are_and_drift_more_slowly_too(kind):
    of = book_of(kind, species="human", host="human-female")
    sizes = [5 * NM, 10 * NM, 30 * NM, 60 * NM, 100 * NM, 200 * NM]
    for name in ("diffusion_hindrance", "convection_hindrance", "matrix_void_ratio"):
        values = np.array([of(name, d) for d in sizes])
        assert (np.diff(values) < 0).all()
        assert ((values > 0) & (values <= 1)).all()


def test_pancreatic_stroma_slows_large_particles_far_more_than_a_breast_cancer_does():
    """Graded assumed: 0.80 of the diffusivity at 10 nm and 0.09 at 100 nm."""
    breast, pancreas = (book_of(kind, species="human", host="human-female") for kind in ("breast-triple-negative", "pdac"))
    ratio = [pancreas("diffusion_hindrance", d) / breast("diffusion_hindrance", d) for d in (10 * NM, 100 * NM)]
    assert ratio == pytest.approx([0.80, 0.09], abs=0.01)


def test_a_tumor_in_the_skull_lets_large_molecules_spread_five_to_ten_times_faster_than_one_under_the_skin():
    """Pluen 2001, for what is about as wide as the space between fibers."""
    cranial = book_of("gbm", species="human", host="human-female")
    dorsal = book_of("gbm", species="mouse")
    assert 5 < cranial("diffusion_hindrance", 100 * NM) / dorsal("diffusion_hindrance", 100 * NM) < 10
    assert cranial("diffusion_hindrance", 8 * NM) / dorsal("diffusion_hindrance", 8 * NM) < 1.5


def test_neutral_particles_diffuse_fastest_and_cationic_ones_stick():
    neutral, anionic, cationic = (
        diffusion_hindrance(40 * NM, 0.03, 10 * NM, zeta, *CHARGE.values()) for zeta in (0.0, -0.03, 0.03)
    )
    assert neutral == pytest.approx(hindered(40 * NM))
    assert 0.9 * neutral < anionic < neutral
    assert cationic == pytest.approx(neutral / 4)


def test_degrading_the_matrix_lets_large_particles_spread():
    """A third less collagen (losartan): 100 nm gains far more than 10 nm."""
    of = book_of("pdac", species="human", host="human-female")
    left = 0.68 * of("matrix_fiber_fraction")
    gain = [of("diffusion_hindrance", d, matrix_fiber_fraction=left) / of("diffusion_hindrance", d) for d in (1e-8, 1e-7)]
    assert gain[0] == pytest.approx(1.15, abs=0.05)
    assert 2.0 < gain[1] < 5.0


def test_pores_of_pancreatic_stroma_are_about_twenty_nanometres_wide_in_radius():
    assert 10 * NM < matrix_pore_radius(0.08, 10 * NM) < 25 * NM


def test_small_molecules_go_with_the_fluid_and_reach_all_of_it():
    of = book_of("pdac")
    assert of("convection_hindrance") == of("matrix_void_ratio") == 1.0
    assert of("convection_hindrance", 100 * NM) < 0.2
    assert of("accessible_interstitial_fraction") == of("interstitial_fraction")


def test_convection_is_free_for_points_and_faster_than_the_share_of_the_fluid_that_is_accessible():
    assert convection_hindrance(1.0) == 1.0
    assert all(convection_hindrance(K) > K for K in (0.1, 0.5, 0.9))
