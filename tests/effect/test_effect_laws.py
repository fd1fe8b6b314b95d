"""Laws of effect against their analytic solutions."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from everything import PRODUCT, RELEASED, assembled, at, followed, given_to
from janusome.effect.dying_cell_clearance import DyingCellClearance
from janusome.effect.gompertz_growth import GompertzGrowth
from janusome.effect.hill_killing import HillKilling
from janusome.model import TARGET, Lesion
from janusome.numerics.precision import double
from janusome.relations.cells import half_maximal_target_concentration, maximum_kill_rate, specific_growth_rate
from janusome.simulation.layout import DYING, VIABLE
from law_cases import made, unstimulated

HOUR, DAY = 3600.0, 86400.0


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


def lesion(*, viable=1e9, dying=0.0, initial=1e9, target_concentration=0.0):
    given = {"viable": viable, "dying": dying, "initial": initial, "target_concentration": target_concentration}
    return Lesion(**{name: jnp.array([value]) for name, value in given.items()})


def cells(assembly, kind):
    return assembly.layout.cells["lesion", kind]


# Growth


def test_without_deceleration_cells_double_in_the_doubling_time():
    alpha = specific_growth_rate(4 * DAY)
    assembly = assembled(["gompertz_growth"], specific_growth_rate=alpha, growth_deceleration=0.0)
    found = followed(assembly, assembly.initial[0], [0.0, 4 * DAY, 8 * DAY])
    start = found[0][cells(assembly, VIABLE)]
    assert found[1][cells(assembly, VIABLE)] == pytest.approx(2 * start)
    assert found[2][cells(assembly, VIABLE)] == pytest.approx(4 * start)


def test_growth_follows_the_gompertz_curve_to_its_plateau():
    alpha, beta = 3e-6, 1e-6
    assembly = assembled(["gompertz_growth"], specific_growth_rate=alpha, growth_deceleration=beta)
    times = np.array([0.0, 5 * DAY, 20 * DAY, 300 * DAY])
    found = followed(assembly, assembly.initial[0], times)[:, cells(assembly, VIABLE)]
    exact = np.exp(alpha / beta * -np.expm1(-beta * times))
    assert found / found[0] == pytest.approx(np.repeat(exact[:, None], 3, axis=1), rel=1e-7)
    assert found[-1] / found[0] == pytest.approx(math.exp(alpha / beta), rel=1e-6)


def test_at_the_plateau_nothing_grows_and_above_it_cells_are_lost():
    law = made(GompertzGrowth, specific_growth_rate=2e-6, growth_deceleration=1e-6)
    plateau = 1e9 * math.exp(2.0)
    assert float(law.rates(lesion(viable=plateau), unstimulated()).viable[0]) == pytest.approx(0.0, abs=1e-6 * plateau * 1e-6)
    assert float(law.rates(lesion(viable=2 * plateau), unstimulated()).viable[0]) < 0.0
    dying_count_too = law.rates(lesion(viable=plateau / 2, dying=plateau / 2), unstimulated())
    assert float(dying_count_too.viable[0]) == pytest.approx(0.0, abs=1e-6 * plateau * 1e-6)


def test_a_tumor_that_shrank_grows_faster_and_stays_finite_at_nothing():
    law = made(GompertzGrowth, specific_growth_rate=2e-6, growth_deceleration=1e-6)
    tenth = float(law.rates(lesion(viable=1e8), unstimulated()).viable[0]) / 1e8
    assert tenth == pytest.approx(2e-6 + 1e-6 * math.log(10.0))
    assert float(law.rates(lesion(viable=0.0), unstimulated()).viable[0]) == 0.0


# Killing

C_50, WINDOW = 2e-4, 72 * HOUR


def kill_rate(concentration, *, hill=1.0):
    law = made(
        HillKilling, maximum_kill_rate=maximum_kill_rate(WINDOW), half_maximal_target_concentration=C_50, hill_coefficient=hill
    )
    rates = law.rates(lesion(target_concentration=concentration), unstimulated())
    assert float(rates.viable[0]) == -float(rates.dying[0])
    return float(rates.dying[0]) / 1e9


def test_an_assay_at_its_half_maximal_concentration_leaves_half_of_the_cells():
    """The rate of the relation, through the law, gives the potency that it was made from."""
    medium, held = 1e-4, 40.0
    c_50 = half_maximal_target_concentration(medium, held)
    assembly = assembled(
        ["hill_killing"],
        maximum_kill_rate=maximum_kill_rate(WINDOW),
        half_maximal_target_concentration=c_50,
        hill_coefficient=1.0,
    )
    cell_volume = 0.5 * assembly.tissue_volume["lesion"][0]
    drug = [at(assembly, RELEASED, f"voxel {k}", TARGET) for k in range(3)]
    other = [at(assembly, PRODUCT, f"voxel {k}", TARGET) for k in range(3)]
    start = given_to(assembly, dict(zip(drug, medium * held * cell_volume, strict=True)))
    found = followed(assembly, start, [0.0, WINDOW])
    viable, dying = found[-1][cells(assembly, VIABLE)], found[-1][cells(assembly, DYING)]
    assert viable == pytest.approx(0.5 * found[0][cells(assembly, VIABLE)])
    assert dying == pytest.approx(0.5 * found[0][cells(assembly, VIABLE)])
    assert not found[:, other].any()


def test_two_drugs_add_their_rates():
    fields: dict[str, Any] = {
        "maximum_kill_rate": maximum_kill_rate(WINDOW),
        "half_maximal_target_concentration": C_50,
        "hill_coefficient": 1.0,
    }
    assembly = assembled(["hill_killing"], **fields)
    held = {at(assembly, drug, "voxel 0", TARGET): C_50 * 0.5 * 1e-3 for drug in (RELEASED, PRODUCT)}
    found = followed(assembly, given_to(assembly, held), [0.0, WINDOW])[:, cells(assembly, VIABLE)[0]]
    assert found[-1] / found[0] == pytest.approx(0.25)


def test_the_kill_rate_saturates_is_half_at_the_midpoint_and_nothing_without_drug():
    most = 2 * math.log(2) / WINDOW
    assert kill_rate(0.0) == 0.0
    assert kill_rate(-1e-12) == 0.0
    assert kill_rate(C_50) == pytest.approx(most / 2)
    assert kill_rate(C_50, hill=3.0) == pytest.approx(most / 2)
    assert kill_rate(1e6 * C_50) == pytest.approx(most, rel=1e-5)


def test_far_below_the_midpoint_the_kill_rate_is_a_power_of_the_concentration():
    for hill in (0.7, 1.0, 2.5):
        assert kill_rate(2e-5 * C_50, hill=hill) / kill_rate(1e-5 * C_50, hill=hill) == pytest.approx(2**hill, rel=1e-3)


# Clearance


def test_dying_cells_disappear_with_their_half_time_and_viable_ones_stay():
    k = math.log(2) / (2 * DAY)
    assembly = assembled(["dying_cell_clearance"], dying_cell_clearance_rate_constant=k)
    start = assembly.initial[0].copy()
    start[cells(assembly, DYING)] = 1e8
    end = followed(assembly, start, [0.0, 4 * DAY])[-1]
    assert end[cells(assembly, DYING)] == pytest.approx(0.25e8)
    assert end[cells(assembly, VIABLE)] == pytest.approx(assembly.initial[0][cells(assembly, VIABLE)])
    rates = made(DyingCellClearance, dying_cell_clearance_rate_constant=k).rates(lesion(dying=1e6), unstimulated())
    assert float(rates.dying[0]) == pytest.approx(-k * 1e6)
