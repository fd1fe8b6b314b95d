"""Comparison A of the tumor: what is known of size, matrix and targeting, each with a number.

The ratio of pancreatic to breast cancer rests on fiber fractions whose grade is stated; nothing here is fitted.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from janusome.files.library import Library
from janusome.qualification.section import Finding, Section, Table
from janusome.relations.published.schmidt_wittrup import radius_of, uptake
from janusome.reporting import style
from janusome.reporting.style import Drawing, drawing
from janusome.simulation.bench import Bench
from janusome.simulation.courses import IN_TISSUE, WHOLE
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

TITLE = "Known behavior: size, matrix, targeting"
BREAST, PANCREAS, HOST = "breast-triple-negative", "pdac", "human-female"
SIZES = np.array([5.0, 10.0, 20.0, 30.0, 60.0, 100.0, 150.0, 200.0])  # nm
ASKED = (10.0, 100.0)  # nm
DAY = 86400.0
MASSES = np.geomspace(1.0, 250.0, 200)  # kg/mol
STRONG, NONE = {"binding_ratio": 1e4, "internalisation": 0.0}, {"binding_ratio": 0.0, "internalisation": 0.0}
LEAST_AT = (20.0, 45.0)  # kg/mol; published: near 25
EARLY, LATE = 4.0, 72.0  # h
ALIKE, RAISED = 0.25, 2.0  # early totals may differ by that share; late uptake by cells grows at least so much
TARGETED, LESION = "mm-302-cu64", "breast-her2"


def tumor_behavior(data: Path, *, frozen: bool) -> Section:
    """Return the findings; no data are read."""
    del data, frozen
    library = Library()
    hindered = {kind: hindrance(kind, library) for kind in (BREAST, PANCREAS)}
    sizes = _sizes(hindered, _grade(library))
    targeting, table = _targeting(library)
    return Section(
        "A", TITLE, _text(), (*sizes, *_uptake(), *targeting), (table,), (_figure(hindered),),
        {"tumor_matrix": tuple(
            {"tumor": kind, "diameter_nm": float(size), "diffusivity_over_free": float(value)}
            for kind, values in hindered.items()
            for size, value in zip(SIZES, values, strict=True)
        )},
    )  # fmt: skip


def hindrance(kind: str, library: Library) -> Array:
    """Return the diffusivity of uncharged particles in a tumor's matrix over that in free fluid, (SIZES,)."""
    lanes = len(SIZES)
    book = ValueBook(draws=lanes, seed=0, fixed={})
    chain = (Scope(f"tumor {kind}", library.row("tumor", kind)), Scope(f"host {HOST}", library.row("host", HOST)))
    context = {"zeta_potential": np.zeros(lanes), "hydrodynamic_diameter": SIZES * 1e-9}
    context |= {
        name: np.full(lanes, float(ValueBook(draws=1, seed=0).fill(name, chain, Place("human"))[0]))
        for name in ("matrix_fiber_fraction", "matrix_fiber_radius")
    }
    return book.fill("diffusion_hindrance", chain, Place("human"), context=context)


def _grade(library: Library) -> str:
    (value,) = library.row("tumor", PANCREAS).values["matrix_fiber_fraction"]
    return f"fiber fraction of {PANCREAS} {value.value:g}, {value.grade}"


def _sizes(hindered: dict[str, Array], grade: str) -> list[Finding]:
    falls = all((np.diff(values) < 0.0).all() for values in hindered.values())
    denser = bool((hindered[PANCREAS] < hindered[BREAST]).all())
    found = [
        Finding("diffusivity falls with size in both tumors", float(falls), target="1", met=falls),
        Finding("diffusivity falls with matrix at every size", float(denser), target="1", met=denser),
    ]
    ratios = [float(np.interp(size, SIZES, hindered[PANCREAS]) / np.interp(size, SIZES, hindered[BREAST])) for size in ASKED]
    for size, ratio in zip(ASKED, ratios, strict=True):
        found += [
            Finding(f"diffusivity, pancreatic over breast, {size:g} nm", ratio, target="below 1", met=ratio < 1.0, note=grade),
            Finding(f"depth reached at equal loss, pancreatic over breast, {size:g} nm", ratio**0.5, note=grade),
        ]  # fmt: skip
    wider = ratios[1] < ratios[0]
    return [*found, Finding("matrix holds back large particles more", float(wider), target="1", met=wider)]


def _uptake() -> list[Finding]:
    """Return the minimum of uptake against size, its plateau against affinity, and how little targeting adds to liposomes."""
    bound = np.array([uptake(radius_of(mass), DAY, **STRONG) for mass in MASSES])
    least = float(MASSES[bound.argmin()])
    ratios = np.geomspace(0.01, 1e7, 37)

    def half(mass: float) -> tuple[float, float]:
        rising = np.array([uptake(radius_of(mass), DAY, binding_ratio=ratio, internalisation=0.0) for ratio in ratios])
        return float(ratios[np.argmax(rising > 0.5 * rising[-1])]), float(rising[-1] / rising[-5] - 1.0)

    (small, flat_small), (large, flat_large) = half(1.0), half(150.0)
    flat = max(abs(flat_small), abs(flat_large))
    lost = {"clearance": np.log(2.0) / (20.0 * 3600.0)}
    liposome = uptake(45e-9, DAY, **STRONG, **lost) / uptake(45e-9, DAY, **NONE, **lost)
    return [
        Finding("molar mass that is taken up least, strong binding", least, "kg/mol", f"{LEAST_AT[0]:g} to {LEAST_AT[1]:g}",
                met=LEAST_AT[0] <= least <= LEAST_AT[1], note="published near 25"),
        Finding("uptake at 150 kg/mol over the least", float(bound[np.argmin(np.abs(MASSES - 150.0))] / bound.min()), "",
                "above 5", met=bool(bound[np.argmin(np.abs(MASSES - 150.0))] > 5.0 * bound.min())),
        Finding("plateau: last change of uptake with affinity, 1 and 150 kg/mol", flat, "", "at most 0.02", met=flat <= 0.02),
        Finding("affinity for half the plateau, 1 over 150 kg/mol", small / large, "", "above 50", met=small > 50.0 * large),
        Finding("liposome of 90 nm: bound over not bound, a day", liposome, "", "1 to 2.5", met=1.0 <= liposome <= 2.5,
                note="plasma half-life of 20 h"),
    ]  # fmt: skip


def _targeting(library: Library) -> tuple[list[Finding], Table]:
    """Return MM-302 over the same liposome without its ligands: early totals, late totals, what is in cells."""
    study = resolve(
        Study(
            study="MM-302 with and without its ligands",
            formulation=TARGETED,  # pyright: ignore[reportArgumentType]
            host=HOST,  # pyright: ignore[reportArgumentType]
            tumor={"kind": LESION, "volume": "10 cm^3", "voxels": 1},  # pyright: ignore[reportArgumentType]
            protocol=[  # pyright: ignore[reportArgumentType]
                {"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous", "over": "1 h"}
            ],
            controls=(),
            outputs={"until": f"{LATE:g} h"},  # pyright: ignore[reportArgumentType]
        ),
        library,
    )
    plain = replace(study, formulation=study.formulation.model_copy(update={"ligands": {}}), ligands={})
    hours = np.array([0.0, 1.0, 2.0, EARLY, 8.0, 24.0, 48.0, LATE])
    held = {name: _held(each, hours) for name, each in (("with", study), ("without", plain))}
    rows = tuple(
        (hour, site, held["without"][site][k], held["with"][site][k], held["with"][site][k] / held["without"][site][k])
        for k, hour in enumerate(hours)
        if hour in (EARLY, 24.0, LATE)
        for site in (WHOLE, "internalised")
    )
    ratio = {(row[0], row[1]): float(row[4]) for row in rows}
    early, late, cells = ratio[EARLY, WHOLE], ratio[LATE, WHOLE], ratio[LATE, "internalised"]
    findings = [
        Finding(f"MM-302 over the same without ligands: total at {EARLY:g} h", early, "", f"1 within {100 * ALIKE:.0f} %",
                met=abs(early - 1.0) <= ALIKE),
        Finding(f"the same at {LATE:g} h: retention", late, "", "above 1", met=late > 1.0),
        Finding(f"in tumor cells at {LATE:g} h", cells, "", f"above {RAISED:g}", met=cells > RAISED),
        Finding("the same total at 24 h", ratio[24.0, WHOLE], note="published: hardly more; ours grows with time"),
    ]  # fmt: skip
    return findings, Table("MM-302 in a HER2 lesion, particles/mL", ("h", "site", "without ligands", "with", "ratio"), rows)


def _held(study: Any, hours: Array) -> dict[str, Array]:
    courses = Bench(study).solve({}, hours * 3600.0, lanes=1)
    return {
        each.site: each.values[0]
        for each in courses
        if (each.species, each.organ, each.quantity) == ("carrier", LESION, IN_TISSUE)
    }


def _figure(hindered: dict[str, Array]) -> Drawing:
    def paint(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        for k, (kind, values) in enumerate(hindered.items()):
            left.plot(SIZES, values, "o-", color=style.PALETTE[k], label=kind, markersize=3)
        left.set_xlabel("diameter (nm)")
        left.set_ylabel("diffusivity over that in free fluid")
        left.set_xscale("log")
        left.legend(loc="best")
        for k, (word, how) in enumerate((("strong binding", STRONG), ("no binding", NONE))):
            values = [uptake(radius_of(mass), DAY, **how) for mass in MASSES]
            right.plot(MASSES, values, color=style.PALETTE[k], label=word)
        right.set_xlabel("molar mass (kg/mol)")
        right.set_ylabel("in the tumor at a day over plasma at the start")
        right.set_xscale("log")
        right.set_yscale("log")
        right.legend(loc="best")

    return drawing(
        paint, size=(8.0, 3.4), alternative="Diffusivity against size in two tumors, and uptake against molar mass.",
        caption="Diffusivity of uncharged particles in two tumors, and uptake of molecules by size after Schmidt and Wittrup.",
    )  # fmt: skip


def _text() -> tuple[str, ...]:
    return (
        "Diffusivity in the matrix as the library's tumors give it. The depth that is reached before a first-order loss "
        "goes with the root of the diffusivity. No measured ratio of pancreatic to breast cancer was found: the grade is that "
        "of the fiber fraction.",
        "Uptake against size is that of the published compartments (Schmidt and Wittrup 2009), after code that quotes them.",
        "MM-302 and the same liposome without ligands, at the medians, in a woman's lesion of 10 cm^3.",
    )
