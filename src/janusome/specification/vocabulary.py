"""The controlled vocabulary: every quantity that a row may hold, its unit, its hard limits and the rows it belongs to."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple, get_args

from janusome import units
from janusome.errors import InputError, near_misses
from janusome.specification.refusals import Refusal

ORGANS = (
    "lung", "liver", "spleen", "kidney", "gut", "pancreas", "heart", "brain", "muscle", "skin", "bone", "adipose", "rest",
    "lymph nodes",
)  # fmt: skip
CAVITIES = ("gut lumen", "airways", "alveoli", "peritoneal fluid", "skin depot", "draining node")
POOLS = ("venous", "arterial")
# What people call an organ, and the organ that holds it. `bone` is the skeleton with its marrow: published masses and flows
# are those of the whole, and its phagocytes are counted for the marrow's share of it; splitting it would invent both.
CALLED = {
    "bone marrow": "bone",
    "marrow": "bone",
    "skeleton": "bone",
    "fat": "adipose",
    "intestine": "gut",
    "intestines": "gut",
    "GI tract": "gut",
    "lungs": "lung",
    "kidneys": "kidney",
    "lymph node": "lymph nodes",
    "sentinel node": "draining node",
    "airway": "airways",
    "peritoneum": "peritoneal fluid",
}
HELD = {"bone": "the skeleton with its marrow; per gram, marrow alone may hold more"}  # organs that are more than a word says
SPECIES = ("mouse", "rat", "human")
Route = Literal[
    "intravenous", "intratumoral", "oral", "inhaled", "intratracheal", "intraperitoneal", "intradermal", "subcutaneous"
]
ROUTES: tuple[Route, ...] = get_args(Route)

TOLERANCE = 1e-9  # relative; a limit that is met exactly on paper may miss it by rounding after conversion

# Which words of the column `rows` a kind of row takes; a formulation stands for all that it is made of.
TAKES = {
    "carrier": {"carrier", "payload"},
    "drug": {"drug"},
    "label": {"label"},
    "ligand": {"ligand"},
    "protein": {"protein"},
    "host": {"host"},
    "tumor": {"tumor", "drug"},
    "receptor": {"receptor"},
    "scanner": {"scanner"},
    "sequence": {"sequence", "scanner"},
    "payload": {"payload", "drug"},
    "formulation": {"carrier", "payload", "drug", "label", "ligand"},
}


def organ_called(word: str) -> str:
    """Return the organ that people mean by a word; a word that is none of theirs stands for itself.

    >>> organ_called("Bone marrow"), organ_called("liver")
    ('bone', 'liver')
    """
    meant = {name.lower(): organ for name, organ in CALLED.items()}
    return meant.get(word.strip().lower(), word)


def called_notice(word: str) -> str:
    """Return how a word is read, for whoever wrote it.

    >>> called_notice("marrow")
    'is read as bone, the skeleton with its marrow; per gram, marrow alone may hold more'
    >>> called_notice("fat")
    'is read as adipose'
    """
    organ = organ_called(word)
    return f"is read as {organ}" + (f", {HELD[organ]}" if organ in HELD else "")


class Quantity(NamedTuple):
    """One controlled name; `low` and `high` are in `unit`."""

    name: str
    unit: str
    low: float
    high: float
    rows: frozenset[str]
    definition: str

    def read(self, text: str) -> float:
        """Return what a user wrote in the internal set, or refuse it for its dimension or its size."""
        low, high = self.low - TOLERANCE * abs(self.low), self.high + TOLERANCE * abs(self.high)
        try:
            return units.parse(text, unit=self.unit, place="", low=low, high=high)
        except InputError as error:
            raise Refusal.of(error) from None

    def limits(self) -> tuple[float, float]:
        """Return the hard limits in the internal set."""
        return units.to_internal(self.low, self.unit), units.to_internal(self.high, self.unit)

    def clip(self, draws: Any) -> Any:
        """Keep drawn numbers of the internal set within the hard limits."""
        import numpy as np

        return np.clip(draws, *self.limits())


@cache
def vocabulary() -> dict[str, Quantity]:
    """Return every controlled name. The table is `library/quantities.csv`; a new quantity is a new line of it."""
    text = resources.files("janusome").joinpath("library", "quantities.csv").read_text(encoding="utf-8")
    return {
        line["name"]: Quantity(
            line["name"],
            line["unit"],
            float(line["low"]),
            float(line["high"]),
            frozenset(line["rows"].split()),
            line["definition"],
        )
        for line in csv.DictReader(io.StringIO(text))
    }


def quantity_for(name: str, *, row: str) -> Quantity:
    """Return the quantity of a name that stands in a kind of row, or refuse it with the nearest names."""
    known = vocabulary()
    fitting = [each.name for each in known.values() if each.rows & TAKES[row]]
    if name not in known:
        raise Refusal("is no known quantity", near_misses(name, fitting))
    found = known[name]
    if not found.rows & TAKES[row]:
        raise Refusal(f"does not belong to a {row}", f"it belongs to a {' or '.join(sorted(found.rows))}")
    return found
