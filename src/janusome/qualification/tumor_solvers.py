"""Comparison E of the tumor: the solvers against closed forms.

Every case is a function of no arguments that returns findings; one more solver is one more entry of `CASES`. The solvers are
public and explained in docs/tumor-solvers.md: they take any geometry and coefficients.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.numerics.pressure import Border, pressure_in_box, pressure_in_shells
from janusome.numerics.shells import spheres
from janusome.qualification.baxter_jain import DRAINED, HOST, MMHG, TUMOR, Tissue, embedded, isolated
from janusome.qualification.section import Finding, Section
from janusome.qualification.transport_cases import orders, sign, thiele
from janusome.relations.oxygen import oxygen_drop
from janusome.relations.published.schmidt_wittrup import permeability, void_fraction

Array = NDArray[np.float64]

TITLE = "Solvers and closed forms"
RADIUS = 0.002  # m
PUBLISHED = ((0.0, 11.494), (1.0, 10.871), (1.5, 7.022), (3.0, 6.502))  # radii, mmHg: embedded, without lymphatics
SHELLS, VOXELS, BALANCE = 1e-4, 0.02, 1e-8  # of the effective vascular pressure; of the fluid
CELLS = 41
HOSTS = {"no lymphatics in the host": HOST, "lymphatics in the host": DRAINED}


def _below(name: str, value: float, most: float, note: str = "") -> Finding:
    return Finding(name, value, "", f"at most {most:g}", met=value <= most, note=note)


def isolated_sphere() -> list[Finding]:
    """Shells against the sphere of no pressure at its surface."""
    found = []
    for alpha in (0.5, 3.0, 10.0, 36.8):
        shells = spheres(np.linspace(0.0, 0.01, 2001))
        ours = pressure_in_shells(
            shells, conductivity=1.0, filtration=alpha**2 / 0.01**2, vascular=1.0, border=Border(pressure=0.0)
        )
        error = float(np.abs(ours.pressure - isolated(shells.middles, 0.01, alpha)).max())
        found.append(
            _below(f"isolated sphere, alpha {alpha:g}, shells: largest error over the vascular pressure", error, SHELLS)
        )
    return found


def embedded_sphere() -> list[Finding]:
    """Shells and voxels against the sphere in host tissue, and the balance of the fluid."""
    found = []
    for name, host in HOSTS.items():
        shells = spheres(np.linspace(0.0, 5.0 * RADIUS, 2501))
        ours = pressure_in_shells(shells, **_mixed((shells.middles < RADIUS).astype(float), host))  # pyright: ignore[reportArgumentType]
        exact = embedded(shells.middles, RADIUS, TUMOR, host)
        error = float(np.abs(ours.pressure - exact).max()) / TUMOR.vascular
        h, r, share = _ball()
        box = pressure_in_box(**_mixed(share, host), spacing=(h, h, h))  # pyright: ignore[reportArgumentType]
        inner = r < 0.9 * RADIUS
        coarse = float((np.abs(box.pressure - embedded(r, RADIUS, TUMOR, host))[inner]).max()) / TUMOR.vascular
        found += [
            _below(f"embedded sphere, {name}, shells: largest error over the vascular pressure", error, SHELLS),
            _below(f"embedded sphere, {name}, {CELLS}^3 voxels: largest error inside 0.9 R", coarse, VOXELS),
            _below(
                f"embedded sphere, {name}: fluid balance", float(max(np.max(ours.balance_error), box.balance_error)), BALANCE
            ),
        ]
    for radii, mmhg in PUBLISHED:
        value = float(embedded(radii * RADIUS, RADIUS, TUMOR, HOST)) / MMHG
        found.append(
            Finding(f"closed form at {radii:g} R", value, "mmHg", f"{mmhg:g} within 0.001", met=abs(value - mmhg) <= 1e-3)
        )
    return found


def small_relations() -> list[Finding]:
    """Two pores and the void fraction against published numbers, oxygen against the mean of Krogh's profile."""
    vessel, R, consumption = 5.0, 100.0, 0.003  # um, um, mmHg/um^2
    drop = float(oxygen_drop(consumption, 1.0, vessel, 2.0 * vessel / R**2))
    r = np.linspace(vessel, R, 100_001)
    fall = consumption * (R**2 / 2.0 * np.log(r / vessel) - (r**2 - vessel**2) / 4.0)
    exact = float(np.trapezoid(fall * 2.0 * r, r) / (R**2 - vessel**2))
    known = (
        ("two-pore permeability at 2.7 nm", permeability(2.7e-9) * 1e2, 7.51e-7, "cm/s"),
        ("two-pore permeability at 5.4 nm", permeability(5.4e-9) * 1e2, 3.45e-7, "cm/s"),
        ("void fraction at 5.4 nm", void_fraction(5.4e-9), 0.216, ""),
        ("Krogh's cylinder: mean fall of oxygen", drop, exact, "mmHg"),
    )
    return [
        Finding(name, ours, unit, f"{theirs:.3g} within 0.5 %", met=abs(ours / theirs - 1.0) <= 5e-3)
        for name, ours, theirs, unit in known
    ]


CASES: tuple[Callable[[], list[Finding]], ...] = (isolated_sphere, embedded_sphere, orders, sign, thiele, small_relations)


def tumor_solvers(data: Path, *, frozen: bool) -> Section:
    """Return every case; no data are read."""
    del data, frozen
    return Section(
        "E", TITLE,
        ("Baxter and Jain (1989): a sphere of 2 mm with their coefficients, alone and in host tissue; two pores and the void "
         "fraction after Schmidt and Wittrup (2009); Krogh's cylinder; Thiele's sphere, the binding-site barrier, orders of "
         "convergence, sign and ledger of transport.",),
        tuple(finding for case in CASES for finding in case()),
    )  # fmt: skip


def _ball() -> tuple[float, Array, Array]:
    """Return the spacing of a cube of five radii, distances from its middle, and the share of each voxel in the ball."""
    h = 5.0 * RADIUS / CELLS
    axis = (np.arange(CELLS) + 0.5) * h - 2.5 * RADIUS
    z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
    r = np.sqrt(x**2 + y**2 + z**2)
    return h, r, np.clip(0.5 + (RADIUS - r) / h, 0.0, 1.0)


def _mixed(share: Array, host: Tissue) -> dict[str, Array]:
    """Return the coefficients of both tissues, mixed by the share that the tumor has of a cell."""

    def of(name: str) -> Array:
        return share * getattr(TUMOR, name) + (1.0 - share) * getattr(host, name)

    driven = share * TUMOR.filtration * TUMOR.vascular + (1.0 - share) * host.filtration * host.vascular
    return {
        "conductivity": of("conductivity"),
        "filtration": of("filtration"),
        "vascular": driven / of("filtration"),
        "drainage": of("drainage"),
    }
