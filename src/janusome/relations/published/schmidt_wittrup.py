"""Schmidt and Wittrup's tumor: permeability, void, plasma clearance and uptake against the radius of a molecule.

After the code that quotes the paper (yliu0921/MRD-Tracer-Uptake-PK-Model, SchmidtPerm.m, SchmidtVoid.m, cal_kcl.m, Inputs.m).
All radii in m, molar masses in kg/mol; numbers, one at a time.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import expm

NM, CM, HOUR = 1e-9, 1e-2, 3600.0
SMALL_PORE, LARGE_PORE = 4.5 * NM, 500.0 * NM
SMALL_AREA_PER_LENGTH, LARGE_AREA_PER_LENGTH = 17.6 / CM, 0.65 / CM
SMALL_VOID, LARGE_VOID, SHARE_OF_LARGE, INTERSTITIAL_FRACTION = 13.8 * NM, 1000.0 * NM, 0.1, 0.5
CLEARANCE = (7.494, -3.069, 0.3872, -0.01415)  # 1/h, powers of the radius in nm
LARGEST_FITTED = 5.0 * NM  # of that cubic, which is negative beyond 5.3 nm
# Drag on a sphere at the center of a pore (Paine and Scherr) over λ = 0.60, 0.62, ..., 0.90.
DRAG = np.array([
    11.14580, 12.87453, 14.98751, 17.59862, 20.86550, 25.01092, 30.35733, 37.38467, 46.83132, 59.87967, 78.51925, 106.31670,
    150.22684, 225.51931, 372.41035, 737.25652,
])  # fmt: skip


def radius_of(molar_mass: float) -> float:
    """Radius of a globular molecule, m: 0.912 nm (M in kg/mol)^0.333."""
    return 0.912 * NM * molar_mass**0.333


def free_diffusivity(radius: float) -> float:
    """Diffusivity in solution, m²/s: 3e-6 cm²/s at 1 nm."""
    return 3e-10 * NM / radius


def permeability(radius: float) -> float:
    """Permeability of the wall of tumor vessels, m/s, by two pores.

    >>> [float(f"{permeability(r * 1e-9) * 100:.3g}") for r in (2.7, 5.4, 50.0)]  # cm/s
    [7.51e-07, 3.45e-07, 2.5e-08]
    """
    small = _hindrance(radius / SMALL_PORE) * SMALL_AREA_PER_LENGTH
    return free_diffusivity(radius) * (small + _hindrance(radius / LARGE_PORE) * LARGE_AREA_PER_LENGTH)


def void_fraction(radius: float) -> float:
    """Volume that a molecule may reach per tumor volume.

    >>> round(void_fraction(5.4e-9), 3)
    0.216
    """
    small, large = (_partition(radius / pore) for pore in (SMALL_VOID, LARGE_VOID))
    return INTERSTITIAL_FRACTION * ((1.0 - SHARE_OF_LARGE) * small + SHARE_OF_LARGE * large)


def plasma_clearance(radius: float) -> float:
    """Rate at which plasma loses a molecule, 1/s; beyond the largest that was fitted, that of the largest."""
    r = min(radius, LARGEST_FITTED) / NM
    return sum(factor * r**power for power, factor in enumerate(CLEARANCE)) / HOUR


def uptake(
    radius: float,
    time: float,
    *,
    binding_ratio: float,
    internalisation: float,
    surface_density: float = 2 * 8e-6 / 75e-6**2,
    clearance: float | None = None,
) -> float:
    """Concentration in the tumor over that in plasma at the start, at a time (s) after a bolus.

    Plasma falls with its clearance (1/s); the wall is crossed both ways by its permeability and surface per tumor volume (1/m;
    as given, that of capillaries of 8 µm in cylinders of 75 µm); in the tumor a share `binding_ratio` over one plus itself is
    bound, and is taken in at `internalisation` (1/s), where it stays.
    """
    exchange = permeability(radius) * surface_density
    free = 1.0 / (1.0 + binding_ratio)
    lost = plasma_clearance(radius) if clearance is None else clearance
    inward, back, kept = exchange, exchange * free / void_fraction(radius), internalisation * (1.0 - free)
    system = np.array([[-lost, 0.0, 0.0], [inward, -back - kept, 0.0], [0.0, kept, 0.0]])
    return float((expm(system * time) @ np.array([1.0, 0.0, 0.0]))[1:].sum())


def _partition(relative: float) -> float:
    return (1.0 - relative) ** 2 if relative <= 0.9 else 0.0


def _hindrance(relative: float) -> float:
    """Diffusivity in a pore times the partition. From 0.6 on the code takes the partition twice; so it does here."""
    if relative > 0.9:
        return 0.0
    if relative < 0.6 and not math.isclose(relative, 0.6):
        x = relative
        centerline = (1 - 2.105 * x + 2.0865 * x**3 - 1.7068 * x**5 + 0.72603 * x**6) / (1 - 0.75857 * x**5)
        return centerline * _partition(x)
    return _partition(relative) ** 2 / float(DRAG[round((relative - 0.6) / 0.02)])
