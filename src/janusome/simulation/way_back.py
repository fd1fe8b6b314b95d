"""The way back: from a picture and a region of interest to how much label is there, with what is known and what is not.

Every constant between label and picture (scanner, sequence, relaxivities, tissue) is drawn from its spread and the picture's
noise is drawn with it; each draw is solved for the levels in the lesion and around it. The interval over the draws holds both.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro
from scipy.ndimage import binary_dilation

from janusome.errors import InputError, SolverError
from janusome.imaging.pet import decay_corrected, injected_share, standardised_uptake
from janusome.imaging.quantification.levels import Regions, Solved, noise_of_means, solved
from janusome.model import AbstractModality, Form, Scene, Species
from janusome.numerics.detectability import ROSE_THRESHOLD
from janusome.numerics.precision import double
from janusome.simulation.arms import CARRIER, TREATED, matter_of
from janusome.simulation.camera import Camera, Exposure, camera
from janusome.simulation.doses import given_in
from janusome.simulation.light import Target
from janusome.simulation.observe import of_draw, shows_tissue, tissue_rates, tissue_scene
from janusome.simulation.trajectory import Control
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy
from janusome.specification.rows import Tumor
from janusome.units import from_internal

if TYPE_CHECKING:
    from janusome.simulation.protocol import Given

Array = NDArray[np.float64]

RIM = 3  # voxels around the lesion, beyond the reach of its blur, that are read as background
THROUGHOUT = 0.999  # share of body in a voxel without air, as rounded in a file
CLOSE = 1e-6  # of the image: what a draw may miss it by and count as solved
MOST_AT_ONCE = 2**21  # voxels of all draws of a batch
MOST_DRAWS_AT_ONCE = 27
MOST_NOISE = 10.0  # times the scanner's own: more is no noise but anatomy, and another region should be chosen
LEAST_SOLVED = 0.5  # share of the draws that must have an answer


@dataclass(frozen=True)
class Picture:
    """An image (z, y, x) in the unit of its scanner, the lesion's share of each voxel, and an earlier image if there is one.

    `parts` are the shares of the label outside cells, inside them and detached; `at` is the time since the study began, s.
    """

    image: Array
    share: Array
    voxel_size: Array
    before: Array | None = None
    parts: tuple[float, float, float] = (1.0, 0.0, 0.0)
    at: float | None = None
    body: Array | None = None  # share of each voxel that is no air, where it is known


@dataclass(frozen=True)
class Quantity:
    """One figure for every draw that the picture allows."""

    name: str
    unit: str
    values: Array  # (draws,), infinite where only a lower bound is known
    meaning: str = ""


@dataclass(frozen=True)
class Quantified:
    """What a picture says of a lesion."""

    label: str
    scanner: str
    quantities: tuple[Quantity, ...]
    contrast: float  # of the lesion over what is around it, or over what was before, in the unit of the image
    noise: float  # standard deviation of that contrast
    notes: tuple[str, ...]

    @property
    def visible(self) -> bool:
        """Whether the lesion stands out by the criterion of Rose."""
        return _stands_out(self.contrast, self.noise)


def quantify(
    study: ResolvedStudy,
    tumor: Tumor,
    exposure: Exposure,
    picture: Picture,
    *,
    draws: int = 200,
    seed: int | None = None,
    control: Control | None = None,
) -> Quantified:
    """Return how much label a picture shows in a lesion.

    Raises
    ------
    InputError
        If the scanner's pictures are relative, the region is empty or has nothing around it, or an earlier image is lacking.
    SolverError
        If the picture lies beyond what the scanner can show.
    """
    control = control or Control()
    book = ValueBook(draws=draws + 1, seed=study.seed if seed is None else seed, joints=study.joints)
    setup = camera(study, exposure, Target.of(tumor, picture.share, float(picture.voxel_size[0])), book)
    if setup.modality.relative:
        raise InputError(
            exposure.scanner.name,
            "shows relative pictures, which say nothing of amounts",
            "compare pictures of one animal with each other, or use another scanner",
        )
    tissue = tissue_rates(study, tumor, setup, book)
    cut = _cut(picture, setup)
    regions = _regions(cut, setup)
    with double():
        levels, contrast, noise = _levels(setup, tissue, regions, cut, book=book, control=control)
    levels = _bounded(levels, exposure)
    found = Quantified(
        label=exposure.label,
        scanner=exposure.scanner.name,
        quantities=tuple(_quantities(study, exposure, setup, picture, levels, book=book)),
        contrast=contrast,
        noise=noise,
        notes=(*_notes(picture, setup), *_beyond(levels)),
    )
    return _possible(found, levels[:, 0] >= 0.0) if found.visible else found


def _possible(found: Quantified, possible: NDArray[np.bool_]) -> Quantified:
    """Return what remains once the draws are left out in which the label would change the picture the other way.

    Of a lesion that stands out, less than none is no noise but constants that the picture contradicts.
    """
    if possible.all():
        return found
    if not possible.any():
        raise SolverError(
            f"the picture shows the opposite of what {found.label} does in {found.scanner}: every draw has less than none. "
            "Check which image is the earlier one, the sequence and the label."
        )
    kept = tuple(dataclasses.replace(one, values=one.values[possible]) for one in found.quantities)
    told = f"{(~possible).mean():.0%} of the draws were left out: with their constants the label would act the other way"
    return dataclasses.replace(found, quantities=kept, notes=(*found.notes, told))


def _levels(
    setup: Camera,
    rates: Mapping[str, tuple[Array, Array]],
    regions: Regions,
    picture: Picture,
    *,
    book: ValueBook,
    control: Control,
) -> tuple[Array, float, float]:
    """Return both levels for every draw, (draws, 2), and the contrast that decides on visibility with its noise."""
    means = regions.means(jnp.asarray(picture.image))
    before = None if picture.before is None else regions.means(jnp.asarray(picture.before))
    middle, there = setup.draw(0), tissue_scene(of_draw(rates, 0), regions.share, picture.voxel_size)
    if before is None and shows_tissue(middle, there):
        raise InputError(
            "--before",
            f"is missing, and {setup.modality.__name__} shows tissue by itself",
            "give an image of the same place from before the label came",
        )
    alike = regions.gathered() if setup.modality.local else regions
    first = solved(middle, tissue_scene(of_draw(rates, 0), alike.share, picture.voxel_size), alike, means=means, before=before)
    scatter = _scatter(middle, there, regions, picture, first)
    normal = np.random.default_rng(book.seed).standard_normal((book.draws, 4))
    noise = scatter.reshape(4) * np.where(np.arange(book.draws)[:, None] > 0, normal, 0.0)
    seen, earlier = means + noise[:, :2], None if before is None else before + noise[:, 2:]
    contrast, deviation = _contrast(middle, there, regions, first, scatter, means=means, before=before)
    at_least = 0.0 if _stands_out(contrast, deviation) else -math.inf  # noise may be less than none, a lesion may not
    batches = _in_batches(setup, rates, alike, picture.voxel_size, seen, earlier, at_least=at_least, control=control)
    return np.concatenate(list(batches)), contrast, deviation


def _contrast(
    middle: AbstractModality, tissue: Scene, regions: Regions, first: Solved, scatter: Array, *, means: Any, before: Any
) -> tuple[float, float]:
    """Return by how much the lesion differs from what was there before, or is around it, and the noise of that."""
    if before is not None:
        return float(means[0] - before[0]), float(np.hypot(*scatter[:, 0]))
    around = jnp.full(2, jnp.maximum(jnp.nan_to_num(first.levels[1]), 0.0))  # the lesion's place, were it as its surroundings
    without = float(noise_of_means(middle, tissue, regions, around)[0][0])
    return float(means[0] - means[1]), float(np.sqrt(0.5 * (scatter[0, 0] ** 2 + without**2)))


def _stands_out(contrast: float, noise: float) -> bool:
    """Tell by the criterion of Rose."""
    return abs(contrast) >= ROSE_THRESHOLD * noise


def _in_batches(
    setup: Camera,
    rates: Mapping[str, tuple[Array, Array]],
    regions: Regions,
    voxel_size: Array,
    seen: Any,
    earlier: Any,
    *,
    at_least: float,
    control: Control,
) -> Iterator[Array]:
    """Yield the levels of every draw, batch by batch; not a number where there is no answer.

    The batch depends on the regions alone and the last one is filled up, so that a draw is the same among any others.
    """
    draws = len(seen)
    batch = int(np.clip(MOST_AT_ONCE // regions.share.size, 1, MOST_DRAWS_AT_ONCE))
    for start in range(0, draws, batch):
        if control.should_stop():
            raise KeyboardInterrupt
        control.on_progress("solving for the levels", start / draws)
        index = np.minimum(np.arange(start, start + batch), draws - 1)
        laws = setup.modality(**{name: jnp.asarray(values[index]) for name, values in setup.fields.items()})
        around = {name: (jnp.asarray(here[index]), jnp.asarray(there[index])) for name, (here, there) in rates.items()}
        before = None if earlier is None else earlier[index]
        levels, missed = _together(laws, around, regions, jnp.asarray(voxel_size), seen[index], before, jnp.asarray(at_least))
        solved_well = np.all(np.abs(missed) <= CLOSE * np.max(np.abs(seen[index]), axis=1, keepdims=True), axis=1)
        yield np.where(solved_well[:, None], levels, np.nan)[: draws - start]


@eqx.filter_jit
def _together(
    laws: AbstractModality, rates: Any, regions: Regions, voxel_size: Any, means: Any, before: Any, at_least: Any
) -> tuple[Any, Any]:
    """Solve several draws at once: levels, and what each misses."""

    def one(law: AbstractModality, around: Any, seen: Any, earlier: Any) -> tuple[Any, Any]:
        scene = tissue_scene(around, regions.share, voxel_size)
        found = solved(law, scene, regions, means=seen, before=earlier, at_least=at_least)
        return found.levels, found.missed

    return eqx.filter_vmap(one)(laws, rates, means, before)


def _scatter(middle: AbstractModality, tissue: Scene, regions: Regions, picture: Picture, first: Solved) -> Array:
    """Return the standard deviations of the means, of the image and of the earlier one (2, 2), in the unit of the image.

    They are the scanner's, and larger in proportion where the surroundings scatter more than its noise explains.
    """
    around = jnp.maximum(jnp.nan_to_num(first.levels[1]), 0.0)
    levels = jnp.stack([jnp.maximum(jnp.nan_to_num(first.levels[0]), around), around])  # counts below none have noise too
    (now, voxel), (earlier, _) = (noise_of_means(middle, tissue, regions, each) for each in (levels, jnp.zeros(2)))
    gain = np.asarray(first.gain)
    plain = picture.image if picture.before is None else (picture.image - picture.before) / math.sqrt(2.0)
    explained = float(voxel) * abs(float(gain[1]))
    measured = float(np.std(plain[np.asarray(regions.background) > 0.0]))
    more = float(np.clip(measured / explained, 1.0, MOST_NOISE)) if explained > 0.0 else 1.0
    return np.stack([np.asarray(now) * gain, np.asarray(earlier) * gain]) * more


def _cut(picture: Picture, setup: Camera) -> Picture:
    """Return what of a picture the lesion and its surroundings take: solving for it needs no more.

    All of it where the blur has no one width, as of light and sound, whose way also starts above the picture's middle.
    """
    inside = np.argwhere(picture.share > 0.0)
    if not len(inside):
        raise InputError("--roi", "marks no voxel of the image", "give a region that lies inside it")
    if setup.reach == 0.0 and not setup.modality.local:
        return picture
    margin = np.ceil(4.0 * setup.reach / picture.voxel_size).astype(int) + RIM + 1
    low = np.maximum(inside.min(axis=0) - margin, 0)
    high = np.minimum(inside.max(axis=0) + 1 + margin, picture.share.shape)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    before, body = (None if one is None else one[box] for one in (picture.before, picture.body))
    return Picture(picture.image[box], picture.share[box], picture.voxel_size, before, picture.parts, picture.at, body)


def _regions(picture: Picture, setup: Camera) -> Regions:
    """Return the regions to read: what lies more than half inside the lesion, and a rim beyond the reach of its blur."""
    share = np.asarray(picture.share, dtype=float)
    lesion = share > 0.5 if (share > 0.5).any() else share > 0.0
    steps = max(1, round(1.5 * setup.reach / float(picture.voxel_size.min())))
    near = np.asarray(binary_dilation(share > 0.0, iterations=steps), dtype=bool)
    rim = np.asarray(binary_dilation(near, iterations=RIM), dtype=bool) & ~near
    if picture.body is not None:
        rim &= picture.body > THROUGHOUT
    if not rim.any():
        raise InputError("--roi", "leaves nothing of the image around it", "give an image with some tissue around the region")
    return Regions(jnp.asarray(share), jnp.asarray(lesion / lesion.sum()), jnp.asarray(rim / rim.sum()), picture.parts)


def _bounded(levels: Array, exposure: Exposure) -> Array:
    """Return levels with those that no finite one answers as infinite: such a signal bounds the label from below alone."""
    known = np.isfinite(levels).all(axis=1)
    if known.mean() < LEAST_SOLVED:
        raise SolverError(
            f"the picture shows what {exposure.scanner.name} cannot show of {exposure.label}: "
            f"{(~known).mean():.0%} of the draws have no answer. Check unit, sequence, label and the earlier image."
        )
    around = np.where(known, levels[:, 1], np.median(levels[known, 1]))
    return np.stack([np.where(known, levels[:, 0], np.inf), around], axis=-1)


def _quantities(
    study: ResolvedStudy,
    exposure: Exposure,
    setup: Camera,
    picture: Picture,
    levels: Array,
    *,
    book: ValueBook,
) -> Iterator[Quantity]:
    """Yield label and what follows from it: mass, carriers, activity, share of the dose, SUV."""
    place = Place(study.host.species)
    row = (Scope(f"label {exposure.label}", study.labels[exposure.label]),)
    per_volume = "per tissue volume"
    yield Quantity("label in lesion", "umol/L", from_internal(levels[:, 0], "umol/L"), per_volume)
    yield Quantity("label around it", "umol/L", from_internal(levels[:, 1], "umol/L"), per_volume)
    half_life = book.fill("half_life", row, place) if "half_life" in setup.fields else None
    if half_life is None:
        mass = levels[:, 0] * book.fill("atomic_mass", row, place)
        yield Quantity("mass of label in lesion", "ug/mL", from_internal(mass, "ug/mL"), per_volume)
    given = given_in(study, matter_of(study, TREATED), TREATED, book)
    yield from _carriers(exposure, levels, given, half_life, picture)
    if half_life is not None:
        yield from _activity(study, exposure, levels, half_life, picture, book=book)


def _carriers(
    exposure: Exposure,
    levels: Array,
    given: Sequence[Given],
    half_life: Array | None,
    picture: Picture,
) -> Iterator[Quantity]:
    carrier, label = Species(Form.CARRIER, CARRIER), Species(Form.ATTACHED, exposure.label)
    dose = next((one for one in given if carrier in one.amounts and label in one.amounts), None)
    if dose is None or not np.all(dose.amounts[label] > 0.0):
        return
    per_carrier = dose.amounts[label] / dose.amounts[carrier]
    if half_life is not None:
        if picture.at is None:
            return
        per_carrier = per_carrier * np.exp(-math.log(2.0) * (picture.at - dose.start) / half_life)
    number = from_internal(levels[:, 0] / per_carrier, "particle/mL")
    yield Quantity("carriers in lesion", "particle/mL", number, "if all label there is still on its carrier")


def _activity(
    study: ResolvedStudy,
    exposure: Exposure,
    levels: Array,
    half_life: Array,
    picture: Picture,
    *,
    book: ValueBook,
) -> Iterator[Quantity]:
    activity = from_internal(math.log(2.0) / half_life * Avogadro * levels[:, 0], "Bq/mL")
    yield Quantity("activity in lesion", "kBq/mL", activity / 1e3, "at the start of the frame")
    dose = next((one for one in study.doses if one.active_label == exposure.label and one.activity), None)
    if dose is None or picture.at is None:
        return
    injected = float(dose.activity or 0.0)
    corrected = decay_corrected(jnp.asarray(activity), half_life=jnp.asarray(half_life), elapsed=picture.at - dose.at)
    mass = float(book.fill("body_mass", (Scope(f"host {study.host.name}", study.host),), Place(study.host.species))[0])
    share = np.asarray(injected_share(corrected, injected_activity=injected))
    uptake = np.asarray(standardised_uptake(corrected, injected_activity=injected, body_mass=mass))
    yield Quantity("share of the dose", "%ID/mL", share, "decay-corrected to the injection")
    yield Quantity("standardised uptake value", "g/mL", uptake, "decay-corrected to the injection")


def _beyond(levels: Array) -> tuple[str, ...]:
    share = float(np.isinf(levels[:, 0]).mean())
    return (f"in {share:.0%} of the draws no concentration answers the signal: there is no upper limit",) if share else ()


def _notes(picture: Picture, setup: Camera) -> tuple[str, ...]:
    words = ("outside cells", "inside cells", "detached")
    told = ", ".join(f"{part:.0%} {word}" for part, word in zip(picture.parts, words, strict=True) if part > 0.0)
    named = {"intracellular_longitudinal_relaxivity", "detached_longitudinal_relaxivity"} & set(setup.fields)
    if not named:
        return ()
    return (f"the scanner's answer depends on where the label is; taken was {told}",)
