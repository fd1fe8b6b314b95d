"""The fit of PLA-PEG vincristine to its arms, and what it predicts for others.

The mode of the posterior and the normal distribution about it, of the logarithms of the values over their prior medians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.likelihood import Likelihood
from janusome.calibration.mode import find_modes
from janusome.calibration.posterior import Posterior
from janusome.qualification.plapeg_arms import VALUE, Arm, predicted, rows_of
from janusome.qualification.plapeg_values import PRIORS

Array = NDArray[np.float64]

LEAST = 1e-9  # ug/g; below every assay, so that a logarithm exists
REACH = 3.5  # prior spreads that the fit may go; farther out values are absurd and the solver may fail
ENOUGH = 0.05  # of ln p: a smaller gain ends the fit
SPREADS = np.array([prior.spread for prior in PRIORS.values()])


@dataclass(frozen=True)
class Fitted:
    """Logarithms over the prior medians at the mode, their covariance, and the scatter of each tissue."""

    mode: Array
    covariance: Array
    scatter: Mapping[str, float]

    def draws(self, count: int, *, seed: int) -> Array:
        """Return sets of values, (count, values), as logarithms over the medians; the first is the mode."""
        normal = np.random.default_rng(seed).standard_normal((count - 1, len(self.mode)))
        return np.vstack([self.mode, self.mode + normal @ np.linalg.cholesky(self.covariance).T])


def fitted(arms: Sequence[Arm]) -> Fitted:
    """Return the fit to the measured rows of some arms; each tissue scatters in its own way."""
    rows = rows_of(arms)
    tissues = list(dict.fromkeys(row["tissue"] for row in rows))
    likelihood = Likelihood(
        logarithms=np.log([float(row[VALUE]) for row in rows]),
        below=np.zeros(len(rows), dtype=bool),
        stated=np.zeros(len(rows)),
        group=np.array([tissues.index(row["tissue"]) for row in rows]),
    )
    posterior = Posterior(lambda deviates: _within_reach(arms, deviates), likelihood, len(PRIORS))
    best = find_modes(posterior, np.zeros((1, posterior.size)), enough=ENOUGH).modes[0]
    count = len(PRIORS)
    scatter = likelihood.excess(best.at[None, count:])[0]
    covariance = best.covariance[:count, :count] * np.outer(SPREADS, SPREADS)
    return Fitted(best.at[:count] * SPREADS, covariance, dict(zip(tissues, scatter.tolist(), strict=True)))


def _within_reach(arms: Sequence[Arm], deviates: Array) -> Array:
    """Return logarithms of what assays would see, (lanes, rows); not-a-number beyond the reach of the fit."""
    inside = np.flatnonzero(np.all(np.abs(deviates) <= REACH, axis=1))
    found = np.full((len(deviates), len(rows_of(arms))), np.nan)
    if inside.size:
        found[inside] = logarithms(arms, values_at(deviates[inside] * SPREADS))
    return found


def values_at(logs: Array) -> dict[str, Array]:
    """Return sets of values, one a lane, from logarithms over the prior medians, (lanes, values)."""
    return {key: prior.internal * np.exp(logs[:, k]) for k, (key, prior) in enumerate(PRIORS.items())}


def logarithms(arms: Sequence[Arm], values: Mapping[str, Array]) -> Array:
    """Return the logarithms of what assays would see, (lanes, rows)."""
    lanes = len(next(iter(values.values())))
    return np.log(np.maximum(predicted(arms, values, lanes=lanes), LEAST))
