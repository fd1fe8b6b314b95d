"""Composition: whether a formulation can exist, and whether what is said of its parts agrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from janusome.specification.refusals import Path, Refusal
from janusome.specification.rows import Carrier, Formulation, Label
from janusome.specification.values import Value

Found = Callable[[str], Value | None]
LEEWAY = 1.1  # a core and its coating may be this much larger than the diameter: they are measured in different ways


def size_faults(found: Found) -> Iterator[tuple[str, Refusal]]:
    """Yield the quantities that make a particle impossible, `found` giving the value of each quantity."""
    whole, core, coating = found("hydrodynamic_diameter"), found("core_diameter"), found("coating_thickness")
    if whole and coating and 2.0 * coating.internal >= whole.internal:
        yield (
            "coating_thickness",
            Refusal(
                f"is {coating.written()} but the whole particle is {whole.written()} across",
                "give the dry coating thickness, less than half of the diameter, or a larger diameter",
            ),
        )
    elif whole and coating and core and core.internal + 2.0 * coating.internal > LEEWAY * whole.internal:
        yield (
            "coating_thickness",
            Refusal(
                f"is {coating.written()} on a core of {core.written()}, more than the whole particle of {whole.written()}",
                "give a thinner coating, a smaller core, or a larger hydrodynamic_diameter",
            ),
        )
    if whole and core and core.internal > LEEWAY * whole.internal:
        yield (
            "core_diameter",
            Refusal(
                f"is {core.written()} but the whole particle is {whole.written()} across",
                "give a core smaller than hydrodynamic_diameter",
            ),
        )


def part_faults(
    formulation: Formulation, carrier: Carrier | None, labels: Mapping[str, Label]
) -> Iterator[tuple[Path, Refusal]]:
    """Yield what a formulation lacks or has too much of; paths are inside it."""
    if carrier is None:
        for key in ("labels", "ligands"):
            if getattr(formulation, key):
                yield (key,), Refusal("stands in a formulation without a carrier", "give a `carrier`, or leave it out")
        if not formulation.payloads:
            yield (), Refusal("has neither a carrier nor payloads", "give a `carrier`, or `payloads` for free drugs")
        return
    for name, part in formulation.payloads.items():
        if not ({"molecules_per_particle", "loading"} & set(part.values)):
            yield (
                ("payloads", name),
                Refusal(
                    f"does not say how much {name} a particle holds", "give its values `molecules_per_particle` or `loading`"
                ),
            )
    for name, part in formulation.labels.items():
        radioactive = name in labels and labels[name].find("half_life")
        if "label_atoms_per_particle" not in part.values and not radioactive:
            yield (
                ("labels", name),
                Refusal(f"does not say how much {name} a particle carries", "give its value `label_atoms_per_particle`"),
            )
    for name, part in formulation.ligands.items():
        if "ligands_per_particle" not in part.values:
            yield (
                ("ligands", name),
                Refusal(f"does not say how much {name} a particle carries", "give its value `ligands_per_particle`"),
            )
    total = sum(value.internal for part in formulation.payloads.values() for value in part.values.get("loading", ())[:1])
    if total > 1.0:
        yield (
            ("payloads",),
            Refusal(f"have loadings that add up to {100 * total:.4g} %", "allowed is 100 % of the particle's mass in total"),
        )
