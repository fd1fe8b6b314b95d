"""Samples that somebody measured: refused in words where they cannot be used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]


def samples(values: Any, *, place: str, like: Array | None = None, least: int = 1) -> Array:
    """Return finite numbers, of which the last axis holds at least `least`, or as many as `like` has.

    Raises
    ------
    InputError
        If they are no numbers, some are not finite, or they are too few.
    """
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(place, "holds what is no number", "give numbers alone") from None
    if found.ndim == 0:
        raise InputError(place, f"is the single number {found}", "give one number for each sample")
    if found.shape[-1] < least:
        raise InputError(place, f"has {found.shape[-1]} samples", f"at least {least} are needed")
    if like is not None and found.shape[-1] != like.shape[-1]:
        raise InputError(place, f"has {found.shape[-1]} samples beside {like.shape[-1]}", "give both at the same times")
    bad = int(np.count_nonzero(~np.isfinite(found)))
    if bad:
        raise InputError(place, f"has {bad} samples that are not finite", "mask them, or leave those times out")
    return found


def curve(values: Any, *, place: str, like: Array | None = None, least: int = 1) -> Array:
    """Return samples of one curve."""
    found = samples(values, place=place, like=like, least=least)
    if found.ndim != 1:
        raise InputError(place, f"has {found.ndim} axes", "give one curve at a time")
    return found


def ascending(values: Any, *, place: str, least: int = 2) -> Array:
    """Return times that grow from each sample to the next."""
    found = curve(values, place=place, least=least)
    falls = np.flatnonzero(np.diff(found) <= 0.0)
    if falls.size:
        k = int(falls[0])
        raise InputError(place, f"goes from {found[k]:g} to {found[k + 1]:g}", "sort the times and give each of them once")
    return found


def positive(values: Any, *, place: str, like: Array | None = None, least: int = 1) -> Array:
    """Return samples that are all above zero."""
    found = samples(values, place=place, like=like, least=least)
    if np.any(found <= 0.0):
        raise InputError(place, f"holds {found.min():g}", "give numbers above zero")
    return found


def above_zero(value: float, *, place: str) -> float:
    """Return one number that is finite and above zero."""
    return float(positive([value], place=place)[0])
