"""Courses: amounts at sites become the quantities that people measure, with the basis in their names."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Avogadro

from janusome.model import BLOOD, DECAYED, EXITS, Species
from janusome.simulation.arms import BODY, CARRIER, Site
from janusome.simulation.assembly import Compartments
from janusome.simulation.layout import ABSENT, DYING, VIABLE, Pool
from janusome.simulation.perfusion import ARTERIAL, VENOUS
from janusome.simulation.record import Course
from janusome.simulation.trajectory import Trajectory, material_of
from janusome.simulation.values import Place, ValueBook
from janusome.units import from_internal

Array = NDArray[np.float64]

PLASMA, WHOLE, TOTAL = "plasma", "whole", "total"
IN_PLASMA = "concentration per plasma volume"
IN_TISSUE = "concentration per tissue volume"
SHARE, SHARE_PER_MASS = "injected dose", "injected dose per mass"
CORRECTED = ", decay-corrected"
WITH_BLOOD = ", with residual blood"
CELLS = "tumor cells"


class CourseMaker:
    """Reads one trajectory. `decay` gives the decay constant (1/s) of each radioactive label, `molar_mass` that of a drug."""

    def __init__(
        self,
        trajectory: Trajectory,
        lesions: tuple[Site, ...],
        book: ValueBook,
        *,
        molar_mass: Mapping[str, float],
        decay: Mapping[str, float],
    ) -> None:
        self.trajectory, self.lesions, self.book = trajectory, lesions, book
        self.molar_mass, self.decay = molar_mass, decay
        self.assembly = trajectory.assembly
        self.body = next((region for region in self.assembly.regions if region.name == BODY), None)

    def all(self) -> tuple[Course, ...]:
        """Return every course of the arm."""
        found: list[Course] = []
        for name, form, group in self.groups():
            found += self._of(name, form, group)
        return (*found, *self._cells())

    def groups(self) -> list[tuple[str, str, tuple[Species, ...]]]:
        """Return what is followed: name, form and species; of what has several forms also the total."""
        species, found = self.assembly.matter.species, []
        for name in dict.fromkeys(each.name for each in species):
            forms = [each for each in species if each.name == name]
            groups = [
                (name, str(form), tuple(e for e in forms if e.form == form)) for form in dict.fromkeys(e.form for e in forms)
            ]
            found += [*groups, *([(name, TOTAL, tuple(forms))] if len(groups) > 1 else [])]
        return found

    def given(self) -> list[tuple[str, str, tuple[Species, ...]]]:
        """Return the groups of what a dose held any of, as it was or as it becomes."""
        injected, matter = self.trajectory.injected, self.assembly.matter
        return [group for group in self.groups() if np.any(injected.get(material_of(group[2][0], matter), 0.0))]

    def against_plasma(self, name: str, group: tuple[Species, ...], lesion: Site) -> dict[str, tuple[Array, Array]]:
        """Return courses (lanes, times) in a lesion, each with the course in plasma that it is compared with.

        `volume` is per tissue volume, outside vessels, over plasma (mol/m^3 each). `mass` is per mass of tumor without its
        blood (mol/kg), `sample` with the residual blood of a sample: shares of the dose, so that decay is corrected for.
        """
        if self.body is None:
            return {}
        venous, place = self.body.places.index(VENOUS), self.body.places.index(lesion.name)
        blood = _total(self._pool(species, BODY, BLOOD)[..., venous] for species in group)
        plasma = blood / self.assembly.volumes[BODY, BLOOD, "carried"][:, [venous]]
        tissue = _total(self._region(species, lesion.name) for species in group) + np.zeros_like(plasma)
        sampled = tissue + _total(self._place(species, BODY, place) for species in group) - self._bled(group, lesion.name)
        mass, corrected = self._mass(self.body, place)[:, None], self._corrected(name, plasma, left_the_body=False)
        return {"volume": (tissue / lesion.volume, plasma)} | {
            basis: (self._corrected(name, amount / mass, left_the_body=False), corrected)
            for basis, amount in (("mass", tissue), ("sample", sampled))
        }

    def _of(self, name: str, form: str, group: tuple[Species, ...]) -> list[Course]:
        return [*self._plasma(name, form, group), *self._organs(name, form, group), *self._sites(name, form, group)]

    def _plasma(self, name: str, form: str, group: tuple[Species, ...]) -> list[Course]:
        if self.body is None:
            return []
        place = self.body.places.index(VENOUS)
        volume = self.assembly.volumes[BODY, BLOOD, "carried"][:, [place]]
        amount = _total(self._pool(species, BODY, BLOOD)[..., place] for species in group)
        value, unit = self.measured(name, amount / volume)
        return [Course(name, form, PLASMA, BLOOD, IN_PLASMA, unit, value)]

    def _organs(self, name: str, form: str, group: tuple[Species, ...]) -> list[Course]:
        """Return the share of the dose in each organ with the blood in it, and in what was eliminated."""
        given = self.trajectory.injected.get(material_of(group[0], self.assembly.matter))
        if given is None or not given.any() or self.body is None:
            return []
        whole = given[:, -1:]
        basis = CORRECTED if name in self.decay else ""
        found = []
        for organ, amount, mass in self._holdings(group):
            share = self._corrected(name, amount, left_the_body=organ in EXITS) / whole
            found.append(Course(name, form, organ, WHOLE, SHARE + basis, "%", from_internal(share, "%")))
            if mass is not None:
                per_mass = from_internal(share / mass[:, None], "%/g")
                found.append(Course(name, form, organ, WHOLE, SHARE_PER_MASS + basis, "%/g", per_mass))
            if mass is not None and self._has_blood(organ):
                sample = self._corrected(name, amount - self._bled(group, organ), left_the_body=False) / whole
                per_mass = from_internal(sample / mass[:, None], "%/g")
                found.append(Course(name, form, organ, WHOLE, SHARE_PER_MASS + basis + WITH_BLOOD, "%/g", per_mass))
        return found

    def _has_blood(self, organ: str) -> bool:
        """Tell whether an organ has blood of its own; lymph nodes and cavities have none here."""
        assert self.body is not None
        return BLOOD in self.body.sites[self.body.places.index(organ)]

    def _bled(self, group: tuple[Species, ...], organ: str) -> Array:
        """Return what stands in the blood of an organ and leaves it before an assay, mol; negative if blood is gained.

        A sample keeps its residual blood at the organ's plasma concentration; what red cells bind is left out.
        """
        assert self.body is not None
        place = self.body.places.index(organ)
        if BLOOD not in self.body.sites[place]:
            return np.zeros(())  # lymph nodes and cavities are sampled as they are
        where, volume = self.body.scopes[place], self.assembly.tissue_volume[BODY][:, place]
        at = Place(self.body.host_species, self.body.organ(place))
        plasma = self.book.fill("residual_blood_fraction", where, at) * (1.0 - self.book.fill("hematocrit", where, at))
        kept = plasma * volume / self.assembly.volumes[BODY, BLOOD, "carried"][:, place]
        blood = _total(self._pool(species, BODY, BLOOD)[..., place] for species in group)
        return blood * (1.0 - kept[:, None])

    def _corrected(self, name: str, amount: Array, *, left_the_body: bool) -> Array:
        """Return what an amount would be had nothing decayed; what left the body is corrected at the moment when it left."""
        if name not in self.decay:
            return amount
        times, rate = self.trajectory.times, self.decay[name]
        if not left_the_body:
            return amount * np.exp(rate * times)
        middles = np.exp(rate * (times[:-1] + times[1:]) / 2.0)
        return np.concatenate([amount[:, :1], amount[:, :1] + np.cumsum(np.diff(amount, axis=1) * middles, axis=1)], axis=1)

    def _holdings(self, group: tuple[Species, ...]) -> list[tuple[str, Array, Array | None]]:
        """Return what each organ, lesion and exit holds, mol (lanes, times), with its mass in kg."""
        assert self.body is not None
        found: list[tuple[str, Array, Array | None]] = []
        lesions = {lesion.name for lesion in self.lesions}
        for place, organ in enumerate(self.body.places):
            amount = _total(self._place(species, BODY, place) for species in group)
            if organ in lesions:
                amount = amount + _total(self._region(species, organ) for species in group)
            if organ in (VENOUS, ARTERIAL):
                continue
            found.append((organ, amount, self._mass(self.body, place)))
        pools = [self.body.places.index(place) for place in (VENOUS, ARTERIAL)]
        blood = _total(self._place(species, BODY, place) for species in group for place in pools)
        found.append(("circulating blood", blood, None))
        for leaving in EXITS:
            index = [self.assembly.layout.exits[species, leaving] for species in group]
            amount = self.trajectory.states[:, :, index].sum(axis=-1)
            if leaving != DECAYED and amount.any():
                found.append((leaving, amount, None))
        return found

    def _sites(self, name: str, form: str, group: tuple[Species, ...]) -> list[Course]:
        """Return concentrations per tissue volume at every site of every lesion."""
        found = []
        for lesion in self.lesions:
            sites: dict[str, Array] = {}
            for species in group:
                for pool in self.assembly.layout.pools:
                    if pool.species == species and pool.region == lesion.name:
                        sites[pool.site] = sites.get(pool.site, np.zeros(())) + self._pool(
                            species, lesion.name, pool.site
                        ).sum(axis=-1)
            for site, amount in sites.items():
                value, unit = self.measured(name, amount / lesion.volume)
                found.append(Course(name, form, lesion.name, site, IN_TISSUE, unit, value))
            if sites:
                value, unit = self.measured(name, _total(sites.values()) / lesion.volume)
                found.append(Course(name, form, lesion.name, WHOLE, IN_TISSUE, unit, value))
        return found

    def _cells(self) -> list[Course]:
        found = []
        for lesion in self.lesions:
            viable, dying = (
                self.trajectory.states[:, :, self.assembly.layout.cells[lesion.name, state]].sum(axis=-1)
                for state in (VIABLE, DYING)
            )
            start = viable[:, :1] + dying[:, :1]
            volume = from_internal(lesion.volume * (viable + dying) / start, "cm^3")
            found.append(Course(CELLS, VIABLE, lesion.name, WHOLE, "number of cells", "cell", viable))
            found.append(Course(CELLS, "all", lesion.name, WHOLE, "volume", "cm^3", volume))
        return found

    def measured(self, name: str, concentration: Array) -> tuple[Array, str]:
        """Return a concentration (mol/m^3) as it is measured: mass of a drug, number of carriers, activity of a label."""
        if name in self.decay:
            return from_internal(concentration * self.decay[name] * Avogadro, "kBq/mL"), "kBq/mL"
        if name in self.molar_mass:
            return from_internal(concentration * self.molar_mass[name], "ug/mL"), "ug/mL"
        unit = "particle/mL" if name == CARRIER else "umol/L"
        return from_internal(concentration, unit), unit

    def _pool(self, species: Species, region: str, site: str) -> Array:
        """Amounts (lanes, times, places) of a pool, zero where a place lacks it."""
        index = self.assembly.layout.pools.get(Pool(species, region, site))
        if index is None:
            return np.zeros((*self.trajectory.states.shape[:2], 1))
        return np.where(index == ABSENT, 0.0, self.trajectory.states[:, :, np.maximum(index, 0)])

    def _place(self, species: Species, region: str, place: int) -> Array:
        standing = [
            int(index[place])
            for pool, index in self.assembly.layout.pools.items()
            if pool.species == species and pool.region == region and index[place] != ABSENT
        ]
        return self.trajectory.states[:, :, standing].sum(axis=-1)

    def _region(self, species: Species, region: str) -> Array:
        standing = [
            index[index != ABSENT]
            for pool, index in self.assembly.layout.pools.items()
            if pool.species == species and pool.region == region
        ]
        return self.trajectory.states[:, :, np.concatenate(standing)].sum(axis=-1) if standing else np.zeros(())

    def _mass(self, region: Compartments, place: int) -> Array:
        """Mass of an organ, kg, at the density of its tissue."""
        density = self.book.fill("tissue_density", region.scopes[place], Place(region.host_species, region.organ(place)))
        return self.assembly.tissue_volume[region.name][:, place] * density


def _total(parts: Iterable[Array]) -> Array:
    return np.asarray(sum(parts, np.zeros(())))


def decay_constants(half_lives: Mapping[str, float]) -> dict[str, float]:
    """Return decay constants, 1/s, from half-lives, s."""
    return {name: math.log(2.0) / half_life for name, half_life in half_lives.items()}
