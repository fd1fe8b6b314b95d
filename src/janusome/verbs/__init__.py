"""Verbs: one function each, the same from Python and from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.errors import InputError, InputErrors
from janusome.reporting.folders import Calibrated, Images, Qualification, Quantification, Result
from janusome.verbs.common import Progress, check_count, check_counts, kind_of, library_of, never, silent
from janusome.verbs.imaging import image, quantify

if TYPE_CHECKING:
    from janusome.files.bibliography import Source
    from janusome.files.library import Summary
    from janusome.reporting.comparison import Comparison
    from janusome.reporting.doctor import Check
    from janusome.simulation.corona_account import CoronaAccount
    from janusome.specification.conditions import Caution
    from janusome.specification.resolved import ResolvedStudy
    from janusome.specification.rows import AbstractRow
    from janusome.verbs.common import StudyLike

DEMO = "janusome-demo"


@dataclass(frozen=True)
class Validation:
    """A study that can be run, and what its reader should know."""

    title: str
    study: ResolvedStudy
    cautions: tuple[Caution, ...]


def run(
    study: StudyLike,
    *,
    output: Path | str,
    library: Path | str | None = None,
    force: bool = False,
    threads: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Simulate a study and write its result folder, whole or not at all.

    Parameters
    ----------
    study
        The path of a study file, a `Study`, or its data.
    output
        The folder to write; it must not hold a result unless `force` is set.
    library
        A folder of your own rows, laid over the shipped ones.
    threads
        How many threads to use; all cores if absent.
    draws, seed
        In place of those of the study; 0 draws is the median alone.
    progress
        Called with what is being done and the share of it that is done.
    should_stop
        Asked now and then; if it says so the run ends with KeyboardInterrupt and nothing is left.

    Raises
    ------
    InputError
        If the study or the output is refused.
    """
    from janusome.files.result_folder import check_target
    from janusome.reporting.prepared import prepare

    report, target = progress or silent, Path(output)
    check_target(target, force=force)
    check_counts(draws=draws, seed=seed, threads=threads)
    report("reading the study", 0.0)
    rows = library_of(library)
    prepared = prepare(study, rows)
    report("reading the study", 1.0)

    from janusome.reporting.execution import Control, Errand, write_run

    control = Control(threads=threads, on_progress=report, should_stop=should_stop or never)
    changes = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
    write_run(Errand(prepared, rows, target, force, control), changes=changes)
    return Result(target)


def calibrate(
    study: StudyLike,
    observations: Path | str,
    *,
    output: Path | str,
    library: Path | str | None = None,
    values: Sequence[str] = (),
    draws: int = 2000,
    seed: int | None = None,
    threads: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Calibrated:
    """Fit a study's values to observations; write their posterior, its diagnostics, and a library that later runs can use.

    Parameters
    ----------
    observations
        A CSV table; `janusome.files.observations` says which columns it may have.
    values
        What to calibrate, as quantities or owner/quantity; without any, what moves the observations.
    draws
        How many independent posterior draws to aim for.

    Raises
    ------
    InputError
        If the study, the observations, the values or the output are refused.
    """
    from janusome.files.observations import read_calibration_data
    from janusome.files.result_folder import check_target
    from janusome.reporting.prepared import prepare

    target, path = Path(output), Path(observations)
    check_target(target, force=force)
    check_counts(seed=seed, threads=threads)
    check_count("draws", draws, highest=100_000, lowest=100)
    rows = library_of(library)
    prepared = prepare(study, rows)
    read = read_calibration_data(path)

    from janusome.reporting.execution import Asked, Control, Errand, write_posterior

    asked = Asked(tuple(values), draws, prepared.study.seed if seed is None else seed)
    control = Control(threads=threads, on_progress=progress or silent, should_stop=should_stop or never)
    write_posterior(Errand(prepared, rows, target, force, control), path, read, asked=asked)
    return Calibrated(target)


def demo(
    *,
    output: Path | str = DEMO,
    force: bool = False,
    threads: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Result:
    """Run the study that comes with janusome."""
    with resources.as_file(resources.files("janusome").joinpath("library", "studies", "demo.yaml")) as path:
        return run(
            path,
            output=output,
            force=force,
            threads=threads,
            draws=draws,
            seed=seed,
            progress=progress,
            should_stop=should_stop,
        )


def validate(study: StudyLike, *, library: Path | str | None = None) -> Validation:
    """Check a study with all that it names, without running it.

    Raises
    ------
    InputErrors
        With everything that is wrong.
    """
    from janusome.reporting.prepared import prepare

    prepared = prepare(study, library_of(library))
    if library is not None or not isinstance(prepared.plain.get("formulation"), str):
        from janusome.simulation.run import check  # rows of the shipped library are complete; others may lack a value

        check(prepared.study)
    return Validation(prepared.study.title, prepared.study, prepared.study.cautions)


def corona(study: StudyLike, *, library: Path | str | None = None, draws: int = 100) -> CoronaAccount:
    """Return the corona of a study's particle in its host's plasma: composition over time, size, charge, what follows.

    Raises
    ------
    InputError
        If the study is refused, or its formulation has no carrier.
    """
    from janusome.reporting.prepared import prepare
    from janusome.simulation.corona_account import corona_account
    from janusome.specification.corona import proteins

    check_count("draws", draws, highest=100_000)
    rows = library_of(library)
    resolved = prepare(study, rows).study
    if resolved.carrier is None:
        raise InputError("formulation", f"is {resolved.formulation.name}, which has no carrier", "choose one that has")
    return corona_account(replace(resolved, proteins=proteins(rows)), draws=draws)


def qualify(
    what: str = "body",
    *,
    output: Path | str,
    data: Path | str | None = None,
    frozen: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Qualification:
    """Set the library and its laws beside published data again, and write page, data and predictions.

    Parameters
    ----------
    what
        Which part: "body", "tumor" or "imaging".
    output
        The folder to write; it must not hold a result unless `force` is set.
    data
        The folder of published data; that named by JANUSOME_DATA if absent.
    frozen
        Use the shipped values and refit nothing; imaging fits no value in any case.

    Raises
    ------
    InputError
        If the part, the data or the output are refused.
    """
    from janusome.files.result_folder import result_folder
    from janusome.qualification.comparisons import compared, data_folder
    from janusome.qualification.page import write_qualification
    from janusome.qualification.parts import PARTS

    if what == "imaging":
        return _qualify_imaging(output, data=data, force=force, progress=progress or silent, should_stop=should_stop or never)
    if what not in PARTS:
        raise InputError(what, "is no part that can be qualified", f"qualify {', '.join(PARTS)} or imaging")
    part = PARTS[what]
    source = data_folder(data, holding=part.holding)
    with result_folder(output, force=force) as folder:
        sections = compared(
            part.comparisons, source, frozen=frozen, progress=progress or silent, should_stop=should_stop or never
        )
        write_qualification(folder, sections, title=part.title, frozen=frozen)
    return Qualification(Path(output))


def _qualify_imaging(
    output: Path | str, *, data: Path | str | None, force: bool, progress: Progress, should_stop: Callable[[], bool]
) -> Qualification:
    from janusome.files.result_folder import result_folder
    from janusome.qualification.imaging import TITLE, qualify_imaging
    from janusome.qualification.page import write_qualification

    with result_folder(output, force=force) as folder:
        sections = qualify_imaging(data, progress=progress, should_stop=should_stop)
        write_qualification(folder, sections, title=TITLE, frozen=True)
    return Qualification(Path(output))


def list_(kind: str | None = None, *, library: Path | str | None = None) -> tuple[Summary, ...]:
    """Return what the library holds of one kind, or of all."""
    rows = library_of(library)
    kinds = rows.kinds if kind is None else (kind_of(kind, rows),)
    return tuple(summary for each in kinds for summary in rows.summaries(each))


def show(name: str, *, library: Path | str | None = None) -> tuple[AbstractRow, ...]:
    """Return every row of a name or an alias; "carrier/peg-liposome" asks for one kind."""
    rows = library_of(library)
    kind, slash, rest = name.partition("/")
    return (rows.row(kind_of(kind, rows), rest),) if slash else rows.find(name)


def sources(*, library: Path | str | None = None) -> Mapping[str, Source]:
    """Return every source of the library by its key."""
    return library_of(library).sources


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a study file."""
    from janusome.specification.study import study_schema

    return study_schema()


def compare(*results: Result | Path | str, output: Path | str | None = None, force: bool = False) -> Comparison:
    """Compare results: what differs in the inputs first, then in the outputs, as ratios to the first.

    Parameters
    ----------
    output
        A folder for a page with figures, comparison.html, and comparison.json; nothing is written without it.
    """
    from janusome.reporting.comparison import comparison, read_results

    read = read_results([each.folder if isinstance(each, Result) else Path(each) for each in results])
    found = comparison(read)
    if output is not None:
        from janusome.reporting.comparison_page import write_comparison

        write_comparison(Path(output), found, read, force=force)
    return found


def doctor() -> tuple[Check, ...]:
    """Return what of this machine a run needs, and whether it is there."""
    from janusome.reporting.doctor import checks

    return checks()


__all__ = [
    "Calibrated",
    "Images",
    "InputErrors",
    "Quantification",
    "Result",
    "Validation",
    "calibrate",
    "compare",
    "corona",
    "demo",
    "doctor",
    "image",
    "list_",
    "qualify",
    "quantify",
    "run",
    "schema",
    "show",
    "sources",
    "validate",
]
