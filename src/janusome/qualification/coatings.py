"""Coatings: what the name of a gold particle's surface modifier tells a chemist before the particle meets serum.

The names are those of walkey2014_gold. The rules were written from the chemistry of the names, before their relation to any
measured outcome was looked at. `X@Y` is a layer Y on a first layer X.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RULES = {
    "poly(ethylene glycol)": r"PEG",
    "polymer": r"PVA|PVP|F127|PSMA|PEI|PLL|PAH|T20",
    "neutral hydrophilic polymer": r"PVA|PVP|F127|T20|EG4",
    "styrene and maleic anhydride": r"PSMA",
    "on a first layer NT": r"^NT@",
    "on dodecanethiol": r"^DDT@",
    "amine or ammonium": r"AHT|AUT|HDA|ODA|PAH|PEI|PLL|NH2|CTAB|BDHDA|DOTAP|MUTA|nPEG|EDA",
    "quaternary ammonium": r"CTAB|BDHDA|DOTAP|MUTA",
    "acid": r"AC$|CIT|LA|MAA|MBA|MES|MHA|MHDA|MPA|MSA|MUA|SA$|DTNB|TP|SPP|cPEG",
    "amino acid or peptide": r"Ala|Asn|Gly|Met|Phe|Ser|Thr|Trp|CALNN|CFGAILS|CVVIT",
    "long alkyl chain": r"DDT|HDA|ODA|MHDA|DOTAP|(^|@)SA$",
    "few chains": r"\(LD\)",
    "surfactant": r"CTAB|SDS|T20|BDHDA",
}


def coating(name: str) -> tuple[float, ...]:
    """Return 1 for each rule that a particle's coating follows and 0 for the others, then log(1 + kg/mol of a PEG chain).

    >>> [rule for rule, says in zip(RULES, coating("G30.DDT@DOTAP")) if says]
    ['on dodecanethiol', 'amine or ammonium', 'quaternary ammonium', 'long alkyl chain']
    """
    modifier = name.partition(".")[2]
    chain = re.search(r"PEG(\d+)K", modifier)
    length = float(np.log1p(float(chain.group(1)))) if chain else 0.0
    return (*(float(re.search(rule, modifier) is not None) for rule in RULES.values()), length)


def coatings(names: Sequence[str]) -> Array:
    """Return the descriptors of coatings, (particles, descriptors)."""
    return np.array([coating(name) for name in names])


def modifiers(names: Sequence[str]) -> tuple[str, ...]:
    """Return the surface modifiers of particles: one stands on cores of up to three sizes."""
    return tuple(name.partition(".")[2] for name in names)
