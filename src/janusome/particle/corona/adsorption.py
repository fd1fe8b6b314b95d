r"""Adsorption: proteins come and go, and share one free surface.

$$ \dot\theta_i = a_i\,\Bigl(1 - \sum_j \theta_j\Bigr) - d_i\,\theta_i, \qquad a_i = k_{on,i}\, c_i, \quad d_i = k_{off,i} $$

θ_i is the share of the accessible surface that protein i covers. Plasma is a reservoir: c_i stays (a particle in blood meets
far more protein than it can hold; in a small test tube it may not). The equations are linear, so both the equilibrium (a
competitive Langmuir isotherm) and the course in time are exact, however stiff. Source of the scheme: dellorco2010; leaves
out proteins that unfold, bind one another or change a neighbor's affinity.

All rates are 1/s and all times s. Arrays are (draws, proteins); times are (times,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEAST_ARRIVAL = 1e-300  # 1/s; stands for a protein that is not there


def at_equilibrium(arrival: ArrayLike, departure: ArrayLike) -> Array:
    r"""Return the occupancies in the end: $\theta_i = K_i / (1 + \sum_j K_j)$ with $K_i = a_i/d_i$.

    Two proteins that arrive ten times as often as they leave share the surface evenly and leave a twenty-first of it free:

    >>> at_equilibrium([10.0, 1.0], [1.0, 0.1]).round(3).tolist()
    [0.476, 0.476]
    """
    strength = np.asarray(arrival, dtype=float) / np.asarray(departure, dtype=float)
    return strength / (1.0 + strength.sum(axis=-1, keepdims=True))


def over_time(arrival: ArrayLike, departure: ArrayLike, times: ArrayLike) -> Array:
    r"""Return the occupancies (draws, times, proteins) of a surface that was bare at time 0.

    With $S = \mathrm{diag}(\sqrt{a_i})$ the matrix of the rates is $-S M S^{-1}$, $M = \sqrt{a}\sqrt{a}^T + \mathrm{diag}(d)$
    symmetric and positive, so that $\theta(t) = S V (1 - e^{-\lambda t}) V^T S^{-1} \theta_\infty$ with its eigenvectors V.
    """
    a = np.maximum(np.atleast_2d(np.asarray(arrival, dtype=float)), LEAST_ARRIVAL)
    d = np.broadcast_to(np.atleast_2d(np.asarray(departure, dtype=float)), a.shape)
    t = np.atleast_1d(np.asarray(times, dtype=float))
    root = np.sqrt(a)
    symmetric = root[:, :, None] * root[:, None, :] + d[:, :, None] * np.eye(a.shape[1])
    rates, vectors = np.linalg.eigh(symmetric)
    along = np.einsum("nij,ni->nj", vectors, at_equilibrium(a, d) / root)
    grown = -np.expm1(-np.maximum(rates, 0.0)[:, None, :] * t[None, :, None]) * along[:, None, :]
    return np.clip(np.einsum("nij,ntj->nti", vectors, grown) * root[:, None, :], 0.0, 1.0)
