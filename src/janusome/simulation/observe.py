"""Observe: the state at the moment of a scan becomes a scene, and the scene an image as the scanner shows it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from janusome.model import (
    BLOOD,
    BOUND,
    ENDOTHELIUM,
    INTERNALISED,
    INTERSTITIUM,
    PHAGOCYTOSED,
    AbstractModality,
    Form,
    Scene,
    Species,
    catalogue,
)
from janusome.numerics.detectability import Comparison, against_background, against_before, judged
from janusome.numerics.precision import double
from janusome.numerics.resample import field_of_view, resample
from janusome.simulation.arms import BODY, Site
from janusome.simulation.layout import Pool
from janusome.simulation.light import in_light
from janusome.simulation.record import Scan, Visibility
from janusome.simulation.trajectory import Trajectory
from janusome.simulation.tumor_field import Snapshot, TumorField
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy, ScanEvent
from janusome.units import from_internal

Array = NDArray[np.float64]

OUTSIDE, INSIDE = (INTERSTITIUM, BOUND), (ENDOTHELIUM, INTERNALISED, PHAGOCYTOSED)
SITE_PREFIXES = {"intracellular_": "intracellular", "detached_": "detached"}


class Label(NamedTuple):
    """A label per tissue volume, mol/m^3: of attached label outside and inside cells, and of detached label."""

    attached_outside: Any
    attached_inside: Any
    detached: Any


@cache
def modalities() -> dict[str, type[AbstractModality]]:
    """Return every modality of the imaging folder by the name of its file."""
    return catalogue("janusome.imaging", AbstractModality)


@dataclasses.dataclass(frozen=True)
class Camera:
    """One scanner set up for one label: its modality's fields for every draw, its voxels, and what it was set to."""

    modality: type[AbstractModality]
    fields: Mapping[str, Array]
    voxel_size: Array
    conditions: Mapping[str, str]
    settings: Mapping[str, str]

    def draw(self, number: int) -> AbstractModality:
        """Return the modality with the parameters of one draw."""
        return self.modality(**{name: jnp.asarray(values[number]) for name, values in self.fields.items()})


def scans_of(
    study: ResolvedStudy, coarse: Trajectory, field: TumorField, lesions: tuple[Site, ...], book: ValueBook
) -> tuple[Scan, ...]:
    """Return one scan of each lesion for each scan of the protocol and each label that the arm carries."""
    carried = {species.name for species in coarse.assembly.matter.species if species.form is Form.ATTACHED}
    return tuple(
        _scan(study, event, label, lesion, coarse, field, book)
        for event in study.scans
        for label in event.labels
        if label in carried
        for lesion in lesions
    )


def _scan(
    study: ResolvedStudy,
    event: ScanEvent,
    label: str,
    lesion: Site,
    coarse: Trajectory,
    field: TumorField,
    book: ValueBook,
) -> Scan:
    camera = _camera(study, event, label, book, lesion=lesion)
    snapshot = field.at(lesion.name, event.at)
    moment = int(np.argmin(np.abs(coarse.times - event.at)))
    in_voxels = _in_voxels(snapshot, field, lesion, label, coarse, moment)
    in_lesion, in_background = _in_lesion(coarse, lesion, label, moment), _in_organ(coarse, lesion, label, moment)
    with double():
        view = _View.of(study, lesion, camera, in_voxels, book)
        before = view.shows_tissue(camera)
        found = [
            judged(_compared(camera.draw(draw), view.scene(draw, in_lesion, in_background), view.regions, before=before))
            for draw in range(book.draws)
        ]
        key = jax.random.key(_seed(study.seed, event, label, lesion.name))
        shown = camera.draw(0)
        picture, image = _pictured(shown, view.scene(0, in_lesion, in_background), key)
    hours = from_internal(event.at, "h")
    words = f"{event.scanner} {event.sequence or ''}".strip()
    return Scan(
        name=f"{words} {hours:g} h",
        scanner=event.scanner,
        modality=event.modality,
        time=event.at,
        label=label,
        unit=shown.unit,
        expected=np.asarray(picture),
        image=np.asarray(image),
        lesion=np.asarray(view.regions[0]) > 0.5,
        voxel_size=camera.voxel_size,
        visibility=Visibility(
            lesion=lesion.name,
            contrast_to_noise=np.array([one.contrast_to_noise for one in found]),
            visible=np.array([one.visible for one in found]),
            criterion=found[0].criterion,
        ),
        settings=dict(camera.settings),
        origin=lesion.grid.origin,
        direction=lesion.grid.direction,
    )


def _seed(seed: int, event: ScanEvent, label: str, lesion: str) -> int:
    words = f"{seed}|{event.scanner}|{event.sequence}|{event.at}|{label}|{lesion}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "little")


def _camera(study: ResolvedStudy, event: ScanEvent, label: str, book: ValueBook, *, lesion: Site) -> Camera:
    """Fill the fields of a modality from the sequence, the scanner, the label, and the organ around the lesion."""
    scanner, formulation = study.scanners[event.scanner], study.formulation
    modality, place = modalities()[event.modality], Place(study.host.species, lesion.tumor.background_organ)
    chain: tuple[Scope, ...] = (Scope(f"scanner {scanner.name}", scanner), Scope(f"label {label}", study.labels[label]))
    if label in formulation.labels:
        chain = (Scope(f"{label} on {formulation.name}", formulation.labels[label]), *chain)
    if event.sequence is not None:
        chain = (Scope(f"{event.sequence} of {scanner.name}", scanner.sequences[event.sequence]), *chain)
    chain = (*chain, Scope(f"host {study.host.name}", study.host))
    conditions = {name: values[0].written() for name, values in scanner.values.items() if name == "field"}
    context = {"frame_duration": np.full(book.draws, event.frame)} if event.frame is not None else {}
    context |= in_light(modality, lesion, chain, place, book)
    fields = {}
    for declared in dataclasses.fields(modality):
        name, site = declared.name, "extracellular"
        for prefix, inside in SITE_PREFIXES.items():
            if name.startswith(prefix):
                name, site = name.removeprefix(prefix), inside
        wanted = {**conditions, "site": site} if name.endswith("relaxivity") else conditions
        fields[declared.name] = book.fill(name, chain, place, context=context, conditions=wanted)
    width = float(book.fill("voxel_size", chain, place)[0])
    slices = float(book.fill_or("slice_thickness", chain, place, width)[0])
    settings = dict(conditions)
    if event.sequence is not None:
        settings["sequence"] = event.sequence
        settings |= {
            name.replace("_", " "): values[0].written() for name, values in scanner.sequences[event.sequence].values.items()
        }
    if event.frame is not None:
        settings["frame"] = f"{from_internal(event.frame, 'min'):g} min"
    settings["voxel"] = " x ".join(f"{from_internal(size, 'mm'):g}" for size in (slices, width, width)) + " mm"
    return Camera(modality, fields, np.array([slices, width, width]), conditions, settings)


@eqx.filter_jit
def _compared(modality: AbstractModality, scene: Scene, regions: tuple[Any, Any], *, before: bool) -> Comparison:
    """Read the lesion in one draw against what is around it, or against itself before the label came."""
    lesion, background = regions
    expected = modality.expected(scene)
    if before:
        return against_before(modality, expected, scene, before=modality.expected(_without_label(scene)), lesion=lesion)
    return against_background(modality, expected, scene, lesion=lesion, background=background)


@eqx.filter_jit
def _pictured(modality: AbstractModality, scene: Scene, key: Any) -> tuple[Any, Any]:
    """Return the image without noise, and one with it."""
    expected = modality.expected(scene)
    return expected, modality.noisy(expected, scene, key=key)


@eqx.filter_jit
def _brightest(modality: AbstractModality, scene: Scene) -> Any:
    return jnp.max(jnp.abs(modality.expected(scene)))


def _without_label(scene: Scene) -> Scene:
    nothing = jnp.zeros_like(scene.detached)
    return eqx.tree_at(lambda s: (s.attached_outside, s.attached_inside, s.detached), scene, (nothing,) * 3)


@dataclasses.dataclass(frozen=True)
class _View:
    """The field of view: how much of each voxel the lesion takes, what it holds there, and the tissue in and around it."""

    regions: tuple[Any, Any]  # (z, y, x) share of each voxel in the lesion; voxels that are background alone
    pattern: Label  # (z, y, x) the median's label, per tissue volume of the voxel
    voxel_size: Array
    rates: Mapping[str, tuple[Array, Array]]  # of the lesion and of what is around it, (draws,)

    @classmethod
    def of(cls, study: ResolvedStudy, lesion: Site, camera: Camera, in_voxels: Label, book: ValueBook) -> _View:
        grid, blur = lesion.grid, camera.fields.get("spatial_resolution")
        reach = float(blur[0]) if blur is not None else 0.0  # the view does not depend on the ensemble
        margin = max(3.0 * reach, 4.0 * float(camera.voxel_size.max()))
        shape = field_of_view(grid.inside.shape, voxel_size=tuple(grid.voxel_size), of=tuple(camera.voxel_size), margin=margin)

        def onto(values: Any) -> Any:
            field = np.zeros(grid.inside.shape)
            field[grid.inside] = values
            return resample(jnp.asarray(field), voxel_size=grid.voxel_size, of=camera.voxel_size, shape=shape)

        share = onto(grid.shares)
        reached = max(1, round(1.5 * reach / float(camera.voxel_size.min())))
        apart = np.asarray(binary_dilation(np.asarray(share) > 0.0, iterations=reached), dtype=bool)
        pattern = Label(*(onto(part) for part in in_voxels))
        rates = _relaxation(study, lesion, camera, book)
        return cls((share, jnp.asarray(~apart, dtype=float)), pattern, camera.voxel_size, rates)

    def scene(self, draw: int, in_lesion: Label, around: Label) -> Scene:
        """Return the scene of one draw: the median's pattern, scaled part by part to what the lesion holds in that draw."""
        share = self.regions[0]

        def part(pattern: Any, mean: Array, outside: Array) -> Any:
            inside = pattern * (mean[draw] / mean[0]) if mean[0] > 0.0 else share * mean[draw]
            return inside + (1.0 - share) * outside[draw]

        return Scene(
            *(part(*parts) for parts in zip(self.pattern, in_lesion, around, strict=True)),
            **{name: share * here[draw] + (1.0 - share) * there[draw] for name, (here, there) in self.rates.items()},
            voxel_size=jnp.asarray(self.voxel_size),
        )

    def shows_tissue(self, camera: Camera) -> bool:
        """Tell whether the modality shows tissue by itself.

        One that does is compared with its image without label: what is asked is whether the particle shows, not whether the
        tumor does.
        """
        nothing = Label(*(np.zeros(1) for _ in Label._fields))
        return bool(_brightest(camera.draw(0), _without_label(self.scene(0, nothing, nothing))) > 0.0)


def _relaxation(study: ResolvedStudy, lesion: Site, camera: Camera, book: ValueBook) -> dict[str, tuple[Array, Array]]:
    """Return relaxation rates and proton density of the lesion and of the organ around it; of no matter without a field."""
    host = Scope(f"host {study.host.name}", study.host)
    here = ((Scope(f"tumor {lesion.tumor.name}", lesion.tumor), host), Place(study.host.species))
    there = ((host,), Place(study.host.species, lesion.tumor.background_organ))

    def both(name: str) -> tuple[Array, Array]:
        one, other = (book.fill(name, chain, place, conditions=camera.conditions) for chain, place in (here, there))
        return one, other

    if not camera.conditions:
        ones = (np.ones(book.draws), np.ones(book.draws))
        return dict.fromkeys(("longitudinal_relaxation_rate", "effective_transverse_relaxation_rate", "proton_density"), ones)
    T1, T2 = both("longitudinal_relaxation_time"), both("effective_transverse_relaxation_time")
    return {
        "longitudinal_relaxation_rate": (1.0 / T1[0], 1.0 / T1[1]),
        "effective_transverse_relaxation_rate": (1.0 / T2[0], 1.0 / T2[1]),
        "proton_density": both("proton_density"),
    }


def _in_voxels(snapshot: Snapshot, field: TumorField, lesion: Site, label: str, coarse: Trajectory, moment: int) -> Label:
    """Return the label in every voxel of a lesion at the median of every input, with that in the blood of its vessels."""
    pools = field.assemblies[lesion.name].layout.pools

    def held(form: Form, sites: tuple[str, ...]) -> Array:
        index = [int(pools[key][0]) for site in sites if (key := Pool(Species(form, label), lesion.name, site)) in pools]
        return snapshot.states[:, index].sum(axis=-1) / lesion.grid.voxel_volume

    in_blood = {form: each[0] * lesion.grid.shares for form, each in _vessel_blood(coarse, lesion, label, moment).items()}
    return Label(
        held(Form.ATTACHED, OUTSIDE) + in_blood[Form.ATTACHED],
        held(Form.ATTACHED, INSIDE),
        held(Form.DETACHED, OUTSIDE + INSIDE) + in_blood[Form.DETACHED],
    )


def _in_lesion(coarse: Trajectory, lesion: Site, label: str, moment: int) -> Label:
    """Return the mean label of a lesion for every draw, as the one-place lesion holds it."""
    in_blood = _vessel_blood(coarse, lesion, label, moment)

    def held(form: Form, sites: tuple[str, ...]) -> Array:
        amounts = [_amount(coarse, Species(form, label), lesion.name, site, 0, moment) for site in sites]
        return np.sum(amounts, axis=0) / lesion.volume

    return Label(
        held(Form.ATTACHED, OUTSIDE) + in_blood[Form.ATTACHED],
        held(Form.ATTACHED, INSIDE),
        held(Form.DETACHED, OUTSIDE + INSIDE) + in_blood[Form.DETACHED],
    )


def _vessel_blood(coarse: Trajectory, lesion: Site, label: str, moment: int) -> dict[Form, Array]:
    body = next(region for region in coarse.assembly.regions if region.name == BODY)
    place = body.places.index(lesion.name)
    return {
        form: _amount(coarse, Species(form, label), BODY, BLOOD, place, moment) / lesion.volume
        for form in (Form.ATTACHED, Form.DETACHED)
    }


def _in_organ(coarse: Trajectory, lesion: Site, label: str, moment: int) -> Label:
    """Return the label in the organ around a lesion for every draw."""
    body = next(region for region in coarse.assembly.regions if region.name == BODY)
    place = body.places.index(lesion.tumor.background_organ)
    volume = coarse.assembly.tissue_volume[BODY][:, place]

    def held(form: Form, sites: tuple[str, ...]) -> Array:
        return np.sum([_amount(coarse, Species(form, label), BODY, site, place, moment) for site in sites], axis=0) / volume

    return Label(
        held(Form.ATTACHED, (BLOOD, INTERSTITIUM)),
        held(Form.ATTACHED, (PHAGOCYTOSED,)),
        held(Form.DETACHED, (BLOOD, INTERSTITIUM, PHAGOCYTOSED)),
    )


def _amount(coarse: Trajectory, species: Species, region: str, site: str, place: int, moment: int) -> Any:
    index = coarse.assembly.layout.pools.get(Pool(species, region, site))
    if index is None or index[place] < 0:
        return np.zeros(len(coarse.states))
    return coarse.states[:, moment, index[place]]
