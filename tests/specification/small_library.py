"""A library of a few rows, so that the tests of the specification do not hang on the shipped numbers."""

from __future__ import annotations

from typing import Any

from janusome.errors import InputError, near_misses
from janusome.specification.joint import Joint
from janusome.specification.refusals import Origin
from janusome.specification.rows import AbstractRow, read_row


def assumed(value: float, unit: str = "", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "grade": "assumed", **more}


ROWS: dict[tuple[str, str], dict[str, Any]] = {
    ("host", "woman"): {
        "species": "human",
        "values": {"body_mass": assumed(60, "kg"), "height": assumed(163, "cm"), "body_temperature": assumed(37, "degC")},
        "organs": {"liver": {"values": {"interstitial_fraction": assumed(0.2)}}, "lung": {"fed_by": "venous"}},
    },
    ("host", "mouse"): {"species": "mouse", "values": {"body_mass": assumed(20, "g")}},
    ("host", "rat"): {
        "species": "rat",
        "values": {"body_mass": assumed(150, "g"), "body_mass_per_surface_area": assumed(6, "kg/m^2")},
    },
    ("tumor", "breast"): {
        "background_organ": "adipose",
        "receptors": {"HER2": {"values": {"receptors_per_cell": assumed(1e6, "receptor/cell")}}},
    },
    ("drug", "doxorubicin"): {"aliases": ["dox"], "values": {"molar_mass": assumed(543.5, "g/mol", cv=0)}},
    ("drug", "irinotecan"): {"product": "sn-38", "values": {"molar_mass": assumed(586.7, "g/mol", cv=0)}},
    ("drug", "sn-38"): {"values": {"molar_mass": assumed(392.4, "g/mol", cv=0)}},
    ("label", "cu-64"): {"values": {"half_life": assumed(12.7, "h"), "positron_yield": assumed(17.5, "%")}},
    ("label", "in-111"): {"values": {"half_life": assumed(67.3, "h")}},
    ("label", "iron"): {
        "values": {"atomic_mass": assumed(55.845, "g/mol", cv=0), "longitudinal_relaxivity": assumed(10, "1/(mM s)")},
    },
    ("ligand", "anti-her2"): {"target": "HER2"},
    ("ligand", "folate"): {"target": "folate-receptor"},
    ("carrier", "liposome"): {
        "values": {
            "hydrodynamic_diameter": assumed(85, "nm"),
            "particle_mass": assumed(1, "fg/particle"),
            "vascular_exchange_ratio": assumed(0.1),
        },
        "organs": {"liver": {"values": {"vascular_exchange_ratio": assumed(0.5)}}},
        "species": {
            "human": {
                "values": {"hydrodynamic_diameter": assumed(90, "nm"), "vascular_exchange_ratio": assumed(0.2)},
                "organs": {"spleen": {"values": {"vascular_exchange_ratio": assumed(0.7)}}},
            }
        },
    },
    ("scanner", "pet"): {"modality": "pet"},
    ("scanner", "mri"): {"modality": "mri", "sequences": {"t1w": {}, "t2w": {}}},
    ("formulation", "doxil"): {
        "carrier": "liposome",
        "payloads": {"doxorubicin": {"values": {"molecules_per_particle": assumed(1e4)}}},
    },
    ("formulation", "copper-liposome"): {
        "carrier": "liposome",
        "payloads": {"doxorubicin": {"values": {"molecules_per_particle": assumed(1e4)}}},
        "labels": {"cu-64": {}},
        "ligands": {"anti-her2": {"values": {"ligands_per_particle": assumed(45)}}},
    },
    ("formulation", "iron-liposome"): {
        "carrier": "liposome",
        "labels": {"iron": {"values": {"label_atoms_per_particle": assumed(5e3)}}},
        "ligands": {"folate": {"values": {"ligands_per_particle": assumed(45)}}},
    },
    ("formulation", "free-doxorubicin"): {"payloads": {"doxorubicin": {}}},
    ("formulation", "free-irinotecan"): {"payloads": {"irinotecan": {}}},
}


class SmallLibrary:
    """The rows above, as the shipped library gives them."""

    def row(self, kind: str, name: str, /) -> AbstractRow:
        if (kind, name) not in ROWS:
            known = [each for of, each in ROWS if of == kind]
            raise InputError(f"{kind} {name!r}", "is not in the library", near_misses(name, known))
        return read_row({"name": name, **ROWS[kind, name]}, kind=kind, origin=Origin(f"{name}.yaml", owner="shipped"))

    @property
    def joints(self) -> dict[str, Joint]:
        return {}

    def names(self, kind: str, /) -> tuple[str, ...]:
        return tuple(name for of, name in ROWS if of == kind)


def study(**changes: Any) -> dict[str, Any]:
    """Return a study that can be run, with changes."""
    return {
        "study": "a study",
        "formulation": "copper-liposome",
        "host": "woman",
        "tumor": {"kind": "breast", "volume": "25 cm^3"},
        "protocol": [dose(activity="400 MBq"), scan()],
        "outputs": {"until": "72 h"},
        **changes,
    }


def dose(**changes: Any) -> dict[str, Any]:
    event = {"at": "0 h", "dose": "30 mg/m^2", "of": "doxorubicin", "route": "intravenous", **changes}
    return {key: item for key, item in event.items() if item is not None}


def scan(**changes: Any) -> dict[str, Any]:
    event = {"at": "24 h", "scan": "pet", "frame": "10 min", **changes}
    return {key: item for key, item in event.items() if item is not None}
