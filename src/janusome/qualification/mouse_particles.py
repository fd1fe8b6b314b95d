"""Comparisons A to D: particles in mice, in studies that the model has not seen.

A  from descriptors alone            beside a constant and functions of time alone
B  given the blood of the same particle       beside A
C  given the first six hours, at a day        beside a regression on the last early point
D  given the other particles of the study, at a day   beside their mean
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.calibration.coherence import fit_coherence
from janusome.calibration.mouse_points import asked, points_of
from janusome.calibration.particles import COVARIATES, PEG, SIZE, TISSUES, MouseBench
from janusome.calibration.population import Linear, Points, Population, linearised, predict
from janusome.calibration.population_fit import fit
from janusome.calibration.shipped import mouse_population
from janusome.errors import InputError
from janusome.files.biodistribution import COURSES, INSTANCES, Found, read_biodistribution
from janusome.qualification.baselines import constant, from_early, over_time
from janusome.qualification.drawings import errors_beside
from janusome.qualification.scores import NINETY, Paired, Scores, folds_of, paired, scores
from janusome.qualification.section import Finding, Section, Table

Array = NDArray[np.float64]
Index = NDArray[np.int64]

EARLY = 6.0  # h
DAY = (20.0, 28.0)  # h, what counts as a day after the dose
LEAST_COVERED, MOST_COVERED = 0.85, 0.95
EXCHANGED = ("blood", "tumor")  # tissues of C
UNLIKE = 1.25  # ratio of sizes from which siblings count as different
FEWEST = 8  # points below which a tissue is not scored
TITLES = {
    "A": "A new study, from descriptors alone",
    "B": "Organs and tumor, given the blood curve",
    "C": "A day after the dose, from the first six hours",
    "D": "A day after the dose, from sibling formulations of the study",
}
HEADS = ("tissue", "points", "studies", "AAFE", "within 2-fold", "within 3-fold", "CRPS (ln)", "90 % interval covers",
         "baseline", "AAFE of baseline", "ratio of AAFEs (95 %)")  # fmt: skip


@dataclass(frozen=True)
class Task:
    """Predictions of one comparison beside its baselines; what was not predicted is not a number."""

    key: str
    mean: Array
    deviation: Array
    baselines: Mapping[str, Array]
    unlike: NDArray[np.bool_] | None = None  # of which siblings the size or the coat differs

    def scored(self, points: Points, tissue: str) -> NDArray[np.bool_]:
        """Return which points of a tissue have a prediction and every baseline."""
        have = points.known & np.isfinite(self.mean) & (points.tissue == TISSUES.index(tissue))
        for values in self.baselines.values():
            have &= np.isfinite(values)
        return have


def mouse_particles(data: Path, *, frozen: bool) -> tuple[Section, ...]:
    """Return the sections A to D; with `frozen` the shipped population predicts, else one fitted to the other folds."""
    folder = data / "body"
    missing = [name for name in (INSTANCES, COURSES) if not (folder / name).exists()]
    if missing:
        return tuple(Section(key, title, skipped=f"{folder / missing[0]} is absent") for key, title in TITLES.items())
    table = read_biodistribution(folder)
    found = asked(table)
    points = points_of(table, found)
    if not points.known.any():
        raise InputError(str(folder / COURSES), "holds no usable value", "give %ID/g of intravenous doses in its six tissues")
    fold = folds_of(points.study)
    models = _models(points, fold, frozen=frozen)
    tasks = (
        _new_study(points, fold, models),
        _given_blood(points, fold, models),
        _given_early(points, fold, models),
        _given_siblings(points, fold, models),
    )
    return tuple(_section(task, points, found, frozen=frozen) for task in tasks)


Model = tuple[Population, Linear]


def _models(points: Points, fold: Index, *, frozen: bool) -> Callable[[int], Model]:
    """Return the model that predicts a fold."""
    bench = MouseBench()
    if frozen:
        population = mouse_population()
        linear = linearised(bench.responses, bench.log_hours, middle=population.middle, spread=population.spread)
        return lambda number: (population, linear)  # noqa: ARG005
    fitted = {int(number): _fitted(points.of((fold != number) & points.known), bench) for number in np.unique(fold)}
    return lambda number: fitted[number]


def _fitted(points: Points, bench: MouseBench) -> Model:
    population, linear = fit(points, bench.responses, bench.log_hours)
    return fit_coherence(points, population, linear), linear


def _each_study(points: Points, fold: Index, models: Callable[[int], Model]) -> list[tuple[Index, Model]]:
    return [
        (index, models(int(fold[index[0]])))
        for index in (np.flatnonzero(points.study == study) for study in np.unique(points.study))
    ]


def _predicted(points: Points) -> tuple[Array, Array]:
    return np.full(len(points), np.nan), np.full(len(points), np.nan)


def _new_study(points: Points, fold: Index, models: Callable[[int], Model]) -> Task:
    mean, deviation = _predicted(points)
    for index, (population, linear) in _each_study(points, fold, models):
        mean[index], deviation[index] = predict(population, linear, points.of(index), given=points.of(index[:0]))
    names = {"constant": None, "linear in ln t": 1, "cubic in ln t": 3}
    baselines = {name: np.full(len(points), np.nan) for name in names}
    for name, degree in names.items():
        for k in range(len(TISSUES)):
            here = np.flatnonzero((points.tissue == k) & points.known)
            for number in np.unique(fold[here]):
                training = fold[here] != number
                if training.sum() < FEWEST:
                    continue
                of = constant(points.value[here], training) if degree is None else over_time(
                    points.value[here], points.hours[here], training, degree=degree
                )  # fmt: skip
                tested = here[~training]
                baselines[name][tested] = of[~training]
    return Task("A", mean, deviation, baselines)


def _given_blood(points: Points, fold: Index, models: Callable[[int], Model]) -> Task:
    mean, deviation = _predicted(points)
    alone, _ = _predicted(points)
    blood = TISSUES.index("blood")
    for index, (population, linear) in _each_study(points, fold, models):
        for own in _particles(points, index):
            given = own[(points.tissue[own] == blood) & points.known[own]]
            wanted = own[points.tissue[own] != blood]
            if len(given) and len(wanted):
                mean[wanted], deviation[wanted] = predict(population, linear, points.of(wanted), given=points.of(given))
                alone[wanted], _ = predict(population, linear, points.of(wanted), given=points.of(given[:0]))
    return Task("B", mean, deviation, {"A, without the blood": alone})


def _given_early(points: Points, fold: Index, models: Callable[[int], Model]) -> Task:
    mean, deviation = _predicted(points)
    last, baseline = np.full(len(points), np.nan), np.full(len(points), np.nan)
    exchanged = [TISSUES.index(name) for name in EXCHANGED]
    for index, (population, linear) in _each_study(points, fold, models):
        for own in _particles(points, index):
            given = own[(points.hours[own] <= EARLY) & points.known[own]]
            day = own[_at_a_day(points, own) & np.isin(points.tissue[own], exchanged)]
            wanted = day[np.isin(points.tissue[day], points.tissue[given])]
            if len(wanted):
                mean[wanted], deviation[wanted] = predict(population, linear, points.of(wanted), given=points.of(given))
            for one in wanted:
                same = given[points.tissue[given] == points.tissue[one]]
                last[one] = points.value[same[np.argmax(points.hours[same])]]
    for k in exchanged:
        here = np.flatnonzero((points.tissue == k) & np.isfinite(last) & points.known)
        for number in np.unique(fold[here]):
            training = fold[here] != number
            if training.sum() >= FEWEST:
                baseline[here[~training]] = from_early(points.value[here], last[here], training)[~training]
    return Task("C", mean, deviation, {"regression on the last early point": baseline})


def _given_siblings(points: Points, fold: Index, models: Callable[[int], Model]) -> Task:
    mean, deviation = _predicted(points)
    sibling, unlike = np.full(len(points), np.nan), np.zeros(len(points), bool)
    for index, (population, linear) in _each_study(points, fold, models):
        for own in _particles(points, index):
            given = index[(points.particle[index] != points.particle[own[0]]) & points.known[index]]
            wanted = own[_at_a_day(points, own)]
            if not len(given) or not len(wanted):
                continue
            mean[wanted], deviation[wanted] = predict(population, linear, points.of(wanted), given=points.of(given))
            for one in wanted:
                same = given[(points.tissue[given] == points.tissue[one]) & _at_a_day(points, given)]
                if len(same):
                    sibling[one] = points.value[same].mean()
                    unlike[one] = _unlike(points.covariates[one], points.covariates[same]).all()
    return Task("D", mean, deviation, {"mean of the siblings": sibling}, unlike)


def _unlike(covariates: Array, others: Array) -> NDArray[np.bool_]:
    """Return which of other particles differ in size, more than 1.25-fold, or in coat."""
    size, coat = COVARIATES.index(SIZE), COVARIATES.index(PEG)
    difference = np.abs(others - covariates)
    return (difference[:, size] > np.log(UNLIKE)) | (difference[:, coat] > 0.0)


def _particles(points: Points, index: Index) -> list[Index]:
    return [index[points.particle[index] == name] for name in np.unique(points.particle[index])]


def _at_a_day(points: Points, index: Index) -> NDArray[np.bool_]:
    return (points.hours[index] >= DAY[0]) & (points.hours[index] <= DAY[1])


def _section(task: Task, points: Points, found: Sequence[Found], *, frozen: bool) -> Section:
    findings: list[Finding] = []
    rows: list[tuple[str | float | None, ...]] = []
    errors: dict[str, tuple[float, dict[str, float]]] = {}
    for tissue in TISSUES:
        here = task.scored(points, tissue)
        if here.sum() < FEWEST:
            continue
        findings += _of_unlike(task, points, tissue, here)
        ours = scores(points.value[here], task.mean[here], task.deviation[here])
        compared = {name: scores(points.value[here], values[here]) for name, values in task.baselines.items()}
        best = min(compared, key=lambda name: compared[name].aafe)
        errors[tissue] = ours.aafe, {name: each.aafe for name, each in compared.items()}
        pair = paired(points.value[here], task.mean[here], task.baselines[best][here], points.study[here])
        findings += _findings(task.key, tissue, ours, compared[best], best, pair)
        for k, (name, theirs) in enumerate(compared.items()):
            against = paired(points.value[here], task.mean[here], task.baselines[name][here], points.study[here])
            own = (tissue, ours.points, len(np.unique(points.study[here])), ours.aafe, ours.within_2, ours.within_3, ours.crps,
                   ours.coverage) if k == 0 else (tissue, *[None] * 7)  # fmt: skip
            rows.append((*own, name, theirs.aafe, f"{against.ratio:.3f} ({against.low:.3f} to {against.high:.3f})"))
    table = Table("Scores by tissue", HEADS, tuple(rows))
    predictions = _predictions(task, found)
    beside = {name: [each[name] for _, each in errors.values()] for name in task.baselines}
    figure = errors_beside(list(errors), [each for each, _ in errors.values()], beside, title=TITLES[task.key])
    return Section(
        task.key, TITLES[task.key], _text(frozen=frozen), tuple(findings), (table,), (figure,) if errors else (),
        {f"{task.key}_mouse_particles": predictions},
    )  # fmt: skip


def _findings(key: str, tissue: str, ours: Scores, theirs: Scores, name: str, pair: Paired) -> list[Finding]:
    ratio = f"ratio {pair.ratio:.3f} ({pair.low:.3f} to {pair.high:.3f})"
    met = pair.better if key == "B" else pair.not_worse
    target = "better than A" if key == "B" else "no worse than the best baseline beyond chance"
    assert ours.coverage is not None
    covered = LEAST_COVERED <= ours.coverage <= MOST_COVERED
    found = [Finding(f"{tissue}: AAFE", ours.aafe, "", target, theirs.aafe, name, met, ratio)]
    goal = "85 to 95 %" if key == "A" else ""
    found.append(
        Finding(f"{tissue}: share covered by the 90 % interval", ours.coverage, "", goal, met=covered if goal else None)
    )
    return found


def _of_unlike(task: Task, points: Points, tissue: str, scored: NDArray[np.bool_]) -> list[Finding]:
    """Return the score of those points of a tissue whose siblings all differ in size or coat."""
    if task.unlike is None or (scored & task.unlike).sum() < FEWEST:
        return []
    here = scored & task.unlike
    ((name, theirs),) = task.baselines.items()
    pair = paired(points.value[here], task.mean[here], theirs[here], points.study[here])
    ours, beside = scores(points.value[here], task.mean[here]), scores(points.value[here], theirs[here])
    note = f"{ours.points} points, ratio {pair.ratio:.3f} ({pair.low:.3f} to {pair.high:.3f})"
    title = f"{tissue}, siblings of another size or coat: AAFE"
    return [Finding(title, ours.aafe, "", "better than the sibling", beside.aafe, name, pair.better, note)]


def _text(*, frozen: bool) -> tuple[str, ...]:
    how = (
        "The shipped population predicts; nothing was refitted. Studies that it was fitted to are not new to it."
        if frozen
        else "Each fifth of the studies, by leak group, is predicted by a population that was fitted to the other four."
    )
    return (
        how,
        "Errors are of ln %ID/g. Baselines are recomputed on the same folds; ratios of AAFEs carry the 95 % interval of a "
        "bootstrap over leak groups.",
    )


def _predictions(task: Task, found: Sequence[Found]) -> tuple[Mapping[str, object], ...]:
    rows = []
    for k, one in enumerate(found):
        if not np.isfinite(task.mean[k]):
            continue
        middle, spread = task.mean[k], NINETY * task.deviation[k]
        q05, q50, q95 = np.exp([middle - spread, middle, middle + spread])
        rows.append({
            "row_id": one.particle, "study_id": one.study, "tissue": one.tissue, "time_h": one.hours, "unit": "%ID/g",
            "value": one.value, "q05": q05, "q50": q50, "q95": q95,
        })  # fmt: skip
    return tuple(rows)
