"""The fit of PLA-PEG vincristine to its arms, and what it predicts for others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.lognormal_fit import LognormalFit, fit
from janusome.qualification.plapeg_arms import VALUE, Arm, predicted, rows_of
from janusome.qualification.plapeg_values import PRIORS

Array = NDArray[np.float64]

LEAST = 1e-9  # ug/g; below every assay, so that a logarithm exists


def fitted(arms: Sequence[Arm]) -> LognormalFit:
    """Return the fit to the measured rows of some arms; each tissue scatters in its own way."""
    rows = rows_of(arms)
    return fit(
        lambda logs: logarithms(arms, values_at(logs)),
        np.log([float(row[VALUE]) for row in rows]),
        spreads=np.array([prior.spread for prior in PRIORS.values()]),
        groups=[row["tissue"] for row in rows],
    )


def values_at(logs: Array) -> dict[str, Array]:
    """Return sets of values, one a lane, from logarithms over the prior medians, (lanes, values)."""
    return {key: prior.internal * np.exp(logs[:, k]) for k, (key, prior) in enumerate(PRIORS.items())}


def logarithms(arms: Sequence[Arm], values: Mapping[str, Array]) -> Array:
    """Return the logarithms of what assays would see, (lanes, rows)."""
    lanes = len(next(iter(values.values())))
    return np.log(np.maximum(predicted(arms, values, lanes=lanes), LEAST))
