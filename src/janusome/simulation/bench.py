"""Bench: one arm of a study, traced once and solved for any number of sets of its values.

Fits, samplers and population models ask the same question many times with other numbers. Tracing the laws takes a second, a
solve of one set of values less than a millisecond: each set is a lane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from janusome.simulation.arms import TREATED, Site, matter_of
from janusome.simulation.assembly import Assembly
from janusome.simulation.courses import CourseMaker, decay_constants
from janusome.simulation.doses import given_in, stimuli_in
from janusome.simulation.lesion_grid import LesionGrid
from janusome.simulation.lesion_shapes import ball
from janusome.simulation.protocol import Given, Stimulating
from janusome.simulation.record import Course
from janusome.simulation.run import coarse_assembly, half_lives, molar_masses
from janusome.simulation.trajectory import Control, Trajectory, follow, program_of
from janusome.simulation.values import ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.values import Value

Draws = NDArray[np.float64]


class Bench:
    """One arm of a study, with each lesion as one place.

    Parameters
    ----------
    study
        What is simulated; its draws and seed play no part.
    arm
        Which of its arms.
    grids
        The voxels of each lesion that is given by a mask, by the lesion's name.

    Raises
    ------
    InputErrors
        With every value that a law needs and nothing supplies.
    """

    def __init__(self, study: ResolvedStudy, *, arm: str = TREATED, grids: Mapping[str, LesionGrid] | None = None) -> None:
        self.study, self.arm = study, arm
        self.lesions = tuple(
            Site(one.name, one.tumor, (grids or {}).get(one.name) or ball(one.volume or 1e-6, voxels=1))
            for one in study.lesions
        )
        self.matter = matter_of(study, arm)
        book = ValueBook(draws=1, seed=0, fixed={})
        with book.together():
            given, _, assembly = self._assembled(book)
        self.program = program_of(assembly, arm)
        self._courses(follow(
            assembly, given, (), until=1.0, times=np.array([0.0, 1.0]), control=Control(), name=arm, program=self.program
        ), book)  # fmt: skip
        self.values: Mapping[str, tuple[str, Value]] = dict(book.rows)

    def solve(
        self, values: Mapping[str, Draws], times: Sequence[float] | Draws, *, lanes: int, control: Control | None = None
    ) -> tuple[Course, ...]:
        """Return every course of the arm at some times, one lane for each set of values.

        Parameters
        ----------
        values
            By their keys, which are those of `self.values`: (lanes,) or one for all, in the internal set. Whatever is not
            named stays at its median.
        times
            Seconds, rising from 0; the last is the end.

        Raises
        ------
        SolverError
            If a lane does not reach the end.
        """
        unknown = [key for key in values if key not in self.values]
        if unknown:
            raise KeyError(f"{unknown[0]} is no value of this study")
        book = ValueBook(draws=lanes, seed=0, fixed=values)
        given, stimuli, assembly = self._assembled(book)
        moments = np.asarray(times, dtype=np.float64)
        trajectory = follow(
            assembly, given, stimuli, until=float(moments[-1]), times=moments, control=control or Control(),
            name=self.arm, program=self.program,
        )  # fmt: skip
        return self._courses(trajectory, book)

    def _assembled(self, book: ValueBook) -> tuple[list[Given], list[Stimulating], Assembly]:
        given = given_in(self.study, self.matter, self.arm, book)
        stimuli = stimuli_in(self.study, book)
        return given, stimuli, coarse_assembly(self.study, self.matter, self.lesions, given, book)

    def _courses(self, trajectory: Trajectory, book: ValueBook) -> tuple[Course, ...]:
        maker = CourseMaker(
            trajectory, self.lesions, book, molar_mass=molar_masses(self.study, book),
            decay=decay_constants(half_lives(self.study, book)),
        )  # fmt: skip
        return maker.all()
