"""Refusals: what pydantic found, told as where it stands, what it is, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from janusome.errors import InputError, InputErrors, near_misses

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class Refusal(ValueError):
    """A problem and its remedy, raised inside a validator, which does not know where it stands."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem}; {remedy}")

    @classmethod
    def of(cls, error: InputError) -> Refusal:
        """Return an input error without its place."""
        return cls(error.problem, error.remedy)


@dataclass(frozen=True)
class Origin:
    """Where a document came from: its file, the line of every key, and who wrote it."""

    name: str = ""
    lines: Mapping[Path, int] = field(default_factory=dict)
    owner: str = "study"  # or "user library", "shipped"

    def place(self, path: Path) -> str:
        """Return how a message names a key of the document.

        >>> Origin("study.yaml", {("protocol", 0): 7}).place(("protocol", 0, "dose"))
        'study.yaml: protocol[0].dose (line 7)'
        """
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.lines), ())
        line = f" (line {self.lines[known]})" if known in self.lines else ""
        return ": ".join(part for part in (self.name, dotted(path)) if part) + line or "the study"

    def refuse(self, path: Path, problem: str, remedy: str) -> InputError:
        """Return a refusal of what stands at a path."""
        return InputError(self.place(path), problem, remedy)


def dotted(path: Path) -> str:
    """Write a path as people do.

    >>> dotted(("protocol", 0, "dose"))
    'protocol[0].dose'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def read(
    model: type[M],
    data: Any,
    *,
    origin: Origin,
    stand_ins: Mapping[str, Any] | None = None,
    also: Callable[[M], list[tuple[Path, Refusal]]] = lambda _: [],
) -> M:
    """Read a document into a model and check what `also` checks; every refusal is told together.

    Raises
    ------
    InputErrors
        With the place of each.
    """
    draft = read_draft(model, data, origin=origin, stand_ins=stand_ins)
    found = also(draft.model) if draft.model is not None else []
    found = [(path, each) for path, each in found if path[:1] == () or path[0] not in draft.stood_in]
    refusals = [*draft.refusals, *(origin.refuse(draft.original(path), each.problem, each.remedy) for path, each in found)]
    if refusals or draft.model is None:
        raise InputErrors(refusals)
    return draft.model


@dataclass(frozen=True)
class Draft(Generic[M]):
    """What could be read of a document: the model without the refused parts (None if too little is left), and the refusals.

    Checks that need the whole run on the rest, so that one reading tells everything that is wrong.
    """

    model: M | None
    refusals: tuple[InputError, ...] = ()
    moved: Mapping[Path, int] = field(default_factory=dict)  # items of lists whose earlier neighbours were left out
    stood_in: frozenset[str] = frozenset()  # keys that were missing or refused as a whole

    def original(self, path: Path) -> Path:
        """Return where a path of the draft stands in the document."""
        return tuple(self.moved.get(path[: n + 1], step) for n, step in enumerate(path))


def read_draft(model: type[M], data: Any, *, origin: Origin, stand_ins: Mapping[str, Any] | None = None) -> Draft[M]:
    """Read as much of a document as can be read; `stand_ins` are put where a key has nothing left."""
    if not isinstance(data, (Mapping, model)):
        return Draft(None, (origin.refuse((), f"is {_shown(data)}", "write keys with values, such as `name: ...`"),))
    refusals: tuple[InputError, ...] = ()
    bad: set[Path] = set()
    moved: dict[Path, int] = {}
    stood_in: dict[str, Any] = {}
    kept = data
    for _ in range(6):  # leaving a part out may uncover that what holds it is incomplete
        try:
            return Draft(model.model_validate(kept, context=origin), refusals, moved, frozenset(stood_in))
        except ValidationError as error:
            draft = Draft(None, refusals, moved)
            found = [(draft.original(path), each) for path, each in told(error, kept, model=model, origin=origin)]
        refusals = refusals or tuple(each for _, each in found)
        refused = {path for path, _ in found}
        stood_in |= {key: item for key, item in (stand_ins or {}).items() if (key,) in refused and key in model.model_fields}
        gone = {(key,) for key in stood_in}
        bad |= gone | {path if _present(data, path) else path[:-1] for path, _ in found if path[:1] not in gone}
        if () in bad:
            break
        moved = {}
        kept = _without(data, bad, moved) | stood_in
    return Draft(None, refusals)


def _present(data: Any, path: Path) -> bool:
    return len(_walk(path, data)[0]) == len(path)


def _without(data: Any, bad: set[Path], moved: dict[Path, int], old: Path = (), new: Path = ()) -> Any:
    if isinstance(data, Mapping):
        kept = {key: item for key, item in data.items() if (*old, key) not in bad}
        return {key: _without(item, bad, moved, (*old, key), (*new, key)) for key, item in kept.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        indices = [k for k in range(len(data)) if (*old, k) not in bad]
        moved |= {(*new, n): k for n, k in enumerate(indices) if n != k}
        return [_without(data[k], bad, moved, (*old, k), (*new, n)) for n, k in enumerate(indices)]
    return data


def told(error: ValidationError, data: Any, *, model: type[BaseModel], origin: Origin) -> list[tuple[Path, InputError]]:
    """Return every refusal of one validation with the path at which it stands."""
    return [_one(dict(entry), data, model=model, origin=origin) for entry in error.errors(include_url=False)]


def _one(entry: dict[str, Any], data: Any, *, model: type[BaseModel], origin: Origin) -> tuple[Path, InputError]:
    path, found = _walk(entry["loc"], data)
    kind, context = entry["type"], entry.get("ctx", {})
    reason = context.get("error")
    shown = _shown(found)
    if isinstance(reason, Refusal):
        problem, remedy = reason.problem, reason.remedy
    elif kind == "missing":
        path = (*path, str(entry["loc"][-1])) if path[-1:] != (entry["loc"][-1],) else path
        problem, remedy = "is missing", f"give {_article(str(entry['loc'][-1]))}"
    elif kind == "extra_forbidden":
        problem, remedy = "is no known key", near_misses(str(path[-1]), _keys(model, path[:-1], data))
    elif kind in ("literal_error", "enum"):
        allowed = [word.strip(" '") for word in context["expected"].replace(" or ", ", ").split(", ")]
        problem = f"is {shown}"
        remedy = f"allowed is {' or '.join(allowed)}"
    elif kind == "string_pattern_mismatch":
        problem, remedy = f"is {shown}", "write lower-case letters, digits, dots and hyphens"
    elif kind.endswith(("_type", "_parsing")):
        problem, remedy = f"is {shown}", f"write {_wanted(kind)}"
    elif kind in _BOUNDS:
        problem, remedy = f"is {shown}", f"allowed is {_BOUNDS[kind].format(**context)}"
    else:
        problem, remedy = f"is {shown}", entry["msg"][:1].lower() + entry["msg"][1:]
    return path, origin.refuse(path, problem, remedy)


_BOUNDS = {
    "greater_than": "above {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "below {lt}",
    "less_than_equal": "{le} or less",
    "too_short": "{min_length} or more of them",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} characters or fewer",
    "too_long": "{max_length} of them or fewer",
}

_WANTED = {
    "float": "a finite number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "dict": "keys with values",
    "model": "keys with values",
    "tuple": "a list",
    "list": "a list",
}


def _wanted(kind: str) -> str:
    return _WANTED.get(kind.partition("_")[0], "something else")


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} `{name}`" if not name.endswith("s") else f"`{name}`"


def _walk(loc: Sequence[str | int], data: Any) -> tuple[Path, Any]:
    """Follow a pydantic location through the data, leaving out the steps that only pydantic knows."""
    path: list[str | int] = []
    inside: Any = data.__dict__ if isinstance(data, BaseModel) else data
    for step in loc:
        if not _has(inside, step):
            continue
        inside = inside[step]
        path.append(step)
    return tuple(path), inside


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, Mapping):
        return step in data
    return isinstance(data, (list, tuple)) and isinstance(step, int) and 0 <= step < len(data)


def _shown(found: Any) -> str:
    if isinstance(found, Mapping):
        return "a set of keys"
    if isinstance(found, Sequence) and not isinstance(found, str):
        return f"a list of {len(found)}"
    if found is None:
        return "empty"
    text = repr(found) if isinstance(found, str) else str(found)
    return text if len(text) <= 60 else text[:57] + "..."


def _keys(model: type[BaseModel], path: Path, data: Any) -> list[str]:
    """Return the keys that are known where a path stands."""
    here: list[type[BaseModel]] = [model]
    for step in path:
        data = data[step]
        if isinstance(step, str):
            here = [inner for one in here for inner in _models(_annotation(one, step))] or here
    fitting = [one for one in here if isinstance(data, Mapping) and _required(one) <= set(data)] or here
    return sorted({name for one in fitting for name in _names(one)})


def _names(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _required(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items() if info.is_required()}


def _annotation(model: type[BaseModel], step: str) -> Any:
    fields = model.model_fields
    return next((info.annotation for name, info in fields.items() if step in (name, info.alias)), None)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]
