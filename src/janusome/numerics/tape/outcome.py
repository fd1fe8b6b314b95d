"""How a lane's solve ended."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """The reasons for which a lane stops."""

    REACHED = 0
    STEP_LIMIT = 1
    NOT_FINITE = 2
    NEGATIVE = 3
    STEP_TOO_SMALL = 4
    CANCELLED = 5
