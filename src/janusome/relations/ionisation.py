"""Ionisation: which share of a drug is neutral, and how many cations stand beside it, in plasma, cell water and red cells.

By the law of Henderson and Hasselbalch, for one basic group, one acidic group, or one of each (then a zwitterion counts as
cation and anion apart). A drug without a pKa is neutral everywhere and has none of these values.
"""

from __future__ import annotations

from janusome.units import Q


def _neutral(ions: Q) -> Q:
    return 1.0 / (1.0 + ions)


def _cations(basic_pka: Q, ph: Q) -> Q:
    return 10.0 ** (basic_pka - ph)  # pyright: ignore[reportReturnType]


def _anions(acidic_pka: Q, ph: Q) -> Q:
    return 10.0 ** (ph - acidic_pka)  # pyright: ignore[reportReturnType]


def neutral_fraction_in_plasma_of_base(basic_pka: Q, blood_ph: Q) -> Q:
    """Neutral share of a base in plasma water.

    >>> neutral_fraction_in_plasma_of_base(7.4, 7.4)
    0.5
    """
    return _neutral(_cations(basic_pka, blood_ph))


def neutral_fraction_in_plasma_of_acid(acidic_pka: Q, blood_ph: Q) -> Q:
    """Neutral share of an acid in plasma water."""
    return _neutral(_anions(acidic_pka, blood_ph))


def neutral_fraction_in_plasma_of_ampholyte(basic_pka: Q, acidic_pka: Q, blood_ph: Q) -> Q:
    """Neutral share in plasma water of what has a basic and an acidic group."""
    return _neutral(_cations(basic_pka, blood_ph) + _anions(acidic_pka, blood_ph))


def neutral_fraction_in_cells_of_base(basic_pka: Q, cell_water_ph: Q) -> Q:
    """Neutral share of a base in the water of cells."""
    return _neutral(_cations(basic_pka, cell_water_ph))


def neutral_fraction_in_cells_of_acid(acidic_pka: Q, cell_water_ph: Q) -> Q:
    """Neutral share of an acid in the water of cells."""
    return _neutral(_anions(acidic_pka, cell_water_ph))


def neutral_fraction_in_cells_of_ampholyte(basic_pka: Q, acidic_pka: Q, cell_water_ph: Q) -> Q:
    """Neutral share in the water of cells of what has a basic and an acidic group."""
    return _neutral(_cations(basic_pka, cell_water_ph) + _anions(acidic_pka, cell_water_ph))


def neutral_fraction_in_red_cells_of_base(basic_pka: Q, red_cell_ph: Q) -> Q:
    """Neutral share of a base in the water of red cells."""
    return _neutral(_cations(basic_pka, red_cell_ph))


def neutral_fraction_in_red_cells_of_ampholyte(basic_pka: Q, acidic_pka: Q, red_cell_ph: Q) -> Q:
    """Neutral share in the water of red cells of what has a basic and an acidic group."""
    return _neutral(_cations(basic_pka, red_cell_ph) + _anions(acidic_pka, red_cell_ph))


def cations_per_neutral_in_cells(basic_pka: Q, cell_water_ph: Q) -> Q:
    """Cations over neutral molecules in the water of cells."""
    return _cations(basic_pka, cell_water_ph)


def cations_per_neutral_in_red_cells(basic_pka: Q, red_cell_ph: Q) -> Q:
    """Cations over neutral molecules in the water of red cells."""
    return _cations(basic_pka, red_cell_ph)
