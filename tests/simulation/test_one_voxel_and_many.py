"""A lesion as a few shells and the same lesion voxel by voxel: the same model on two grids."""

import numpy as np
import pytest

from doxil_in_a_woman import UNTIL, doxil
from janusome.simulation.layout import VIABLE
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.trajectory import Control, follow
from janusome.simulation.tumor_field import follow_field
from janusome.simulation.values import ValueBook

AGREEMENT = 5e-3  # of the most that a pool of the lesion ever holds
MOMENTS = [2 * 3600.0, 86400.0, UNTIL]
WHOLE = np.ones((3, 2, 2))
BOX = LesionGrid(share=WHOLE, near=WHOLE > 0.0, voxel_size=np.full(3, (25e-6 / 12) ** (1 / 3)))  # closed borders


@pytest.fixture(scope="module")
def both():
    """The lesion as shells, and as twelve voxels that are equally perfused, without fluid that moves."""
    arm = doxil(core_to_rim=1.0, still=True, grid=BOX)
    times = np.unique(
        np.concatenate([[0.0], np.geomspace(60.0, UNTIL, 60), 86400.0 + np.geomspace(60.0, 86400.0, 40), MOMENTS])
    )
    coarse = follow(arm.assembly, arm.given, [], until=UNTIL, times=times, control=Control(threads=1), name="shells")
    field = follow_field(
        arm.study, arm.assembly.matter, arm.lesions, arm.given, [],
        until=UNTIL, body=arm.assembly, book=ValueBook(draws=1, seed=0), coarse=coarse, moments=MOMENTS, control=Control(threads=1),
    )  # fmt: skip
    return arm, coarse, field


def test_both_keep_the_books_to_a_millionth_of_the_dose(both):
    _, coarse, field = both
    assert coarse.ledger_error <= 1e-6
    assert field.ledger_error <= 1e-6


def test_shells_and_a_uniform_lesion_of_many_voxels_agree(both):
    arm, coarse, field = both
    (lesion,) = arm.lesions
    local = field.assemblies[lesion.name]
    compared = 0
    for pool, index in arm.assembly.layout.pools.items():
        if pool.region != lesion.name:
            continue
        whole = coarse.states[0][:, index].sum(axis=-1)
        for moment in MOMENTS:
            held = field.at(lesion.name, moment).states[:, local.layout.pools[pool][0]].sum()
            assert held == pytest.approx(np.interp(moment, coarse.times, whole), abs=AGREEMENT * whole.max()), (
                str(pool.species),
                pool.site,
            )
            compared += int(whole.max() > 0.0)
    assert compared >= 3 * 9
    assert field.splitting_error < AGREEMENT
    one, many = arm.assembly.layout.cells[lesion.name, VIABLE], local.layout.cells[lesion.name, VIABLE]
    assert field.at(lesion.name, UNTIL).states[:, many[0]].sum() == pytest.approx(coarse.states[0, -1, one].sum(), rel=1e-3)


def test_equally_perfused_voxels_stay_alike(both):
    arm, _, field = both
    (lesion,) = arm.lesions
    states = field.at(lesion.name, UNTIL).states
    assert states.shape[0] == lesion.grid.count == 12
    assert states == pytest.approx(np.broadcast_to(states.mean(axis=0), states.shape), rel=1e-9)
