"""How relaxation rates grow with concentration: lines, and the second-order polynomial of iron oxide in blood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from janusome.errors import InputError
from janusome.numerics.samples import curve, positive

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Relaxation:
    r"""A rate as $R = R_0 + r\,C + q\,C^2$, fitted between 0 and `highest` (mol/m^3), with the covariance of (R0, r, q).

    Iron oxides relax saline and plasma linearly and whole blood not (Knobelsdorff-Brenkenhoff 2016, abstract: second order,
    0.26 to 4.2 mM of ferumoxytol). That abstract gives no coefficients of blood, so none stand here: fit them to tubes.
    """

    without_agent: float  # 1/s
    linear: float  # m^3/(mol s)
    quadratic: float  # m^6/(mol^2 s)
    highest: float  # mol/m^3
    covariance: Array
    freedom: float

    def standard_errors(self) -> tuple[float, float, float]:
        """Return those of R0, r and q."""
        a, b, c = np.sqrt(np.diag(self.covariance))
        return float(a), float(b), float(c)

    def relaxivity_interval(self, share: float = 0.95) -> tuple[float, float]:
        """Return the interval of r by Student's t."""
        reach = self.standard_errors()[1] * float(stats.t.ppf(0.5 + 0.5 * share, self.freedom))
        return self.linear - reach, self.linear + reach

    def rate(self, concentration: Array) -> Array:
        """Return the rate at a concentration."""
        return self.without_agent + self.linear * concentration + self.quadratic * concentration**2

    def concentration(self, rate: Any) -> tuple[Array, Array]:
        """Return the concentration of rates, and its standard error from that of the coefficients.

        Raises
        ------
        InputError
            If a rate lies outside those that were fitted, or the polynomial turns over between them.
        """
        R = np.atleast_1d(np.asarray(rate, dtype=np.float64))
        if self.linear <= 0.0 or self.linear + 2.0 * self.quadratic * self.highest <= 0.0:
            raise InputError("relaxation", "does not rise over all fitted concentrations", "fit a smaller range")
        top = float(self.rate(np.array(self.highest)))
        outside = ~((self.without_agent <= R) & (top >= R))
        if outside.any():
            shown = f"is {R[outside][0]:g}/s, outside {self.without_agent:g} to {top:g}/s"
            raise InputError("relaxation rate", shown, f"the polynomial was fitted up to {self.highest:g} mM")
        rise = R - self.without_agent
        C = 2.0 * rise / (self.linear + np.sqrt(self.linear**2 + 4.0 * self.quadratic * rise))
        slope = self.linear + 2.0 * self.quadratic * C
        by = -np.stack([np.ones_like(C), C, C**2]) / slope
        return C, np.sqrt(np.einsum("in,ij,jn->n", by, self.covariance, by))


def fit_relaxivity(concentration: Any, *, rate: Any, rate_standard_error: Any | None = None) -> Relaxation:
    """Fit a line to the rates of tubes; weights are those of the standard errors where they are given."""
    return _fit(concentration, rate, rate_standard_error, order=1)


def fit_second_order(concentration: Any, *, rate: Any, rate_standard_error: Any | None = None) -> Relaxation:
    """Fit a second-order polynomial, as iron oxide in whole blood needs."""
    return _fit(concentration, rate, rate_standard_error, order=2)


def _fit(concentration: Any, rate: Any, error: Any | None, *, order: int) -> Relaxation:
    C = curve(concentration, place="concentration", least=order + 2)
    R = curve(rate, place="relaxation rate", like=C)
    if C.min() < 0.0 or len(np.unique(C)) <= order + 1:
        raise InputError("concentration", f"takes {len(np.unique(C))} values from {C.min():g} mM on",
                         f"give {order + 2} different ones, zero or above")  # fmt: skip
    weight = np.ones_like(C) if error is None else 1.0 / positive(error, place="standard error of the rate", like=C)
    columns = np.vander(C, order + 1, increasing=True) * weight[:, None]
    inverse = np.linalg.inv(columns.T @ columns)
    found = inverse @ columns.T @ (R * weight)
    left = float(np.sum((R * weight - columns @ found) ** 2)) / (len(C) - order - 1)
    covariance = np.zeros((3, 3))
    covariance[: order + 1, : order + 1] = inverse * left
    R0, r, q = (*(float(x) for x in found), 0.0)[:3]
    return Relaxation(R0, r, q, float(C.max()), covariance, float(len(C) - order - 1))
