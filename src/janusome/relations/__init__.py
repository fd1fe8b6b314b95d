"""Relations: values derived from other values. A function's name is the quantity it returns, its arguments are quantities too.

They are pure and made of ordinary arithmetic, so they hold for numbers, for arrays of draws and under differentiation alike.
A name may end with what it holds for, such as `_of_molecule` or `_of_base`. Where several give the same quantity, the one that
asks for most is tried first, and `assemble` takes the first whose arguments can all be supplied.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache

Relation = Callable[..., object]
HOLDS_FOR = ("_of_molecule", "_of_neutral", "_of_acid", "_of_base", "_of_ampholyte", "_of_rod", "_of_dot", "_of_albumin")


@cache
def relations() -> dict[str, tuple[Relation, ...]]:
    """Return every relation, by the name of the quantity that it gives."""
    found: dict[str, tuple[Relation, ...]] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                ending = next((ending for ending in HOLDS_FOR if name.endswith(ending)), "")
                quantity = name.removesuffix(ending)
                found[quantity] = (*found.get(quantity, ()), function)
    return {quantity: tuple(sorted(several, key=_asked, reverse=True)) for quantity, several in found.items()}


def _asked(relation: Relation) -> int:
    return len(inspect.signature(relation).parameters)
