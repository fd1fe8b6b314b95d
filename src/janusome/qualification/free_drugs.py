"""Free drugs in people: clearance, volume and half-life of the shipped rows beside published values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from janusome.files.library import Library
from janusome.model import Form
from janusome.qualification.volumes import NAME, TABLE, read_table
from janusome.simulation.ensemble import Answer, NotEstimable
from janusome.simulation.findings import plasma_exposure
from janusome.simulation.run import simulate
from janusome.specification.body_surface import body_surface_area
from janusome.specification.resolve import resolve
from janusome.specification.rows import Host
from janusome.specification.study import Study

MAN, WOMAN = "human-male", "human-female"
CLEARANCE, VOLUME, HALF_LIFE = "clearance", "volume_at_steady_state", "terminal_half_life"
COLUMNS = {CLEARANCE: "human CL (mL/min/kg)", VOLUME: "human VDss (L/kg)", HALF_LIFE: "terminal  t1/2 (h)"}
MINUTES = 60.0 / 1000.0  # mL/min in L/h


@dataclass(frozen=True)
class Regimen:
    """How a free drug is given, and until when its plasma is followed."""

    dose: str
    over: str
    until: str


@dataclass(frozen=True)
class Figure:
    """One published figure; `low` and `high` are the same where no range is given."""

    drug: str
    name: str
    low: float
    high: float
    unit: str
    source: str

    @property
    def middle(self) -> float:
        """The value, or the geometric middle of the range."""
        return math.sqrt(self.low * self.high)


@dataclass(frozen=True)
class Compared:
    """A published figure with ours in one host, in the published unit; ours is nan where it cannot be estimated."""

    published: Figure
    host: str
    ours: float
    q05: float
    q95: float

    @property
    def fold(self) -> float:
        """How far ours is from the value, or from the nearer end of its range, as a factor."""
        near = min(max(self.ours, self.published.low), self.published.high)
        return math.exp(abs(math.log(self.ours / near)))

    @property
    def covered(self) -> bool:
        """Whether our interval reaches the published value or range."""
        return self.q05 <= self.published.high and self.published.low <= self.q95


REGIMENS = {
    "irinotecan": Regimen("145 mg/m^2", "90 min", "72 h"),
    "cisplatin": Regimen("75 mg/m^2", "1 h", "24 h"),
    "gemcitabine": Regimen("1000 mg/m^2", "30 min", "12 h"),
    "cytarabine": Regimen("100 mg/m^2", "", "8 h"),
    "topotecan": Regimen("1.5 mg/m^2", "30 min", "24 h"),
    "docetaxel": Regimen("100 mg/m^2", "1 h", "72 h"),
    "etoposide": Regimen("100 mg/m^2", "1 h", "72 h"),
    "vinblastine": Regimen("6 mg/m^2", "1 h", "1500 h"),
    "daunorubicin": Regimen("60 mg/m^2", "1 h", "300 h"),
    "doxorubicin": Regimen("50 mg/m^2", "5 min", "120 h"),
}
PER_AREA = {CLEARANCE: "L/(h m^2)", VOLUME: "L/m^2", HALF_LIFE: "h"}
WHOLE = {CLEARANCE: "L/h", VOLUME: "L", HALF_LIFE: "h"}
PER_MASS = {CLEARANCE: "L/(h kg)", VOLUME: "L/kg", HALF_LIFE: "h"}
Range = tuple[float, float] | None


def _figures(
    drug: str, source: str, units: Mapping[str, str], clearance: Range, volume: Range, half_life: Range
) -> list[Figure]:
    given = zip((CLEARANCE, VOLUME, HALF_LIFE), (clearance, volume, half_life), strict=True)
    return [Figure(drug, name, *ends, units[name], source) for name, ends in given if ends is not None]


FURTHER = (
    *_figures("irinotecan", "gupta1997, abstract", PER_AREA, (14.6, 14.6), (136, 136), (8.8, 8.8)),
    *_figures("irinotecan", "chabot1997, abstract: ranges over studies", PER_AREA, (8, 21), (136, 255), (5, 27)),
    *_figures("cisplatin", "rxlist_cisplatin", PER_AREA, (15, 16), (11, 12), (0.33, 0.5)),
    *_figures("gemcitabine", "pmc2291243, Table 3: CL and Vc + Vp", WHOLE, (162, 162), (30, 30), None),
    *_figures("gemcitabine", "pfizer_gemcitabine: infusions below 70 min", PER_AREA, None, (50, 50), (0.7, 1.57)),
    *_figures("topotecan", "topotecan_mims", WHOLE, (62, 62), (132, 132), (2, 3)),
    *_figures("docetaxel", "swiss_docetaxel", PER_AREA, (21, 21), None, (11.1, 11.1)),
    *_figures("docetaxel", "pfizer_docetaxel", WHOLE, None, (113, 113), None),
    *_figures("etoposide", "etopophos_uk: 33 to 48 mL/min", WHOLE, (1.98, 2.88), (18, 29), (4, 11)),
    *_figures("daunorubicin", "drummond1999, Table 4", WHOLE, (13.38, 13.38), (1055, 1055), None),
    *_figures("daunorubicin", "swiss_daunorubicin", PER_MASS, None, (39, 39), (19, 19)),
)


def published(data: Path) -> list[Figure]:
    """Return the figures of the table for every free drug of the library, and the further ones that are cited here."""
    lines = {line[NAME].lower(): line for line in read_table(data)}
    found = []
    for drug in (one for one in REGIMENS if one in lines):
        numbers = {name: lines[drug][column] for name, column in COLUMNS.items() if lines[drug][column].strip()}
        for name, text in numbers.items():
            value = float(text) * (MINUTES if name == CLEARANCE else 1.0)
            found.append(Figure(drug, name, value, value, PER_MASS[name], f"lombardo2018 ({TABLE.name})"))
    return [*found, *FURTHER]


def compare(figures: Iterable[Figure], library: Library, *, draws: int, hosts: Iterable[str] = (MAN, WOMAN)) -> list[Compared]:
    """Simulate every drug once in each host and set it beside the figures."""
    figures = list(figures)
    found = []
    for host in hosts:
        for drug in dict.fromkeys(figure.drug for figure in figures):
            row, ours = _ours(drug, host, library, draws)
            mine = [figure for figure in figures if figure.drug == drug]
            found += [_compared(figure, row, ours[figure.name]) for figure in mine]
    return found


def _ours(drug: str, host: str, library: Library, draws: int) -> tuple[Host, Mapping[str, Answer]]:
    regimen = REGIMENS[drug]
    given = {"at": "0 h", "dose": regimen.dose, "of": drug, "route": "intravenous"}
    asked = {
        "study": "qualification",
        "formulation": f"free-{drug}",
        "host": host,
        "protocol": [given | ({"over": regimen.over} if regimen.over else {})],
        "controls": (),
        "outputs": {"until": regimen.until, "draws": draws},
    }
    study = resolve(Study.model_validate(asked), library)
    record = simulate(study, grids={})
    seen = plasma_exposure(record.arms[0], record.values)
    own = next(one for one in seen if (one.about["species"], one.about["form"]) == (drug, Form.RELEASED.value))
    return study.host, own.figures


def _compared(figure: Figure, host: Host, ours: Answer) -> Compared:
    scale = 1.0
    if figure.unit.endswith(("kg", "kg)")):
        scale = 1.0 / host.find("body_mass")[0].internal
    elif figure.unit.endswith(("m^2", "m^2)")):
        scale = 1.0 / body_surface_area(host)
    if isinstance(ours, NotEstimable):
        return Compared(figure, host.name, math.nan, math.nan, math.nan)
    return Compared(figure, host.name, ours.median * scale, ours.q05 * scale, ours.q95 * scale)
