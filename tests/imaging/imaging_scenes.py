"""Scenes and scanners that the tests of imaging share."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from janusome.imaging.ct import Ct
from janusome.imaging.dual_energy_ct import DualEnergyCt
from janusome.imaging.fluorescence import Fluorescence
from janusome.imaging.fluorescence_tomography import FluorescenceTomography
from janusome.imaging.mpi import Mpi
from janusome.imaging.mri import Mri
from janusome.imaging.mri_balanced import MriBalanced
from janusome.imaging.mri_inversion_recovery import MriInversionRecovery
from janusome.imaging.mri_multi_echo import MriMultiEcho
from janusome.imaging.mri_spin_echo import MriSpinEcho
from janusome.imaging.pet import Pet
from janusome.imaging.photoacoustic import Photoacoustic
from janusome.imaging.photon_counting_ct import PhotonCountingCt
from janusome.imaging.spect import Spect
from janusome.imaging.ultrasound import Ultrasound
from janusome.model import Scene
from janusome.units import to_internal


def scene(label, *, voxel_size, inside=0.0, detached=0.0, r1=1.0, r2=20.0, r2star=30.0, proton_density=1.0, body: Any = 1.0):
    """A scene in which `label` (mol/m^3, z y x) is attached to carriers outside cells, unless said otherwise."""
    label = jnp.asarray(label, dtype=float)
    return Scene(
        attached_outside=label,
        attached_inside=jnp.full_like(label, inside),
        detached=jnp.full_like(label, detached),
        longitudinal_relaxation_rate=jnp.full_like(label, r1),
        transverse_relaxation_rate=jnp.full_like(label, r2),
        effective_transverse_relaxation_rate=jnp.full_like(label, r2star),
        proton_density=jnp.broadcast_to(jnp.asarray(proton_density, dtype=float), label.shape),
        body=jnp.broadcast_to(jnp.asarray(body, dtype=float), label.shape),
        voxel_size=jnp.asarray(voxel_size, dtype=float),
    )


def filled(kind, values):
    """A modality of plain numbers."""
    return kind(**{name: jnp.asarray(value, dtype=float) for name, value in values.items()})


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
        "randoms_ratio": 0.0,
        "attenuation_coefficient": 9.6,
        "attenuation_path": 0.22,
        "noise_amplification": 3.0,
    }
    return filled(Pet, values | changed)


SHARED_BY_SEQUENCES = {
    "repetition_time": 10e-3,
    "reference_signal_to_noise": 500.0,
    "reference_voxel_volume": 1e-9,
    "number_of_averages": 1.0,
    "longitudinal_relaxivity": 19.0,
    "intracellular_longitudinal_relaxivity": 2.0,
    "detached_longitudinal_relaxivity": 0.0,
}
SPIN_ECHO = {
    "transverse_relaxivity": 64.9,
    "intracellular_transverse_relaxivity": 50.0,
    "detached_transverse_relaxivity": 0.0,
}


def mri(**changed):
    """A T1-weighted spoiled gradient echo of round numbers, and an agent with ferumoxytol's relaxivities at 1.5 T."""
    values = {
        **SHARED_BY_SEQUENCES,
        "echo_time": 2e-3,
        "flip_angle": to_internal(20.0, "deg"),
        "effective_transverse_relaxivity": 64.9,
        "intracellular_effective_transverse_relaxivity": 200.0,
        "detached_effective_transverse_relaxivity": 0.0,
    }
    return filled(Mri, {**values, **changed})


def spin_echo(**changed):
    """A spin echo, with the same agent."""
    return filled(MriSpinEcho, {**SHARED_BY_SEQUENCES, **SPIN_ECHO, "repetition_time": 2.0, "echo_time": 40e-3, **changed})


def inversion_recovery(**changed):
    """An inversion recovery read by a spin echo, with the same agent."""
    timing = {"repetition_time": 3.0, "inversion_time": 0.9, "echo_time": 10e-3}
    return filled(MriInversionRecovery, {**SHARED_BY_SEQUENCES, **SPIN_ECHO, **timing, **changed})


def balanced(**changed):
    """A balanced gradient echo, with the same agent."""
    timing = {"repetition_time": 4e-3, "echo_time": 2e-3, "flip_angle": to_internal(45.0, "deg")}
    return filled(MriBalanced, {**SHARED_BY_SEQUENCES, **SPIN_ECHO, **timing, **changed})


def multi_echo(**changed):
    """A train of ten echoes whose fourth is shown, with the same agent."""
    train = {"repetition_time": 3.0, "echo_spacing": 10e-3, "echo_number": 4.0, "echo_train_length": 10.0}
    return filled(MriMultiEcho, {**SHARED_BY_SEQUENCES, **SPIN_ECHO, **train, "refocusing_angle": np.pi, **changed})


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
    return filled(Ct, values | changed)


def spect(**changed):
    """A camera of round numbers on the 171 keV line of indium-111, at a distance at which it shows 9 mm, about a thin body."""
    values = {
        "half_life": 242326.08,
        "gamma_yield": 0.907,
        "gamma_energy": to_internal(171.3, "keV"),
        "gamma_attenuation": 14.42,
        "frame_duration": 1800.0,
        "spatial_resolution": math.hypot(2e-3 + 0.05 * 0.12, 4e-3),
        "photon_efficiency": 3e-4,
        "scatter_fraction": 0.3,
        "attenuation_path": 0.1,
        "noise_amplification": 3.0,
        "collimator_aperture": 2e-3,
        "collimator_divergence": 0.05,
        "intrinsic_resolution": 4e-3,
        "rotation_radius": 0.12,
        "relative_energy_resolution": 0.1,
        "energy_window": 0.2,
        "scatter_window": 0.06,
    }
    return filled(Spect, values | changed)


def dual_energy_ct(**changed):
    """100 kV and 150 kV behind tin, with iodine in 20 cm of water and no drift of its numbers."""
    values = {
        "low_tube_voltage": 100e3,
        "high_tube_voltage": 150e3,
        "low_tube_charge": 0.2,
        "high_tube_charge": 0.2,
        "aluminum_filtration": 6e-3,
        "tin_filtration": 0.6e-3,
        "number_of_views": 1000.0,
        "ray_spacing": 0.568e-3,
        "source_distance": 0.54,
        "detector_efficiency": 0.85,
        "electronic_noise": to_internal(206.0, "keV"),
        "spatial_resolution": 1.2e-3,
        "ct_number_stability": 0.0,
        "attenuation_path": 0.2,
        "atomic_number": 53.0,
        "atomic_mass": 0.1269,
    }
    return filled(DualEnergyCt, values | changed)


def photon_counting_ct(**changed):
    """120 kV and four windows, with gadolinium in 20 cm of water and no drift of its numbers."""
    thresholds = dict(zip(("lowest", "second", "third", "highest"), (20.0, 55.0, 72.0, 90.0), strict=True))
    values = {
        "tube_voltage": 120e3,
        "tube_charge": 0.2,
        "aluminum_filtration": 6e-3,
        "photon_energy_width": to_internal(7.0, "keV"),
        "number_of_views": 1000.0,
        "ray_spacing": 0.568e-3,
        "source_distance": 0.54,
        "detector_efficiency": 0.85,
        "spatial_resolution": 1.2e-3,
        "ct_number_stability": 0.0,
        "attenuation_path": 0.2,
        "atomic_number": 64.0,
        "atomic_mass": 0.15725,
    } | {f"{name}_energy_threshold": to_internal(energy, "keV") for name, energy in thresholds.items()}
    return filled(PhotonCountingCt, values | changed)


def mpi(**changed):
    """A scanner of 2.5 T/m with a tracer of 25 nm and 0.6 T that turns at once, and hardly any spread of sizes."""
    values = {
        "magnetic_core_diameter": 25e-9,
        "core_size_spread": 1e-3,
        "saturation_magnetization": 0.6 / (4e-7 * np.pi),
        "anisotropy_constant": 3e3,
        "attempt_time": 1e-15,
        "rotating_diameter": 30e-9,
        "atomic_mass": 55.85e-3,
        "interstitial_fluid_viscosity": 0.9e-3,
        "body_temperature": 310.15,
        "selection_gradient": 2.5,
        "axial_selection_gradient": 2.5,
        "drive_amplitude": 12e-3,
        "drive_frequency": 24.51e3,
        "detection_limit": 156e-6,
        "detection_volume": 32e-9,
        "detection_signal_to_noise": 3.0,
    }
    return filled(Mpi, values | changed)


def photoacoustic(**changed):
    """A broadband plane of 24 mm in water-like tissue of round numbers, and a dye of 120 000 /(M cm)."""
    values = {
        "view_depth": 6.5e-3,
        "radiant_exposure": 200.0,
        "grueneisen_parameter": 0.2004,
        "excitation_absorption": 20.0,
        "excitation_reduced_scattering": 1000.0,
        "border_factor": 2.9,
        "molar_absorption_coefficient": 12000.0,
        "sound_speed": 1540.0,
        "acoustic_attenuation": to_internal(0.06, "1/(cm MHz)"),
        "lowest_frequency": 0.05e6,
        "highest_frequency": 2.0e6,
        "detection_aperture": 24e-3,
        "detector_pitch": 0.3e-3,
        "detector_width": 0.3e-3,
        "noise_equivalent_pressure": 100.0,
        "averaged_pulses": 1.0,
    }
    return filled(Photoacoustic, values | changed)


def ultrasound(**changed):
    """A 7.5 MHz array over liver, and droplets of perfluorohexane of 250 nm, at a pressure that leaves them liquid."""
    values = {
        "view_depth": 13e-3,
        "center_frequency": 7.5e6,
        "fractional_bandwidth": 0.6,
        "f_number": 2.0,
        "dynamic_range": 60.0,
        "penetration_depth": 60e-3,
        "peak_negative_pressure": 0.3e6,
        "tissue_suppression": 1.0,
        "sound_speed": 1540.0,
        "acoustic_attenuation": to_internal(0.06, "1/(cm MHz)"),
        "tissue_density": 1050.0,
        "interstitial_fluid_viscosity": 1e-3,
        "ambient_pressure": 101325.0,
        "backscatter_coefficient": 0.05,
        "backscatter_reference_frequency": 3e6,
        "backscatter_frequency_exponent": 1.4,
        "atomic_mass": 0.338,
        "droplet_radius": 125e-9,
        "droplet_density": 1680.0,
        "droplet_sound_speed": 520.0,
        "vapor_density": 13.3,
        "polytropic_exponent": 1.07,
        "vaporisation_threshold": 1.7e6,
        "vaporisation_reference_frequency": 5e6,
        "vaporisation_frequency_exponent": 0.54,
        "vaporisation_relative_width": 0.15,
    }
    return filled(Ultrasound, values | changed)


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
    return filled(Fluorescence, values | changed)


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
    return filled(FluorescenceTomography, values | changed)
