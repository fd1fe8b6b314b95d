"""Regimens: how each product of the published rows is simulated, found by its name, and in whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from janusome.simulation.arms import CARRIER
from janusome.simulation.courses import TOTAL
from janusome.specification.study import Study

WOMAN, MAN, MOUSE, RAT = "human-female", "human-male", "mouse", "rat"
PEOPLE = (WOMAN, MAN)
DRAWS = 199
RELEASED = "released"


@dataclass(frozen=True)
class Regimen:
    """How a product is simulated.

    Infusion times that a source does not state are the usual ones; a row without a dose gets the `usual_dose` of its host:
    mg/m^2 in people, mg/kg in animals, particles/kg for carriers that are followed without a drug.
    """

    formulation: str | Mapping[str, Any]
    drug: str
    over: str
    until: str
    usual_dose: Mapping[str, float] = field(default_factory=dict)
    until_in_animals: str = "7 d"
    tumor: str | None = None  # the kind of lesion where the row says none
    event: Mapping[str, str] = field(default_factory=dict)  # what the dose holds besides

    @property
    def free(self) -> bool:
        """Whether the drug is given without a carrier."""
        return isinstance(self.formulation, str) and self.formulation.startswith("free-")

    @property
    def by_number(self) -> bool:
        """Whether carriers are given and followed by their number."""
        return self.drug == CARRIER

    @property
    def form(self) -> str:
        """What an assay of the whole drug sees."""
        return RELEASED if self.free else CARRIER if self.by_number else TOTAL

    def study(self, host: str, dose: float, *, draws: int = DRAWS, with_tumor: bool = False) -> Study:
        """Return the study of one dose in one host; a tumor in an animal is 0.3 cm^3, in a person 10 cm^3."""
        person = host in PEOPLE
        unit = "particle/kg" if self.by_number else "mg/m^2" if person else "mg/kg"
        of = "particles" if self.by_number else self.drug
        given = {"at": "0 h", "dose": f"{dose:g} {unit}", "of": of, "route": "intravenous"}
        over = {"over": self.over} if person and self.over else {}
        kind = self.tumor or "breast-triple-negative"
        lesion = {"tumor": {"kind": kind, "volume": "10 cm^3" if person else "0.3 cm^3", "voxels": 1}} if with_tumor else {}
        return Study(
            study="validation",
            formulation=self.formulation,  # pyright: ignore[reportArgumentType]
            host=host,  # pyright: ignore[reportArgumentType]
            protocol=[given | over | dict(self.event)],  # pyright: ignore[reportArgumentType]
            controls=(),
            outputs={"until": self.until if person else self.until_in_animals, "draws": draws},  # pyright: ignore[reportArgumentType]
            **lesion,  # pyright: ignore[reportArgumentType]
        )


# A liposome that leaks within hours, made like Doxil of fluid lipid; only its leak is changed, to a guess.
LEAKY = {
    "name": "dopc-pld",
    "carrier": "peg-liposome",
    "payloads": {"doxorubicin": {"values": {"molecules_per_particle": {"value": 12500, "cv": 0.3}}}},
    "values": {"leak_rate_constant": {"value": 0.3, "unit": "1/h", "low": 0.1, "high": 1.0}},
}

# The first pattern that a product's name contains says how it is simulated.
PRODUCTS: tuple[tuple[str, Regimen], ...] = (
    (r"dopc-pld", Regimen(LEAKY, "doxorubicin", over="", until="20 d")),
    (
        r"64cu-mm-302",
        Regimen(
            "mm-302-cu64", "doxorubicin", "1 h", "72 h", {"human": 30.0}, tumor="breast-her2", event={"activity": "400 MBq"}
        ),
    ),
    (
        r"doxil|caelyx|\bpld\b|ssl dox",
        Regimen("doxil", "doxorubicin", "30 min", "40 d", {"human": 50.0, "mouse": 9.0, "rat": 6.0}),
    ),
    (r"myocet|tlc d-?99", Regimen("myocet", "doxorubicin", "60 min", "20 d", {"human": 60.0})),
    (r"onivyde|mm-398|nal-?iri", Regimen("onivyde", "irinotecan", "90 min", "40 d", {"human": 70.0, "mouse": 10.0})),
    (r"abraxane|abi-007|nab-?pac", Regimen("abraxane", "paclitaxel", "30 min", "10 d", {"human": 260.0})),
    (r"cpx-351|vyxeos", Regimen("vyxeos", "cytarabine", "90 min", "20 d", {"human": 100.0})),
    (r"bind-?014", Regimen("bind-014", "docetaxel", "60 min", "10 d", {"human": 60.0})),
    (r"c[ '-]*dots", Regimen("c-dots-i124", CARRIER, "", "72 h", {"human": 1e13})),
    (r"aguix", Regimen("aguix", CARRIER, "5 min", "24 h", {"human": 6e18})),
    (r"\bpk1\b", Regimen("pk1", "doxorubicin", "", "20 d", {"human": 80.0})),
    (r"dox(orubicin)?\b", Regimen("free-doxorubicin", "doxorubicin", "5 min", "96 h", {"human": 50.0, "mouse": 9.0}, "24 h")),
    (r"paclitaxel|taxol", Regimen("free-paclitaxel", "paclitaxel", "3 h", "10 d", {"human": 175.0})),
    (r"irinotecan|camptosar", Regimen("free-irinotecan", "irinotecan", "90 min", "10 d", {"human": 125.0})),
    (r"cisplatin", Regimen("free-cisplatin", "cisplatin", "60 min", "10 d", {"human": 75.0})),
    (r"gemcitabine", Regimen("free-gemcitabine", "gemcitabine", "30 min", "5 d", {"human": 1000.0})),
)

# The arm that Abraxane was compared with: the same body, with the share of paclitaxel unbound that its solvent leaves.
SOLVENT = Regimen("free-paclitaxel", "paclitaxel", "3 h", "10 d", {"human": 175.0})

# What the shipped values were fitted to: by product and dose (mg/m^2), the parameters.
FREE = ("CL", "AUC", "Vd", "t_half_2")
FITTED: Mapping[tuple[str, int], tuple[str, ...]] = {
    ("Doxil/Caelyx", 10): ("Cmax", "AUC", "Vss", "t_half_1", "t_half_2"),
    **{("TLC D-99 (Myocet)", dose): ("AUC", "CL", "Vd", "t_half_1", "t_half_2") for dose in (20, 25, 30)},
    ("Onivyde", 70): ("Cmax", "AUCss", "t_half"),
    ("CPX-351 (Vyxeos)", 20): ("t_half",),
    ("PK1 (HPMA-doxorubicin)", 80): ("CL", "V1", "V2", "Q", "t_half_dist", "t_half_elim"),
    ("free DOX", 25): FREE,
    ("free DOX", 50): FREE,
    ("Abraxane", 260): ("CL", "V_per_m2", "t_half_terminal"),
}

# What else the library took from a row, by analyte and parameter: a shipped spread from the row's range over patients, a value
# that was chosen beside a row from memory, or an input that the row is.
TAKEN: Mapping[tuple[str, int], tuple[str, ...]] = {
    ("SSL DOX (Doxil)", 25): ("total drug in plasma CL",),
    ("SSL DOX (Doxil)", 50): ("total drug in plasma Vd",),
    ("Onivyde", 50): ("total irinotecan AUCss",),
    ("Abraxane", 260): ("paclitaxel protein_bound", "paclitaxel unbound_fraction_nab", "paclitaxel unbound_fraction_solvent"),
    ("BIND-014", 0): (" docetaxel t_half",),
    ("AGuIX", 0): (" plasma t_half human", "Gd hydrodynamic_diameter"),
}


def regimen_of(product: str) -> Regimen | None:
    """Return how a product is simulated, or nothing if no formulation of the library stands for it.

    >>> regimen_of("Doxil/Caelyx (PLD)").formulation
    'doxil'
    """
    name = product.lower()
    return next((regimen for pattern, regimen in PRODUCTS if re.search(pattern, name)), None)


def hosts_of(words: str) -> tuple[str, ...]:
    """Return the hosts that the words of a row mean: people count as a woman and a man.

    >>> hosts_of("human (AIDS-KS)"), hosts_of("mouse 4T1 orthotopic")
    (('human-female', 'human-male'), ('mouse',))
    """
    found = re.search(r"mouse|mice|rats?\b|human|patient", words.lower())
    if found is None:
        return ()
    return (MOUSE,) if found[0] in ("mouse", "mice") else (RAT,) if found[0].startswith("rat") else PEOPLE
