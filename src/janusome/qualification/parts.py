"""The parts that can be qualified: what each needs, is called and compares."""

from __future__ import annotations

from typing import NamedTuple

from janusome.qualification.body import COMPARISONS as BODY
from janusome.qualification.comparisons import Made
from janusome.qualification.tumor import COMPARISONS as TUMOR


class Part(NamedTuple):
    """A part: the folder of data that it needs, the title of its page, its comparisons."""

    holding: str
    title: str
    comparisons: tuple[tuple[str, Made], ...]


PARTS = {
    "body": Part("body", "Where particles and drugs go in the body", BODY),
    "tumor": Part("tumor", "What reaches a tumor, how far, and how long it stays", TUMOR),
}
