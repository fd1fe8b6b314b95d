"""Values reach a law by name, with the same draws whatever else is drawn, and a missing one is told with its mend."""

from __future__ import annotations

import numpy as np
import pytest

from janusome.errors import InputError, InputErrors
from janusome.simulation.values import Place, Scope, ValueBook, quantiles
from janusome.specification.rows import Carrier, Host
from janusome.specification.values import Value


def carrier(**rows: object) -> Carrier:
    return Carrier.model_validate({"name": "c", **rows})


def given(number: float, unit: str = "", **more: object) -> dict[str, object]:
    return {"value": number, "unit": unit, **more}


MOUSE = Place("mouse", "liver")
PARTICULAR = carrier(
    values={"partition_coefficient": given(1.0)},
    organs={"liver": {"values": {"partition_coefficient": given(2.0)}}},
    species={
        "mouse": {
            "values": {"partition_coefficient": given(3.0)},
            "organs": {"liver": {"values": {"partition_coefficient": given(4.0)}}},
        }
    },
)


@pytest.mark.parametrize(
    ("place", "expected"),
    [(MOUSE, 4.0), (Place("mouse", "lung"), 3.0), (Place("rat", "liver"), 2.0), (Place("rat", "lung"), 1.0)],
)
def test_the_most_particular_value_wins(place, expected):
    book = ValueBook(draws=1, seed=0)
    assert book.fill("partition_coefficient", (Scope("carrier c", PARTICULAR),), place)[0] == expected


def test_an_earlier_row_wins_over_a_later_one_and_the_account_says_whose_it_was():
    book = ValueBook(draws=1, seed=0)
    first = carrier(values={"leak_rate_constant": given(0.2, "1/h")})
    second = carrier(values={"leak_rate_constant": given(0.1, "1/h")})
    chain = (Scope("formulation f", first), Scope("carrier c", second))
    assert book.fill("leak_rate_constant", chain, MOUSE)[0] * 3600 == pytest.approx(0.2)
    (used,) = book.used.values()
    assert (used.owner, used.number, used.unit) == ("formulation f", 0.2, "1/h")


def test_a_draw_is_the_same_whatever_else_is_drawn_and_however_many():
    chain = (Scope("carrier c", carrier(values={"leak_rate_constant": given(1, "1/h"), "release_pka": given(6.0)})),)
    few, many = ValueBook(draws=5, seed=3), ValueBook(draws=50, seed=3)
    many.fill("release_pka", chain, MOUSE)
    np.testing.assert_array_equal(
        few.fill("leak_rate_constant", chain, MOUSE), many.fill("leak_rate_constant", chain, MOUSE)[:5]
    )
    other = ValueBook(draws=5, seed=4).fill("leak_rate_constant", chain, MOUSE)
    assert other[0] == few.fill("leak_rate_constant", chain, MOUSE)[0]
    assert not np.any(other[1:] == few.fill("leak_rate_constant", chain, MOUSE)[1:])


def test_the_ensemble_has_the_median_and_the_percentiles_that_the_value_states():
    value = given(10.0, "nm", low=5.0, high=20.0)
    chain = (Scope("carrier c", carrier(values={"hydrodynamic_diameter": value})),)
    drawn = ValueBook(draws=20_001, seed=1).fill("hydrodynamic_diameter", chain, MOUSE) * 1e9
    assert drawn[0] == pytest.approx(10.0)
    np.testing.assert_allclose(np.quantile(drawn, (0.05, 0.5, 0.95)), (5.0, 10.0, 20.0), rtol=0.03)


@pytest.mark.parametrize(("name", "number"), [("interstitial_fraction", 0.9), ("plasma_flow_fraction", 0.3)])
def test_no_draw_carries_a_share_above_one(name, number):
    host = Host.model_validate({"name": "h", "species": "mouse", "values": {name: given(number, cv=0.5)}})
    drawn = ValueBook(draws=5_000, seed=1).fill(name, (Scope("host h", host),), Place("mouse"))
    assert drawn.max() < 1.0
    assert np.median(drawn) == pytest.approx(number, rel=0.03)


def test_a_temperature_without_a_spread_is_exact_and_one_with_it_adds():
    exact, spread = Value(value=37, unit="degC"), Value(value=37, unit="degC", low=36, high=38)
    assert quantiles("body_temperature", exact) == pytest.approx((37.0, 37.0))
    assert quantiles("body_temperature", spread) == pytest.approx((36.0, 38.0), abs=1e-3)


def test_a_relation_supplies_what_no_row_does():
    host = Host.model_validate(
        {
            "name": "h",
            "species": "mouse",
            "values": {"body_mass": given(20, "g", cv=0), "tissue_volume_per_body_mass": given(50, "mL/kg", cv=0)},
        }
    )
    volume = ValueBook(draws=1, seed=0).fill("tissue_volume", (Scope("host h", host),), Place("mouse"))
    assert volume[0] == pytest.approx(1e-6)


def test_a_missing_value_says_what_is_lacking_and_the_ways_to_supply_it():
    chain = (Scope("carrier c", carrier(values={})),)
    with pytest.raises(
        InputError, match=r"carrier c: clearance_per_phagocyte in liver has no value, from which uptake_clearance"
    ):
        ValueBook(draws=1, seed=0).fill("uptake_clearance", chain, MOUSE)


def test_missing_values_are_told_together_organ_by_organ():
    chain, book = (Scope("carrier c", carrier(values={})),), ValueBook(draws=1, seed=0)
    with pytest.raises(InputErrors) as told, book.together():
        for organ in ("liver", "lung"):
            book.fill("partition_coefficient", chain, Place("mouse", organ))
        book.fill("release_pka", chain, MOUSE)
    assert [refusal.place for refusal in told.value.refusals] == [
        "carrier c: partition_coefficient in 2 organs",
        "carrier c: release_pka in liver",
    ]
