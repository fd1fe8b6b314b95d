"""How loops are compiled by numba: once, kept on disk where a folder can be written, without holding other threads."""

from __future__ import annotations

from typing import Any

from numba import njit


def _cacheable() -> bool:
    """Tell whether compiled code can be kept: numba refuses at once where no folder can be written."""

    def nothing() -> None: ...

    try:
        njit(cache=True)(nothing)
    except RuntimeError:
        return False
    return True


COMPILED: dict[str, Any] = {"cache": _cacheable(), "nogil": True, "error_model": "numpy", "boundscheck": False}
INNER: dict[str, Any] = COMPILED | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # half the compile time
