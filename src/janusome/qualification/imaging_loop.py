"""Simulate, then quantify: whether each scanner's interval holds the label that a lesion had, or says that none is visible.

A ball of 10 mm in the tissue of its host gets label at a level drawn evenly in its logarithm; the constants of scanner, label
and tissue are drawn from their spreads, the image is made with noise and quantified as a user's would be. Nothing of the truth
is known to the way back but geometry and where in tissue the label is.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from janusome.errors import JanusomeError
from janusome.files.library import Library
from janusome.imaging.quantification.levels import Regions
from janusome.imaging.quantification.lowest import lowest_near, lowest_visible
from janusome.model import AbstractModality, Scene
from janusome.numerics.precision import double
from janusome.numerics.resample import resample
from janusome.qualification.section import Finding, Section
from janusome.simulation.camera import Camera, Exposure, camera
from janusome.simulation.light import Target
from janusome.simulation.observe import of_draw, shows_tissue, tissue_rates, tissue_scene
from janusome.simulation.values import ValueBook
from janusome.simulation.way_back import Picture, quantify
from janusome.specification.resolve import resolve
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.study import Study
from janusome.specification.timeline import COUNTS_DECAYS

Array = NDArray[np.float64]

TUMOR = "breast-her2"
DIAMETER, FINE = 10e-3, 5  # m; points along an edge of a voxel
IMAGES, DRAWS, FAINT = 100, 80, 20
RANGE = (1.5, 30.0)  # of the lowest visible level
FAINT_LEVEL = 0.2  # of it
AROUND = 0.1  # of the lesion's level
LOADING = {"value": 1e4, "unit": "", "grade": "assumed", "note": "what a label is counted in plays no part here"}
TRACER = {
    "value": 25,
    "unit": "nm",
    "low": 24,
    "high": 26,
    "grade": "assumed",
    "note": "cores made for it, known by calibration",
}
BIAS, COVERAGE, RIGHTLY = 0.05, (0.88, 0.995), 0.95


class Case(NamedTuple):
    """A scanner, what it looks for, and in whom."""

    scanner: str
    formulation: Any
    label: str
    host: str
    sequence: str | None = None


def _carrying(label: str, **values: Any) -> dict[str, Any]:
    return {
        "name": f"nanoparticle-with-{label}",
        "carrier": "nanoparticle",
        "labels": {label: {"values": {"label_atoms_per_particle": LOADING, **values}}},
    }


CASES = (
    Case("pet-clinical", "mm-302-cu64", "cu-64", "human-female"),
    Case("pet-small-animal", "mm-302-cu64", "cu-64", "mouse"),
    Case("spect-clinical", _carrying("in-111"), "in-111", "human-female"),
    Case("mri-3t", _carrying("gadolinium-chelate"), "gadolinium-chelate", "human-female", "t1w-spgr"),
    Case("mri-3t", "ferumoxytol", "iron-oxide-core", "human-female", "t2star-gre"),
    Case("ct-clinical", _carrying("gold-core"), "gold-core", "human-female"),
    Case("ct-dual-energy", _carrying("iodinated-agent"), "iodinated-agent", "human-female"),
    Case("ct-photon-counting", _carrying("gold-core"), "gold-core", "human-female"),
    Case("mpi-small-animal", _carrying("iron-oxide-core", magnetic_core_diameter=TRACER), "iron-oxide-core", "mouse"),
    Case("mri-7t", "ferumoxytol", "iron-oxide-core", "mouse", "t2star-gre"),
    Case("photoacoustic-array", _carrying("nir-dye"), "nir-dye", "mouse"),
    Case("fmt", _carrying("nir-dye"), "nir-dye", "mouse"),
)


def loop(
    case: Case, rows: Library, *, images: int = IMAGES, faint: int = FAINT, should_stop: Callable[[], bool] = lambda: False
) -> Section:
    """Return how often and how well one scanner's images give back what was there."""
    study = study_of(case, rows)
    scanner: Any = rows.row("scanner", case.scanner)
    exposure = Exposure(scanner, case.label, case.sequence, 600.0 if scanner.modality in COUNTS_DECAYS else None)
    book = ValueBook(draws=max(images, faint) + 1, seed=study.seed)
    tumor = study.lesions[0].tumor
    plain = camera(study, exposure, Target(tumor, 0.5 * DIAMETER), book)
    share = _ball(plain.voxel_size, margin=4.0 * plain.reach + 5.0 * float(plain.voxel_size.max()))
    setup = camera(study, exposure, Target.of(tumor, share, float(plain.voxel_size[0])), book)  # as deep as its voxels say
    stage = _Stage.of(setup, share, tissue_rates(study, tumor, setup, book))
    random = np.random.default_rng(study.seed)
    low, high = (math.log(one) for one in RANGE)
    found, unseen = [], 0
    for k, times in enumerate(np.exp(random.uniform(low, high, images)), start=1):
        if should_stop():
            raise KeyboardInterrupt
        level = float(times) * stage.lowest_of(k)
        found.append(_answer(study, exposure, stage.picture(k, level), seed=k) | {"image": k, "truth": level})
    for k in range(1, faint + 1):
        unseen += not _answer(study, exposure, stage.picture(k, FAINT_LEVEL * stage.lowest_of(k)), seed=k)["visible"]
    return _section(case, found, unseen=(unseen, faint), lowest=stage.lowest)


@dataclasses.dataclass(frozen=True)
class _Stage:
    """A ball in tissue as one scanner sees it, for every draw of the constants."""

    setup: Camera
    tissue: Mapping[str, tuple[Array, Array]]
    share: Array
    before: bool
    lowest: float

    @classmethod
    def of(cls, setup: Camera, share: Array, tissue: Mapping[str, tuple[Array, Array]]) -> _Stage:
        with double():
            bare = tissue_scene(of_draw(tissue, 0), jnp.asarray(share), setup.voxel_size)
            before = shows_tissue(setup.draw(0), bare)
            lowest = lowest_visible(setup.draw(0), bare, _regions(share), before=before, around=AROUND)
        return cls(setup, tissue, share, before, lowest)

    def lowest_of(self, draw: int) -> float:
        """Return the lowest visible level (mol/m^3) with the constants of one draw and a tenth of it around the ball."""
        law, bare, regions = self.setup.draw(draw), self._bare(draw), _regions(self.share)
        with double():
            return lowest_near(law, bare, regions, before=self.before, start=self.lowest, around=AROUND)

    def picture(self, draw: int, level: float) -> Picture:
        """Return an image of one draw with label at a level (mol/m^3) in the ball and a tenth of it around."""
        with double():
            law, bare = self.setup.draw(draw), self._bare(draw)
            scene = _regions(self.share).labelled(bare, level * jnp.asarray([1.0, AROUND]))
            image = _noisy(law, scene, jax.random.key(draw))
            earlier = np.asarray(_noisy(law, bare, jax.random.key(draw + 10**6))) if self.before else None
        return Picture(np.asarray(image), self.share, self.setup.voxel_size, earlier, at=3600.0)

    def _bare(self, draw: int) -> Scene:
        return tissue_scene(of_draw(self.tissue, draw), jnp.asarray(self.share), self.setup.voxel_size)


def _regions(share: Array) -> Regions:
    around = share == 0.0
    return Regions(jnp.asarray(share), jnp.asarray(share / share.sum()), jnp.asarray(around / around.sum()))


def _noisy(law: AbstractModality, scene: Scene, key: Any) -> Any:
    return law.noisy(law.expected(scene), scene, key=key)


def _ball(voxel_size: Array, *, margin: float) -> Array:
    """Return the share of each voxel (z, y, x) that a centered ball takes."""
    shape = tuple(int(np.ceil((DIAMETER + 2.0 * margin) / edge)) for edge in voxel_size)
    fine = voxel_size / FINE
    axes = [(np.arange(n * FINE) - (n * FINE - 1) / 2) * edge for n, edge in zip(shape, fine, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    ball = jnp.asarray((z**2 + y**2 + x**2 <= (DIAMETER / 2) ** 2).astype(float))
    return np.asarray(resample(ball, voxel_size=jnp.asarray(fine), of=jnp.asarray(voxel_size), shape=shape))


def study_of(case: Case, rows: Library) -> ResolvedStudy:
    """Return a study whose lesion a case looks at."""
    dose: dict[str, Any] = {"at": "0 h", "dose": "1e12 particles", "of": "carrier", "route": "intravenous"}
    if "radioactive_decay" in rows.row("label", case.label).laws:
        dose["activity"] = "100 MBq"
    data = {
        "study": f"A ball seen by {case.scanner}",
        "formulation": case.formulation,
        "host": case.host,
        "tumor": {"kind": TUMOR, "volume": "0.5 cm^3"},
        "protocol": [dose],
        "outputs": {"until": "1 d", "draws": 0, "seed": 11},
    }
    return resolve(Study.model_validate(data), rows)


def _answer(study: ResolvedStudy, exposure: Exposure, picture: Picture, *, seed: int) -> dict[str, Any]:
    try:
        found = quantify(study, study.lesions[0].tumor, exposure, picture, draws=DRAWS, seed=1000 + seed)
    except JanusomeError as error:
        return {"visible": False, "median": float("nan"), "low": float("nan"), "high": float("nan"), "failed": str(error)}
    label = found.quantities[0].values * 1e-3  # umol/L are mmol/m^3
    low, median, high = np.quantile(label, (0.025, 0.5, 0.975), method="inverted_cdf")
    return {"visible": found.visible, "median": float(median), "low": float(low), "high": float(high), "failed": ""}


def _section(case: Case, found: Sequence[dict[str, Any]], *, unseen: tuple[int, int], lowest: float) -> Section:
    told = [one for one in found if one["visible"]]
    ratios = np.array([one["median"] / one["truth"] for one in told])
    held = np.array([one["low"] <= one["truth"] <= one["high"] for one in told])
    bias = float(np.exp(np.median(np.log(ratios[np.isfinite(ratios) & (ratios > 0)]))) - 1.0) if told else float("nan")
    coverage = float(held.mean()) if told else float("nan")
    levels = f"{RANGE[0]:g} to {RANGE[1]:g} times the lowest visible level (at the median {lowest:.3g} mol/m^3)"
    share = unseen[0] / unseen[1]
    name = f"{case.scanner} {case.sequence}" if case.sequence else case.scanner
    return Section(
        key=f"loop {name}",
        title=f"Simulate, then quantify: {case.label} in a 10 mm ball by {name}",
        text=(f"{len(found)} images at {levels}, {len(told)} of them called visible; {unseen[1]} at {FAINT_LEVEL:g} times.",),
        findings=(
            Finding("bias of the median", bias, target="within 5 %", met=abs(bias) < BIAS),
            Finding("coverage of 95 % intervals", coverage, target="88 to 99.5 %", met=COVERAGE[0] <= coverage <= COVERAGE[1]),
            Finding("faint ones called not visible", share, target="at least 95 %", met=share >= RIGHTLY),
        ),
        predictions={f"loop_{name.replace(' ', '_')}": tuple(found)},
    )
