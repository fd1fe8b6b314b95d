"""Overlays: what a study says about a row, laid over what the library says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from janusome.specification.rows import AbstractSpeciesRow, Host, Organ, Overlay, Part
from janusome.specification.values import Value, Values

S = TypeVar("S", bound=AbstractSpeciesRow)
P = TypeVar("P", bound=Part)
Change = Callable[[str, Value, tuple[str | int, ...]], Value]


def laid_over(row: S, user: AbstractSpeciesRow) -> S:
    """Return a row with a user's values in place of its own.

    What is given without an organ holds in every organ and species; what is given for an organ holds there in every species.
    """
    organs = merged_parts(without_names(row.organs, user.values), user.organs)
    species = {
        name: Overlay(
            values={key: item for key, item in overlay.values.items() if key not in user.values},
            organs=merged_parts(without_names(overlay.organs, user.values), user.organs),
        )
        for name, overlay in row.species.items()
    }
    changes: dict[str, Any] = {"values": row.values | user.values, "organs": organs, "species": species}
    for key in row.named_parts:
        changes[key] = merged_parts(getattr(row, key), getattr(user, key))
    return row.model_copy(update=changes)


def host_with(host: Host, values: Values, organs: Mapping[str, Organ]) -> Host:
    """Return a host with a user's values and organs in place of its own."""
    kept = {
        name: organ.model_copy(update={"values": {key: item for key, item in organ.values.items() if key not in values}})
        for name, organ in host.organs.items()
    }
    for name, organ in organs.items():
        before = kept.get(name)
        said = {key: getattr(organ, key) for key in organ.model_fields_set - {"values"}}
        kept[name] = (
            organ if before is None else before.model_copy(update={**said, "values": before.values | organ.values})
        )  # fmt: skip
    return host.model_copy(update={"values": host.values | values, "organs": kept})


def without_names(parts: Mapping[str, Part], names: Collection[str]) -> dict[str, Part]:
    """Return parts without the values of some names."""
    return {
        key: Part(values={name: item for name, item in part.values.items() if name not in names})
        for key, part in parts.items()
    }


def merged_parts(parts: Mapping[str, P], user: Mapping[str, P]) -> dict[str, P]:
    """Return parts with what a user says in place of their own."""
    merged: dict[str, P] = {}
    for name in sorted({*parts, *user}):
        before, said = parts.get(name), user.get(name)
        if before is not None and said is not None:
            further = {key: getattr(said, key) for key in said.model_fields_set - {"values"}}
            merged[name] = before.model_copy(update={**further, "values": {**before.values, **said.values}})
        else:
            merged[name] = before or said  # pyright: ignore[reportArgumentType]: one of them is there
    return merged


def changed(row: Any, change: Change) -> Any:
    """Return a model with every value in it replaced by what `change` makes of its name, itself and its path."""
    return _changed(row, change, ())


def _changed(node: Any, change: Change, path: tuple[str | int, ...]) -> Any:
    updates: dict[str, Any] = {}
    for key in type(node).model_fields:
        item = getattr(node, key)
        if key == "values":
            updates[key] = {
                name: tuple(
                    change(name, value, (*path, key, name, k) if len(listed) > 1 else (*path, key, name))
                    for k, value in enumerate(listed)
                )
                for name, listed in item.items()
            }
        elif isinstance(item, dict) and key != "values":
            updates[key] = {
                name: _changed(part, change, (*path, key, name))
                if hasattr(part, "values") and not isinstance(part, dict)
                else part
                for name, part in item.items()
            }
    return node.model_copy(update=updates)
