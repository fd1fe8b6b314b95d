"""The five nouns of the laboratory: state, parameter, process, stimulus, observation.

    dx/dt = sum of process(x, stimulus; parameters)         y = observation(x, scanner), then noise

Material stands at sites (blood, interstitium, ...) of places (an organ, a tumor voxel). A process that moves material returns
`Transfer`s: first-order coefficients from one site to another. Cargo and attached labels ride their carrier: the same
coefficient moves them. What leaves a place therefore enters another, and eliminated is a place too.
"""

from __future__ import annotations

import abc
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, NamedTuple, TypeVar

import equinox as eqx
import jax
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from janusome.units import quantity

PerPlace = Float[Array, " places"]
PerLink = Float[Array, " links"]

# Sites of a place. `vessels` is the blood of the tumor as its voxels see it: one pool, shared by all of them. `cavity` is the
# fluid in a hollow (gut, airways, alveoli, peritoneum) or in a depot under the skin: inside the host, outside its tissue.
# `endothelium` is what the vessel wall holds, on it and in it.
VESSELS, BLOOD, ENDOTHELIUM, INTERSTITIUM, BOUND, INTERNALISED, PHAGOCYTOSED, TARGET, CAVITY = (
    "vessels", "blood", "endothelium", "interstitium", "bound", "internalised", "phagocytosed", "target", "cavity",
)  # fmt: skip
SITES = (BLOOD, ENDOTHELIUM, INTERSTITIUM, BOUND, INTERNALISED, PHAGOCYTOSED, TARGET, CAVITY)

# Ways from one place to one other: where its lymph goes, its bile, what crosses its wall, what moves on along a tube.
LYMPH, BILE, WALL, ONWARD = "lymph", "bile", "wall", "onward"

# Where eliminated material is booked.
URINE, FAECES, METABOLISED, DEGRADED, DECAYED = "urine", "faeces", "metabolised", "degraded", "decayed"
EXITS = (URINE, FAECES, METABOLISED, DEGRADED, DECAYED)


class Form(StrEnum):
    """How a material is present: carriers are counted, payloads and labels are in or on them, or free of them."""

    CARRIER = "carrier"
    ENCAPSULATED = "encapsulated"
    RELEASED = "released"
    ATTACHED = "attached"
    DETACHED = "detached"


RIDERS = (Form.ENCAPSULATED, Form.ATTACHED)


class Region(StrEnum):
    """A set of places that are joined in one way."""

    BODY = "body"
    TUMOR = "tumor"


class Species(NamedTuple):
    """One material in one form: ("released", "doxorubicin").

    `pool` tells apart the parts of an encapsulated payload that leak at rates of their own; all become one released drug.
    """

    form: Form
    name: str
    pool: int = 0

    def __str__(self) -> str:
        return f"{self.form} {self.name}" + (f" (pool {self.pool + 1})" if self.pool else "")


class Transfer(NamedTuple):
    """Material goes from `source` to `target` at `coefficient` (1/s) times the amount at the source.

    `becomes` is the form (or the species) that it takes on the way; `along_links` says that it goes from place to place along
    the links of the region, so that the coefficient has one entry a link instead of one a place. `along_way` says that it goes
    to the one place to which the law's way leads; where the target site is absent there, nothing goes.
    """

    source: str
    target: str
    coefficient: Array
    becomes: Form | Species | None = None
    along_links: bool = False
    along_way: bool = False


class Links(eqx.Module):
    """Which places are joined: link k goes from place `source[k]` to place `target[k]`."""

    source: Int[Array | NDArray, " links"] = quantity("")
    target: Int[Array | NDArray, " links"] = quantity("")


class Material(eqx.Module):
    """What a process sees of the one species that it moves, at the places where it acts.

    Amounts are mol: of carriers, of a payload or of a nuclide. Two bases of concentration are told apart by name:
    `concentration` is per accessible volume, `per_tissue_volume` per volume of tissue. `released_in_plasma` is what stands
    beside it: all released drugs together, in the blood of the place.
    """

    links: Links
    amount: Mapping[str, PerPlace] = quantity("mol")
    accessible_volume: Mapping[str, PerPlace] = quantity("m^3")
    ph: Mapping[str, PerPlace] = quantity("")
    tissue_volume: PerPlace = quantity("m^3")
    temperature: PerPlace = quantity("K")
    released_in_plasma: PerPlace = quantity("mol/m^3")

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites at which the species can stand here."""
        return tuple(self.amount)

    def concentration(self, site: str) -> PerPlace:
        """Amount per accessible volume of a site, mol/m^3."""
        return self.amount[site] / self.accessible_volume[site]

    def per_tissue_volume(self, site: str) -> PerPlace:
        """Amount at a site per volume of tissue, mol/m^3."""
        return self.amount[site] / self.tissue_volume


class Lesion(eqx.Module):
    """What a process sees of the tumor's cells, voxel by voxel."""

    viable: PerPlace = quantity("cell")
    dying: PerPlace = quantity("cell")
    initial: PerPlace = quantity("cell")
    target_concentration: PerPlace = quantity("mol/m^3")  # of one drug at its target site, per volume of cells


class Stimulus(eqx.Module):
    """What is done from outside between two breakpoints.

    `barrier_opening` is the share of a blood-brain barrier that ultrasound has opened for what the law moves.
    """

    temperature_rise: PerPlace = quantity("K", positive=False)
    barrier_opening: PerPlace = quantity("")


class AbstractProcess(eqx.Module):
    """One physical or biological law. Its fields are its parameters; `assemble` fills them by name."""

    acts_in: ClassVar[tuple[Region, ...]]
    sources: ClassVar[tuple[str, ...]] = ()


class AbstractTransfer(AbstractProcess):
    """A law that moves material.

    `moves` lists the forms that it applies to (one instance for each species of that form; riders follow their carrier);
    `sites` lists the sites that a place must have for the law to act there; `way` the way that it must have, unless
    `without_way` names the exit that takes what has nowhere to go.
    """

    moves: ClassVar[tuple[Form, ...]]
    sites: ClassVar[tuple[str, ...]] = ()
    way: ClassVar[str] = ""
    without_way: ClassVar[str] = ""

    @abc.abstractmethod
    def transfers(self, state: Material, stimulus: Stimulus) -> tuple[Transfer, ...]:
        """Return from where to where, and how fast."""


class CellRates(NamedTuple):
    """How fast the cells of a lesion change, cell/s, place by place."""

    viable: Array
    dying: Array


class AbstractRate(AbstractProcess):
    """A law of what is not material: the cells of the tumor. `driven_by_drug` asks for one instance a drug."""

    driven_by_drug: ClassVar[bool] = False

    @abc.abstractmethod
    def rates(self, lesion: Lesion, stimulus: Stimulus) -> CellRates:
        """Return how fast the cells change."""


P = TypeVar("P", bound=eqx.Module)


def catalogue(package: str, kind: type[P]) -> dict[str, type[P]]:
    """Return every finished law of a folder, keyed by its file's name.

    Raises
    ------
    ImportError
        If a file does not hold exactly one.
    """
    found: dict[str, type[P]] = {}
    for entry in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if entry.ispkg:
            continue  # a folder holds what several laws share, and no law
        module = importlib.import_module(f"{package}.{entry.name}")
        here = [
            law
            for _, law in inspect.getmembers(module, inspect.isclass)
            if issubclass(law, kind) and law.__module__ == module.__name__
        ]
        if len(here) != 1:
            raise ImportError(f"{module.__name__} must hold exactly one {kind.__name__}, and holds {len(here)}")
        found[entry.name] = here[0]
    return found


class Scene(eqx.Module):
    """What stands in a field of view for one label, voxel by voxel (axes z, y, x), per volume of tissue.

    Labels inside cells are apart because relaxivity depends on it; detached ones because they no longer show the carrier.
    `body` is the share of each voxel inside the body; the rest is air. Label and proton density are per volume of the voxel,
    less by that share already: in the air there are none.
    """

    attached_outside: Float[Array, "z y x"] = quantity("mol/m^3")
    attached_inside: Float[Array, "z y x"] = quantity("mol/m^3")
    detached: Float[Array, "z y x"] = quantity("mol/m^3")
    longitudinal_relaxation_rate: Float[Array, "z y x"] = quantity("1/s")
    transverse_relaxation_rate: Float[Array, "z y x"] = quantity("1/s")
    effective_transverse_relaxation_rate: Float[Array, "z y x"] = quantity("1/s")
    proton_density: Float[Array, "z y x"] = quantity("")
    body: Float[Array, "z y x"] = quantity("")
    voxel_size: Float[Array, 3] = quantity("m")  # z, y, x

    @property
    def label(self) -> Float[Array, "z y x"]:
        """All label, whatever holds it."""
        return self.attached_outside + self.attached_inside + self.detached

    def with_label(self, *held: Float[Array, "z y x"]) -> Scene:
        """Return the same tissue with other label: attached outside cells, attached inside them, detached."""
        return eqx.tree_at(lambda scene: (scene.attached_outside, scene.attached_inside, scene.detached), self, held)


class AbstractModality(eqx.Module):
    """What a scanner shows of a scene: an expected image, and the noise around it.

    Fields are the parameters of scanner, sequence and label, filled by name as those of a process are.
    """

    unit: ClassVar[str]
    relative: ClassVar[bool] = False  # whether an image says nothing of amounts, and only compares places or times
    calibrated: ClassVar[bool] = True  # whether its numbers are absolute; else its gain is known from an earlier image alone
    linear: ClassVar[bool] = False  # whether an image is that of the tissue and, on top, something in proportion to the label
    local: ClassVar[bool] = False  # whether a voxel shows what it holds itself and nothing of its neighbours
    sources: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def expected(self, scene: Scene) -> Float[Array, "z y x"]:
        """Return the image without noise, in `unit`."""

    @abc.abstractmethod
    def noisy(self, expected: Float[Array, "z y x"], scene: Scene, *, key: Array) -> Float[Array, "z y x"]:
        """Return one image with noise, drawn with an explicit key."""

    @abc.abstractmethod
    def shown(self, expected: Float[Array, "z y x"], scene: Scene) -> Float[Array, "z y x"]:
        """Return the mean of many noisy images, which a magnitude lifts above the image without noise."""

    @abc.abstractmethod
    def noise(self, expected: Float[Array, "z y x"], scene: Scene) -> Float[Array, "z y x"]:
        """Return the standard deviation of the noise in every voxel."""

    @abc.abstractmethod
    def noise_of_mean(self, expected: Float[Array, "z y x"], scene: Scene, *, weights: Float[Array, "z y x"]) -> Array:
        """Return the standard deviation of a weighted sum of voxels, with the correlation between them."""

    def acquired(self, scene: Scene, *, seed: int) -> Float[Array, "z y x"]:
        """Return one image by way of raw data and their reconstruction; noise drawn in the image where that way is not told.

        Slow and outside of compiled code: for a picture, where `expected` and `noise` serve every draw of an ensemble.
        """
        return self.noisy(self.expected(scene), scene, key=jax.random.key(seed))
