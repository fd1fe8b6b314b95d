r"""Phase of gradient echoes: what susceptibility turns, and the susceptibility of a label.

$$ \phi = \gamma\,\delta B\,T_E, \qquad \chi = \chi_m\,c \quad\text{or}\quad \chi = \mu_0 m\,c/B_0 $$

The second holds where the field saturates the label. Phase does not tell whether particles sit in cells, while relaxation
does: it counts all iron, also where the magnitude is lost.
"""

from __future__ import annotations

from typing import Any

from jaxtyping import Array, Float
from scipy.constants import mu_0, physical_constants

from janusome.numerics.dipole import relative_field

PROTON = physical_constants["proton gyromag. ratio"][0]  # rad/(s T)

Field = Float[Array, "z y x"]


def susceptibility_phase(susceptibility: Field, *, voxel_size: Any, field: Any, echo_time: Any, axis: int = 0) -> Field:
    """Return the phase (rad) that volume susceptibilities (SI) make until the echo; not wrapped.

    Holds for a field map that is smooth within a voxel. Leaves out chemical shift and the phase of coils and pulses.
    """
    return PROTON * field * echo_time * relative_field(susceptibility, voxel_size=voxel_size, axis=axis)


def saturated_susceptibility(concentration: Field, *, moment_per_amount: Any, field: Any) -> Field:
    """Return what magnetization counts for when it no longer grows with the field: above 1 T, iron oxide.

    `moment_per_amount` is the saturated moment of a mole of the label's atom (A m^2/mol), `concentration` per tissue volume.
    """
    return mu_0 * moment_per_amount * concentration / field
