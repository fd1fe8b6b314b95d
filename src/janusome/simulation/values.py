"""Values: a law's fields are filled by name from the study, the library and the relations, draw by draw.

Draw 0 takes every value at its median; the others are drawn from its spread with a key of its own (the seed and the value's
place in the library), so that a draw is the same whatever else is drawn, in any order and any number.
"""

from __future__ import annotations

import hashlib
import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError, InputErrors
from janusome.relations import relations
from janusome.simulation.record import ValueUsed
from janusome.specification.joint import Joint
from janusome.specification.values import Value, choose
from janusome.specification.vocabulary import TAKES, vocabulary
from janusome.units import from_internal

Draws = NDArray[np.float64]
MOST_LISTED = 2  # values that a relation lacks before a message names what it would give instead


class Scope(NamedTuple):
    """One row as a law sees it: who owns it, and the row."""

    owner: str
    row: Any


class Place(NamedTuple):
    """Where a value is wanted: the species of the host, and an organ of the body or nothing."""

    species: str
    organ: str | None = None


@dataclass
class ValueBook:
    """Fills quantities and keeps the account of what was used.

    Parameters
    ----------
    draws
        Size of the ensemble, the median included.
    seed
        Of the study.
    fixed
        Values by their key, (draws,) in the internal set, in place of their spreads; every other value then stays at its
        median. Without it all values are drawn.
    joints
        Correlations of the values that a user's library has drawn together, by the source of the values.
    """

    draws: int
    seed: int
    fixed: Mapping[str, Draws] | None = None
    joints: Mapping[str, Joint] = field(default_factory=dict)
    used: dict[str, ValueUsed] = field(default_factory=dict)
    sampled: dict[str, Draws] = field(default_factory=dict)
    rows: dict[str, tuple[str, Value]] = field(default_factory=dict)  # key -> the quantity's name, and its value
    _missing: dict[tuple[str, str, str], list[str]] | None = None  # owner, quantity, what follows from it -> where

    @contextmanager
    def together(self) -> Iterator[None]:
        """Tell all values that are missing in a block at once, at its end, as `InputErrors`."""
        self._missing = {}
        try:
            yield
            if self._missing:
                raise InputErrors([_refusal(*key, places) for key, places in self._missing.items()])
        finally:
            self._missing = None

    def fill(
        self,
        name: str,
        chain: Sequence[Scope],
        place: Place,
        *,
        context: Mapping[str, Draws] | None = None,
        conditions: Mapping[str, str] | None = None,
    ) -> Draws:
        """Return one quantity, shape (draws,), in the internal set.

        Taken from the first of: a structural `context` value, the rows of the chain, a relation of that name.

        Raises
        ------
        InputError
            If nothing supplies it; the message lists the three ways to.
        """
        found = self._fill(name, tuple(chain), place, context or {}, conditions or {}, asked=())
        if found is not None:
            return found
        owner = chain[0].owner if chain else "the study"
        where = [place.organ] if place.organ else []
        lacking = self._lacking(name, tuple(chain), place, context or {}, conditions or {})
        if self._missing is None:
            raise _refusal(owner, lacking[0], name, where)
        for one in lacking:
            self._missing.setdefault((owner, one, name), []).extend(where)
        return np.full(self.draws, np.nan)

    def _lacking(
        self, name: str, chain: tuple[Scope, ...], place: Place, context: Mapping[str, Draws], conditions: Mapping[str, str]
    ) -> list[str]:
        """Return what has to be given for a quantity: itself, or what a relation for it still lacks."""
        for relation in reversed(relations().get(name, ())):
            needed = [one for one in inspect.signature(relation).parameters if one != name]
            if not all(_may_stand(one, chain) for one in needed):
                continue
            missing = [one for one in needed if self._fill(one, chain, place, context, conditions, (name,)) is None]
            if len(missing) > MOST_LISTED and 2 * len(missing) > len(needed):
                continue  # the value itself is then the shorter way
            return [lacked for one in missing for lacked in self._lacking(one, chain, place, context, conditions)]
        return [name]

    def fill_or(self, name: str, chain: Sequence[Scope], place: Place, default: float, **wanted: Any) -> Draws:
        """Return a quantity, or a default where no row and no relation gives it."""
        found = self._fill(name, tuple(chain), place, wanted.get("context") or {}, wanted.get("conditions") or {}, asked=())
        return np.full(self.draws, default) if found is None else found

    def _fill(
        self,
        name: str,
        chain: tuple[Scope, ...],
        place: Place,
        context: Mapping[str, Draws],
        conditions: Mapping[str, str],
        asked: tuple[str, ...],
    ) -> Draws | None:
        if name in context:
            return context[name]
        for scope in chain:
            for of_organ, rank, table in tables(scope.row, place):
                if name in table:
                    owner = f"{scope.owner}: {place.organ}" if of_organ else scope.owner
                    return self._draw(name, choose(table[name], **conditions), owner, rank)
        for relation in relations().get(name, ()):
            arguments = {}
            for argument in inspect.signature(relation).parameters:
                if argument == name or argument in asked:
                    break
                supplied = self._fill(argument, chain, place, context, conditions, (*asked, name))
                if supplied is None:
                    break
                arguments[argument] = supplied
            else:
                return np.asarray(relation(**arguments), dtype=np.float64)
        return None

    def _draw(self, name: str, value: Value, owner: str, rank: int) -> Draws:
        key = f"{owner}/{rank}/{name}/{sorted(value.conditions.items())}"
        if key not in self.sampled:
            self.sampled[key] = self._numbers(key, name, value)
            self.rows[key] = name, value
            low, high = quantiles(name, value)
            self.used[key] = ValueUsed(
                owner=owner,
                name=name,
                number=float(value.value),
                unit=value.unit,
                q05=low,
                q95=high,
                grade=str(value.grade),
                source=value.source or "",
                where=value.where or "",
                origin=str(value.origin),
                conditions=dict(value.conditions),
                note=value.note or "",
            )
        return self.sampled[key]

    def _numbers(self, key: str, name: str, value: Value) -> Draws:
        if self.fixed is None:
            return spread(name, value, self._deviates(key, value))
        if key in self.fixed:
            return np.broadcast_to(np.asarray(self.fixed[key], dtype=np.float64), (self.draws,))
        return spread(name, value, np.zeros(self.draws))

    def _deviates(self, key: str, value: Value) -> Draws:
        """Return standard normal deviates; those of a value that is known together with others hang together with theirs."""
        if value.joint is None:
            return deviates(self.draws, seed=self.seed, key=key)
        joint = self.joints.get(value.source or "")
        if joint is None:
            raise InputError(
                f"joint {value.joint!r}", "has no correlations beside its library", "leave `joint` out of its row"
            )
        return joint.deviates(value.joint, lambda name: deviates(self.draws, seed=self.seed, key=f"{value.source}|{name}"))


def _may_stand(name: str, chain: Sequence[Scope]) -> bool:
    """Tell whether a row of the chain may hold a quantity: log P is nothing to ask of a carrier."""
    kinds = {getattr(scope.row, "takes", "") for scope in chain} - {"formulation"}
    wanted = vocabulary()[name].rows if name in vocabulary() else frozenset()
    return not wanted or "" in kinds or any(wanted & TAKES[kind] for kind in kinds)


def _refusal(owner: str, lacking: str, wanted: str, places: Sequence[str]) -> InputError:
    """Say which value is missing, where, and the three ways to supply it."""
    where = "" if not places else f" in {places[0]}" if len(places) == 1 else f" in {len(places)} organs"
    purpose = "" if lacking == wanted else f", from which {wanted} follows"
    return InputError(
        f"{owner}: {lacking}{where}",
        f"has no value{purpose}",
        "give it in the study, or in a row of your own library, or add a relation of that name; to start from a complete row "
        "write {from: its name, values: ...}",
    )


def tables(row: Any, place: Place) -> Iterator[tuple[bool, int, Mapping[str, Any]]]:
    """Yield the tables of a row, the most particular first: whether it is of one organ, its rank, the table."""
    ranked = getattr(row, "tables", None)
    if ranked is None:
        yield False, 0, row.values
        return
    general = [id(table) for table in ranked(None, place.species)]
    for rank, table in enumerate(ranked(place.organ, place.species)):
        yield id(table) not in general, rank, table


def sample(name: str, value: Value, *, draws: int, seed: int, key: str) -> Draws:
    """Draw a value's ensemble: (draws,), the first at the median."""
    return spread(name, value, deviates(draws, seed=seed, key=key))


def deviates(draws: int, *, seed: int, key: str) -> Draws:
    """Return standard normal deviates that follow from the seed and a key alone: (draws,), the first zero."""
    digest = hashlib.sha256(f"{seed}|{key}".encode()).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
    return np.concatenate([[0.0], generator.standard_normal(max(draws - 1, 0))])


def spread(name: str, value: Value, normal: Draws) -> Draws:
    """Carry standard normal deviates to a value's distribution.

    Log-normal where the value is positive, logit-normal where it is a share below one, normal for temperatures and pH.
    """
    if is_additive(name):
        return value.internal + additive_spread(name, value) * normal
    if value.lognormal and is_share(name) and value.internal < 1.0:
        middle = value.internal
        logit = math.log(middle / (1.0 - middle)) + value.sd_ln / (1.0 - middle) * normal
        return 1.0 / (1.0 + np.exp(-logit))
    return np.asarray(value.at(normal), dtype=np.float64)


def quantiles(name: str, value: Value) -> tuple[float, float]:
    """Return the 5th and 95th percentile of a value in its own unit."""
    low, high = spread(name, value, np.array([-1.6448536269514722, 1.6448536269514722]))
    return float(from_internal(low, value.unit)), float(from_internal(high, value.unit))


def is_additive(name: str) -> bool:
    """Tell whether a spread adds instead of multiplying: temperatures, pH and log P."""
    return name.endswith(("_ph", "pka", "log_p", "temperature"))


def additive_spread(name: str, value: Value) -> float:
    """Return the standard deviation of a value whose spread adds: stated, else 0.1 of a pH, 0.3 of a log P, no kelvin."""
    if value.low is not None:
        return value.sd
    if name.endswith("log_p") and value.cv is None:
        return 0.3
    return 0.0 if value.cv == 0 or name.endswith("temperature") else 0.1


def is_share(name: str) -> bool:
    """Tell whether a value is a share of a whole, which no draw may carry above one."""
    return name.endswith(("_fraction", "_yield", "_reflection", "hematocrit"))
