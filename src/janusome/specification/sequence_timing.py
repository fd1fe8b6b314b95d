"""The timing of an MRI sequence: what it reads must come before the next excitation."""

from __future__ import annotations

from janusome.specification.refusals import Refusal
from janusome.specification.values import Values
from janusome.units import from_internal


def disagreement(values: Values) -> Refusal | None:
    """Return why the values of a sequence cannot be played, or nothing; what it does not name is not judged."""

    def of(name: str) -> float:
        return values[name][0].internal if name in values else 0.0

    last = max(of("inversion_time") + of("echo_time"), of("echo_spacing") * of("echo_train_length"))
    if "repetition_time" in values and last >= of("repetition_time"):
        read, again = (f"{from_internal(time, 'ms'):g} ms" for time in (last, of("repetition_time")))
        return Refusal(f"reads its last echo after {read} and begins again after {again}", "lengthen repetition_time")
    if {"echo_number", "echo_train_length"} <= values.keys() and of("echo_number") > of("echo_train_length"):
        shown, echoes = of("echo_number"), of("echo_train_length")
        return Refusal(f"shows echo {shown:g} of a train of {echoes:g}", "give an echo_number within echo_train_length")
    return None
