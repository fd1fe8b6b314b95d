"""Perfusion: the network of plasma flows, balanced at every place, the splanchnic return included."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Flow = NDArray[np.float64]

VENOUS, LUNG, ARTERIAL = "venous", "lung", "arterial"


def organ_supply(shares: Mapping[str, Flow], *, total: Flow, remainder: str = "rest") -> dict[str, Flow]:
    """Return what each organ takes from the arteries, m^3/s.

    Shares of cardiac output are drawn independently, so they are taken relative to their own sum and that of `remainder`,
    whose share is what the medians (draw 0) leave.
    """
    given = sum(shares.values(), np.zeros_like(total))
    left = 1.0 - given[0]
    return {organ: share / (given + left) * total for organ, share in shares.items()} | {
        remainder: left / (given + left) * total
    }


def flow_network(supply: Mapping[str, Flow], *, drains_to: Mapping[str, str], total: Flow) -> dict[tuple[str, str], Flow]:
    """Return the plasma flow of every link between places, m^3/s, so that what enters a place leaves it.

    Parameters
    ----------
    supply
        What each organ (and tumor) takes from the arteries.
    drains_to
        Where the blood of an organ goes: `venous`, or `liver` for gut, spleen and pancreas.
    total
        Plasma flow through the lung, the sum of the supplies.
    """
    links = {(VENOUS, LUNG): total, (LUNG, ARTERIAL): total}
    links |= {(ARTERIAL, organ): flow for organ, flow in supply.items()}
    portal: dict[str, Flow] = {}
    for organ, flow in supply.items():
        if drains_to[organ] != VENOUS:
            links[organ, drains_to[organ]] = flow
            portal[drains_to[organ]] = portal.get(drains_to[organ], np.zeros_like(total)) + flow
    for organ, flow in supply.items():
        if drains_to[organ] == VENOUS:
            links[organ, VENOUS] = flow + portal.get(organ, np.zeros_like(total))
    return links


def inflow(links: Mapping[tuple[str, str], Flow]) -> dict[str, Flow]:
    """Return the plasma flow through each place."""
    through: dict[str, Flow] = {}
    for (_, target), flow in links.items():
        through[target] = through.get(target, np.zeros_like(flow)) + flow
    return through
