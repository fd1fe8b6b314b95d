"""Choice: which values of a study are moved, because they move what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.forward import Prediction
from janusome.calibration.likelihood import EXCESS_SCALE
from janusome.errors import InputError, InputErrors, near_misses
from janusome.simulation.values import additive_spread, is_additive
from janusome.specification.values import Value

Array = NDArray[np.float64]

MOST_VALUES = 15
OF_ONE_ANIMAL = ("body_mass", "height")  # of the animals that were seen, not of the host's row
LEAST_EFFECT = 0.05  # of the error of an observation
MEDIAN_EXCESS = 0.6745 * EXCESS_SCALE  # median of the half-normal prior
RULE = (
    f"Every value with a spread was moved by one standard deviation of its prior, up and down. Those are calibrated whose "
    f"effect on the logarithms of the predictions, as a root mean square over the observations and relative to their error, "
    f"is above {LEAST_EFFECT:g}, at most {MOST_VALUES}, the strongest first; all others, the flows and volumes of the host "
    f"among them where they matter less, stay at their medians."
)


@dataclass(frozen=True)
class Chosen:
    """A value that is calibrated; `effect` is what its prior standard deviation does to the observations."""

    key: str
    name: str
    value: Value
    effect: float

    @property
    def owner(self) -> str:
        """Whose value it is."""
        return self.key.split("/", 1)[0]

    @property
    def rank(self) -> int:
        """In which table of its row it stands, the most particular first."""
        return int(self.key.split("/", 2)[1])

    @property
    def title(self) -> str:
        """Owner and quantity in words."""
        return f"{self.owner}: {self.name.replace('_', ' ')}"


@dataclass(frozen=True)
class Choice:
    """The values that are calibrated, and the share of the prior variance of the observations that is theirs."""

    values: tuple[Chosen, ...]
    share: float
    looked_at: int


def uncertain(values: Mapping[str, tuple[str, Value]]) -> list[str]:
    """Return the keys of values that have a spread."""
    return [key for key, (name, value) in values.items() if _spread(name, value) > 0]


def chosen(prediction: Prediction, stated: Array, *, asked: Sequence[str] = (), known: Sequence[str] = ()) -> Choice:
    """Return what is calibrated: what was asked for, else what matters to the observations and is not known.

    Raises
    ------
    InputErrors
        If a value that was asked for is unknown or exact, or if nothing moves the observations.
    """
    keys = uncertain(prediction.values)
    wanted = _asked(prediction.values, keys, asked)
    effects = dict(zip(keys, _effects(prediction.of(keys), stated), strict=True))
    unknown = [key for key in keys if prediction.values[key][0] not in known]
    ordered = sorted(wanted or unknown, key=lambda key: -effects[key])
    kept = ordered if wanted else [key for key in ordered if effects[key] > LEAST_EFFECT][:MOST_VALUES]
    if not kept:
        raise InputError(
            "the observations",
            "depend on no value of the study that has a spread",
            "check place and species, or give the values of the study a spread",
        )
    whole = sum(effect**2 for effect in effects.values())
    share = sum(effects[key] ** 2 for key in kept) / whole if whole else 0.0
    found = tuple(Chosen(key, *prediction.values[key], effects[key]) for key in kept)
    return Choice(found, share, len(keys))


def _effects(prediction: Prediction, stated: Array) -> Array:
    """Return the effect of each value: root mean square over the observations, relative to their error."""
    count = len(prediction.keys)
    found = prediction(np.concatenate([np.eye(count), -np.eye(count)]))
    change = np.nan_to_num(0.5 * (found[:count] - found[count:]))
    return np.sqrt(np.mean((change / np.hypot(stated, MEDIAN_EXCESS)) ** 2, axis=1))


def _asked(values: Mapping[str, tuple[str, Value]], keys: Sequence[str], asked: Sequence[str]) -> list[str]:
    """Return the keys that words name: a quantity, wherever it stands, or one of an owner ("carrier x: liver/quantity")."""
    found, refusals = [], []
    for word in asked:
        named = [key for key, (name, _) in values.items() if word in (key, name, _short(key))]
        if not named:
            known = list(dict.fromkeys(part for key in keys for part in (values[key][0], _short(key))))
            refusals.append(InputError(f"--values {word}", "is no value that this study uses", near_misses(word, known)))
        elif not (free := [key for key in named if key in keys]):
            refusals.append(InputError(f"--values {word}", "is exact in this study", "give it a spread (low and high, or cv)"))
        else:
            found += [key for key in free if key not in found]
    if refusals:
        raise InputErrors(refusals)
    return found


def _short(key: str) -> str:
    owner, _, name, *_ = key.split("/", 3)
    return f"{owner}/{name}"


def _spread(name: str, value: Value) -> float:
    return additive_spread(name, value) if is_additive(name) else value.sd
