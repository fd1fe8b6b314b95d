"""Numbers as people read them: significant digits, intervals and units."""

from __future__ import annotations

import math

from janusome.simulation.ensemble import Answer, Interval

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
MINUS, JOINED = "−", "\u00a0"


def number(value: float, digits: int = 3) -> str:
    """Write a number with a few significant digits, and powers of ten as powers.

    >>> [number(x) for x in (0, 0.012345, 1234.5, 4.1e14, -0.5)]
    ['0', '0.0123', '1230', '4.1 × 10¹⁴', '−0.5']
    """
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if -4 < exponent < 5:
        text = _short(f"{rounded:.{max(digits - 1 - exponent, 0)}f}")
    else:
        mantissa = _short(f"{rounded / 10.0**exponent:.{digits - 1}f}")
        text = f"{mantissa} × 10{str(exponent).translate(SUPERSCRIPT)}"
    return text.replace("-", MINUS)


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit(text: str) -> str:
    """Write a unit with its powers raised and Greek micro.

    >>> [unit(u) for u in ("m^3", "ug/mL", "1/(mM s)", "umol/L h")]
    ['m³', 'µg/mL', '1/(mM s)', 'µmol/L·h']
    """
    written, raised = "", False
    for character in text.replace("**", "^"):
        if character == "^":
            raised = True
        elif raised and (character.isdigit() or character == "-"):
            written += character.translate(SUPERSCRIPT)
        else:
            raised = False
            written += character
    for micro in ("umol", "ug", "uM", "um", "uL", "us", "uCi"):
        written = _replace_word(written, micro, "µ" + micro[1:])
    return written.removesuffix(" h") + "·h" if written.endswith("L h") else written


def interval(answer: Answer | None) -> str:
    """Write a median with its interval and unit, or the reason why there is none."""
    if answer is None:
        return "–"
    if not isinstance(answer, Interval):
        return answer.reason if answer.reason.startswith("not ") else f"not estimable: {answer.reason}"
    written = f"{number(answer.median)} ({spread(answer)})" if answer.q05 != answer.q95 else number(answer.median)
    return f"{written}{JOINED}{unit(answer.unit)}" if answer.unit else written


def spread(answer: Interval) -> str:
    """Write the interval alone."""
    return f"{number(answer.q05)} to {number(answer.q95)}"


def duration(hours: float) -> str:
    """Write a time in the unit that suits it.

    >>> [duration(h).replace(JOINED, " ") for h in (0.25, 24, 72, 672)]
    ['15 min', '24 h', '72 h', '28 d']
    """
    if 0 < hours < 1:
        return f"{number(hours * 60)}{JOINED}min"
    if hours <= 96:
        return f"{number(hours)}{JOINED}h"
    return f"{number(hours / 24)}{JOINED}d"


def _replace_word(text: str, word: str, by: str) -> str:
    out, start = "", 0
    while (at := text.find(word, start)) >= 0:
        end = at + len(word)
        alone = (at == 0 or not text[at - 1].isalpha()) and (end == len(text) or not text[end].isalpha())
        out += text[start:at] + (by if alone else word)
        start = end
    return out + text[start:]
