r"""Spectral unmixing: how much of each label is in light that several have emitted, with autofluorescence as one of them.

$$ \hat c = \arg\min_{c \ge 0}\; \sum_\lambda \frac{(y_\lambda - \sum_j S_{\lambda j} c_j)^2}{\sigma_\lambda^2} $$

S holds the spectrum of each end-member, channel by channel. The condition number is that of the weighted S with columns of
length one: by so much noise may grow, and from some tens on end-members are hardly told apart. Leaves out that tissue
colors light by its depth: deep label looks redder than its spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

from janusome.errors import InputError

Array = NDArray[np.float64]

PER_WIDTH = 2.0 * np.sqrt(2.0 * np.log(2.0))  # full width at half maximum over the standard deviation of a Gaussian


@dataclass(frozen=True)
class Unmixed:
    """What was found in each picture element.

    Parameters
    ----------
    amounts
        (..., end-members), none below zero, in the unit that the columns of the spectra are per.
    spread
        Standard deviation of each by the noise, as far as it stays clear of zero: (end-members,).
    condition_number
        Of the weighted spectra.
    """

    amounts: Array
    spread: Array
    condition_number: float


def emission_line(wavelength: ArrayLike, *, peak: float, width: float) -> Array:
    """Return the share of a label's emission per channel: a Gaussian line (m) over evenly spaced channels, sum one."""
    line = np.exp(-0.5 * ((np.asarray(wavelength, float) - peak) / (width / PER_WIDTH)) ** 2)
    if not line.sum() > 0.0:
        raise InputError("emission line", f"at {peak * 1e9:.0f} nm lies in none of the channels", "give channels around it")
    return line / line.sum()


def unmixed(readings: ArrayLike, spectra: ArrayLike, *, noise: ArrayLike) -> Unmixed:
    """Return how much of each end-member (column of `spectra`) is in readings (..., channels) with noise per channel."""
    y, S = np.asarray(readings, float), np.asarray(spectra, float)
    sigma = np.broadcast_to(np.asarray(noise, float), S.shape[:1])
    if S.ndim != 2 or y.shape[-1:] != S.shape[:1] or S.shape[0] < S.shape[1]:
        raise InputError(
            "spectra",
            f"of {S.shape} do not fit readings of {y.shape}",
            "give (channels, end-members), channels as read, and no fewer of them than end-members",
        )
    if not (np.all(sigma > 0.0) and np.all(np.isfinite(y)) and np.all(np.isfinite(S)) and np.all(np.any(S != 0.0, axis=0))):
        raise InputError(
            "readings, spectra or noise",
            "are not finite, or a spectrum or the noise is zero",
            "give numbers, noise above zero",
        )
    A = S / sigma[:, None]
    lengths = np.linalg.norm(A, axis=0)
    values = np.linalg.svd(A / lengths, compute_uv=False)
    if not values[-1] > values[0] * 1e-12:
        raise InputError("spectra", "hold an end-member that is a sum of others", "leave one of them out")
    flat = (y / sigma).reshape(-1, S.shape[0])
    amounts = np.array([nnls(A / lengths, one)[0] for one in flat]) / lengths
    spread = np.sqrt(np.diag(np.linalg.inv((A / lengths).T @ (A / lengths)))) / lengths
    return Unmixed(amounts.reshape(*y.shape[:-1], S.shape[1]), spread, float(values[0] / values[-1]))
