r"""Tissue models: what a voxel holds when its artery brings a tracer.

Each is linear: it answers an instant arrival with a share v at once and a sum of exponentials,

$$ C(t) = v\,C_a(t) + \sum_i A_i \int_0^t C_a(\tau)\,e^{-k_i(t-\tau)}\,d\tau $$

which is convolved exactly with lines between the samples of the artery.
"""

from __future__ import annotations

import abc
import math
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Parameter:
    """One number of a model: its name, its unit, between which bounds it is sought, and where the search starts."""

    name: str
    unit: str
    low: float
    high: float
    starts: tuple[float, ...]


@dataclass(frozen=True)
class ImpulseResponse:
    """The share that is there at once, and amplitudes (1/s) with their rates (1/s)."""

    at_once: float
    exponentials: tuple[tuple[float, float], ...]


MINUTE = 60.0
EXCHANGE = Parameter("exchange", "1/s", 0.0, 5.0 / MINUTE, (0.01 / MINUTE, 0.2 / MINUTE))
FLOW = Parameter("plasma_flow", "1/s", 1e-3 / MINUTE, 5.0 / MINUTE, (0.1 / MINUTE, 0.5 / MINUTE))
PLASMA = Parameter("plasma_volume", "", 0.0, 1.0, (0.03,))
FILLED_PLASMA = Parameter("plasma_volume", "", 1e-4, 1.0, (0.03, 0.1))
INTERSTITIUM = Parameter("interstitial_volume", "", 1e-3, 1.0, (0.2,))


class AbstractTracerModel(abc.ABC):
    """A tissue model: the numbers that it has, and how it answers an instant arrival."""

    parameters: ClassVar[tuple[Parameter, ...]]

    @abc.abstractmethod
    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return the answer for numbers in the order of `parameters`."""


class Tofts(AbstractTracerModel):
    """One compartment, the interstitium: exchange is Ktrans, and Ktrans over its volume the way back.

    Holds where plasma takes no visible room. Ktrans is flow where flow limits, permeability-surface where the wall does.
    """

    parameters = (EXCHANGE, INTERSTITIUM)

    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return Ktrans exp(-Ktrans t/ve)."""
        Ktrans, ve = numbers
        return ImpulseResponse(0.0, ((Ktrans, Ktrans / ve),))


class ExtendedTofts(AbstractTracerModel):
    """Tofts with plasma that fills at once. Holds where the transit through plasma is short beside the sampling."""

    parameters = (EXCHANGE, INTERSTITIUM, PLASMA)

    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return vp at once and Ktrans exp(-Ktrans t/ve)."""
        Ktrans, ve, vp = numbers
        return ImpulseResponse(vp, ((Ktrans, Ktrans / ve),))


class Patlak(AbstractTracerModel):
    """Plasma that fills at once and an interstitium that gives nothing back while one looks."""

    parameters = (EXCHANGE, PLASMA)

    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return vp at once and PS for good."""
        PS, vp = numbers
        return ImpulseResponse(vp, ((PS, 0.0),))


class TwoCompartmentUptake(AbstractTracerModel):
    r"""Plasma with a transit of its own, and an interstitium that gives nothing back.

    $$ I(t) = F\,[\,e^{-t/T_p} + E\,(1 - e^{-t/T_p})\,], \quad T_p = v_p/(F + PS), \quad E = PS/(F + PS) $$
    """

    parameters = (EXCHANGE, FLOW, FILLED_PLASMA)

    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return F (1 - E) exp(-t/Tp) and F E for good."""
        PS, F, vp = numbers
        E = PS / (F + PS)
        return ImpulseResponse(0.0, ((F * (1.0 - E), (F + PS) / vp), (F * E, 0.0)))


class TwoCompartmentExchange(AbstractTracerModel):
    r"""Plasma and interstitium that exchange both ways.

    $$ v_p \dot c_p = F (C_a - c_p) - PS (c_p - c_e), \qquad v_e \dot c_e = PS (c_p - c_e), \qquad C = v_p c_p + v_e c_e $$
    $$ I(t) = F\,[(1-E)\,e^{-K_+ t} + E\,e^{-K_- t}], \quad E = (K_+ - F/v_p)/(K_+ - K_-) $$

    K± are the eigenvalues of the pair. Fast flow makes it extended Tofts; a large interstitium makes it uptake.
    """

    parameters = (EXCHANGE, FLOW, FILLED_PLASMA, INTERSTITIUM)

    def impulse_response(self, *numbers: float) -> ImpulseResponse:
        """Return the two exponentials."""
        PS, F, vp, ve = numbers
        out_of_plasma, out_of_interstitium, through = (F + PS) / vp, PS / ve, F / vp
        total = out_of_plasma + out_of_interstitium
        root = math.sqrt(max(total**2 - 4.0 * out_of_interstitium * through, 0.0))
        fast = 0.5 * (total + root)
        slow = out_of_interstitium * through / fast  # the small root, without the loss of a difference
        E = (fast - through) / max(fast - slow, 1e-300)
        return ImpulseResponse(0.0, ((F * (1.0 - E), fast), (F * E, slow)))
