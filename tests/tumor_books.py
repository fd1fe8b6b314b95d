"""The shipped tumors as their values are filled, for tests of relations."""

from typing import Any

import numpy as np

from janusome.files.library import Library
from janusome.simulation.values import Place, Scope, ValueBook

KINDS = (
    "breast-her2",
    "breast-hr-positive",
    "breast-triple-negative",
    "hcc",
    "nsclc",
    "pdac",
    "gbm",
    "prostate",
    "melanoma",
    "ovary",
)
NM = 1e-9


def book_of(kind, *, draws=1, species="mouse", host="mouse"):
    """Fill quantities of a shipped tumor in a host, for a particle of any diameter (m) and zeta potential (V)."""
    library, book = Library(), ValueBook(draws=draws, seed=3)
    chain = (Scope(f"tumor {kind}", library.row("tumor", kind)), Scope(f"host {host}", library.row("host", host)))

    def of(name, diameter=None, zeta=0.0, **changed) -> Any:
        context = {"zeta_potential": np.full(draws, zeta)} | {key: np.full(draws, value) for key, value in changed.items()}
        if diameter is not None:
            context["hydrodynamic_diameter"] = np.full(draws, diameter)
        found = book.fill(name, chain, Place(species), context=context)
        return float(found[0]) if draws == 1 else found

    return of
