r"""Tissue in the light of a label: absorption from what an organ is made of, scattering by a power law, at two wavelengths.

$$ \mu_a = f_b\,[S\mu_{HbO_2} + (1-S)\mu_{Hb}] + f_w\mu_w + f_l\mu_l, \qquad
   \mu_s' = a\left[f_R (\lambda/\lambda_0)^{-4} + (1-f_R)(\lambda/\lambda_0)^{-b}\right] $$

What a chromophore absorbs at volume fraction one is read off spectra at the wavelength of the label (or of the laser, where a
scanner names one); hemoglobins stand for whole blood. Leaves out melanin, hair, bile and food, and the flattening of
hemoglobin in wide vessels.
"""

from __future__ import annotations

from janusome.units import Q


def blood_volume_fraction(vascular_plasma_fraction: Q, hematocrit: Q) -> Q:
    """Blood, cells and plasma, in the vessels of a tissue per its volume.

    >>> round(blood_volume_fraction(0.055, 0.45), 3)
    0.1
    """
    return vascular_plasma_fraction / (1.0 - hematocrit)


def water_fraction(extracellular_water_fraction: Q, intracellular_water_fraction: Q) -> Q:
    """Water of a tissue outside and inside cells per its volume."""
    return extracellular_water_fraction + intracellular_water_fraction


def excitation_absorption(
    blood_volume_fraction: Q,
    oxygenated_blood_fraction: Q,
    water_fraction: Q,
    neutral_lipid_fraction: Q,
    excitation_oxyhemoglobin_absorption: Q,
    excitation_deoxyhemoglobin_absorption: Q,
    excitation_water_absorption: Q,
    excitation_fat_absorption: Q,
) -> Q:
    """Absorption coefficient of an organ for the light that excites: the sum above.

    >>> round(excitation_absorption(0.04, 0.7, 0.75, 0.01, 380.0, 570.0, 2.3, 1.0), 3)
    19.215
    """
    S = oxygenated_blood_fraction
    blood = S * excitation_oxyhemoglobin_absorption + (1.0 - S) * excitation_deoxyhemoglobin_absorption
    clear = water_fraction * excitation_water_absorption + neutral_lipid_fraction * excitation_fat_absorption
    return blood_volume_fraction * blood + clear


def emission_absorption(
    blood_volume_fraction: Q,
    oxygenated_blood_fraction: Q,
    water_fraction: Q,
    neutral_lipid_fraction: Q,
    emission_oxyhemoglobin_absorption: Q,
    emission_deoxyhemoglobin_absorption: Q,
    emission_water_absorption: Q,
    emission_fat_absorption: Q,
) -> Q:
    """Absorption coefficient of an organ for the light that a label emits: the same sum."""
    return excitation_absorption(
        blood_volume_fraction,
        oxygenated_blood_fraction,
        water_fraction,
        neutral_lipid_fraction,
        emission_oxyhemoglobin_absorption,
        emission_deoxyhemoglobin_absorption,
        emission_water_absorption,
        emission_fat_absorption,
    )


def excitation_reduced_scattering(
    reference_reduced_scattering: Q,
    rayleigh_scattering_fraction: Q,
    mie_scattering_exponent: Q,
    scattering_reference_wavelength: Q,
    excitation_wavelength: Q,
) -> Q:
    """Reduced scattering coefficient for the light that excites, by the power law above.

    >>> round(excitation_reduced_scattering(1910.0, 0.153, 1.091, 500e-9, 1000e-9), 1)
    777.7
    """
    x, f = excitation_wavelength / scattering_reference_wavelength, rayleigh_scattering_fraction
    law = f * x**-4.0 + (1.0 - f) * x**-mie_scattering_exponent
    return reference_reduced_scattering * law  # pyright: ignore[reportReturnType]


def emission_reduced_scattering(
    reference_reduced_scattering: Q,
    rayleigh_scattering_fraction: Q,
    mie_scattering_exponent: Q,
    scattering_reference_wavelength: Q,
    emission_wavelength: Q,
) -> Q:
    """Reduced scattering coefficient for the light that a label emits, by the same law."""
    return excitation_reduced_scattering(
        reference_reduced_scattering,
        rayleigh_scattering_fraction,
        mie_scattering_exponent,
        scattering_reference_wavelength,
        emission_wavelength,
    )


def view_depth(lesion_depth: Q, lesion_half_thickness: Q) -> Q:
    """Depth of the middle of a lesion, and of the field of view, under the skin.

    >>> round(view_depth(1e-3, 4e-3), 4)
    0.005
    """
    return lesion_depth + lesion_half_thickness
