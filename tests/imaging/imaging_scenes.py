"""Scenes and scanners that the tests of imaging share."""

import jax.numpy as jnp
import numpy as np

from janusome.imaging.ct import Ct
from janusome.imaging.fluorescence import Fluorescence
from janusome.imaging.fluorescence_tomography import FluorescenceTomography
from janusome.imaging.mri import Mri
from janusome.imaging.pet import Pet
from janusome.model import Scene
from janusome.units import to_internal


def scene(label, *, voxel_size, inside=0.0, detached=0.0, r1=1.0, r2star=30.0, proton_density=1.0):
    """A scene in which `label` (mol/m^3, z y x) is attached to carriers outside cells, unless said otherwise."""
    label = jnp.asarray(label, dtype=float)
    return Scene(
        attached_outside=label,
        attached_inside=jnp.full_like(label, inside),
        detached=jnp.full_like(label, detached),
        longitudinal_relaxation_rate=jnp.full_like(label, r1),
        effective_transverse_relaxation_rate=jnp.full_like(label, r2star),
        proton_density=jnp.broadcast_to(jnp.asarray(proton_density, dtype=float), label.shape),
        voxel_size=jnp.asarray(voxel_size, dtype=float),
    )


def pet(**changed):
    """A clinical scanner with fluorine-18: half-life, yield and mean range as published, the rest round numbers."""
    values = {
        "half_life": 6586.2,
        "positron_yield": 0.969,
        "positron_range": 0.6e-3,
        "frame_duration": 300.0,
        "spatial_resolution": 5e-3,
        "sensitivity": 0.01,
        "reference_positron_yield": 0.969,
        "scatter_fraction": 1 / 3,
        "attenuation_coefficient": 9.6,
        "attenuation_path": 0.22,
        "noise_amplification": 3.0,
    }
    return Pet(**{name: jnp.asarray(value, dtype=float) for name, value in {**values, **changed}.items()})


def mri(**changed):
    """A T1-weighted spoiled gradient echo of round numbers, and an agent with ferumoxytol's relaxivities at 1.5 T."""
    values = {
        "repetition_time": 10e-3,
        "echo_time": 2e-3,
        "flip_angle": to_internal(20.0, "deg"),
        "reference_signal_to_noise": 500.0,
        "reference_voxel_volume": 1e-9,
        "longitudinal_relaxivity": 19.0,
        "intracellular_longitudinal_relaxivity": 2.0,
        "detached_longitudinal_relaxivity": 0.0,
        "effective_transverse_relaxivity": 64.9,
        "intracellular_effective_transverse_relaxivity": 200.0,
        "detached_effective_transverse_relaxivity": 0.0,
    }
    return Mri(**{name: jnp.asarray(value, dtype=float) for name, value in {**values, **changed}.items()})


def sphere(diameter, *, count, spacing, fine=4):
    """Share of every voxel of a cube that lies inside a sphere at its center."""
    x = (np.arange(count * fine) - (count * fine - 1) / 2) * spacing / fine
    inside = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 <= (diameter / 2) ** 2
    return jnp.asarray(inside.reshape(count, fine, count, fine, count, fine).mean(axis=(1, 3, 5)), dtype=float)


def ct(**changed):
    """A clinical scanner of round numbers at 120 kV with gold, 30 cm of water, and no drift of its numbers."""
    values = {
        "tube_voltage": 120e3,
        "aluminum_filtration": 6e-3,
        "tube_charge": 0.2,
        "number_of_views": 1000.0,
        "ray_spacing": 0.568e-3,
        "source_distance": 0.54,
        "detector_efficiency": 0.85,
        "electronic_noise": to_internal(206.0, "keV"),
        "spatial_resolution": 1.2e-3,
        "ct_number_stability": 0.0,
        "attenuation_path": 0.3,
        "atomic_number": 79.0,
        "atomic_mass": 0.19697,
    }
    return Ct(**{name: jnp.asarray(value, dtype=float) for name, value in {**values, **changed}.items()})


def camera(**changed):
    """A camera of round numbers with a dye, over tissue of 20 and 1000 1/m whose skin reflects nothing inward."""
    values = {
        "view_depth": 6e-3,
        "excitation_absorption": 20.0,
        "excitation_reduced_scattering": 1000.0,
        "emission_absorption": 20.0,
        "emission_reduced_scattering": 1000.0,
        "border_factor": 1.0,
        "molar_absorption_coefficient": 12000.0,
        "quantum_yield": 0.05,
        "autofluorescence": 0.0,
        "filter_leakage": 0.0,
        "background_stability": 0.0,
        "electrons_at_full_return": 1e9,
        "dark_electrons": 2.0,
        "read_noise": 5.0,
        "full_well_capacity": 1e6,
        "bit_depth": 16.0,
    }
    return Fluorescence(**{name: jnp.asarray(value, dtype=float) for name, value in {**values, **changed}.items()})


def fluorescence_tomography(**changed):
    """Windows 15 mm apart around tissue of 20 and 1000 1/m, with a dye."""
    values = {
        "view_depth": 7.5e-3,
        "slab_thickness": 15e-3,
        "ring_spacing": 1.5e-3,
        "excitation_absorption": 20.0,
        "excitation_reduced_scattering": 1000.0,
        "emission_absorption": 18.0,
        "emission_reduced_scattering": 900.0,
        "border_factor": 2.76,
        "molar_absorption_coefficient": 12000.0,
        "quantum_yield": 0.05,
        "autofluorescence": 4e-6,
        "filter_leakage": 1e-6,
        "electrons_per_source": 1e11,
        "read_noise": 30.0,
        "regularization": 1e-4,
    }
    return FluorescenceTomography(**{name: jnp.asarray(value, dtype=float) for name, value in {**values, **changed}.items()})
