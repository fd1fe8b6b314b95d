"""Equations: the laws' formulas drawn from how their docstrings write them."""

from __future__ import annotations

import re
from functools import lru_cache

from janusome.reporting.style import INK, Drawing, drawing


@lru_cache(maxsize=256)
def equation(latex: str) -> Drawing | None:
    """Draw a formula, or return nothing where it uses what matplotlib's own typesetting does not know."""
    lines = [line for line in _lines(latex) if line]
    if not lines:
        return None
    try:
        return drawing(
            lambda figure: _paint(figure, lines),
            size=(max(1.0, 0.085 * max(map(_length, lines))), 0.42 * len(lines)),
            alternative=latex,
        )
    except ValueError:  # the parser's word for a command that it does not know
        return None


def _paint(figure, lines: list[str]) -> None:  # noqa: ANN001
    for k, line in enumerate(lines):
        figure.text(0.01, 1 - (k + 0.5) / len(lines), f"${line}$", fontsize=11, va="center", ha="left", color=INK)


def _lines(latex: str) -> list[str]:
    text = latex.strip().strip("$").strip()
    text = re.sub(r"\\[bB]igg?[lr]?(?![a-zA-Z])", "", text)  # sizes of brackets, which matplotlib does not know
    text = re.sub(r",?\s*\\qquad\s*", r" \\\\ ", text)
    text = re.sub(r"\\begin\{[a-z*]+\}|\\end\{[a-z*]+\}|&", "", text)
    text = text.replace(r"\text{", r"\mathrm{").replace(r"\tfrac", r"\frac").replace(r"\dfrac", r"\frac")
    return [" ".join(line.split()) for line in re.split(r"\\\\", text)]


def _length(line: str) -> int:
    """About how many characters a formula is wide."""
    bare = re.sub(r"\\(frac|dot|left|right|mathrm|sqrt|bar|hat|,|;|!)", "", line)
    bare = re.sub(r"\\qquad", "    ", bare)
    return len(re.sub(r"\\[a-zA-Z]+", "x", bare).replace("{", "").replace("}", "").replace("^", "").replace("_", "")) + 2
