"""Forward: the curve of a tissue from its model, its numbers, its artery and the delay between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError, near_misses
from janusome.imaging.tracer_kinetics.arterial_curve import ArterialCurve
from janusome.imaging.tracer_kinetics.models import AbstractTracerModel, ImpulseResponse
from janusome.numerics.convolution import exponential_convolution, read_at
from janusome.numerics.samples import ascending

Array = NDArray[np.float64]


def tissue_curve(
    model: AbstractTracerModel, numbers: Mapping[str, float], *, artery: ArterialCurve, time: Any, delay: float = 0.0
) -> Array:
    """Return what the tissue holds (mol/m^3) at times (s); what the artery brings arrives `delay` seconds later.

    Raises
    ------
    InputError
        If a number of the model is missing, unknown, negative or not finite.
    """
    names = [parameter.name for parameter in model.parameters]
    for name in numbers:
        if name not in names:
            raise InputError(f"number {name!r}", f"is none of {type(model).__name__}", near_misses(name, names))
    for name in names:
        if name not in numbers:
            raise InputError(type(model).__name__, f"lacks {name!r}", f"it needs {', '.join(names)}")
        if not (np.isfinite(numbers[name]) and numbers[name] >= 0.0):
            raise InputError(name, f"is {numbers[name]}", "give a finite number, zero or above")
    times = ascending(time, place="time")
    return answer(model.impulse_response(*(float(numbers[name]) for name in names)), artery=artery, at=times - delay)


def answer(response: ImpulseResponse, *, artery: ArterialCurve, at: Array) -> Array:
    """Return the artery's curve convolved with a response, at times of the artery."""
    total = response.at_once * read_at(at, times=artery.time, curve=artery.concentration)
    for amplitude, rate in response.exponentials:
        total = total + amplitude * exponential_convolution(rate, times=artery.time, curve=artery.concentration, at=at)
    return total


def moved_by_noise(response: ImpulseResponse, *, artery: ArterialCurve, at: Array) -> Array:
    """Return by how much the noise of each arterial sample moves the tissue, (times, samples)."""
    alone = artery.noise * np.eye(len(artery.time))
    return np.stack([answer(response, artery=ArterialCurve(artery.time, one), at=at) for one in alone], axis=1)
