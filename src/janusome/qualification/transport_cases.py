"""Cases of transport with known answers: order of convergence, sign, ledger, Thiele's sphere, the binding-site barrier."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array as JaxArray
from numpy.typing import NDArray

from janusome.numerics.links import Links, links_in_box, links_in_shells
from janusome.numerics.pressure import Border, pressure_in_shells
from janusome.numerics.shells import slabs, spheres
from janusome.numerics.steps import carried
from janusome.numerics.transport import transport
from janusome.qualification.section import Finding

Array = NDArray[np.float64]

PUBLISHED = ((0.1, 0.99933), (1.0, 0.9391))  # Thiele's modulus, effectiveness
DIFFUSION, DRIFT = 1.9, 0.9  # least orders
FRONT, LEDGER = 0.03, 1e-6


def orders() -> list[Finding]:
    """Order of convergence on solutions that are known everywhere: a decaying mode, and a pulse that drifts."""
    modes = np.array([_mode_error(cells) for cells in (8, 16, 32)])
    pulses = np.array([_pulse_error(cells) for cells in (400, 800, 1600)])
    return [
        _at_least(f"order of {name}", float(np.log2(errors[:-1] / errors[1:]).min()), least)
        for name, errors, least in (("diffusion", modes, DIFFUSION), ("drift", pulses, DRIFT))
    ]


def sign() -> list[Finding]:
    """A spike in a fast flow: nothing falls below zero, and nothing is lost."""
    flows = [np.zeros((2, 1, 40)), np.zeros((1, 2, 40)), np.full((1, 1, 41), 1e3)]
    operator = links_in_box(np.full((1, 1, 40), 1.0), spacing=(1.0, 1.0, 0.1), flows=flows).operator(0.1)
    spike = np.zeros(41)
    spike[20] = 1.0
    found = carried(operator, spike, 1e-3, tolerance=0.1).amounts
    return [
        Finding("spike in a flow: least amount", float(found.min()), "", "never below zero", met=float(found.min()) >= 0.0),
        _at_most("spike in a flow: change of the total", abs(float(found.sum()) - 1.0), LEDGER),
    ]


def thiele() -> list[Finding]:
    """A sphere that consumes what diffuses into it, and the binding-site barrier of one that holds it."""
    shells, found = spheres(np.linspace(0.0, 1.0, 401)), []
    for phi, published in PUBLISHED:
        ours = pressure_in_shells(shells, conductivity=1.0, filtration=phi**2, vascular=0.0, border=Border(1.0))
        taken = float((ours.pressure * shells.volumes).sum() / shells.volumes.sum())
        near = abs(taken / published - 1.0) <= 5e-3
        found.append(
            Finding(f"Thiele's sphere, phi {phi:g}: effectiveness", taken, "", f"{published:g} within 0.5 %", met=near)
        )
    error, ledger = _front()
    return [
        *found,
        _at_most("binding-site barrier: depth of the front against sqrt(2 D C t/[Ag])", error, FRONT),
        _at_most("binding-site barrier: ledger", ledger, LEDGER),
    ]


def _at_least(name: str, value: float, least: float) -> Finding:
    return Finding(name, value, "", f"at least {least:g}", met=value >= least)


def _at_most(name: str, value: float, most: float) -> Finding:
    return Finding(name, value, "", f"at most {most:g}", met=value <= most)


def _mode_error(cells: int) -> float:
    h = 1.0 / cells
    y, x = np.meshgrid((np.arange(cells) + 0.5) * h, (np.arange(cells) + 0.5) * h, indexing="ij")
    mode = (np.cos(np.pi * y) * np.cos(2 * np.pi * x)).ravel()
    operator = links_in_box(np.full((1, cells, cells), 0.3), spacing=(1.0, h, h)).operator(h * h)
    found = carried(operator, 1.0 + 0.9 * mode, 0.05, tolerance=1e-7).amounts
    exact = 1.0 + 0.9 * np.exp(-0.3 * 5.0 * np.pi**2 * 0.05) * mode
    return float(np.sqrt(np.mean((found - exact) ** 2)))


def _pulse_error(cells: int) -> float:
    h = 1.0 / cells
    x = (np.arange(cells) + 0.5) * h
    flows = [np.zeros((2, 1, cells)), np.zeros((1, 2, cells)), np.ones((1, 1, cells + 1))]
    operator = links_in_box(np.zeros((1, 1, cells)), spacing=(1.0, 1.0, h), flows=flows).operator(h)
    before, after = (np.exp(-((x - middle) ** 2) / 0.01) * h for middle in (0.35, 0.55))
    found = carried(operator, np.append(before, 0.0), 0.2, tolerance=1e-5).amounts
    return float(np.abs(found[:-1] - after).sum())


def _binding(n: JaxArray, p: JaxArray) -> JaxArray:
    bound = p[0] * n[0] * (p[1] - n[1])
    return jnp.stack([-bound, bound])


def _front() -> tuple[float, float]:
    """Return the error of the front of a strong binder from a donor that hardly empties, and that of its ledger."""
    count, antigen, donor = 25, 50.0, 500.0
    layers = slabs(np.linspace(0.0, 1.0, count + 1))
    inner = links_in_shells(layers, 1.0)
    links = Links(
        np.append(inner.first, count - 1),
        np.append(inner.second, count),
        np.append(inner.conductance, layers.outermost(np.ones(count))),
        np.zeros(count),
        count + 1,
    )
    volumes, start = np.append(layers.volumes, donor), np.zeros((count + 1, 2))
    start[-1, 0] = donor
    found = transport(
        start,
        operators=[links.operator(volumes), None],
        kinetics=_binding,
        parameters=np.column_stack([200.0 / volumes, np.append(antigen * layers.volumes, 0.0)]),
        times=[2.0],
        conserved=[[1.0, 1.0]],
        tolerance=1e-4,
    )
    depth, held = found.amounts[0, :-1, 1].sum() / antigen, found.amounts[0, -1, 0] / donor
    exact = np.sqrt(2.0 * (1.0 + held) / 2.0 * 2.0 / antigen)
    return abs(float(depth / exact) - 1.0), float(found.ledger_error or 0.0)
