"""What a solve returns: values for every lane, and for each lane that failed a reason and the state there."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from janusome.errors import SolverError
from janusome.numerics.tape.outcome import Outcome

_REASONS = {
    Outcome.STEP_LIMIT: (
        "used up its steps",
        "loosen the tolerances, raise step_limit, or look for a rate that is far faster than the rest",
    ),
    Outcome.NOT_FINITE: (
        "left the numbers that the law can take",
        "look for a division by zero or the root or logarithm of something negative in the law of this state",
    ),
    Outcome.NEGATIVE: (
        "became negative beyond tolerance",
        "let every outflow vanish with the amount that it leaves, or tighten the absolute tolerance",
    ),
    Outcome.STEP_TOO_SMALL: (
        "needs a step below what time can resolve",
        "look for a jump or a singularity in the law of this state; make jumps breakpoints between segments",
    ),
    Outcome.CANCELLED: ("was cancelled", "run it again"),
}
_SHOWN = 3


@dataclass(frozen=True)
class Failure:
    """One lane that did not reach the end."""

    lane: int
    outcome: Outcome
    time: float
    state: np.ndarray  # when it stopped; for NEGATIVE the refused state
    culprit: str  # the name of the state that the failure is about
    value: float

    def __str__(self) -> str:
        what, advice = _REASONS[self.outcome]
        about = f", {self.culprit} = {self.value:.6g}" if self.culprit else ""
        return f"lane {self.lane} {what} at t = {self.time:.6g}{about}; {advice}"


@dataclass(frozen=True)
class Solution:
    """The values of every lane; what lies after a failure is not-a-number."""

    times: np.ndarray  # (times,)
    states: np.ndarray  # (lanes, times, states)
    final: np.ndarray  # (lanes, states)
    next_step: np.ndarray  # (lanes,)
    outcome: np.ndarray  # (lanes,) of Outcome
    steps: np.ndarray
    rejected: np.ndarray
    fallbacks: np.ndarray  # steps that needed the pivoted solve
    names: tuple[str, ...] = ()
    program: str = ""
    stopped_at: np.ndarray = field(default_factory=lambda: np.empty(0))
    culprit: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def failures(self) -> list[Failure]:
        """Return the lanes that did not reach the end."""
        return [self._failure(int(lane)) for lane in np.flatnonzero(self.outcome != Outcome.REACHED)]

    def _failure(self, lane: int) -> Failure:
        index = int(self.culprit[lane])
        name = self.names[index] if index >= 0 else ""
        value = float(self.final[lane, index]) if index >= 0 else float("nan")
        outcome = Outcome(int(self.outcome[lane]))
        return Failure(lane, outcome, float(self.stopped_at[lane]), self.final[lane].copy(), name, value)

    def require(self) -> Solution:
        """Return the solution if every lane reached the end; else raise a `SolverError` that says why not."""
        failures = self.failures()
        if failures:
            shown = "\n".join(f"  {failure}." for failure in failures[:_SHOWN])
            more = f"\n  and {len(failures) - _SHOWN} more." if len(failures) > _SHOWN else ""
            title = f"{self.program or 'the solve'}: {len(failures)} of {len(self.outcome)} lanes failed"
            raise SolverError(f"{title}\n{shown}{more}")
        return self
