"""The protocol: doses, scans, heat and ultrasound, at times counted from the start of the study."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from janusome.errors import near_misses
from janusome.specification.refusals import Refusal
from janusome.specification.rows import Strict
from janusome.specification.vocabulary import ROUTES, Route
from janusome.specification.written import Activity, Dose, Duration, Injected, Moment, Temperature


def _one_route(data: Any) -> Any:
    words = (
        [str(word) for word in data]
        if isinstance(data, (list, tuple))
        else str(data).replace("+", " ").replace(",", " ").split()
    )
    named = [word for word in words if word in ROUTES]
    if len(named) > 1 or (isinstance(data, (list, tuple)) and len(data) != 1):
        raise Refusal(
            f"names {len(words)} routes ({', '.join(words)})", "write one event for each route, with its share of the dose"
        )
    if len(words) != 1 or words[0] not in ROUTES:
        hint = near_misses(" ".join(words), ROUTES)
        raise Refusal(
            f"is {data!r}", f"allowed is {', '.join(ROUTES[:-1])} or {ROUTES[-1]}" + (f" ({hint})" if "mean" in hint else "")
        )
    return words[0]


class Dosing(Strict):
    """A dose by any route.

    `of` names what the dose measures, `over` how long an infusion takes, `into` the lesion of an intratumoral dose, `volume`
    what the dose is dissolved in: a free drug has to dissolve in it.
    """

    at: Moment
    dose: Dose
    of: str
    route: Annotated[Route, BeforeValidator(_one_route)]
    over: Duration | None = None
    activity: Activity | None = None
    into: str | None = None
    volume: Injected | None = None


class Scanning(Strict):
    """A scan: `frame` is how long PET counts, `sequence` how MRI excites, `label` what is looked for if there are several.

    With `raw_data` the picture goes by way of raw data (counts, echoes, pressures) and their reconstruction.
    """

    at: Moment
    scan: str
    frame: Duration | None = None
    sequence: str | None = None
    label: str | None = None
    raw_data: bool = False


class Heating(Strict):
    """The tumor is kept at a temperature for some time."""

    at: Moment
    heat: Temperature
    over: Duration


class Sonicating(Strict):
    """Focused ultrasound with microbubbles opens the blood-brain barrier of every tumor that has one.

    `mechanical_index` is the peak negative pressure in place (MPa) over the root of the frequency (MHz).
    """

    at: Moment
    ultrasound: Literal["bbb-opening"]
    mechanical_index: Annotated[float, Field(gt=0.0, le=2.0)]


_MODELS = {"dose": Dosing, "scan": Scanning, "heat": Heating, "ultrasound": Sonicating}


def _kind(data: Any) -> str:
    keys = [key for key in _MODELS if (key in data if isinstance(data, dict) else hasattr(data, key))]
    if len(keys) == 1:
        return keys[0]
    if len(keys) > 1:
        raise Refusal(f"has {' and '.join(keys)} in one event", "write one event for each")
    given = list(data) if isinstance(data, dict) else []
    close = [near_misses(key, tuple(_MODELS)) for key in given if key not in ("at", "over")]
    hint = next(
        (hint for hint in close if "mean" in hint), "such as {at: 0 h, dose: 30 mg/m^2, of: doxorubicin, route: intravenous}"
    )
    raise Refusal("is no event", f"give one of `dose`, `scan`, `heat` or `ultrasound`: {hint}")


def _event(data: Any) -> Any:
    if not isinstance(data, (dict, *_MODELS.values())):
        raise Refusal("is no event", "write keys with values, such as {at: 24 h, scan: pet-clinical, frame: 10 min}")
    _kind(data)
    return data


Event = Annotated[
    Annotated[Dosing, Tag("<dose>")]
    | Annotated[Scanning, Tag("<scan>")]
    | Annotated[Heating, Tag("<heat>")]
    | Annotated[Sonicating, Tag("<ultrasound>")],
    Discriminator(lambda data: f"<{_kind(data)}>"),
    BeforeValidator(_event),
]


class Repeat(Strict):
    """The whole protocol again: `times` more cycles, one `every` so often."""

    every: Duration
    times: Annotated[int, Field(ge=1, le=1000, strict=True)]
