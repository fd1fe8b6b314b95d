"""What verbs share: the library, the words for its kinds, checks of counts, and a run that nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from janusome.errors import InputError

if TYPE_CHECKING:
    from janusome.files.library import Library
    from janusome.specification.study import Study

    StudyLike = Study | Mapping[str, Any] | Path | str

Progress = Callable[[str, float], None]  # what is being done, and the share of it that is done


def library_of(overlay: Path | str | None) -> Library:
    """Return the shipped library with a user's own rows laid over it."""
    from janusome.files.library import Library

    return Library(overlay)


def kind_of(word: str, rows: Library) -> str:
    """Return the kind of a word, which may be its plural."""
    plural = {f"{kind}s": kind for kind in rows.kinds}
    kind = plural.get(word, word)
    if kind not in rows.kinds:
        from janusome.errors import near_misses

        raise InputError(f"kind {word!r}", "is not in the library", near_misses(word, [*rows.kinds, *plural]))
    return kind


def check_counts(*, draws: int | None = None, seed: int | None = None, threads: int | None = None) -> None:
    """Refuse counts of which no run can be made."""
    check_count("draws", draws, highest=100_000)
    check_count("seed", seed, highest=2**32 - 1)
    check_count("threads", threads, highest=4096, lowest=1)


def check_count(name: str, value: int | None, *, highest: int, lowest: int = 0) -> None:
    """Refuse one count outside of what is allowed."""
    if value is not None and not lowest <= value <= highest:
        raise InputError(f"--{name}", f"is {value}", f"allowed is {lowest} to {highest}")


def silent(what: str, done: float) -> None:
    """Report nothing."""
    del what, done


def never() -> bool:
    """Do not stop."""
    return False
