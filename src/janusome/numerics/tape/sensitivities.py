r"""Derivatives of a solution by its parameters, on one sequence of steps.

Lanes with one parameter a little larger and a little smaller take exactly the steps of an undisturbed leader, so the
decisions of the step control do not enter the difference, which is then smooth:

$$ \frac{\partial y}{\partial p_j} \approx \frac{y(p + \delta e_j) - y(p - \delta e_j)}{2\delta}. $$

The truncation error is of order δ², and the rounding error of order 1e-16/δ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from janusome.errors import InputError, SolverError
from janusome.numerics.tape.lanes import WIDTH
from janusome.numerics.tape.outcome import Outcome
from janusome.numerics.tape.program import Program
from janusome.numerics.tape.rosenbrock import RODAS5P, Method
from janusome.numerics.tape.segments import Segment
from janusome.numerics.tape.solve import Run, Tolerances, as_solution, new_answer, question_of

_PAIRS = (WIDTH - 1) // 2  # disturbed pairs beside one leader


def sensitivities(
    program: Program,
    initial: ArrayLike,
    parameters: ArrayLike,
    segments: Sequence[Segment],
    times: ArrayLike,
    *,
    with_respect_to: Sequence[int],
    relative_step: float = 1e-4,
    tolerances: Tolerances | None = None,
    step_limit: int = 100_000,
    threads: int | None = None,
    method: Method = RODAS5P,
) -> np.ndarray:
    """Return ∂state/∂parameter of one subject, (times, states, parameters asked for).

    A parameter that is 0 is disturbed by `relative_step` itself. A parameter that a segment replaces has no influence
    there, and its derivative says so.
    """
    values = np.asarray(parameters, float)
    if values.shape != (len(program.parameters),) or np.ndim(initial) != 1:
        raise InputError("sensitivities", f"got parameters of shape {values.shape}", "give one subject's state and parameters")
    asked = np.asarray(with_respect_to, np.int64)
    steps = relative_step * np.where(values[asked] == 0.0, 1.0, np.abs(values[asked]))
    blocks = -(-len(asked) // _PAIRS)
    table = np.repeat(values[None], max(blocks, 1) * WIDTH, axis=0)
    above = np.arange(len(asked)) // _PAIRS * WIDTH + 1 + 2 * (np.arange(len(asked)) % _PAIRS)
    table[above, asked] += steps
    table[above + 1, asked] -= steps
    question = question_of(
        program, initial, table, segments, times, lanes=len(table), tolerances=tolerances, step_limit=step_limit, follow=True
    )
    answer = new_answer(len(table), len(question.times), len(program.states))
    Run(program, method, question, answer).over(len(table), threads, None, None)
    leaders = answer.ends["outcome"][::WIDTH]
    if np.any(leaders != Outcome.REACHED):
        as_solution(program, question, answer).require()
    exact = table[above, asked] - table[above + 1, asked]  # what the disturbance is after rounding
    difference = answer.states[above] - answer.states[above + 1]
    if not np.all(np.isfinite(difference)):
        worst = program.parameters[asked[int(np.argwhere(~np.isfinite(difference))[0, 0])]]
        raise SolverError(
            f"{program.name or 'sensitivities'}: the state is not finite when {worst} changes by {relative_step:g} "
            "of its value; give a smaller relative_step."
        )
    return np.moveaxis(difference / exact[:, None, None], 0, -1)
