"""Domain: what the model was compared with published data for, and what of a study lies outside."""

from __future__ import annotations

from janusome.specification.resolved import ResolvedStudy

# Formulation and species whose plasma kinetics stand in the validation report, with what was fitted there.
COMPARED = {
    ("doxil", "human"): "plasma doxorubicin at 10 mg/m^2 (fitted)",
    ("abraxane", "human"): "plasma paclitaxel (fitted)",
    ("free-doxorubicin", "human"): "plasma doxorubicin at 25 and 50 mg/m^2 (fitted)",
}


def outside_validation(study: ResolvedStudy) -> tuple[str, ...]:
    """Return sentences on what of a study no published comparison covers."""
    compared = COMPARED.get((study.formulation.name, study.host.species))
    found = []
    if compared is None:
        found.append(
            f"formulation {study.formulation.name} in {study.host.species}: its kinetics were compared with no published "
            "data; read them as what the sources of its values imply"
        )
    else:
        found.append(f"formulation {study.formulation.name} in {study.host.species}: compared for {compared} only")
    if study.lesions:
        found.append("delivery to the tumor, its response and the visibility of lesions were compared with no published data")
    if any(dose.route != "intravenous" for dose in study.doses):
        found.append("intratumoral injection was compared with no published data")
    return tuple(found)
