"""Release: a payload whose release curve was measured stands in first-order pools, and a burst of it is free at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.model import Form, Species
from janusome.relations.release_pools import Curve, KorsmeyerPeppas, Pools, Weibull
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Part
from janusome.specification.values import Value, choose
from janusome.units import from_internal

Draws = NDArray[np.float64]

LAW = "release_first_order"
FIRST_ORDER, HIGUCHI = "first-order", "higuchi"
CURVES: Mapping[str, type[Weibull] | type[KorsmeyerPeppas]] = {"weibull": Weibull, "korsmeyer-peppas": KorsmeyerPeppas}
WORST = 0.03  # of the payload: what a mixture may miss of its curve


def pools_in(study: ResolvedStudy, payload: str) -> tuple[Scope, ...]:
    """Return the row of each pool of a payload, with its rates; none where it leaks at one rate.

    A measured curve holds wherever the particle is: a pool leaks inside cells as it does outside.

    Raises
    ------
    InputError
        If no mixture of first-order pools comes near the curve.
    """
    part = study.formulation.payloads[payload]
    if part.release == FIRST_ORDER:
        return ()
    scale = _said(study, payload, "release_time_scale")
    shape = 0.5 if part.release == HIGUCHI else _said(study, payload, "release_shape").internal
    pools = _pools(_curve(part.release, scale.internal, shape))
    if pools.error > WORST:
        raise InputError(
            f"formulation.payloads.{payload}",
            f"has a release curve that first-order pools miss by {100 * pools.error:.0f} % of the payload",
            "give a release_shape of at most 1.1: a release that starts late is no mixture of first-order pools",
        )
    note = f"of {len(pools.rates)} pools, which miss the release curve by {100 * pools.error:.1f} % of the payload at most"
    return tuple(
        Scope(f"{payload} in {study.formulation.name}: pool {k + 1}", _leaking(rate, scale, note))
        for k, rate in enumerate(pools.rates)
    )


def _leaking(rate: float, scale: Value, note: str) -> Part:
    """Return the row of a pool; its rate is as well known as the curve that it is fitted to."""
    said = Value(
        value=float(from_internal(rate, "1/h")), unit="1/h", cv=0.0, grade=scale.grade, source=scale.source, where=scale.where,
        note=note,
    ).model_copy(update={"origin": scale.origin})  # fmt: skip
    return Part(values={"leak_rate_constant": (said,), "lysosomal_release_rate_constant": (said,)})


def in_pools(study: ResolvedStudy, amounts: Mapping[Species, Draws], book: ValueBook) -> dict[Species, Draws]:
    """Return a dose with its encapsulated payloads shared among their pools, and their bursts released."""
    found = dict(amounts)
    for species, amount in amounts.items():
        if species.form != Form.ENCAPSULATED or study.formulation.payloads[species.name].release == FIRST_ORDER:
            continue
        burst, shares = _shares(study, species.name, book)
        for k, share in enumerate(shares.T):
            found[Species(Form.ENCAPSULATED, species.name, k)] = amount * (1.0 - burst) * share
        found[Species(Form.RELEASED, species.name)] = amount * burst
    return found


def _shares(study: ResolvedStudy, payload: str, book: ValueBook) -> tuple[Draws, Draws]:
    """Return the burst of each draw, and the shares of the pools in what is left, (draws, pools)."""
    place = Place(study.host.species)
    formulation, part = study.formulation, study.formulation.payloads[payload]
    carrier = () if study.carrier is None else (Scope(f"carrier {study.carrier.name}", study.carrier),)
    chain = (
        Scope(f"{payload} in {formulation.name}", part), Scope(f"formulation {formulation.name}", formulation), *carrier
    )  # fmt: skip
    rates = np.array([choose(row.row.values["leak_rate_constant"]).internal for row in pools_in(study, payload)])
    scale = book.fill("release_time_scale", chain, place)
    shape = np.full_like(scale, 0.5) if part.release == HIGUCHI else book.fill("release_shape", chain, place)
    each, where = np.unique(np.stack(np.broadcast_arrays(scale, shape), axis=-1), axis=0, return_inverse=True)
    shares = np.array([Pools.at(rates, _curve(part.release, *pair)).shares for pair in each])
    return book.fill_or("burst_fraction", chain, place, 0.0), shares[where.ravel()]


def _curve(law: str, scale: float, shape: float) -> Curve:
    return CURVES["korsmeyer-peppas" if law == HIGUCHI else law](float(scale), float(shape))


_pools = cache(Pools.of)


def _said(study: ResolvedStudy, payload: str, name: str) -> Value:
    """Return a value of the payload, or of what carries it."""
    found = study.formulation.payloads[payload].values.get(name) or study.of_carrier(name)
    if not found:
        raise InputError(
            f"formulation.payloads.{payload}",
            f"releases by a curve without {name}",
            f"give its value {name}, or leave `release` out",
        )
    return choose(found)
