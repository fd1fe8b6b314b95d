"""Comparison H: the corona in size, charge, uptake by cells, clearance without PEG and the plasma of a patient."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.particle.corona.outcomes import Corona, corona_of
from janusome.particle.corona.panel import CONSTANTS, Constants, Panel, Particle
from janusome.qualification.coatings import coatings, modifiers
from janusome.qualification.gold import COUNTS, DESCRIPTORS, FOLDER, Gold, read_gold
from janusome.qualification.kernel_ridge import Index, cross_validated, folds, folds_of_groups
from janusome.qualification.section import Finding, Section, Table
from janusome.qualification.zeta_fit import NAMES, fitted, left_out
from janusome.simulation.corona import constants_of, usual_panel
from janusome.simulation.run import simulate
from janusome.simulation.values import Scope, ValueBook
from janusome.specification.corona import proteins
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

Array = NDArray[np.float64]
Row = Mapping[str, object]

KEY, TITLE = "H", "The corona: size and charge in serum, uptake by cells, clearance"
ALBUMIN_ONLY = "body/corona_size_zeta_nano_pc.csv"
DRAWS = 201  # the median and 200 draws of the panel
# Of the training particles so many must carry a protein before it counts as a descriptor. Settled after a look at all of them.
DETECTED = 0.3
WIDE = 1.6448536269514722  # standard deviations from the median to the 95th percentile
NO_CLOT = "fibrinogen"  # what serum lacks of plasma
# Of the model itself, beside the spread of its inputs: its root mean square errors on the 105 gold particles. Their coverage
# is therefore no test; that of other particles is.
SIZE_ERROR, ZETA_ERROR = 0.33, 2.1e-3  # of the logarithm of size, and of the zeta potential in V
ALBUMIN_DILUTED = 0.6  # mol/m^3 of albumin, as uf_nano_pc has it
COATED = "pristine particle and coating"
SICK = {"fibrinogen": "8 g/L", "complement-c3": "2 g/L", "albumin": "25 g/L", "clusterin": "30 mg/L"}


def corona(data: Path, *, frozen: bool) -> Section:
    """Return the section; where a file is missing, one that says so.

    Of the model of the corona four numbers of the zeta potential are fitted, to gold in serum. Their score is that of the
    particles left out of the fit; with `frozen` it is that of the shipped numbers, which have seen every particle.
    """
    wanted = (f"{FOLDER}/{DESCRIPTORS}", f"{FOLDER}/{COUNTS}", ALBUMIN_ONLY)
    missing = [name for name in wanted if not (data / name).is_file()]
    if missing:
        return Section(KEY, TITLE, skipped=f"not in {data}: {', '.join(missing)}")
    library = Library()
    book = ValueBook(draws=DRAWS, seed=0)
    panel = usual_panel(proteins(library), "human", book)
    constants = constants_of(Scope("host human-female", library.row("host", "human-female")), "human", book)
    gold = read_gold(data)
    in_serum, fits, size_and_zeta = _serum(gold, panel, constants, frozen=frozen)
    alone, albumin = _albumin(data, panel, constants)
    uptake, tables, cells = _cells(gold, panel)
    return Section(
        key=KEY,
        title=TITLE,
        text=(
            "Size in serum is predicted from the pristine particle and the shipped panel of proteins; nothing is fitted to "
            "it. Four numbers of the zeta potential are fitted to gold in serum, and nothing to albumin alone. PEG coats are "
            "read from the particles' names, their densities are assumed.",
            "Uptake by A549 cells (log2 of association) is regressed by kernel ridge; ridge and weights are chosen inside "
            "the training particles of each fold, R2 is the mean over ten repeats of 10-fold cross-validation. A coating is "
            "what the name of the surface modifier says: its chemistry in 13 marks and the length of a PEG chain. In those "
            "folds a coating may also stand on a core of another size in training; with coatings left out whole it does not.",
        ),
        findings=(*in_serum, *alone, *uptake, *_clearance(library)),
        tables=(*fits, *tables),
        predictions={"corona_gold_serum": size_and_zeta, "corona_albumin": albumin, "corona_cell_association": cells},
    )


def aafe(predicted: Array, observed: Array) -> float:
    """Return the absolute average fold error."""
    return float(10.0 ** np.abs(np.log10(predicted / observed)).mean())


def rmse(predicted: Array, observed: Array) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(((predicted - observed) ** 2).mean()))


def _one(particle: Particle, k: int, draws: int) -> Particle:
    return Particle(*(np.full(draws, each[k]) for each in particle))


def _coronas(particle: Particle, panel: Panel, constants: Constants = CONSTANTS) -> list[Corona]:
    return [corona_of(_one(particle, k, DRAWS), panel, constants=constants) for k in range(len(particle.diameter))]


def _without(panel: Panel, name: str) -> Panel:
    kept = np.array([float(one != name) for one in panel.names])
    return panel.with_concentration(panel.concentration * kept)


def _in_units(found: Corona) -> tuple[Array, Array]:
    """Return size (nm) and zeta potential (mV) with the model's own error: 5th percentile, the draw of all medians, 95th."""
    noise = np.random.default_rng(0).standard_normal(DRAWS)
    size = found.diameter * np.exp(SIZE_ERROR * noise) * 1e9
    zeta = (found.zeta_potential + ZETA_ERROR * noise) * 1e3
    middles = (found.diameter[0] * 1e9, found.zeta_potential[0] * 1e3)
    ends = (np.quantile(each, (0.05, 0.95)) for each in (size, zeta))
    of_size, of_zeta = (np.array([end[0], middle, end[1]]) for end, middle in zip(ends, middles, strict=True))
    return of_size, of_zeta


def _covered(quantiles: Array, observed: Array) -> float:
    """Return the share of observations inside their intervals."""
    return float(((quantiles[:, 0] <= observed) & (observed <= quantiles[:, 2])).mean())


def _row(name: str, quantity: str, observed: float, quantiles: Array) -> Row:
    q05, q50, q95 = (float(each) for each in quantiles)
    return {"particle": name, "quantity": quantity, "observed": observed, "q05": q05, "q50": q50, "q95": q95}


def _serum(
    gold: Gold, panel: Panel, constants: Constants, *, frozen: bool
) -> tuple[list[Finding], tuple[Table, ...], tuple[Row, ...]]:
    """Compare size and zeta potential of gold in serum."""
    found = _coronas(gold.particle(), _without(panel, NO_CLOT), constants)
    size, zeta = (np.stack(each) for each in zip(*(_in_units(one) for one in found), strict=True))
    before, after = gold.columns["zavg_nm_synth"], gold.columns["zavg_nm_serum"]
    zeta_before, zeta_after = gold.columns["zeta_mV_synth"], gold.columns["zeta_mV_serum"]
    grown = before + _left_out_mean(after - before)
    mean = _left_out_mean(zeta_after)
    inside = [_covered(size, after), _covered(zeta, zeta_after)]
    findings = [
        _error("serum size of 105 gold particles, AAFE", aafe(size[:, 1], after), aafe(before, after), "unchanged"),
        _error("serum size, AAFE", aafe(size[:, 1], after), aafe(grown, after), "mean shift of the other folds"),
    ]
    tables: tuple[Table, ...] = ()
    if frozen:
        best, way = zeta[:, 1], "the shipped numbers, fitted to all of these particles"
    else:
        best, table = _refitted(gold, panel, found)
        way, tables = "four numbers fitted in the other folds", (table,)
    for baseline, against in ((zeta_before, "unchanged"), (mean, "mean of the other folds")):
        name = f"serum zeta potential, RMSE, {way}"
        findings.append(_error(name, rmse(best, zeta_after), rmse(baseline, zeta_after), against, "mV"))
    score = r_squared(best, zeta_after)
    findings.append(Finding(f"serum zeta potential, R2, {way}", score, "", "above 0", met=score > 0.0))
    findings += [
        Finding(f"{name} in serum, coverage of the 90 % interval", share, "", note="the width was found on these particles")
        for name, share in zip(("size", "zeta potential"), inside, strict=True)
    ]
    if not frozen:
        findings.append(_without_a_model(gold))
    rows = [_row(name, "z-average diameter in serum, nm", float(after[k]), size[k]) for k, name in enumerate(gold.names)]
    rows += [_row(name, "zeta potential in serum, mV", float(zeta_after[k]), zeta[k]) for k, name in enumerate(gold.names)]
    return findings, tables, tuple(rows)


def _without_a_model(gold: Gold) -> Finding:
    """Return how near a regression comes that knows no model: what the data allow."""
    target, both = gold.columns["zeta_mV_serum"], np.concatenate([gold.pristine(), coatings(gold.names)], axis=-1)
    values, _ = cross_validated(lambda train: (both,), target, repeats=3)  # noqa: ARG005
    error = float(np.mean([rmse(each, target) for each in values]))
    score = float(np.mean([r_squared(each, target) for each in values]))
    name = "serum zeta potential, RMSE of a regression on pristine particle and coating without a model"
    return Finding(name, error, "mV", note=f"what the data allow; R2 {score:.2f}")


def _refitted(gold: Gold, panel: Panel, found: list[Corona]) -> tuple[Array, Table]:
    """Return the zeta potentials (mV) with the four numbers from the other folds, and the numbers from all particles."""
    middle = Panel(panel.names, panel.roles, *(each[:1] for each in panel[2:]))
    coverage, particle = np.stack([one.coverage[0] for one in found]), gold.particle()
    measured, values = gold.columns["zeta_mV_serum"] * 1e-3, np.empty(len(found))
    for _, train, test in folds(len(found), repeats=1):
        values[test] = left_out(coverage, particle, middle, measured, train=train, test=test)
    constants, errors = fitted(coverage, particle, middle, measured)
    rows = tuple((name, float(getattr(constants, name)), float(error)) for name, error in zip(NAMES, errors, strict=True))
    return values * 1e3, Table(
        "The zeta potential in serum, fitted to all 105 particles", ("number", "value", "standard error"), rows
    )


def r_squared(predicted: Array, observed: Array) -> float:
    """Return the coefficient of determination."""
    return float(1.0 - ((predicted - observed) ** 2).sum() / ((observed - observed.mean()) ** 2).sum())


def _error(name: str, value: float, baseline: float, against: str, unit: str = "") -> Finding:
    return Finding(name, value, unit, "below the baseline", baseline, against, met=bool(value < baseline))


def _left_out_mean(values: Array) -> Array:
    """Return for each particle the mean over the folds that it is not in."""
    found = np.empty_like(values)
    for _, train, test in folds(values.size, repeats=1):
        found[test] = values[train].mean()
    return found


def _albumin(data: Path, panel: Panel, constants: Constants) -> tuple[list[Finding], tuple[Row, ...]]:
    """Compare size and zeta potential of gold and silver in albumin alone, in the dilute salt that they were measured in."""
    plasma = constants.debye_length
    dilute = constants._replace(medium_debye_length=plasma / CONSTANTS.bare_zeta_share)
    with (data / ALBUMIN_ONLY).open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    only = panel.with_concentration(np.array([ALBUMIN_DILUTED * (name == "albumin") for name in panel.names]))
    rows: list[Row] = []
    before: dict[str, list[float]] = {"size": [], "zeta": []}
    for line in table:
        zeta = float(line["initial_zeta"]) if line["initial_zeta"] else 0.0
        one = Particle(*(np.full(DRAWS, x) for x in (float(line["initial_size"]) * 1e-9, zeta * 1e-3, 0.5, 2.0, 0.0)))
        found = corona_of(one, only, constants=dilute)
        kind = "zeta" if line["final_zeta"] else "size"
        values = _in_units(found)[1 if kind == "zeta" else 0]
        before[kind].append(float(line[f"initial_{kind}"]))
        rows.append(_row(line["name"], kind, float(line[f"final_{kind}"]), values))
    size, zeta = ([row for row in rows if row["quantity"] == kind] for kind in ("size", "zeta"))
    findings = [
        _error("size in albumin, AAFE", aafe(*_columns(size)), aafe(np.array(before["size"]), _columns(size)[1]), "unchanged"),
        _error("zeta potential in albumin, RMSE", rmse(*_columns(zeta)), rmse(np.array(before["zeta"]), _columns(zeta)[1]),
               "unchanged", "mV"),
        _error("zeta potential in albumin, RMSE", rmse(*_columns(zeta)),
               rmse(_mean_of_others(_columns(zeta)[1]), _columns(zeta)[1]), "mean of the other particles", "mV"),
    ]  # fmt: skip
    return findings, tuple(rows)


def _mean_of_others(values: Array) -> Array:
    return (values.sum() - values) / (values.size - 1)


def _columns(rows: list[Row]) -> tuple[Array, Array]:
    predicted, observed = (np.array([float(str(row[name])) for row in rows]) for name in ("q50", "observed"))
    return predicted, observed


def _cells(gold: Gold, panel: Panel) -> tuple[list[Finding], tuple[Table, ...], tuple[Row, ...]]:
    """Regress uptake by cells on what is known of the particles, with more and more of it measured."""
    target = gold.columns["log2_net_cell_assoc"]
    found = _coronas(gold.particle(), _without(panel, NO_CLOT))
    predicted = np.log(np.array([one.coverage[0] for one in found])[:, [name != NO_CLOT for name in panel.names]])
    before, after = gold.pristine(), np.concatenate([gold.pristine(), gold.in_serum()], axis=-1)
    made = np.concatenate([before, coatings(gold.names)], axis=-1)
    whole = list(folds_of_groups(modifiers(gold.names), repeats=2))

    def proteins_found(train: Index) -> Array:
        often = (gold.shares[train] > 0.0).mean(axis=0) >= DETECTED
        return np.sqrt(gold.shares[:, often])

    inputs = {
        "pristine particle": lambda train: (before,),  # noqa: ARG005
        "pristine particle and predicted corona": lambda train: (before, predicted),  # noqa: ARG005
        COATED: lambda train: (made,),  # noqa: ARG005
        f"{COATED} and predicted corona": lambda train: (made, predicted),  # noqa: ARG005
        "pristine particle, and size, zeta and protein density measured in serum": lambda train: (after,),  # noqa: ARG005
        "measured corona": lambda train: (proteins_found(train),),
        "pristine particle, serum measurements and measured corona": lambda train: (after, proteins_found(train)),
    }
    findings, lines, best = [], [], np.empty((2, 1, 0))
    for name, choose in inputs.items():
        values, errors = cross_validated(choose, target)
        scores = np.array([r_squared(each, target) for each in values])
        other, _ = cross_validated(choose, target, splits=whole)
        elsewhere = float(np.mean([r_squared(each, target) for each in other]))
        score, error = float(scores.mean()), float(np.mean([rmse(each, target) for each in values]))
        findings.append(
            Finding(
                f"cell association, R2 from: {name}",
                score,
                "",
                "at least 0.55",
                0.0,
                "mean of all particles",
                met=score >= 0.55,
            )
        )
        lines.append((name, score, float(scores.std()), error, elsewhere))
        best = np.stack([values, errors])
    table = Table(
        "Uptake by cells, ten repeats of 10-fold cross-validation",
        ("inputs", "mean R2", "SD of R2", "RMSE", "mean R2, coatings left out whole"),
        tuple(lines),
    )
    middle, spread = best[0][0], best[1][0]
    intervals = np.stack([middle - WIDE * spread, middle, middle + WIDE * spread], axis=-1)
    inside = _covered(intervals, target)
    findings.append(
        Finding("cell association, coverage of the 90 % interval", inside, "", "0.85 to 0.95", met=0.85 <= inside <= 0.95)
    )
    rows = tuple(_row(name, "log2 cell association", float(target[k]), intervals[k]) for k, name in enumerate(gold.names))
    return findings, (table,), rows


def _clearance(library: Library) -> list[Finding]:
    """Compare Doxil with Doxil without its coat, and a sick woman with a healthy one."""
    usual = _half_life("doxil", "human-female", library)
    bare = _half_life({"from": "doxil", "values": {"peg_grafting_density": "0 1/nm^2"}}, "human-female", library)
    sick = _half_life("doxil", {"kind": "human-female", "plasma": SICK}, library)
    return [
        Finding("half-life of Doxil over that without its PEG", usual / bare, "", "at least 3", met=usual / bare >= 3.0,
                note=f"{usual:.1f} h and {bare:.1f} h in a woman at 20 mg/m^2"),
        Finding("half-life of Doxil in inflamed plasma over that in usual plasma", sick / usual, "", "other than 1",
                met=abs(sick / usual - 1.0) > 0.01, note="fibrinogen 8, C3 2, albumin 25 and clusterin 0.03 g/L"),
    ]  # fmt: skip


def _half_life(formulation: Any, host: Any, library: Library) -> float:
    """Return how long half of what is in plasma an hour after the dose takes to leave it, h."""
    study = {
        "study": KEY,
        "formulation": formulation,
        "host": host,
        "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],
        "controls": [],
        "outputs": {"until": "7 d", "draws": 0},
    }
    (arm,) = simulate(resolve(Study.model_validate(study), library), grids={}).arms
    (course,) = [one for one in arm.courses if (one.form, one.organ) == ("encapsulated", "plasma")]
    hours, values = arm.times / 3600.0, course.values[0]
    start = float(np.interp(1.0, hours, values))
    return float(hours[(hours > 1.0) & (values < start / 2.0)][0] - 1.0)
