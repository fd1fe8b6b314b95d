"""Transport with kinetics: Thiele's sphere, the binding-site barrier, order, ledger and refusals."""

import jax.numpy as jnp
import numpy as np
import pytest

from janusome.errors import InputError, SolverError
from janusome.numerics.links import Links, links_in_box, links_in_shells
from janusome.numerics.pressure import Border, pressure_in_box, pressure_in_shells
from janusome.numerics.shells import cylinders, slabs, spheres
from janusome.numerics.transport import transport


def effectiveness(phi):
    return 3.0 / phi**2 * (phi / np.tanh(phi) - 1.0)


def rim_exchange(shells, diffusivity, concentration):
    """Supply and first-order loss of every shell: the last one exchanges with a surface that is held at a concentration."""
    rate = np.zeros(shells.count)
    rate[-1] = shells.outermost(np.full(shells.count, diffusivity)) / shells.volumes[-1]
    return concentration * rate * shells.volumes, rate


def test_the_closed_form_gives_the_published_effectiveness():
    assert effectiveness(1.0) == pytest.approx(0.9391, abs=5e-5)
    assert effectiveness(0.1) == pytest.approx(0.99933, abs=5e-6)


@pytest.mark.parametrize("phi", [0.1, 1.0, 30.0])
def test_a_consuming_sphere_has_the_effectiveness_of_thiele_in_shells(phi):
    """Steady diffusion and first-order uptake obey the equation of the pressure, with uptake for filtration."""
    shells = spheres(np.linspace(0.0, 1.0, 401))
    found = pressure_in_shells(shells, conductivity=1.0, filtration=phi**2, vascular=0.0, border=Border(1.0))
    taken = float((found.pressure * shells.volumes).sum() / shells.volumes.sum())
    assert taken == pytest.approx(effectiveness(phi), rel=5e-3)


@pytest.mark.parametrize(("phi", "cells"), [(0.1, 24), (1.0, 24), (10.0, 40)])
def test_a_consuming_sphere_has_the_effectiveness_of_thiele_in_voxels(phi, cells):
    h = 2.2 / cells
    z, y, x = np.meshgrid(*((np.arange(cells) + 0.5) * h - 1.1,) * 3, indexing="ij")
    share = np.clip(0.5 + (1.0 - np.sqrt(x**2 + y**2 + z**2)) / h, 0.0, 1.0)
    found = pressure_in_box(
        1.0 / (share + (1.0 - share) / 1000.0),
        spacing=(h, h, h),
        filtration=share * phi**2,
        vascular=0.0,
        drainage=np.where(share == 0.0, 1e6, 0.0),
        lymphatic=1.0,
        border=Border(1.0),
    )
    taken = float((found.pressure * share).sum() / share.sum())
    assert taken == pytest.approx(effectiveness(phi), rel=0.02)


def test_transport_settles_at_the_effectiveness_of_thiele():
    shells = spheres(np.linspace(0.0, 1.0, 13))
    supply, loss = rim_exchange(shells, 1.0, 1.0)
    settled = pressure_in_shells(shells, conductivity=1.0, filtration=1.0, vascular=0.0, border=Border(1.0)).pressure
    found = transport(
        0.9 * settled[:, None] * shells.volumes[:, None],
        operators=[links_in_shells(shells, 1.0).operator(shells.volumes)],
        kinetics=lambda n, p: p[0] - p[1] * n,
        parameters=np.column_stack([supply, loss + 1.0]),
        times=[0.5],
    )
    assert found.amounts[-1].sum() / shells.volumes.sum() == pytest.approx(effectiveness(1.0), rel=5e-3)


def test_oxygen_around_a_vessel_falls_as_krogh_and_erlang_say():
    """P(r) = P_0 - M/(4 D a) (r_v^2 - r^2 + 2 R^2 ln(r/r_v)): uptake of zeroth order between a vessel and the axis' own border."""
    vessel, border, uptake, wall = 5.0, 50.0, 0.003, 40.0
    shells = cylinders(np.linspace(vessel, border, 901))
    r = shells.middles
    half = np.log(r[0] / vessel) / (2.0 * np.pi)  # from the wall to the first centre
    open_wall = np.zeros(900)
    open_wall[0] = 1.0 / half / shells.volumes[0]
    tiny = 1e-9
    found = pressure_in_shells(
        shells,
        conductivity=1.0,
        filtration=open_wall + tiny,
        vascular=(open_wall * wall - uptake) / (open_wall + tiny),
    )
    exact = wall - uptake / 4.0 * (vessel**2 - r**2 + 2.0 * border**2 * np.log(r / vessel))
    np.testing.assert_allclose(found.pressure, exact, rtol=5e-3, atol=0.01)


def binding(n, p):
    """Free and bound amounts; association per amount of the cell's room, places, dissociation."""
    association, places, dissociation = p
    bound = association * n[0] * (places - n[1]) - dissociation * n[1]
    return jnp.stack([-bound, bound])


def test_the_front_of_a_strong_binder_goes_as_the_root_of_time():
    """The shrinking core: depth = sqrt(2 D C t/[Ag]), from a donor that hardly empties."""
    count, antigen, donor = 25, 50.0, 500.0
    layers = slabs(np.linspace(0.0, 1.0, count + 1))
    inner = links_in_shells(layers, 1.0)
    links = Links(
        np.append(inner.first, count - 1),
        np.append(inner.second, count),
        np.append(inner.conductance, layers.outermost(np.ones(count))),
        np.zeros(count),
        count + 1,
    )
    volumes = np.append(layers.volumes, donor)
    start = np.zeros((count + 1, 2))
    start[-1, 0] = donor
    values = [200.0 / volumes, np.append(antigen * layers.volumes, 0.0), np.zeros(count + 1)]
    times = np.array([1.0, 2.0, 4.0])
    found = transport(
        start,
        operators=[links.operator(volumes), None],
        kinetics=binding,
        parameters=np.column_stack(values),
        times=times,
        conserved=[[1.0, 1.0]],
        tolerance=1e-4,
    )
    depth = found.amounts[:, :-1, 1].sum(axis=1) / antigen
    concentration = found.amounts[:, -1, 0] / donor
    np.testing.assert_allclose(depth, np.sqrt(2.0 * (1.0 + concentration) / 2.0 * times / antigen), rtol=0.03)
    assert found.amounts.min() >= 0.0


def test_a_strong_binder_spreads_in_voxels_as_in_shells():
    diffusivity, antigen, stop, cells = 1.0, 5.0, 0.4, 15
    h = 2.4 / cells
    z, y, x = np.meshgrid(*((np.arange(cells) + 0.5) * h - 1.2,) * 3, indexing="ij")
    r = np.sqrt(x**2 + y**2 + z**2)

    def run(links, volumes, radii):
        free = volumes * np.exp(-((radii / 0.35) ** 2)) * 20.0
        start = np.column_stack([free.ravel(), np.zeros(free.size)])
        values = np.column_stack([50.0 / volumes.ravel(), antigen * volumes.ravel(), np.full(free.size, 0.01)])
        return transport(
            start,
            operators=[links.operator(volumes.ravel()), None],
            kinetics=binding,
            parameters=values,
            conserved=[[1.0, 1.0]],
            times=[stop],
        )

    shells = spheres(np.linspace(0.0, 1.5, 121))
    radial = run(links_in_shells(shells, diffusivity), shells.volumes, shells.middles)
    voxels = run(links_in_box(np.full(r.shape, diffusivity), spacing=(h, h, h)), np.full(r.shape, h**3), r)

    def front(bound, radii):
        return float((bound * radii).sum() / bound.sum())

    expected = front(radial.amounts[0, :, 1], shells.middles)
    assert front(voxels.amounts[0, :, 1], r.ravel()) == pytest.approx(expected, rel=0.03)
    assert voxels.ledger_error is not None and voxels.ledger_error < 1e-6
    assert len(voxels.steps) > 2


def test_the_error_falls_with_the_tolerance():
    links = links_in_box(np.ones((1, 1, 20)), spacing=(1.0, 1.0, 0.05))
    start = np.zeros((20, 2))
    start[:5, 0] = 1.0
    given = {
        "operators": [links.operator(0.05), None],
        "kinetics": binding,
        "parameters": [3.0, 2.0, 1.0],
        "times": [0.5],
    }
    fine = transport(start, **given, tolerance=1e-6).amounts[0]
    errors = [np.abs(transport(start, **given, tolerance=t).amounts[0] - fine).sum() / 5.0 for t in (1e-2, 1e-3, 1e-4)]
    assert errors[0] < 1e-2 and errors[1] < 1e-3 and errors[2] < 1e-4


def test_what_leaves_is_counted_and_the_ledger_says_so():
    flows = [np.zeros((2, 1, 6)), np.zeros((1, 2, 6)), np.full((1, 1, 7), 1.0)]
    links = links_in_box(np.full((1, 1, 6), 0.1), spacing=(1.0, 1.0, 1.0), flows=flows)
    found = transport(np.ones((6, 2)), operators=[links.operator(1.0), None], times=[0.0, 3.0, 30.0])
    np.testing.assert_allclose(found.left[:, 0], [0.0, 3.0, 6.0], atol=0.15)
    np.testing.assert_allclose(found.amounts[:, :, 1], 1.0)
    assert found.ledger_error is not None and found.ledger_error < 1e-6


def test_kinetics_that_lose_what_is_said_to_be_conserved_fail_by_name():
    with pytest.raises(SolverError, match="ledger is off"):
        transport(
            np.ones((3, 1)),
            operators=[None],
            kinetics=lambda n, p: -p[0] * n,
            parameters=[1.0],
            conserved=[[1.0]],
            times=[1.0],
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"initial": -np.ones((3, 1))}, "initial has shape"),
        ({"operators": []}, "operators are 0"),
        ({"times": [2.0, 1.0]}, "give rising times"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    given = {"initial": np.ones((3, 1)), "operators": [None], "times": [1.0]} | change
    with pytest.raises(InputError, match=words):
        transport(given.pop("initial"), **given)
