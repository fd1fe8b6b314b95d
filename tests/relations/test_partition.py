"""Partition from structure: the limits of the composition model, an independent solution, and what rows put before it."""

from __future__ import annotations

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.files.library import Library
from janusome.relations.partition import consistent_unbound_fraction
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.rows import Carrier, Drug
from janusome.specification.values import Value

# Rat tissue of Rodgers and Rowland as stored in tissue_comp_R&R.csv: f_NL, f_NP, f_EW, f_IW, [AP] mg/g, AR, LR.
MUSCLE = (0.01, 0.0072, 0.118, 0.63, 1.53, 0.064, 0.059)
LIVER = (0.014, 0.024, 0.161, 0.573, 4.56, 0.086, 0.161)
ADIPOSE = (0.853, 0.0016, 0.135, 0.017, 0.4, 0.049, 0.068)


@pytest.fixture(scope="module")
def rat():
    return Scope("host rat", Library().row("host", "rat"))


def drug(**numbers: float) -> Drug:
    return Drug(name="drug", values={name: (Value(value=float(number), cv=0.0),) for name, number in numbers.items()})


def partition(host, organ, **numbers):
    chain = (Scope("drug drug", drug(**numbers)), host)
    return float(ValueBook(draws=1, seed=0).fill("partition_coefficient", chain, Place("rat", organ))[0])


def test_a_hydrophilic_neutral_drug_that_nothing_binds_fills_the_water_of_tissue(rat):
    for organ, (_, phospholipid, outside, inside, *_) in (("muscle", MUSCLE), ("liver", LIVER)):
        found = partition(rat, organ, octanol_water_log_p=-9, unbound_fraction=1.0)
        in_plasma = 0.7 * 0.0013  # what its phospholipid holds
        assert found == pytest.approx((outside + inside + 0.7 * phospholipid) / (1 + in_plasma), rel=1e-6)


def test_an_acid_stays_outside_cells_and_a_base_is_drawn_in(rat):
    """Cells are at pH 7.0 and plasma at 7.4: a fully ionised acid is 10^0.4 times more dilute inside, a base as much denser."""
    bare = {"octanol_water_log_p": -9, "unbound_fraction": 1.0}
    acid = partition(rat, "muscle", **bare, acidic_pka=2.0)
    base = partition(rat, "muscle", **bare, basic_pka=12.0)
    assert acid == pytest.approx(0.118 + 0.63 * 10**-0.4, rel=1e-3)
    assert base == pytest.approx(0.118 + 0.63 * 10**0.4, rel=1e-3)


def test_a_strong_base_rises_with_the_acidic_phospholipid_of_the_organ(rat):
    bases = {"octanol_water_log_p": 0.0, "unbound_fraction": 0.5, "basic_pka": 9.5, "blood_plasma_ratio": 1.5}
    found = {organ: partition(rat, organ, **bases) for organ in ("adipose", "muscle", "spleen", "liver", "kidney")}
    content = {"adipose": 0.4, "muscle": 1.53, "spleen": 3.18, "liver": 4.56, "kidney": 5.03}
    assert sorted(found, key=found.__getitem__) == sorted(content, key=content.__getitem__)


def test_a_strong_base_rises_with_its_concentration_in_red_cells(rat):
    bases = {"octanol_water_log_p": 1.0, "unbound_fraction": 0.5, "basic_pka": 9.5}
    ratios = [partition(rat, "muscle", **bases, blood_plasma_ratio=ratio) for ratio in (1.0, 1.5, 3.0)]
    assert ratios[0] < ratios[1] < ratios[2]


def test_fat_takes_the_oil_and_not_the_octanol_ratio(rat):
    """By hand, for a neutral drug of log P 2.9 with an unbound fraction of 0.12."""
    octanol, oil = 10**2.9, 10 ** (1.115 * 2.9 - 1.35)
    bound = 1 / 0.12 - 1 - (octanol * 0.0023 + (0.3 * octanol + 0.7) * 0.0013)
    for organ, ratio, (lipid, phospholipid, outside, inside, _, _, lipoprotein) in (
        ("adipose", oil, ADIPOSE),
        ("liver", octanol, LIVER),
    ):
        held = outside + inside + ratio * lipid + (0.3 * ratio + 0.7) * phospholipid + bound * lipoprotein
        found = partition(rat, organ, octanol_water_log_p=2.9, unbound_fraction=0.12)
        assert found == pytest.approx(0.12 * held, rel=1e-9)


def test_a_base_follows_the_published_equation_written_out_at_once(rat):
    """The equation for strong bases of Kpcoeff_RR.R and CalcKp_R&R.R, written as they write it."""
    log_p, fu, pka, ratio, hct = 4.5, 0.093, 8.99, 0.9, float(Library().row("host", "rat").find("hematocrit")[0].value)
    P = 10**log_p
    X, Y, Z = 10 ** (pka - 7.0), 10 ** (pka - 7.4), 10 ** (pka - 7.22)
    in_cells = (hct - 1 + ratio) / (hct * fu)
    lipid = (P * 0.0017 + (0.3 * P + 0.7) * 0.0029) / (1 + Y)
    K = max(0.0, in_cells - (1 + Z) / (1 + Y) * 0.603 - lipid) * (1 + Y) / 0.5 / Z
    f_nl, f_np, f_ew, f_iw, ap, *_ = MUSCLE
    held = f_ew + (1 + X) / (1 + Y) * f_iw + (P * f_nl + (0.3 * P + 0.7) * f_np) / (1 + Y) + K * ap * X / (1 + Y)
    found = partition(rat, "muscle", octanol_water_log_p=log_p, unbound_fraction=fu, basic_pka=pka, blood_plasma_ratio=ratio)
    assert found == pytest.approx(fu * held, rel=1e-6)


def test_plasma_holds_at_least_what_its_lipid_dissolves(rat):
    """An unbound fraction of 0.9 contradicts log P 5: the lipid of plasma leaves 0.37 % unbound, and that counts."""
    found = partition(rat, "muscle", octanol_water_log_p=5.0, unbound_fraction=0.9)
    P = 1e5
    in_plasma = P * 0.0023 + (0.3 * P + 0.7) * 0.0013
    assert found == pytest.approx((0.748 + P * 0.01 + (0.3 * P + 0.7) * 0.0072) / (1 + in_plasma), rel=1e-9)


def test_the_most_lipophilic_drugs_reach_the_ratio_of_the_lipids_and_stay_there(rat):
    """Poulin and Haddad's limit: tissue lipid over that of plasma, whatever log P and the measured binding are."""
    limit = (0.01 + 0.3 * 0.0072) / (0.0023 + 0.3 * 0.0013)
    for log_p, unbound in ((7.0, 0.07), (7.0, 0.5), (9.0, 0.004)):
        found = partition(rat, "muscle", octanol_water_log_p=log_p, unbound_fraction=unbound)
        assert found == pytest.approx(limit, rel=1e-3)


def test_a_base_is_dissolved_by_lipid_only_as_far_as_it_is_neutral(rat):
    """At pKa 9.4 one molecule in 101 is neutral: its lipid explains less than what plasma holds, and nothing changes."""
    bases = {"octanol_water_log_p": 4.0, "unbound_fraction": 0.5, "blood_plasma_ratio": 1.0}
    P, fu = 1e4, 0.5
    n, dissolved = 1 / 101, P * 0.0023 + (0.3 * P + 0.7) * 0.0013
    assert n * dissolved < 1 / fu - 1 < dissolved / 2
    mild, strong = (partition(rat, "adipose", **bases, basic_pka=pka) for pka in (7.4, 9.4))
    assert consistent_unbound_fraction(fu, dissolved, n) == fu
    assert consistent_unbound_fraction(fu, dissolved, 0.5) == pytest.approx(1 / (1 + dissolved / 2))
    assert mild > strong


def test_a_measured_partition_comes_first(rat):
    assert partition(rat, "muscle", octanol_water_log_p=2.9, unbound_fraction=0.12, partition_coefficient=7.0) == 7.0


def test_a_drug_that_lacks_everything_is_told_what_would_do(rat):
    with pytest.raises(InputError, match=r"octanol_water_log_p|partition_coefficient"):
        partition(rat, "muscle")


def test_a_carrier_is_never_asked_for_log_p(rat):
    carrier = Scope("carrier x", Carrier(name="x"))
    with pytest.raises(InputError) as refused:
        ValueBook(draws=1, seed=0).fill("partition_coefficient", (carrier, rat), Place("rat", "muscle"))
    assert "partition_coefficient" in str(refused.value)
    assert "log_p" not in str(refused.value)


def test_predictions_carry_the_error_of_the_method(rat):
    chain = (Scope("drug drug", drug(octanol_water_log_p=1.0, unbound_fraction=0.5)), rat)
    found = ValueBook(draws=401, seed=1).fill("partition_coefficient", chain, Place("rat", "muscle"))
    low, high = np.quantile(found / found[0], (0.05, 0.95))
    assert low == pytest.approx(0.11, rel=0.3)
    assert high == pytest.approx(9, rel=0.3)
