"""Fit vincristine and PLA-PEG particles to mice (Shalgunov 2017): the free drug and two particles that hardly release it.

    JANUSOME_DATA=/path/to/data python calibration/fit_pla_peg_vincristine.py

It prints what the fit moved, from the priors that `janusome.qualification.plapeg_values` holds: the mode, and the 5th and 95th
percentile of the posterior as its curvature gives them. The rows of the library hold them rounded.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from janusome.files.library import Library
from janusome.qualification.plapeg_arms import MEASURED, THERAPEUTIC, arms_of, read
from janusome.qualification.plapeg_fit import fitted
from janusome.qualification.plapeg_values import FROM_MEDIAN_TO_95TH, PRIORS
from janusome.units import from_internal


def main() -> None:
    """Fit, and print one value a line."""
    rows = read(Path(os.environ["JANUSOME_DATA"]) / "body" / MEASURED)
    found = fitted(arms_of([row for row in rows if row["file"] != THERAPEUTIC], Library()))
    for (key, prior), shift, variance in zip(PRIORS.items(), found.mode, np.diag(found.covariance), strict=True):
        factor = np.exp(FROM_MEDIAN_TO_95TH * np.sqrt(variance))
        middle = from_internal(prior.internal, prior.unit) * np.exp(shift)
        print(f"{key:70} {middle:.3g} {prior.unit}  {middle / factor:.3g} to {middle * factor:.3g}")


if __name__ == "__main__":
    main()
