"""Calibrate: a study and observations become a posterior of the study's values, and an account of what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from janusome.calibration import checks, identifiability
from janusome.calibration.checks import Curve, Fit, Score
from janusome.calibration.choice import OF_ONE_ANIMAL, RULE, Choice, Chosen, chosen
from janusome.calibration.forward import NOTHING, Prediction
from janusome.calibration.identifiability import Pair, Verdict
from janusome.calibration.likelihood import Likelihood
from janusome.calibration.mixture import from_modes
from janusome.calibration.mode import Search, find_modes, starts
from janusome.calibration.posterior import Posterior
from janusome.calibration.sampler import Chains, sample
from janusome.calibration.sights import Sight, sights
from janusome.errors import InputError, InputErrors, SolverError, near_misses
from janusome.files.observations import Observation
from janusome.simulation.arms import TREATED
from janusome.simulation.bench import Bench
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.trajectory import Control
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.vocabulary import called_notice, organ_called

Array = NDArray[np.float64]

LEAST_GROUP = 4  # observations that share an error of their own; smaller groups share one
SHOWN = 300  # draws behind a figure
WIDER = 1.1  # ratio of intervals above which the overlay's loss is a warning
MISFIT = 0.8  # coverage of a 90 % interval below which the model does not fit


@dataclass(frozen=True)
class Asked:
    """What is wanted: which values (none is by the rule), how many draws, and the seed."""

    values: tuple[str, ...] = ()
    draws: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class Calibration:
    """A posterior and its account; unknowns are the values, then the excess errors of the groups."""

    study: ResolvedStudy
    asked: Asked
    seen: tuple[Sight, ...]
    choice: Choice
    likelihood: Likelihood
    groups: tuple[str, ...]
    search: Search
    chains: Chains
    draws: Array  # (draws, unknowns), as standard normal deviates of the prior
    verdicts: tuple[Verdict, ...]
    correlations: Array
    pairs: tuple[Pair, ...]
    fit: Fit
    before: Score
    after: Score
    curves: tuple[Curve, ...]
    overlay_width: float  # intervals of a run with the overlay over those of the posterior
    failed: int
    warnings: tuple[str, ...]
    rule: str = RULE

    @property
    def values(self) -> tuple[Chosen, ...]:
        """What was calibrated."""
        return self.choice.values

    @property
    def identified(self) -> tuple[tuple[int, Chosen], ...]:
        """The values that the data speak of, with their places among the unknowns."""
        return tuple((k, one) for k, one in enumerate(self.values) if self.verdicts[k].identified)


def calibrate(
    study: ResolvedStudy,
    observations: Sequence[Observation],
    *,
    name: str,
    grids: Mapping[str, LesionGrid],
    asked: Asked,
    control: Control | None = None,
) -> Calibration:
    """Calibrate a study on observations; `name` is what messages call their file.

    Raises
    ------
    InputErrors
        If observations or values cannot be used, with every reason.
    SolverError
        If the model fails at its own medians, or nearly everywhere.
    KeyboardInterrupt
        If `control` asked to stop.
    """
    control = control or Control()
    report, stop = control.on_progress, control.should_stop
    report("tracing the model", 0.0)
    benches = {arm: Bench(study, arm=arm, grids=grids) for arm in _arms(study, observations, name=name)}
    seen = sights(study, benches, observations, name=name)
    report("tracing the model", 1.0)
    quiet = Control(threads=control.threads, should_stop=stop)
    whole = Prediction(benches, (), seen, control=quiet)
    _check_seen(whole, name=name)
    likelihood, groups = likelihood_of(seen)
    choice = chosen(whole, likelihood.stated, asked=asked.values, known=_weighed(observations))
    prediction = whole.of([one.key for one in choice.values])
    posterior = Posterior(prediction, likelihood, len(choice.values))
    generators = [np.random.default_rng([asked.seed, k]) for k in range(3)]
    report("finding the best fit", 0.0)
    search = find_modes(posterior, starts(posterior, generators[0]), should_stop=stop)
    report("finding the best fit", 1.0)
    try:
        chains = sample(
            posterior, from_modes(search.modes), generators[1], wanted=asked.draws,
            on_progress=lambda done: report("sampling", done), should_stop=stop,
        )  # fmt: skip
    except FloatingPointError as error:
        raise SolverError(f"calibration: {error}; give the values narrower spreads, or name fewer with --values") from None
    report("sampling", 1.0)
    return _account(
        study, asked, search, chains, prediction=prediction, choice=choice, posterior=posterior, groups=groups,
        generator=generators[2],
    )  # fmt: skip


def likelihood_of(seen: Sequence[Sight]) -> tuple[Likelihood, tuple[str, ...]]:
    """Return the likelihood of observations and the titles of the groups that share an excess error."""
    courses = [(one.place, one.measure.kind, one.measure.per) for one in seen]
    large = [key for key in dict.fromkeys(courses) if courses.count(key) >= LEAST_GROUP]
    pooled = len(large) if len(large) < len(set(courses)) else -1
    group = np.array([large.index(key) if key in large else pooled for key in courses])
    titles = [f"error: {place}, {kind}" + ("" if per == "whole" else f" per {per}") for place, kind, per in large]
    titles += ["error: all other observations" if large else "error: all observations"] if pooled >= 0 else []
    return Likelihood(
        logarithms=np.log([one.value for one in seen]),
        below=np.array([one.observation.below for one in seen]),
        stated=np.array([one.observation.stated for one in seen]),
        group=group,
    ), tuple(titles)


def _arms(study: ResolvedStudy, observations: Sequence[Observation], *, name: str) -> list[str]:
    """Return the arms that were observed; a row without one is of the treated arm."""
    if not study.doses:
        raise InputError("the study", "gives no dose", "give one in its protocol: what was observed follows from it")
    known = [TREATED, *study.controls]
    refusals = [
        InputError(f"{name}: line {one.line}: arm", f"is {one.arm!r}, which the study lacks", near_misses(one.arm, known))
        for one in observations
        if one.arm and one.arm not in known
    ]
    if refusals:
        raise InputErrors(refusals[:50])
    return list(dict.fromkeys(one.arm or TREATED for one in observations))


def _weighed(observations: Sequence[Observation]) -> tuple[str, ...]:
    """Return what is known of the animals where every row states their weight: it was corrected for."""
    return ("body_mass",) if all(one.body_mass is not None for one in observations) else ()


def _check_seen(prediction: Prediction, *, name: str) -> None:
    """Refuse observations of what the study never brings there."""
    median = prediction(np.zeros((1, 0)))[0]
    if np.isnan(median).any():
        raise SolverError(f"{name}: the study cannot be solved at the medians of its values; run it to see why")
    refusals = [
        InputError(
            f"{name}: line {one.observation.line}",
            f"sees {one.title} at {one.time / 3600:g} h, where the study has none",
            "leave the row out, or check place, site, form and time",
        )
        for one, value in zip(prediction.seen, median, strict=True)
        if value <= np.log(NOTHING) + 80.0
    ]
    if refusals:
        raise InputErrors(refusals[:50])


def _account(
    study: ResolvedStudy,
    asked: Asked,
    search: Search,
    chains: Chains,
    *,
    prediction: Prediction,
    choice: Choice,
    posterior: Posterior,
    groups: tuple[str, ...],
    generator: np.random.Generator,
) -> Calibration:
    likelihood, count = posterior.likelihood, posterior.values
    titles = [*(one.title for one in choice.values), *groups]
    found = identifiability.verdicts(chains, titles)
    matrix = identifiability.correlations(chains)
    pairs = identifiability.strong_pairs(matrix, titles)
    draws = chains.thinned(asked.draws)
    shown, prior = chains.thinned(SHOWN), generator.standard_normal((SHOWN, posterior.size))
    fit = checks.checked(prediction, likelihood, prior=prior, posterior=shown, generator=generator)
    known = [one.identified for one in found[:count]]
    width = _overlay_width(prediction, shown[:, :count], known, generator)
    after = checks.score(likelihood, fit.posterior[1], fit.replicated)
    warnings = [
        *identifiability.sampling_warnings(found, wanted=asked.draws),
        *_search_warnings(search),
        *identifiability.data_warnings(found[:count], pairs, rows=len(prediction.seen), values=count),
        *_fit_warnings(after, width, prediction),
        *word_warnings(prediction.seen),
        *_study_warnings(choice),
    ]
    return Calibration(
        study=study, asked=asked, seen=prediction.seen, choice=choice, likelihood=likelihood, groups=groups, search=search,
        chains=chains, draws=draws, verdicts=found, correlations=matrix, pairs=pairs, fit=fit,
        before=checks.score(likelihood, fit.prior[1]), after=after,
        curves=checks.curves(prediction, prior=prior, posterior=shown), overlay_width=width, failed=prediction.failed,
        warnings=tuple(warnings),
    )  # fmt: skip


def _overlay_width(prediction: Prediction, joint: Array, known: Sequence[bool], generator: np.random.Generator) -> float:
    """Return how much wider predictions become where values are drawn as the overlay has them.

    What the data identify is drawn with its correlations, by ranks, the rest from its prior on its own.
    """
    alone = generator.standard_normal(joint.shape)
    own = np.flatnonzero(known)
    if own.size:
        correlations = np.atleast_2d(np.corrcoef(joint[:, own], rowvar=False))
        values, vectors = np.linalg.eigh(correlations)
        tied = alone[:, own] @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        ranks = tied.argsort(axis=0).argsort(axis=0)
        alone[:, own] = np.take_along_axis(np.sort(joint[:, own], axis=0), ranks, axis=0)
    one, other = (np.nanquantile(prediction(draws), (0.05, 0.95), axis=0) for draws in (joint, alone))
    return float(np.exp(np.mean(np.log((other[1] - other[0]) / (one[1] - one[0])))))


def _search_warnings(search: Search) -> Iterator[str]:
    if len(search.modes) > 1:
        apart = ", ".join(f"{mode.log_density - search.modes[0].log_density:.1f}" for mode in search.modes[1:])
        yield (
            f"The starts ended at {len(search.modes)} different fits (ln of the density beside the best: {apart}): the "
            "posterior may have several peaks. All of them were given to the sampler."
        )
    if search.converged < search.starts:
        yield f"{search.starts - search.converged} of {search.starts} starts did not come to an end in {search.steps} steps."


def _fit_warnings(after: Score, width: float, prediction: Prediction) -> Iterator[str]:
    if after.rows and after.covered < MISFIT:
        yield (
            f"Only {100 * after.covered:.0f} % of the observations lie inside the 90 % interval of a new measurement: the "
            "model does not fit these data, and the posterior is narrower than it should be."
        )
    if width > WIDER:
        yield (
            "The overlay holds the values that the data identify, with their correlations, and leaves the others as they "
            f"were: intervals of a run with it are about {width:.3g} times as wide as those of the posterior, which "
            "posterior.csv keeps."
        )
    if prediction.failed:
        yield f"{prediction.failed} sets of values could not be solved and count as impossible."


def word_warnings(seen: Sequence[Sight]) -> Iterator[str]:
    """Yield a sentence for each word of a place that was understood as an organ."""
    words = dict.fromkeys(one.observation.place for one in seen if one.place == organ_called(one.observation.place))
    yield from (f"The place {word!r} {called_notice(word)}." for word in words if word != organ_called(word))


def _study_warnings(choice: Choice) -> Iterator[str]:
    animal = [one.title for one in choice.values if one.name in OF_ONE_ANIMAL]
    if animal:
        yield (
            f"{'; '.join(animal)}: inferred for the animals that were seen, and kept out of the overlay. Give body_weight_g "
            "with the observations, or the weight in the study, where it is known."
        )
    own = [one.title for one in choice.values if one.value.origin == "study"]
    if own:
        yield (
            f"The study itself gives {'; '.join(own)}. What a study gives wins over a library: leave it out of the study when "
            "it is run with the overlay."
        )
