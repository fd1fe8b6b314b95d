"""Domain: what the model was compared with published data for, and what of a study lies outside."""

from __future__ import annotations

from janusome.specification.resolved import ResolvedStudy

# Formulation and species whose plasma kinetics stand in the validation report, with what was fitted there.
COMPARED = {
    ("doxil", "human"): "plasma doxorubicin at 10 mg/m^2 (fitted) and at 20 to 50 mg/m^2 (not fitted)",
    ("abraxane", "human"): "plasma paclitaxel at 260 mg/m^2 (fitted)",
    ("free-doxorubicin", "human"): "plasma doxorubicin at 25 and 50 mg/m^2 over some days (fitted)",
    ("free-irinotecan", "human"): "clearance (put in), volume and half-life of irinotecan (predicted)",
    ("free-cisplatin", "human"): "clearance and volume (put in) and half-life of cisplatin",
    ("free-gemcitabine", "human"): "clearance and volume (put in) and half-life of gemcitabine",
    **dict.fromkeys(
        (
            (f"free-{drug}", "human")
            for drug in ("cytarabine", "daunorubicin", "docetaxel", "etoposide", "topotecan", "vinblastine")
        ),
        "clearance (put in), volume and half-life of the drug; see docs/small-drugs.md for what is missed",
    ),
}
IN_TUMORS = {
    ("mm-302-cu64", "human"): "Cu-64 in lesions at 24 and 48 h (not fitted)",
    ("doxil", "mouse"): "doxorubicin in a breast tumor at 9 and 16 mg/kg (not fitted)",
    ("free-doxorubicin", "mouse"): "doxorubicin in a breast tumor at 9 mg/kg (not fitted)",
}
IN_RATS = ("oral", "inhaled", "intratracheal")  # comparison F: organs behind the lung and the gut are two- to sevenfold off
NAMES_OF_ROUTES = {
    "intratumoral": "intratumoral injection",
    "oral": "absorption from the gut",
    "inhaled": "deposition in the airways and what follows it",
    "intratracheal": "instillation into the airways",
    "intraperitoneal": "intraperitoneal injection",
    "intradermal": "drainage from the skin",
    "subcutaneous": "drainage from under the skin",
}


def outside_validation(study: ResolvedStudy) -> tuple[str, ...]:
    """Return sentences on what of a study no published comparison covers."""
    who = (study.formulation.name, study.host.species)
    compared, in_tumors = COMPARED.get(who), IN_TUMORS.get(who)
    found = []
    if compared is None:
        found.append(
            f"formulation {study.formulation.name} in {study.host.species}: its kinetics in plasma were compared with no "
            "published data; read them as what the sources of its values imply"
        )
    else:
        found.append(f"formulation {study.formulation.name} in {study.host.species}: compared for {compared} only")
    if study.lesions and in_tumors is None:
        found.append("delivery to the tumor, its response and the visibility of lesions were compared with no published data")
    elif study.lesions:
        found.append(f"delivery to the tumor: compared for {in_tumors} only; response and visibility with no published data")
    for route in dict.fromkeys(dose.route for dose in study.doses if dose.route != "intravenous"):
        what = "gold in rats only, and badly" if route in IN_RATS else "no published data"
        found.append(f"{NAMES_OF_ROUTES[route]} was compared with {what}")
    return tuple(found)
