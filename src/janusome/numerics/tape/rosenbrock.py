r"""Linearly implicit (Rosenbrock) methods: one Jacobian, one factorization and a few solves for each step.

For dy/dt = f(y) with J = ∂f/∂y at the beginning of the step, in the form without matrix products,

$$ \Bigl(\frac{1}{h\gamma} I - J\Bigr) k_i = f\Bigl(y + \sum_{j<i} a_{ij} k_j\Bigr) + \frac1h \sum_{j<i} c_{ij} k_j . $$

The methods here are stiffly accurate: the last stage's k is the error estimate, and the new state is the last
stage's argument plus it. Inside a step the solution is

$$ y(\theta) = (1-\theta)\,y_0 + \theta\,\bigl(y_1 + (1-\theta)(d_1 + \theta d_2 + \theta^2 d_3)\bigr),
   \qquad d_r = \sum_j D_{rj} k_j . $$

They hold no memory of earlier steps, so a dose or a new infusion rate restarts them at no cost, and they keep
every linear invariant (mass) up to rounding. The tests measure the orders of steps and of values between them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Method(NamedTuple):
    """The coefficients of one method; the order of its error estimate is one less than its own."""

    order: int
    gamma: float
    a: np.ndarray  # (stages, stages)
    c: np.ndarray  # (stages, stages)
    dense: np.ndarray  # (3, stages)
    continues: np.ndarray  # 1 where a stage's argument is the stage before's plus its k


def _method(order: int, gamma: float, a: list[list[float]], c: list[list[float]], dense: list[list[float]]) -> Method:
    stages = len(c) + 1
    a_square, c_square = np.zeros((stages, stages)), np.zeros((stages, stages))
    continues = np.zeros(stages, np.int64)
    for i, row in enumerate(a, start=1):
        a_square[i, : len(row)] = row
    for i in range(len(a) + 1, stages):  # stiffly accurate: the last stages add up
        a_square[i] = a_square[i - 1]
        a_square[i, i - 1] = 1.0
        continues[i] = 1
    for i, row in enumerate(c, start=1):
        c_square[i, : len(row)] = row
    dense_rows = np.zeros((3, stages))
    for r, row in enumerate(dense):
        dense_rows[r, : len(row)] = row
    return Method(order, gamma, a_square, c_square, dense_rows, continues)


RODAS4 = _method(
    4,
    0.25,
    [
        [1.544],
        [0.9466785280815826, 0.2557011698983284],
        [3.314825187068521, 2.896124015972201, 0.9986419139977817],
        [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950],
    ],
    [
        [-5.6688],
        [-2.430093356833875, -0.2063599157091915],
        [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
        [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160],
        [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
    ],
    [
        [10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662],
        [-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872],
    ],
)
"""Hairer and Wanner's RODAS: six stages, order 4, values between steps of order 3."""

RODAS5P = _method(
    5,
    0.21193756319429014,
    [
        [3.0],
        [2.849394379747939, 0.45842242204463923],
        [-6.954028509809101, 2.489845061869568, -10.358996098473584],
        [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
        [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
    ],
    [
        [-14.155112264123755],
        [-17.97296035885952, -2.859693295451294],
        [147.12150275711716, -1.41221402718213, 71.68940251302358],
        [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
        [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
        [
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ],
        [
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ],
    ],
    [
        [
            25.948786856663858,
            -2.5579724845846235,
            10.433815404888879,
            -2.3679251022685204,
            0.524948541321073,
            1.1241088310450404,
            0.4272876194431874,
            -0.17202221070155493,
        ],
        [
            -9.91568850695171,
            -0.9689944594115154,
            3.0438037242978453,
            -24.495224566215796,
            20.176138334709044,
            15.98066361424651,
            -6.789040303419874,
            -6.710236069923372,
        ],
        [
            11.419903575922262,
            2.8879645146136994,
            72.92137995996029,
            80.12511834622643,
            -52.072871366152654,
            -59.78993625266729,
            -0.15582684282751913,
            4.883087185713722,
        ],
    ],
)
"""Steinebach's Rodas5P: eight stages, order 5, values between steps of order 4."""
