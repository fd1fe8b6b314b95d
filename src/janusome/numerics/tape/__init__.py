"""The tape engine: stiff kinetics for many subjects at once, from a law written in JAX, without compiling it.

`translate` turns a law into a `Program`; `solve` integrates it over lanes, each with its own time and step;
`sensitivities` differentiates a solve by its parameters.
"""

from janusome.numerics.tape.outcome import Outcome
from janusome.numerics.tape.program import Program, translate
from janusome.numerics.tape.rosenbrock import RODAS4, RODAS5P, Method
from janusome.numerics.tape.segments import Segment
from janusome.numerics.tape.sensitivities import sensitivities
from janusome.numerics.tape.solution import Failure, Solution
from janusome.numerics.tape.solve import Tolerances, solve

__all__ = [
    "RODAS4",
    "RODAS5P",
    "Failure",
    "Method",
    "Outcome",
    "Program",
    "Segment",
    "Solution",
    "Tolerances",
    "sensitivities",
    "solve",
    "translate",
]
