"""Identifiability: what the data say of each value, and what they leave to the prior."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.diagnostics import bulk_size, r_hat, tail_size
from janusome.calibration.sampler import Chains

Array = NDArray[np.float64]

UNIDENTIFIED = 0.9  # posterior over prior standard deviation above which the data say little
UNMOVED = 0.5  # prior standard deviations by which such a value may be moved and still counts as left where it was
CORRELATED = 0.95
UNMIXED = 1.05  # R-hat
FEW = 100.0  # effective draws


@dataclass(frozen=True)
class Verdict:
    """One unknown after the fit, in standard deviations of its prior, and how it was sampled."""

    title: str
    median: float
    low: float
    high: float
    mean: float
    sd: float
    r_hat: float
    bulk: float
    tail: float

    @property
    def identified(self) -> bool:
        """Whether the data narrow the value or move it."""
        return self.sd <= UNIDENTIFIED or abs(self.median) > UNMOVED


@dataclass(frozen=True)
class Pair:
    """Two unknowns that the data know only together."""

    first: str
    second: str
    correlation: float


def verdicts(chains: Chains, titles: Sequence[str]) -> tuple[Verdict, ...]:
    """Return what is known of each unknown."""
    return tuple(_verdict(chains.draws[..., k], chains.ensembles[..., k], title) for k, title in enumerate(titles))


def _verdict(draws: Array, ensembles: Array, title: str) -> Verdict:
    low, median, high = np.quantile(draws, (0.05, 0.5, 0.95))
    return Verdict(
        title, float(median), float(low), float(high), float(draws.mean()), float(draws.std(ddof=1)),
        r_hat(ensembles), bulk_size(draws), tail_size(draws),
    )  # fmt: skip


def correlations(chains: Chains) -> Array:
    """Return the posterior correlations of the unknowns."""
    return np.atleast_2d(np.corrcoef(chains.draws.reshape(-1, chains.draws.shape[-1]), rowvar=False))


def strong_pairs(matrix: Array, titles: Sequence[str]) -> tuple[Pair, ...]:
    """Return the pairs that are known only together."""
    rows, columns = np.triu_indices(len(titles), k=1)
    strong = np.flatnonzero(np.abs(matrix[rows, columns]) > CORRELATED)
    found = [(int(rows[k]), int(columns[k])) for k in strong]
    return tuple(Pair(titles[i], titles[j], float(matrix[i, j])) for i, j in found)


def sampling_warnings(found: Sequence[Verdict], *, wanted: int) -> Iterator[str]:
    """Say where the sampler cannot be trusted."""
    unmixed = [one for one in found if not one.r_hat <= UNMIXED]
    few = [one for one in found if min(one.bulk, one.tail) < FEW]
    least = min(min(one.bulk, one.tail) for one in found)
    if unmixed:
        named = ", ".join(f"{one.title} ({one.r_hat:.3f})" for one in unmixed)
        yield f"The chains disagree, R-hat is above {UNMIXED:g}: {named}. Do not use this posterior; ask for more --draws."
    if few:
        named = ", ".join(f"{one.title} ({min(one.bulk, one.tail):.0f})" for one in few)
        yield f"Fewer than {FEW:g} effective draws: {named}. Intervals are rough; ask for more --draws."
    elif least < 0.5 * wanted:
        yield f"The draws are worth {least:.0f} independent ones, fewer than the {wanted} that were asked for."


def data_warnings(found: Sequence[Verdict], pairs: Sequence[Pair], *, rows: int, values: int) -> Iterator[str]:
    """Say what the data do not identify; `found` are the verdicts of the values."""
    if rows < values:
        yield (
            f"There are fewer observations ({rows}) than values ({values}): the prior dominates. What the data do not narrow "
            "is named below; name fewer values with --values, or give more data."
        )
    unknown = [one.title for one in found if not one.identified]
    if unknown:
        yield (
            f"The data do not identify {len(unknown)} of {values} values (their posterior is as wide as their prior), which "
            f"stay as the library has them: {'; '.join(unknown)}."
        )
    for pair in pairs:
        yield (
            f"{pair.first} and {pair.second} are known only together (correlation {pair.correlation:.2f}): each alone is "
            "uncertain, their combination is not."
        )
