"""janusome: the in-silico laboratory of nanotheranostics. Research use only.

>>> import janusome as jn
>>> result = jn.run("study.yaml", output="out")  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# What is offered here and the module it stands in; loaded when it is first asked for, so that importing stays quick.
_OFFERED = {
    "run": "verbs",
    "calibrate": "verbs",
    "demo": "verbs",
    "validate": "verbs",
    "list_": "verbs",
    "show": "verbs",
    "compare": "verbs",
    "corona": "verbs",
    "doctor": "verbs",
    "image": "verbs",
    "qualify": "verbs",
    "quantify": "verbs",
    "Result": "verbs",
    "Study": "specification.study",
    "JanusomeError": "errors",
    "InputError": "errors",
    "InputErrors": "errors",
}

__all__ = [
    "InputError",
    "InputErrors",
    "JanusomeError",
    "Result",
    "Study",
    "calibrate",
    "compare",
    "corona",
    "demo",
    "doctor",
    "image",
    "list_",
    "qualify",
    "quantify",
    "run",
    "show",
    "validate",
]

if TYPE_CHECKING:
    from janusome.errors import InputError, InputErrors, JanusomeError
    from janusome.specification.study import Study
    from janusome.verbs import (
        Result,
        calibrate,
        compare,
        corona,
        demo,
        doctor,
        image,
        list_,
        qualify,
        quantify,
        run,
        show,
        validate,
    )


def __getattr__(name: str) -> Any:
    if name not in _OFFERED:
        raise AttributeError(f"module 'janusome' has no attribute {name!r}")
    return getattr(import_module(f"janusome.{_OFFERED[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_OFFERED])
