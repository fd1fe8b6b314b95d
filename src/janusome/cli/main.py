"""Commands: each takes its words from the command line, calls one verb, and prints what it returns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from janusome.cli import console
from janusome.cli.guard import guarded

app = typer.Typer(
    name="janusome",
    help="The in-silico laboratory of nanotheranostics: what one particle does, shows and treats. Research use only.",
    epilog="Start with: janusome demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Study = Annotated[Path, typer.Argument(help="The study file.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a result that is there.")]
Library = Annotated[Path | None, typer.Option("--library", help="A folder of your own rows, laid over the shipped library.")]
Threads = Annotated[int | None, typer.Option("--threads", help="How many threads; all cores if not given.")]
Draws = Annotated[int | None, typer.Option("--draws", help="Size of the ensemble, in place of the study's.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of all randomness, in place of the study's.")]


def _version(asked: bool) -> None:
    if asked:
        from janusome import __version__

        console.say(f"janusome {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Simulate, compare and look things up."""
    from janusome.cli.compiled import keep_compiled

    del version
    keep_compiled()


@app.command()
@guarded
def run(
    study: Study,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("out"),
    library: Library = None,
    draws: Draws = None,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate a study and write its result folder: report, figures, tables, images."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        result = verbs.run(
            study, output=output, library=library, force=force, threads=threads, draws=draws, seed=seed,
            progress=report, should_stop=stop,
        )  # fmt: skip
    console.result(result, json=json, quiet=quiet)


@app.command()
@guarded
def calibrate(
    study: Study,
    observations: Annotated[Path, typer.Argument(help="A CSV table of what was observed.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("calibration"),
    library: Library = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--values", help="A value to calibrate, as quantity or owner/quantity; may be repeated."),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="How many independent posterior draws to aim for.")] = 2000,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit a study's values to observations; write a library that later runs can use."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        done = verbs.calibrate(
            study, observations, output=output, library=library, values=values or (), draws=draws, seed=seed,
            threads=threads, force=force, progress=report, should_stop=stop,
        )  # fmt: skip
    console.calibrated(done, json=json, quiet=quiet)


@app.command()
@guarded
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("janusome-demo"),
    draws: Draws = None,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the study that comes with janusome and say where its report is."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        result = verbs.demo(
            output=output, force=force, threads=threads, draws=draws, seed=seed, progress=report, should_stop=stop
        )
    console.result(result, json=json, quiet=quiet)


@app.command()
@guarded
def validate(study: Study, library: Library = None, json: Json = False, quiet: Quiet = False) -> None:
    """Check a study and all that it names, without running it."""
    from janusome import verbs

    console.validation(verbs.validate(study, library=library), json=json, quiet=quiet)


@app.command("list")
@guarded
def list_(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="carriers, drugs, labels, ligands, proteins, hosts, tumors, scanners or formulations.", show_default=False
        ),
    ] = None,
    library: Library = None,
    json: Json = False,
) -> None:
    """List what the library holds."""
    from janusome import verbs

    console.summaries(verbs.list_(kind, library=library), json=json)


@app.command()
@guarded
def show(
    name: Annotated[
        str, typer.Argument(help="A name or an alias, such as doxil or carrier/peg-liposome.", show_default=False)
    ],
    library: Library = None,
    json: Json = False,
) -> None:
    """Show a row of the library with its values, sources and grades."""
    from janusome import verbs

    console.rows(verbs.show(name, library=library), verbs.sources(library=library), json=json)


@app.command()
@guarded
def corona(
    study: Study,
    library: Library = None,
    draws: Annotated[int, typer.Option("--draws", help="Size of the ensemble.")] = 100,
    json: Json = False,
) -> None:
    """Show what adsorbs on a study's particle in its host's plasma, and what follows from it."""
    from janusome import verbs

    console.corona(verbs.corona(study, library=library, draws=draws), json=json)


@app.command()
@guarded
def qualify(
    what: Annotated[str, typer.Argument(help="Which part: body, tumor or imaging.")] = "body",
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("qualification"),
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder of published data; that of JANUSOME_DATA if not given.")
    ] = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="Use the shipped values and refit nothing.")] = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Set janusome beside published data again: scores, baselines, failures, every prediction."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        done = verbs.qualify(what, output=output, data=data, frozen=frozen, force=force, progress=report, should_stop=stop)
    console.qualification(done, json=json, quiet=quiet)


@app.command()
@guarded
def image(
    study: Study,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("images"),
    scanner: Annotated[
        list[str] | None, typer.Option("--scanner", help="A scanner beside those of the study; may be repeated.")
    ] = None,
    at: Annotated[list[str] | None, typer.Option("--at", help="When, such as '24 h'; may be repeated.")] = None,
    frame: Annotated[str | None, typer.Option("--frame", help="How long PET and SPECT count, such as '10 min'.")] = None,
    sequence: Annotated[str | None, typer.Option("--sequence", help="Of MRI; every one of the scanner if not given.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="The label looked for, if there are several.")] = None,
    raw_data: Annotated[bool, typer.Option("--raw-data", help="Go by way of raw data and reconstruction.")] = False,
    dicom: Annotated[bool, typer.Option("--dicom", help="Write DICOM beside NIfTI.")] = False,
    library: Library = None,
    draws: Draws = None,
    seed: Seed = None,
    threads: Threads = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a study's state as scanners see it: images, whether the lesion is visible, what would be."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        done = verbs.image(
            study, output=output, scanners=scanner or (), at=at or (), frame=frame, sequence=sequence, label=label,
            raw_data=raw_data, dicom=dicom, library=library, draws=draws, seed=seed, threads=threads, force=force,
            progress=report, should_stop=stop,
        )  # fmt: skip
    console.images(done, json=json, quiet=quiet)


@app.command()
@guarded
def quantify(
    picture: Annotated[Path, typer.Argument(help="The image: NIfTI, NRRD or a DICOM series.", show_default=False)],
    scanner: Annotated[str, typer.Option("--as", help="The scanner that made it: a row of the library or yours.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("quantification"),
    study: Annotated[
        Path | None, typer.Option("--study", help="What was injected into whom; that of the image's result if not given.")
    ] = None,
    roi: Annotated[Path | None, typer.Option("--roi", help="The lesion: a mask, or shares of voxels.")] = None,
    before: Annotated[Path | None, typer.Option("--before", help="The same place before the label came.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="The label looked for, if there are several.")] = None,
    sequence: Annotated[str | None, typer.Option("--sequence", help="The sequence of MRI.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="When the scan was made since the study began.")] = None,
    frame: Annotated[str | None, typer.Option("--frame", help="How long PET or SPECT counted.")] = None,
    inside: Annotated[float | None, typer.Option("--inside", help="Share of the label that is inside cells.")] = None,
    library: Library = None,
    draws: Annotated[int, typer.Option("--draws", help="Draws of the constants and of the noise.")] = 200,
    seed: Seed = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how much label, and how many carriers, an image shows in a region, with intervals."""
    from janusome import verbs

    with console.progress(quiet=quiet or json) as (report, stop):
        done = verbs.quantify(
            picture, scanner=scanner, output=output, study=study, roi=roi, before=before, label=label, sequence=sequence,
            at=at, frame=frame, inside=inside, library=library, draws=draws, seed=seed, force=force, progress=report,
            should_stop=stop,
        )  # fmt: skip
    console.quantification(done, json=json, quiet=quiet)


@app.command()
@guarded
def compare(
    results: Annotated[
        list[Path],
        typer.Argument(help="Two or more result folders; the first is what the others are set against.", show_default=False),
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A folder for a page with figures.")] = None,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare results: first what differs in the inputs, then in the outputs."""
    from janusome import verbs

    console.comparison(verbs.compare(*results, output=output, force=force), output=output, json=json, quiet=quiet)


@app.command()
@guarded
def doctor(json: Json = False, quiet: Quiet = False) -> None:
    """Look at this machine: Python, packages, memory, disk, devices."""
    from janusome import verbs

    if not console.checks(verbs.doctor(), json=json, quiet=quiet):
        raise typer.Exit(3)


@app.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of a study file, for editors."""
    from janusome import verbs

    console.data(verbs.schema())


if __name__ == "__main__":
    app()
