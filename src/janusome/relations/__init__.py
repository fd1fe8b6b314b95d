"""Relations: values derived from other values. A function's name is the quantity it returns, its arguments are quantities too.

They are pure and made of ordinary arithmetic, so they hold for numbers, for arrays of draws and under differentiation alike.
Where several files define the same quantity, `assemble` takes the first whose arguments can all be supplied.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache

Relation = Callable[..., object]


@cache
def relations() -> dict[str, tuple[Relation, ...]]:
    """Return every relation, by the name of the quantity that it gives."""
    found: dict[str, tuple[Relation, ...]] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                quantity = name.removesuffix("_of_molecule")
                found[quantity] = (*found.get(quantity, ()), function)
    return found
