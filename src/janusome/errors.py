"""The error family: each says what was wrong, where, what is allowed, and what to do."""

from __future__ import annotations

from difflib import get_close_matches


class JanusomeError(Exception):
    """Anything that janusome refuses or fails at, with the exit status that the command line returns."""

    exit_status = 1


class InputError(JanusomeError):
    """What the user gave was refused; nothing was run and nothing was written.

    Parameters
    ----------
    place
        The file and the path of the key inside it, or the name of the argument.
    problem
        What is wrong, with the value that was found.
    remedy
        What is allowed and what to do.

    >>> print(InputError("study.yaml: protocol[0].dose", "is -5 mg", "give a dose above zero"))
    study.yaml: protocol[0].dose is -5 mg; give a dose above zero.
    """

    exit_status = 2

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        self.place, self.problem, self.remedy = place, problem, remedy.rstrip(".")
        super().__init__(f"{place} {problem}; {self.remedy}{'' if self.remedy.endswith('?') else '.'}")


class InputErrors(InputError):
    """Several refusals of one input, told together so that all can be mended at once."""

    def __init__(self, refusals: list[InputError]) -> None:
        self.refusals = tuple(refusals)
        JanusomeError.__init__(self, "\n".join(str(refusal) for refusal in refusals))


class DimensionError(JanusomeError):
    """A law adds, compares or returns quantities whose dimensions do not agree."""


class TraceError(JanusomeError):
    """A law uses an operation that the tape engine cannot take."""


class SolverError(JanusomeError):
    """A solve ended before the asked time, for a named reason and with the state at that moment."""


class MachineError(JanusomeError):
    """The machine failed: a full disk, too little memory, a folder that cannot be written."""

    exit_status = 3


def near_misses(word: str, allowed: list[str] | tuple[str, ...], *, limit: int = 8) -> str:
    """Return a sentence that offers the names nearest to a word, or the allowed names if few.

    >>> near_misses("livver", ["liver", "lung", "spleen"])
    'did you mean liver?'
    """
    close = get_close_matches(word, allowed, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    shown = sorted(allowed)
    return f"known are {', '.join(shown[:limit])}{', …' if len(shown) > limit else ''}"
