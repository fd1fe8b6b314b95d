"""Observe: the state at the moment of a scan becomes a scene, and the scene an image as the scanner shows it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro

from janusome.imaging.quantification.levels import Regions
from janusome.imaging.quantification.lowest import lowest_near, lowest_visible
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
)
from janusome.numerics.detectability import Comparison, against_background, against_before, judged
from janusome.numerics.precision import double
from janusome.numerics.resample import field_of_view, resample
from janusome.simulation.arms import BODY, CARRIER, Site
from janusome.simulation.body_region import BodyRegion
from janusome.simulation.camera import Camera, Exposure, camera
from janusome.simulation.layout import Pool
from janusome.simulation.light import Target
from janusome.simulation.record import Lowest, Scan, Visibility
from janusome.simulation.trajectory import Trajectory
from janusome.simulation.tumor_field import Snapshot, TumorField
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.resolved import ResolvedStudy, ScanEvent
from janusome.specification.rows import Tumor
from janusome.units import from_internal

Array = NDArray[np.float64]

OUTSIDE, INSIDE = (INTERSTITIUM, BOUND), (ENDOTHELIUM, INTERNALISED, PHAGOCYTOSED)
RELAXATIONS = ("longitudinal", "transverse", "effective_transverse")


class Label(NamedTuple):
    """A label per tissue volume, mol/m^3: of attached label outside and inside cells, and of detached label."""

    attached_outside: Any
    attached_inside: Any
    detached: Any


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
    setup = camera(study, Exposure(study.scanners[event.scanner], label, event.sequence, event.frame), target_of(lesion), book)
    snapshot = field.at(lesion.name, event.at)
    moment = int(np.argmin(np.abs(coarse.times - event.at)))
    in_voxels = _in_voxels(snapshot, field, lesion, label, coarse, moment)
    in_lesion, in_background = _in_lesion(coarse, lesion, label, moment), _in_organ(coarse, lesion, label, moment)
    with double():
        view = _View.of(study, lesion, setup, in_voxels, book)
        before = shows_tissue(setup.draw(0), view.tissue(0))
        found = [
            judged(_compared(setup.draw(draw), view.scene(draw, in_lesion, in_background), view.regions, before=before))
            for draw in range(book.draws)
        ]
        seed = _seed(study.seed, event, label, lesion.name)
        shown = setup.draw(0)
        scene = view.scene(0, in_lesion, in_background)
        picture = _expected(shown, scene)
        image = _image(shown, scene, picture, seed, raw_data=event.raw_data)
        earlier = None
        if before:
            tissue = view.tissue(0)
            earlier = _image(shown, tissue, _expected(shown, tissue), (seed + 1) % 2**32, raw_data=event.raw_data)
        parts = _parts(in_lesion)
        lowest = _lowest(setup, view, before=before, parts=parts)
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
        share=np.asarray(view.regions[0]),
        body=np.asarray(view.body),
        before=None if earlier is None else np.asarray(earlier),
        parts=parts,
        lowest=Lowest(lowest, lowest * _carriers_per_label(coarse, lesion, label, moment)),
        voxel_size=setup.voxel_size,
        visibility=Visibility(
            lesion=lesion.name,
            contrast_to_noise=np.array([one.contrast_to_noise for one in found]),
            visible=np.array([one.visible for one in found]),
            criterion=found[0].criterion,
        ),
        settings=dict(setup.settings),
        origin=lesion.grid.origin,
        direction=lesion.grid.direction,
    )


def target_of(lesion: Site) -> Target:
    """Return a lesion as a camera sees it."""
    layers = np.zeros(lesion.grid.inside.shape)
    layers[lesion.grid.inside] = lesion.grid.shares
    return Target.of(lesion.tumor, layers, float(lesion.grid.voxel_size[0]))


def _seed(seed: int, event: ScanEvent, label: str, lesion: str) -> int:
    words = f"{seed}|{event.scanner}|{event.sequence}|{event.at}|{label}|{lesion}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "little")


@eqx.filter_jit
def _compared(modality: AbstractModality, scene: Scene, regions: tuple[Any, Any], *, before: bool) -> Comparison:
    """Read the lesion in one draw against what is around it, or against itself before the label came."""
    lesion, background = regions
    expected = modality.expected(scene)
    if before:
        return against_before(modality, expected, scene, before=modality.expected(_without_label(scene)), lesion=lesion)
    return against_background(modality, expected, scene, lesion=lesion, background=background)


@eqx.filter_jit
def _expected(modality: AbstractModality, scene: Scene) -> Any:
    return modality.expected(scene)


@eqx.filter_jit
def _noisy(modality: AbstractModality, expected: Any, scene: Scene, key: Any) -> Any:
    return modality.noisy(expected, scene, key=key)


def _image(modality: AbstractModality, scene: Scene, expected: Any, seed: int, *, raw_data: bool) -> Any:
    """Return one image with noise, by way of raw data if asked."""
    return modality.acquired(scene, seed=seed) if raw_data else _noisy(modality, expected, scene, jax.random.key(seed))


def _lowest(setup: Camera, view: _View, *, before: bool, parts: tuple[float, float, float]) -> Array:
    """Return the lowest visible level of label in the lesion for every draw, mol/m^3."""
    share, around = view.regions
    regions = Regions(share, share / jnp.sum(share), around / jnp.sum(around), parts)
    draws = len(next(iter(setup.fields.values())))
    middle = lowest_visible(setup.draw(0), view.tissue(0), regions, before=before)
    found = [lowest_near(setup.draw(k), view.tissue(k), regions, before=before, start=middle) for k in range(1, draws)]
    return np.array([middle, *found])


def _carriers_per_label(coarse: Trajectory, lesion: Site, label: str, moment: int) -> Array:
    """Return the carriers of a lesion over the label that is on them, particles per mol, for every draw."""
    sites = (*OUTSIDE, *INSIDE)

    def held(species: Species) -> Array:
        return np.sum([_whole(coarse, species, lesion.name, site, moment) for site in sites], axis=0)

    carriers, labels = held(Species(Form.CARRIER, CARRIER)), held(Species(Form.ATTACHED, label))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(labels > 0.0, carriers * Avogadro / labels, np.nan)


def _parts(held: Label) -> tuple[float, float, float]:
    """Return the shares of a lesion's label outside cells, inside them and detached, at the median."""
    amounts = [float(part[0]) for part in held]
    whole = sum(amounts)
    outside, inside, detached = (amount / whole for amount in amounts) if whole > 0.0 else (1.0, 0.0, 0.0)
    return outside, inside, detached


def _without_label(scene: Scene) -> Scene:
    nothing = jnp.zeros_like(scene.detached)
    return scene.with_label(nothing, nothing, nothing)


@dataclasses.dataclass(frozen=True)
class _View:
    """The field of view: how much of each voxel the lesion takes, what it holds there, and the tissue in and around it."""

    regions: tuple[Any, Any]  # (z, y, x) share of each voxel in the lesion; voxels that are background alone
    body: Any  # (z, y, x) share of each voxel in the body, the lesion's included
    pattern: Label  # (z, y, x) the median's label, per tissue volume of the voxel
    voxel_size: Array
    rates: Mapping[str, tuple[Array, Array]]  # of the lesion and of what is around it, (draws,)

    @classmethod
    def of(cls, study: ResolvedStudy, lesion: Site, setup: Camera, in_voxels: Label, book: ValueBook) -> _View:
        grid, reach = lesion.grid, setup.reach  # that of the median: the view does not depend on the ensemble
        margin = max(3.0 * reach, 4.0 * float(setup.voxel_size.max()))
        shape = field_of_view(grid.inside.shape, voxel_size=tuple(grid.voxel_size), of=tuple(setup.voxel_size), margin=margin)

        def onto(values: Any) -> Any:
            field = np.zeros(grid.inside.shape)
            field[grid.inside] = values
            return resample(jnp.asarray(field), voxel_size=grid.voxel_size, of=setup.voxel_size, shape=shape)

        share = onto(grid.shares)
        reached = max(1, round(1.5 * reach / float(setup.voxel_size.min())))
        host = Scope(f"host {study.host.name}", study.host)
        place = Place(study.host.species, lesion.tumor.background_organ)
        region = BodyRegion.around(target_of(lesion), host, place, book)
        body = region.share(share, voxel_size=setup.voxel_size)
        around = region.background(body, share, name=lesion.name, steps=reached, voxel_size=setup.voxel_size)
        pattern = Label(*(onto(part) for part in in_voxels))
        rates = tissue_rates(study, lesion.tumor, setup, book)
        return cls((share, jnp.asarray(around, dtype=float)), jnp.asarray(body), pattern, setup.voxel_size, rates)

    def scene(self, draw: int, in_lesion: Label, around: Label) -> Scene:
        """Return the scene of one draw: the median's pattern, scaled part by part to what the lesion holds in that draw."""
        share = self.regions[0]

        def part(pattern: Any, mean: Array, outside: Array) -> Any:
            inside = pattern * (mean[draw] / mean[0]) if mean[0] > 0.0 else share * mean[draw]
            return inside + (self.body - share) * outside[draw]

        return self.tissue(draw).with_label(*(part(*parts) for parts in zip(self.pattern, in_lesion, around, strict=True)))

    def tissue(self, draw: int) -> Scene:
        """Return the tissue alone."""
        return tissue_scene(of_draw(self.rates, draw), self.regions[0], self.voxel_size, body=self.body)


def shows_tissue(modality: AbstractModality, tissue: Scene) -> bool:
    """Tell whether a modality shows tissue by itself.

    One that does is compared with its image without label: what is asked is whether the particle shows, not whether the tumor
    does.
    """
    throughout = eqx.tree_at(lambda s: s.body, tissue, jnp.ones_like(tissue.body))  # air shows too, and is no tissue
    return bool(np.any(np.asarray(_expected(modality, throughout)) != 0.0))


def tissue_rates(study: ResolvedStudy, tumor: Tumor, setup: Camera, book: ValueBook) -> dict[str, tuple[Array, Array]]:
    """Return relaxation rates and proton density of the lesion and of the organ around it; of no matter without a field."""
    host = Scope(f"host {study.host.name}", study.host)
    here = ((Scope(f"tumor {tumor.name}", tumor), host), Place(study.host.species))
    there = ((host,), Place(study.host.species, tumor.background_organ))

    def both(name: str) -> tuple[Array, Array]:
        one, other = (book.fill(name, chain, place, conditions=setup.conditions) for chain, place in (here, there))
        return one, other

    if not setup.conditions:
        ones = (np.ones(book.draws), np.ones(book.draws))
        return dict.fromkeys((*(f"{each}_relaxation_rate" for each in RELAXATIONS), "proton_density"), ones)
    times = {each: both(f"{each}_relaxation_time") for each in RELAXATIONS}
    rates = {f"{each}_relaxation_rate": (1.0 / here, 1.0 / there) for each, (here, there) in times.items()}
    return rates | {"proton_density": both("proton_density")}


def of_draw(rates: Mapping[str, tuple[Array, Array]], draw: int) -> dict[str, tuple[float, float]]:
    """Return the rates of one draw, of a lesion and around it."""
    return {name: (here[draw], there[draw]) for name, (here, there) in rates.items()}


def tissue_scene(rates: Mapping[str, tuple[Any, Any]], share: Any, voxel_size: Any, *, body: Any = 1.0) -> Scene:
    """Return the tissue of a lesion, which takes a share of each voxel, and of what is around it, without label.

    `body` is the share of each voxel that is no air; where it is not known, tissue goes on without end.
    """
    nothing, body = jnp.zeros_like(share), jnp.broadcast_to(jnp.asarray(body, dtype=share.dtype), share.shape)
    mixed = {name: share * here + (1.0 - share) * there for name, (here, there) in rates.items()}
    mixed["proton_density"] = mixed["proton_density"] - (1.0 - body) * rates["proton_density"][1]
    return Scene(nothing, nothing, nothing, **mixed, body=body, voxel_size=jnp.asarray(voxel_size))


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
    """Return the mean label of a lesion for every draw, as the shells of the ensemble hold it."""
    in_blood = _vessel_blood(coarse, lesion, label, moment)

    def held(form: Form, sites: tuple[str, ...]) -> Array:
        amounts = [_whole(coarse, Species(form, label), lesion.name, site, moment) for site in sites]
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


def _whole(coarse: Trajectory, species: Species, region: str, site: str, moment: int) -> Any:
    """Return what all places of a region hold; added up one by one, so that a draw is the same in any ensemble."""
    index = coarse.assembly.layout.pools.get(Pool(species, region, site))
    places = 0 if index is None else len(index)
    return sum(
        (_amount(coarse, species, region, site, place, moment) for place in range(places)), np.zeros(len(coarse.states))
    )


def _amount(coarse: Trajectory, species: Species, region: str, site: str, place: int, moment: int) -> Any:
    index = coarse.assembly.layout.pools.get(Pool(species, region, site))
    if index is None or index[place] < 0:
        return np.zeros(len(coarse.states))
    return coarse.states[:, moment, index[place]]
