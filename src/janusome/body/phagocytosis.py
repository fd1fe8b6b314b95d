"""Phagocytosis: the mononuclear phagocyte system takes carriers out of the blood."""

from __future__ import annotations

from typing import ClassVar

from janusome.model import (
    BLOOD,
    PHAGOCYTOSED,
    AbstractTransfer,
    Form,
    Material,
    PerPlace,
    Region,
    Stimulus,
    Transfer,
)
from janusome.units import quantity


class Phagocytosis(AbstractTransfer):
    r"""Uptake from plasma that saturates in rate and in number, and that released drug may hold down.

    $$ \dot n = CL\, c\, \frac{1}{1 + c/c_{1/2}} \Bigl(1 - \frac{n}{n_{max}}\Bigr) \frac{1}{1 + D/D_{1/2}} $$

    CL is the plasma volume that an organ's unloaded phagocytes clear per time, c the number concentration of carriers in
    plasma, n how many the phagocytes of the organ hold and n_max how many they can hold. Both limits count particles, so a
    dose of more, smaller particles saturates sooner than the same mass in fewer. D is the released drug in plasma and D_1/2
    what halves the uptake: a payload that is poisonous to phagocytes keeps its carrier in the blood.

    Depends on the state alone, never on the clock: a second dose meets the phagocytes as the first one left them.

    Holds for phagocytes that stand in the blood, and that recover within the hour from a drug that left. Leaves out: opsonins
    that a first dose uses up or raises, and phagocytes that die.
    """

    acts_in: ClassVar = (Region.BODY,)
    moves: ClassVar = (Form.CARRIER,)
    sites: ClassVar = (BLOOD, PHAGOCYTOSED)
    sources: ClassVar = ("ntua_tio2_pbpk", "ouyang2020", "pai2010", "insysbio_plapeg")

    uptake_clearance: PerPlace = quantity("m^3/s")
    half_saturation_concentration: PerPlace = quantity("mol/m^3")
    phagocyte_capacity: PerPlace = quantity("mol")
    half_inhibiting_drug_concentration: PerPlace = quantity("mol/m^3")

    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Blood to phagocytes."""
        del stimulus
        CL, c_half, n_max = self.uptake_clearance, self.half_saturation_concentration, self.phagocyte_capacity
        c, n = state.concentration(BLOOD), state.amount[PHAGOCYTOSED]
        held_down = 1.0 + state.released_in_plasma / self.half_inhibiting_drug_concentration
        k = CL / state.accessible_volume[BLOOD] / (1.0 + c / c_half) * (1.0 - n / n_max) / held_down
        return (Transfer(BLOOD, PHAGOCYTOSED, k),)
