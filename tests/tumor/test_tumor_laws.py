"""Laws of the tumor against their analytic limits."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.linalg import expm

from everything import CARRIER, ENCAPSULATED, RELEASED, assembled, at, followed, given_to
from janusome.model import BLOOD, BOUND, INTERNALISED, INTERSTITIUM, PHAGOCYTOSED, TARGET, VESSELS
from janusome.numerics.precision import double
from janusome.tumor.endocytosis import Endocytosis
from janusome.tumor.extravasation import Extravasation
from janusome.tumor.fluid_phase_uptake import FluidPhaseUptake
from janusome.tumor.heat_opening import HeatOpening
from janusome.tumor.interstitial_transport import InterstitialTransport
from janusome.tumor.langmuir_binding import LangmuirBinding
from janusome.tumor.membrane_permeation import MembranePermeation
from janusome.tumor.peritumoral_drainage import PeritumoralDrainage
from janusome.tumor.recycling import Recycling
from janusome.tumor.target_binding import TargetBinding
from law_cases import coefficient, links_of, made, places_like, unstimulated

HOUR = 3600.0


@pytest.fixture(autouse=True)
def in_double_precision():
    with double():
        yield


# Extravasation


def test_a_voxel_empties_into_its_vessels_at_permeability_times_surface_over_the_accessible_fraction():
    law = made(
        Extravasation, vascular_permeability=2e-9, vessel_surface_density=2e4, wall_reflection=0.5, filtration_rate_density=0.0,
    )  # fmt: skip
    voxel = places_like(Extravasation, tissue_volume=1e-9, accessible_volume={VESSELS: 1e-6, INTERSTITIUM: 0.3e-9})
    assert coefficient(law, voxel, INTERSTITIUM, VESSELS) == pytest.approx(2e-9 * 2e4 / 0.3)
    assert coefficient(law, voxel, VESSELS, INTERSTITIUM) == pytest.approx(2e-9 * 2e4 * 1e-9 / 1e-6)


def test_extravasation_ends_where_plasma_and_accessible_interstitium_hold_one_concentration():
    assembly = assembled(
        ["extravasation"],
        wall_reflection=0.5,
        filtration_rate_density=0.0,
        vascular_permeability=1e-8,
        leaky_surface_density=2e4,
    )
    vessels = at(assembly, RELEASED, "vessels of the lesion", BLOOD)
    voxels = [at(assembly, RELEASED, f"voxel {k}", INTERSTITIUM) for k in range(3)]
    end = followed(assembly, given_to(assembly, {vessels: 1e-6}), [0.0, 48 * HOUR])[-1]
    volume = assembly.volumes["lesion", INTERSTITIUM, "small"][0]
    shared_vessels = assembly.regions[1].vessels
    assert shared_vessels is not None
    region, place = shared_vessels
    plasma = assembly.volumes[region, BLOOD, "small"][0, place]
    shared = 1e-6 / (volume.sum() + plasma)
    assert end[voxels] / volume == pytest.approx(shared, rel=1e-8)
    assert end[vessels] / plasma == pytest.approx(shared, rel=1e-8)


def through_the_wall(peclet, *, reflection=0.25, permeability=2e-9):
    """Coefficients out of the vessels and back over those without filtration, in a voxel of one litre."""
    S = 2e4
    law = made(
        Extravasation, vascular_permeability=permeability, vessel_surface_density=S, wall_reflection=reflection,
        filtration_rate_density=peclet * permeability * S / (1.0 - reflection),
    )  # fmt: skip
    voxel = places_like(Extravasation, accessible_volume={VESSELS: 1e-3, INTERSTITIUM: 1e-3})
    ways = ((VESSELS, INTERSTITIUM), (INTERSTITIUM, VESSELS))
    return [float(coefficient(law, voxel, *way)[0]) / (permeability * S) for way in ways]


@pytest.mark.parametrize("peclet", [-700.0, -3.0, -0.01, 1e-12, 1e-3, 0.5, 2.0, 40.0, 1e4])
def test_what_crosses_a_filtering_wall_is_the_patlak_flux(peclet):
    """c(0) = c_v and c(L) = c_i in dc/dt = D c'' - v c' give B(-Pe) c_v - B(Pe) c_i; here with 60 digits."""
    with localcontext(prec=60):
        x = Decimal(peclet)
        expected = [float(-x / ((-x).exp() - 1)), float(x / (x.exp() - 1))]
    assert through_the_wall(peclet) == pytest.approx(expected, rel=1e-12, abs=1e-12 * max(1.0, abs(peclet)))


def test_a_wall_that_reflects_all_is_crossed_by_diffusion_alone():
    law = made(Extravasation, vascular_permeability=2e-9, vessel_surface_density=2e4, wall_reflection=1.0, filtration_rate_density=1e-3)  # fmt: skip
    voxel = places_like(Extravasation, accessible_volume={VESSELS: 1e-3, INTERSTITIUM: 1e-3})
    assert coefficient(law, voxel, VESSELS, INTERSTITIUM) == coefficient(law, voxel, INTERSTITIUM, VESSELS)


def test_where_nothing_diffuses_the_fluid_carries_what_is_not_reflected_one_way():
    law = made(Extravasation, vascular_permeability=0.0, vessel_surface_density=2e4, wall_reflection=0.9, filtration_rate_density=1e-4)  # fmt: skip
    voxel = places_like(Extravasation, accessible_volume={VESSELS: 1e-3, INTERSTITIUM: 1e-3})
    assert coefficient(law, voxel, VESSELS, INTERSTITIUM) == pytest.approx(1e-5)
    assert coefficient(law, voxel, INTERSTITIUM, VESSELS) == 0.0


def test_heat_opens_the_wall_in_a_step_and_at_body_temperature_leaves_it_as_it_is():
    law = made(
        HeatOpening, vascular_permeability=2e-10, vessel_surface_density=2e4, heat_opening_gain=2.0,
        heat_opening_temperature=314.15, heat_opening_width=0.5,
    )  # fmt: skip
    voxel = places_like(HeatOpening, temperature=310.15, accessible_volume={VESSELS: 1e-3, INTERSTITIUM: 1e-3})
    added = [
        float(coefficient(law, voxel, VESSELS, INTERSTITIUM, stimulus=unstimulated(temperature_rise=rise))[0]) / (2e-10 * 2e4)
        for rise in (0.0, 4.0, 7.0)
    ]
    assert added == pytest.approx([2.0 / (1.0 + math.exp(8.0)), 1.0, 2.0 / (1.0 + math.exp(-6.0))])
    assert added[0] < 1e-3


# Uptake


def test_fluid_phase_uptake_splits_between_cells_and_macrophages_as_their_rates():
    assembly = assembled(["fluid_phase_uptake"], nonspecific_uptake_rate_constant=1e-5, macrophage_uptake_rate_constant=3e-5)
    free, cells, macrophages = (at(assembly, CARRIER, "voxel 1", site) for site in (INTERSTITIUM, INTERNALISED, PHAGOCYTOSED))
    end = followed(assembly, given_to(assembly, {free: 1e-12}), [0.0, 10 * HOUR])[-1]
    left = math.exp(-4e-5 * 10 * HOUR)
    assert end[[free, cells, macrophages]] == pytest.approx([1e-12 * left, 0.25e-12 * (1 - left), 0.75e-12 * (1 - left)])
    law = made(FluidPhaseUptake, nonspecific_uptake_rate_constant=1e-5, macrophage_uptake_rate_constant=0.0)
    assert coefficient(law, places_like(FluidPhaseUptake), INTERSTITIUM, PHAGOCYTOSED) == 0.0


def test_bound_carriers_are_taken_in_with_the_half_time_of_the_receptor():
    k = math.log(2) / HOUR
    assembly = assembled(["endocytosis"], internalisation_rate_constant=k)
    bound, inside = (at(assembly, CARRIER, "voxel 0", site) for site in (BOUND, INTERNALISED))
    cargo = at(assembly, ENCAPSULATED, "voxel 0", INTERNALISED), at(assembly, ENCAPSULATED, "voxel 0", BOUND)
    end = followed(assembly, given_to(assembly, {bound: 1e-12, cargo[1]: 1e-8}), [0.0, 2 * HOUR])[-1]
    assert end[[bound, inside, cargo[0]]] == pytest.approx([0.25e-12, 0.75e-12, 0.75e-8])
    law = made(Endocytosis, internalisation_rate_constant=k)
    assert coefficient(law, places_like(Endocytosis), BOUND, INTERNALISED) == pytest.approx(k)


# Binding

K_A, K_D = 1e2, 2e-7  # dissociation constant in mol/m^3


def binding(places=1e-3, depletion=1.0):
    return made(
        LangmuirBinding,
        association_rate_constant=K_A,
        dissociation_rate_constant=K_A * K_D,
        binding_places_per_tissue_volume=places,
        receptor_depletion_ratio=depletion,
    )


@pytest.mark.parametrize("accessible_fraction", [0.03, 0.3, 1.0])
@pytest.mark.parametrize("concentration", [0.01 * K_D, K_D, 30 * K_D])
def test_occupancy_at_equilibrium_is_the_langmuir_isotherm_of_the_fluid_that_the_carrier_sees(
    accessible_fraction, concentration
):
    """c/(K_D + c) with c per accessible volume, whatever the accessible fraction: neither a trap nor a loss of 1/ε."""
    volume, share = 1e-9, concentration / (K_D + concentration)
    fluid = accessible_fraction * volume
    voxel = places_like(
        LangmuirBinding, tissue_volume=volume, accessible_volume={INTERSTITIUM: fluid, BOUND: fluid},
        amount={INTERSTITIUM: concentration * fluid, BOUND: share * 1e-3 * volume},
    )  # fmt: skip
    taken = coefficient(binding(), voxel, INTERSTITIUM, BOUND) * concentration * fluid
    let_go = coefficient(binding(), voxel, BOUND, INTERSTITIUM) * share * 1e-3 * volume
    assert taken == pytest.approx(let_go, rel=1e-9)


def test_binding_stops_when_every_place_is_taken():
    full = places_like(LangmuirBinding, tissue_volume=1e-9, amount={BOUND: 1e-12}, accessible_volume={BOUND: 3e-10})
    assert coefficient(binding(), full, INTERSTITIUM, BOUND) == pytest.approx(0.0, abs=1e-15)


def test_few_carriers_bind_at_the_association_rate_times_receptors_in_the_fluid():
    empty = places_like(LangmuirBinding, tissue_volume=1e-9, accessible_volume={BOUND: 2e-10})
    assert coefficient(binding(), empty, INTERSTITIUM, BOUND) == pytest.approx(K_A * 1e-3 / 0.2)


def test_binding_and_internalisation_together_hold_the_steady_state_of_receptor_pharmacology():
    """With k_e the half-saturation rises from K_D to K_D + k_e/k_a."""
    k_e = 3e-4
    assembly = assembled(
        ["langmuir_binding", "endocytosis"], association_rate_constant=K_A, dissociation_rate_constant=K_A * K_D,
        binding_places_per_tissue_volume=1e-6, internalisation_rate_constant=k_e, receptor_depletion_ratio=1.0,
    )  # fmt: skip
    free, bound = (at(assembly, CARRIER, "voxel 2", site) for site in (INTERSTITIUM, BOUND))
    fluid, tissue = assembly.volumes["lesion", INTERSTITIUM, "carried"][0, 2], assembly.tissue_volume["lesion"][0, 2]
    end = followed(assembly, given_to(assembly, {free: 3e-4 * fluid}), [0.0, 3 * HOUR])[-1]  # far above both constants
    c = end[free] / fluid
    assert end[bound] / (1e-6 * tissue) == pytest.approx(c / (K_D + k_e / K_A + c), rel=2e-2)


def test_receptors_that_are_dragged_in_faster_than_they_are_made_hold_fewer_carriers():
    """At saturation F = B - ρ b = 0, so 1/ρ of the places are filled."""
    half = places_like(LangmuirBinding, tissue_volume=1e-9, amount={BOUND: 0.5e-12}, accessible_volume={BOUND: 3e-10})
    assert coefficient(binding(depletion=2.0), half, INTERSTITIUM, BOUND) == pytest.approx(0.0, abs=1e-15)
    assert coefficient(binding(depletion=1.0), half, INTERSTITIUM, BOUND) > 0.0


def test_the_share_of_what_goes_in_that_recycles_is_its_rate_over_all_rates_out():
    k_e, k_r = 2e-4, 6e-5
    assembly = assembled(["endocytosis", "recycling"], internalisation_rate_constant=k_e, recycling_rate_constant=k_r)
    bound, inside = (at(assembly, CARRIER, "voxel 0", site) for site in (BOUND, INTERNALISED))
    end = followed(assembly, given_to(assembly, {bound: 1e-9}), [0.0, 100 * HOUR])[-1]
    assert end[bound] / 1e-9 == pytest.approx(k_r / (k_e + k_r), rel=1e-6)
    assert end[inside] / 1e-9 == pytest.approx(k_e / (k_e + k_r), rel=1e-6)
    assert coefficient(made(Recycling, recycling_rate_constant=k_r), places_like(Recycling), INTERNALISED, BOUND) == k_r


# Cells


def test_drug_crosses_the_membrane_until_both_waters_hold_one_concentration():
    law = made(MembranePermeation, membrane_permeability=1e-8, membrane_area_density=3e5)
    voxel = places_like(
        MembranePermeation, tissue_volume=1e-9, accessible_volume={INTERSTITIUM: 0.3e-9, INTERNALISED: 0.5e-9},
        amount={INTERSTITIUM: 3e-13, INTERNALISED: 5e-13},
    )  # fmt: skip
    inward = coefficient(law, voxel, INTERSTITIUM, INTERNALISED)
    assert inward == pytest.approx(1e-8 * 3e5 / 0.3)
    assert inward * 3e-13 == pytest.approx(coefficient(law, voxel, INTERNALISED, INTERSTITIUM) * 5e-13)


def test_targets_hold_the_stated_ratio_and_relax_at_the_off_rate_times_one_plus_it():
    R, k_off = 30.0, 1e-4
    assembly = assembled(["target_binding"], target_binding_ratio=R, target_off_rate_constant=k_off)
    free, held = (at(assembly, RELEASED, "voxel 0", site) for site in (INTERNALISED, TARGET))
    times = np.array([0.0, 100.0, 300.0, 1e5])
    found = followed(assembly, given_to(assembly, {free: 1e-9}), times)
    assert found[:, held] == pytest.approx(1e-9 * R / (1 + R) * (1 - np.exp(-k_off * (1 + R) * times)), rel=1e-6, abs=1e-18)
    law = made(TargetBinding, target_binding_ratio=R, target_off_rate_constant=k_off)
    assert coefficient(law, places_like(TargetBinding), TARGET, INTERNALISED) == pytest.approx(k_off)


# Diffusion


def line(count):
    """Links along a row of voxels, both ways."""
    return [(k, k + 1) for k in range(count - 1)] + [(k + 1, k) for k in range(count - 1)]


def change(diffusivity, accessible, amounts, *, spacing, area=1.0, flow=0.0, retardation=1.0):
    """dn/dt of every voxel of a row."""
    count, pairs = len(amounts), line(len(amounts))
    law = made(
        InterstitialTransport,
        count=count,
        links=len(pairs),
        interstitial_diffusivity=diffusivity,
        convection_hindrance=retardation,
        face_area_over_distance=area / spacing,
        face_flow=np.sign(np.subtract(*np.array(pairs).T[::-1])) * flow,
    )
    row = places_like(
        InterstitialTransport, count=count, tissue_volume=area * spacing, links=links_of(pairs),
        accessible_volume={INTERSTITIUM: np.asarray(accessible) * area * spacing},
    )  # fmt: skip
    source, target = np.array(pairs).T
    moved = coefficient(law, row, INTERSTITIUM, INTERSTITIUM) * np.asarray(amounts)[source]
    return np.bincount(target, moved, count) - np.bincount(source, moved, count)


def test_a_steady_flux_through_layers_meets_their_resistances_in_series():
    spacing, D = 1e-4, np.array([1e-11, 1e-11, 4e-12, 4e-12, 2e-11, 2e-11])
    eps = np.array([0.2, 0.2, 0.4, 0.4, 0.1, 0.1])
    resistance = spacing * (0.5 / (eps * D)[:-1] + 0.5 / (eps * D)[1:])  # of the way between two centers
    flux = 1.0 / resistance.sum()
    concentration = 1.0 - np.concatenate([[0.0], np.cumsum(resistance)]) * flux
    found = change(D, eps, concentration * eps * spacing, spacing=spacing)
    assert found[1:-1] == pytest.approx(0.0, abs=1e-12 * flux)
    assert -found[0] == pytest.approx(flux, rel=1e-12)
    assert found[-1] == pytest.approx(flux, rel=1e-12)


def test_a_barrier_voxel_blocks():
    D = np.array([1e-11, 1e-11, 1e-25, 1e-11, 1e-11])
    found = change(D, np.full(5, 0.3), np.array([1.0, 1.0, 0.0, 0.0, 0.0]) * 1e-9, spacing=1e-4)
    open_way = change(np.full(5, 1e-11), np.full(5, 0.3), np.array([1.0, 1.0, 0.0, 0.0, 0.0]) * 1e-9, spacing=1e-4)
    assert found[3] == 0.0
    assert abs(found[2]) < 1e-12 * open_way[2]


def test_diffusion_is_second_order_in_the_voxel_size_on_a_smooth_profile():
    length, errors = 1e-2, []
    for count in (32, 64, 128):
        spacing = length / count
        x = (np.arange(count) + 0.5) * spacing
        k = 2 * math.pi / length
        D, eps, c = 1e-11 * (2 + np.sin(k * x)), 0.3 + 0.1 * np.cos(k * x), 1.0 + 0.5 * np.cos(k * x)
        conductivity = D * eps
        of_conductivity = 1e-11 * k * np.cos(k * x) * eps - D * 0.1 * k * np.sin(k * x)
        exact = of_conductivity * (-0.5 * k * np.sin(k * x)) + conductivity * (-0.5 * k**2 * np.cos(k * x))
        found = change(D, eps, c * eps * spacing, spacing=spacing) / spacing
        inner = slice(count // 8, -count // 8)
        errors.append(np.abs(found - exact)[inner].max() / np.abs(exact).max())
    assert errors[-1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.05)


def test_a_spreading_drop_widens_by_two_d_t():
    count, spacing, D, t = 41, 1e-4, 1e-11, 2000.0
    unit = np.eye(count)
    matrix = np.stack([change(D, np.full(count, 0.3), unit[k], spacing=spacing) for k in range(count)], axis=1)
    end = expm(t * matrix)[:, count // 2]
    x = (np.arange(count) - count // 2) * spacing
    assert end.sum() == pytest.approx(1.0, rel=1e-10)
    assert (end * x**2).sum() == pytest.approx(2 * D * t, rel=1e-6)


def test_a_flow_through_a_row_of_voxels_meets_the_exact_profile_whatever_the_ratio_of_flow_to_diffusion():
    """Between fixed ends c = (e^{Pe x/L} - 1)/(e^{Pe} - 1), which the exponential flux holds to rounding on any grid."""
    D, eps, spacing, count = 1e-11, 0.3, 1e-4, 12
    x = (np.arange(count) + 0.5) * spacing
    for peclet in (1e-6, 0.3, 5.0, 400.0):  # per voxel
        flow = peclet * eps * D / spacing
        profile = np.exp(peclet * (x - x[-1]) / spacing)
        found = change(np.full(count, D), np.full(count, eps), profile * eps * spacing, spacing=spacing, flow=flow)
        assert np.abs(found[1:-1]).max() <= 1e-12 * eps * D / spacing * (1.0 + peclet)


def test_a_flow_without_diffusion_takes_from_upstream_alone():
    found = change(np.full(3, 1e-25), np.full(3, 0.3), [0.0, 3e-5, 0.0], spacing=1e-4, flow=2e-9, retardation=0.5)
    assert found == pytest.approx([0.0, -1e-9, 1e-9], rel=1e-6, abs=1e-20)


def test_the_border_gives_what_the_outflow_holds_at_the_concentration_of_the_fluid():
    law = made(PeritumoralDrainage, border_outflow_density=3e-5, convection_hindrance=0.7)
    voxel = places_like(PeritumoralDrainage, tissue_volume=1e-9, accessible_volume={INTERSTITIUM: 0.25e-9})
    assert coefficient(law, voxel, INTERSTITIUM, VESSELS) == pytest.approx(0.7 * 3e-5 / 0.25)
