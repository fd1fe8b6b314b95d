"""The way back: a model's numbers from the curve of a tissue, each with standard error and interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError
from janusome.imaging.tracer_kinetics.arterial_curve import ArterialCurve
from janusome.imaging.tracer_kinetics.forward import answer, moved_by_noise
from janusome.imaging.tracer_kinetics.models import AbstractTracerModel, ImpulseResponse, Parameter
from janusome.numerics.least_squares import Estimate, fit_within_bounds
from janusome.numerics.samples import ascending, curve

Array = NDArray[np.float64]
DELAY_STARTS = 9  # over the range in which the delay is sought
SPARE = 2  # samples more than numbers, at least


@dataclass(frozen=True)
class TracerFit:
    """A fitted model: its numbers by name (and `delay`, s, where it was sought), what is left, and the fitted curve."""

    numbers: Mapping[str, Estimate]
    residual_deviation: float
    converged: bool
    fitted: Array

    @property
    def at_bounds(self) -> tuple[str, ...]:
        """The numbers that ended on a bound: their data do not fix them."""
        return tuple(name for name, estimate in self.numbers.items() if estimate.at_bound)


def fit_tracer(
    model: AbstractTracerModel,
    *,
    time: Any,
    tissue: Any,
    artery: ArterialCurve,
    delay_between: tuple[float, float] = (0.0, 0.0),
) -> TracerFit:
    """Fit a model to a tissue's concentrations (mol/m^3) at times (s); noise of the artery widens the intervals.

    Parameters
    ----------
    delay_between
        Between which seconds the arrival behind the artery is sought; two equal ones are a known delay.

    Raises
    ------
    InputError
        If samples are too few, not finite, or not in the order of time.
    """
    low, high = delay_between
    if not (np.isfinite(low) and np.isfinite(high) and low <= high):
        raise InputError("delay", f"is sought between {low} and {high} s", "give two finite numbers, the smaller first")
    sought = (*model.parameters, *_delay(low, high))
    times = ascending(time, place="time", least=len(sought) + SPARE)
    held = curve(tissue, place="tissue concentration", like=times)
    count = len(model.parameters)

    def asked(numbers: Array) -> tuple[ImpulseResponse, Array]:
        delay = numbers[count] if len(numbers) > count else low
        return model.impulse_response(*(float(number) for number in numbers[:count])), times - delay

    def predicted(numbers: Array) -> Array:
        response, at = asked(numbers)
        return answer(response, artery=artery, at=at)

    def moved(numbers: Array) -> Array:
        response, at = asked(numbers)
        return moved_by_noise(response, artery=artery, at=at)

    found = fit_within_bounds(
        lambda numbers: predicted(numbers) - held,
        starts=[np.array(start) for start in product(*(parameter.starts for parameter in sought))],
        low=np.array([parameter.low for parameter in sought]),
        high=np.array([parameter.high for parameter in sought]),
        given_errors=moved if artery.noise > 0.0 else None,
    )
    values = np.array([estimate.value for estimate in found.estimates])
    named = {parameter.name: estimate for parameter, estimate in zip(sought, found.estimates, strict=True)}
    return TracerFit(named, found.residual_deviation, found.converged, predicted(values))


def _delay(low: float, high: float) -> tuple[Parameter, ...]:
    """Return the delay as a number to seek, if it is not known."""
    if low == high:
        return ()
    return (Parameter("delay", "s", low, high, tuple(float(t) for t in np.linspace(low, high, DELAY_STARTS + 2)[1:-1])),)
