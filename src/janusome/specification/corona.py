"""What a study says that changes the corona: a patient's plasma, and a coat other than that of the library's particle."""

from __future__ import annotations

from typing import Protocol

from janusome.errors import InputError
from janusome.specification.refusals import Path, Refusal
from janusome.specification.resolved import ReferenceParticle
from janusome.specification.rows import AbstractRow, Carrier, Formulation, Host, Protein, value_faults
from janusome.specification.study import CarrierInPlace, FormulationFrom, FormulationInPlace, From, HostChoice, Study
from janusome.specification.values import Values

COAT = ("surface_hydrophobicity", "peg_molar_mass", "peg_grafting_density")
MEASURED = ("clearance_per_phagocyte", "uptake_clearance")  # given with a coat, they were measured with that coat


class _Rows(Protocol):
    def row(self, kind: str, name: str, /) -> AbstractRow: ...

    def names(self, kind: str, /) -> tuple[str, ...]: ...


class _Findings(Protocol):
    def refuse(self, path: Path, refusal: Refusal | InputError) -> None: ...


def proteins(library: _Rows) -> dict[str, Protein]:
    """Return every plasma protein of a library by name."""
    rows = (library.row("protein", name) for name in library.names("protein"))
    return {row.name: row for row in rows if isinstance(row, Protein)}


def known_plasma(choice: HostChoice, library: _Rows, findings: _Findings) -> Values:
    """Return the concentrations that a study gives, by the protein's own name; what is wrong with them is refused."""
    found: Values = {}
    for name, values in choice.plasma.items():
        path: Path = ("host", "plasma", name)
        try:
            row = library.row("protein", name)
        except InputError as error:
            findings.refuse(path, Refusal(f"is no plasma protein that the library knows ({error.problem})", error.remedy))
            continue
        if row.name in found:
            findings.refuse(path, Refusal(f"is {row.name}, which is given twice", "keep one of them"))
        for value in values:
            for refusal in value_faults("plasma_concentration", value, row="protein"):
                findings.refuse(path, refusal)
        found[row.name] = values
    return found


def reference_particle(
    study: Study, library: _Rows, formulation: Formulation, carrier: Carrier | None, host: Host
) -> ReferenceParticle | None:
    """Return the particle that the rows were measured with, where the study changes its corona; else nothing."""
    if carrier is None:
        return None
    choice = study.formulation
    said = set(choice.values) if isinstance(choice, (FormulationFrom, FormulationInPlace)) else set()
    own = formulation
    below = carrier
    if isinstance(choice, FormulationFrom):
        own = library.row("formulation", choice.from_)
    if isinstance(choice, FormulationInPlace):
        own = formulation.model_copy(update={"values": {k: v for k, v in formulation.values.items() if k not in COAT}})
        if isinstance(choice.carrier, From):
            said |= set(choice.carrier.values)
            below = library.row("carrier", choice.carrier.from_)
        elif isinstance(choice.carrier, CarrierInPlace):
            said -= set(COAT)
    coated = bool(said & set(COAT)) and not said & set(MEASURED)
    if not coated and not host.plasma:
        return None
    assert isinstance(own, Formulation)
    assert isinstance(below, Carrier)
    return ReferenceParticle(own, below) if coated else ReferenceParticle(formulation, carrier)
