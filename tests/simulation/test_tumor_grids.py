"""The same tumor on other voxels: finer ones, turned ones, and as shells."""

import numpy as np
import pytest

from doxil_in_a_woman import doxil
from janusome.model import Form, Species
from janusome.simulation.arms import CARRIER
from janusome.simulation.lesion_mask import grid_of_mask
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.trajectory import Control, follow
from janusome.simulation.tumor_field import follow_field
from janusome.simulation.values import ValueBook

HOURS = 6 * 3600.0
VOLUME = 25e-6  # m^3
AXES = np.array([1.0, 0.75, 0.5])


def uptake(grid):
    """Carriers in the lesion after six hours, over those injected: on its voxels, and in its shells."""
    arm = doxil(core_to_rim=0.35, grid=grid)
    carrier = Species(Form.CARRIER, CARRIER)
    times = np.concatenate([[0.0], np.geomspace(60.0, HOURS, 40)])
    coarse = follow(arm.assembly, arm.given, [], until=HOURS, times=times, control=Control(threads=1), name="shells")
    field = follow_field(
        arm.study, arm.assembly.matter, arm.lesions, arm.given, [], until=HOURS, body=arm.assembly,
        book=ValueBook(draws=1, seed=0), coarse=coarse, moments=[HOURS], control=Control(threads=1),
    )  # fmt: skip
    (lesion,) = arm.lesions
    own = [k for pool, k in field.assemblies[lesion.name].layout.pools.items() if pool[:2] == (carrier, lesion.name)]
    held = field.at(lesion.name, HOURS).states[:, np.concatenate(own)].sum()
    in_shells = [k for pool, k in arm.assembly.layout.pools.items() if pool[:2] == (carrier, lesion.name)]
    given = arm.given[0].amounts[carrier][0]
    assert field.ledger_error <= 1e-6
    return held / given, coarse.states[0, -1, np.concatenate(in_shells)].sum() / given


def mask_of_ellipsoid(*, degrees):
    """An ellipsoid of 25 cm^3, turned about two axes, in or out voxel by voxel."""
    semi = AXES * (3.0 * VOLUME / (4.0 * np.pi * AXES.prod())) ** (1.0 / 3.0)
    h = semi.min() / 6.0
    half = int(np.ceil(semi.max() / h)) + 2
    grid = np.stack(np.meshgrid(*(np.arange(-half, half + 1) * h,) * 3, indexing="ij"), axis=-1)
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return (((grid @ turn) / semi) ** 2).sum(axis=-1) <= 1.0, np.full(3, h)


@pytest.fixture(scope="module")
def on_900_voxels():
    return uptake(ball(VOLUME, voxels=900))


def test_halving_the_voxels_changes_uptake_by_less_than_three_percent(on_900_voxels):
    fine, _ = uptake(ball(VOLUME, voxels=7200))
    assert fine == pytest.approx(on_900_voxels[0], rel=0.03)


def test_shells_and_voxels_agree_on_uptake(on_900_voxels):
    voxels, shells = on_900_voxels
    assert shells == pytest.approx(voxels, rel=0.02)


def test_a_turned_mask_takes_up_the_same_for_its_volume():
    grids = [grid_of_mask(*mask_of_ellipsoid(degrees=degrees)) for degrees in (0.0, 30.0)]
    straight, turned = (uptake(grid)[0] / grid.volume for grid in grids)
    assert grids[1].volume == pytest.approx(grids[0].volume, rel=0.02)
    assert turned == pytest.approx(straight, rel=0.01)
