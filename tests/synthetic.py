"""A record that looks like a run's, made from closed forms: for tests of what reads records."""

from __future__ import annotations

import numpy as np

from janusome.simulation.record import (
    Arm,
    Course,
    DepthProfile,
    DoseGiven,
    Driver,
    Readout,
    Record,
    Scan,
    TumorMap,
    ValueUsed,
    Visibility,
)

HOUR, DAY = 3600.0, 86400.0
LESION = "breast-her2"
ORGANS = {  # kg, share of the carrier at its height, 1/h in, 1/h out
    "liver": (1.4, 0.28, 0.05, 0.004),
    "spleen": (0.13, 0.07, 0.04, 0.003),
    "kidney": (0.28, 0.025, 0.2, 0.02),
    "lung": (0.95, 0.035, 0.3, 0.02),
    "heart": (0.25, 0.012, 0.3, 0.02),
    "bone": (4.2, 0.05, 0.03, 0.006),
    "muscle": (17.5, 0.06, 0.02, 0.01),
    "brain": (1.3, 0.002, 0.2, 0.02),
    LESION: (0.025, 0.0012, 0.05, 0.008),
}


def record(
    *, draws: int = 40, seed: int = 7, title: str = "PET-guided HER2 liposome in metastatic breast cancer", points: int = 120
) -> Record:
    """Build a record with three arms, two scans and a small ensemble."""
    rng = np.random.default_rng(seed)
    spread = np.exp(0.25 * rng.standard_normal((draws, 6)))
    spread[0] = 1.0
    times = np.unique(
        np.concatenate([[0.0], np.geomspace(0.05 * HOUR, 24 * HOUR, points // 2), np.linspace(HOUR, 28 * DAY, points // 2)])
    )
    arms = (
        _treated(times, spread, rng),
        _free(times, spread),
        _untreated(times, spread),
    )
    return Record(
        title=title,
        study=_study(title, draws),
        arms=arms,
        values=_values(),
        drivers=_drivers(rng),
        cautions=(
            "drug doxorubicin: plasma protein binding was given without a medium; its spread is widened to sd(ln) 0.5",
            "tumor breast-her2: interstitial pressure is taken to equal that in the vessels, so convection is left out",
            "no published comparison covers anti-HER2 liposomes in this host: the tumor's uptake lies outside validation",
        ),
        seed=seed,
        draws=draws,
        versions={"janusome": "0.1.0", "python": "3.11.7", "jax": "0.10.2", "numpy": "2.4.6"},
        laws={
            "langmuir_binding": {
                "title": "Binding: ligands hold carriers on the receptors of tumor cells",
                "equation": r"k_{on} = k_a\,(B - b)/\varepsilon, \qquad k_{off} = k_d",
                "sources": ["Author1988"],
                "where": "tumor",
            },
            "renal_excretion": {
                "equation": r"\dot n = CL_R\, c_{kidney\ plasma}",
                "sources": ["Author2010"],
                "where": "body",
            },
        },
    )


def _decay(t, rates, shares) -> np.ndarray:
    return np.sum([share * np.exp(-rate[:, None] * t) for rate, share in zip(rates, shares, strict=True)], axis=0)


def _treated(times, spread, rng) -> Arm:
    t = times / HOUR
    plasma_volume = 2.6 * spread[:, 0]
    left = _decay(t, (0.25 * spread[:, 1], 0.013 * spread[:, 2]), (0.25, 0.75))  # share of the dose in plasma
    released = 0.004 * (np.exp(-0.013 * t) - np.exp(-1.2 * t)) * spread[:, 3:4]
    dose_mg, dose_mbq, particles = 51.0, 400.0, 4.1e14
    courses = [
        Course(
            "carrier",
            "carrier",
            "plasma",
            "blood",
            "concentration per plasma volume",
            "particle/mL",
            particles * left / plasma_volume[:, None] / 1e3,
        ),
        Course(
            "doxorubicin",
            "encapsulated",
            "plasma",
            "blood",
            "concentration per plasma volume",
            "ug/mL",
            dose_mg * left / plasma_volume[:, None],
        ),
        Course(
            "doxorubicin",
            "released",
            "plasma",
            "blood",
            "concentration per plasma volume",
            "ug/mL",
            dose_mg * released / plasma_volume[:, None],
        ),
        Course(
            "doxorubicin",
            "total",
            "plasma",
            "blood",
            "concentration per plasma volume",
            "ug/mL",
            dose_mg * (left + released) / plasma_volume[:, None],
        ),
        Course(
            "cu-64",
            "total",
            "plasma",
            "blood",
            "concentration per plasma volume",
            "kBq/mL",
            dose_mbq * left * np.exp(-np.log(2) * t / 12.7) / plasma_volume[:, None],
        ),
    ]
    for organ, (mass, share, rise, fall) in ORGANS.items():
        held = (
            100 * share * spread[:, 4:5] * rise / (rise - fall) * (np.exp(-fall * t) - np.exp(-rise * t)) + 0.002 * 100 * left
        )
        for species, form, scale in (("carrier", "carrier", 1.0), ("doxorubicin", "total", 0.8), ("cu-64", "total", 1.02)):
            basis = ", decay-corrected" if species == "cu-64" else ""
            courses.append(Course(species, form, organ, "whole", "injected dose" + basis, "%", scale * held))
            courses.append(
                Course(species, form, organ, "whole", "injected dose per mass" + basis, "%/g", scale * held / mass / 1e3)
            )
    for exit_, scale in (("urine", 4.0), ("faeces", 22.0), ("metabolised", 38.0)):
        courses.append(
            Course(
                "doxorubicin",
                "total",
                exit_,
                "whole",
                "injected dose",
                "%",
                scale * (1 - np.exp(-0.004 * t)) * np.ones_like(spread[:, :1]),
            )
        )
    in_tumor = 12.0 * spread[:, 4:5] * (np.exp(-0.008 * t) - np.exp(-0.05 * t))
    for form, site, scale in (
        ("encapsulated", "whole", 0.75),
        ("encapsulated", "internalised", 0.25),
        ("released", "interstitium", 0.04),
        ("released", "target", 0.6),
    ):
        courses.append(Course("doxorubicin", form, LESION, site, "concentration per tissue volume", "ug/mL", scale * in_tumor))
    courses.append(
        Course("doxorubicin", "released", LESION, "whole", "concentration per tissue volume", "ug/mL", 0.64 * in_tumor)
    )
    for site, scale in (("interstitium", 1.0), ("bound", 0.3), ("internalised", 0.5)):
        courses.append(
            Course(
                "carrier", "carrier", LESION, site, "concentration per tissue volume", "particle/mL", 3e9 * scale * in_tumor
            )
        )
    days = t / 24
    courses += _cells(days, spread, kill=0.09)
    maps = tuple(
        _map(time, species, form, site, quantity, unit, scale)
        for time in (HOUR, 24 * HOUR, 72 * HOUR)
        for species, form, site, quantity, unit, scale in (
            ("carrier", "carrier", "whole", "number per tissue volume", "particle/mL", 3e10),
            ("doxorubicin", "released", "target", "concentration per tissue volume", "ug/mL", 4.0),
        )
    )
    maps += (_pressure(),)
    return Arm(
        name="treated",
        formulation="mm-302-cu64",
        doses=(
            DoseGiven(
                0.0,
                HOUR,
                "intravenous",
                "30 mg/m^2 of doxorubicin with 400 MBq of cu-64",
                {
                    "carrier": np.full(1, particles / 6.02214076e23),
                    "encapsulated doxorubicin": np.full(1, dose_mg / 543.52e3),
                    "attached cu-64": np.full(1, 4.4e-11),
                },
            ),
        ),
        times=times,
        courses=tuple(courses),
        maps=maps,
        scans=(_pet(spread, rng), _mri(spread, rng)),
        ledger_error=3.1e-11,
        splitting_error=4.2e-4,
        solver={"engine": "tape", "steps": 1840, "fallbacks": 0, "seconds": 6.3},
        readouts=_readouts(spread),
        profiles=(_profile(spread, HOUR), _profile(spread, 24 * HOUR)),
    )


def _free(times, spread) -> Arm:
    t = times / HOUR
    left = _decay(t, (3.5 * spread[:, 1], 0.6 * spread[:, 2], 0.024 * spread[:, 3]), (0.93, 0.05, 0.02))
    courses = [
        Course("doxorubicin", "released", "plasma", "blood", "concentration per plasma volume", "ug/mL", 51.0 * left / 25.0)
    ]
    for organ, (mass, share, _, _) in ORGANS.items():
        held = 100 * share * 1.6 * spread[:, 4:5] * (np.exp(-0.024 * t) - np.exp(-2 * t))
        courses.append(Course("doxorubicin", "total", organ, "whole", "injected dose", "%", held))
        courses.append(Course("doxorubicin", "total", organ, "whole", "injected dose per mass", "%/g", held / mass / 1e3))
    in_tumor = 1.5 * spread[:, 4:5] * (np.exp(-0.024 * t) - np.exp(-2.0 * t))
    for site, scale in (("interstitium", 0.2), ("target", 2.0), ("whole", 2.2)):
        courses.append(
            Course("doxorubicin", "released", LESION, site, "concentration per tissue volume", "ug/mL", scale * in_tumor)
        )
    courses += _cells(t / 24, spread, kill=0.03)
    return Arm(
        name="free-drug",
        formulation="free-doxorubicin",
        doses=(DoseGiven(0.0, HOUR, "intravenous", "30 mg/m^2 of doxorubicin", {"released doxorubicin": np.full(1, 51.0 / 543.52e3)}),),
        times=times, courses=tuple(courses), scans=(), ledger_error=8.8e-12,
        maps=(_map(HOUR, "doxorubicin", "released", "target", "concentration per tissue volume", "ug/mL", 1.5),), splitting_error=2.0e-4,
        solver={"engine": "tape", "steps": 990, "fallbacks": 0, "seconds": 2.2},
    )  # fmt: skip


def _untreated(times, spread) -> Arm:
    return Arm(
        name="untreated", formulation="nothing", doses=(), times=times, courses=tuple(_cells(times / DAY, spread, kill=0.0)),
        maps=(), scans=(), ledger_error=0.0, splitting_error=None,
        solver={"engine": "tape", "steps": 120, "fallbacks": 0, "seconds": 0.4},
    )  # fmt: skip


def _cells(days, spread, *, kill):
    growth = 0.03 * spread[:, 5:6]
    log = growth * days - kill * spread[:, 3:4] * 8 * (1 - np.exp(-days / 8))
    viable = 2.5e9 * np.exp(log)
    volume = 25.0 * np.exp(0.9 * log)
    return [
        Course("tumor cells", "viable", LESION, "whole", "number of cells", "cell", viable),
        Course("tumor cells", "all", LESION, "whole", "volume", "cm^3", volume),
    ]


def _radius(shape, semi):
    axes = np.meshgrid(*[(np.arange(n) - (n - 1) / 2) / s for n, s in zip(shape, semi, strict=True)], indexing="ij")
    return np.sqrt(sum(a**2 for a in axes))


def _map(time, species, form, site, quantity, unit, scale) -> TumorMap:
    r = _radius((16, 22, 24), (7, 9.5, 11))
    depth = 0.25 + 0.3 * min(time / (72 * HOUR), 1)
    field = scale * np.exp(-((1 - r) / depth)) * (1 + 0.15 * np.sin(9 * r + 3 * np.arange(24) / 24))
    return TumorMap(LESION, time, species, form, site, quantity, unit, np.where(r <= 1, field, np.nan), np.full(3, 1.8e-3))


def _pressure() -> TumorMap:
    r = _radius((16, 22, 24), (7, 9.5, 11))
    field = np.where(r <= 1, 12.0 - 8.0 * r**6, np.nan)
    name = "interstitial pressure"
    return TumorMap(
        LESION, 0.0, name, name, "whole", "pressure of the interstitial fluid", "mmHg", field, np.full(3, 1.8e-3), steady=True
    )


def _readouts(spread) -> tuple[Readout, ...]:
    about, voxels = (LESION, "carrier", "carrier", "whole"), "median of every input, voxels"
    return (
        Readout(*about, "injected_dose_per_mass", "%/g", 0.004 * spread[:, 4], "ensemble", time=24 * HOUR),
        Readout(*about, "auc_ratio", "", 0.05 * spread[:, 3], "ensemble", window=(0.0, 24 * HOUR)),
        Readout(*about, "relative_concentration_inner", "", 0.7 / spread[:, 2], "ensemble, shells", time=24 * HOUR),
        Readout(*about, "mean", "particle/mL", np.array([1e9]), voxels, time=24 * HOUR),
        Readout(*about, "penetration_half_depth", "mm", np.array([1.7]), voxels, time=24 * HOUR),
        Readout(
            *about, "penetration_1_over_e_depth", "mm", np.array([np.nan]), voxels, time=24 * HOUR,
            reason="not reached within 9 mm: at its lowest it is 40% of the outermost layer, above 37%",
        ),
        Readout(*about, "cell_share_above", "", np.array([0.8]), voxels, time=24 * HOUR, above="half of the mean"),
    )  # fmt: skip


def _profile(spread, time) -> DepthProfile:
    depth = np.linspace(1e-3, 9e-3, 9)
    shells = np.array([6e-3, 3e-3, 0.8e-3])
    about = (LESION, time, "carrier", "carrier", "whole", "concentration per tissue volume", "particle/mL")
    return DepthProfile(*about, depth, 3e9 * np.exp(-depth / 4e-3), shells, 3e9 * np.exp(-shells / 4e-3) * spread[:, 4:5])


def _pet(spread, rng) -> Scan:
    r = _radius((20, 32, 32), (5, 6, 7))
    expected = 3.0 + 9.0 / (1 + np.exp((r - 1) * 8))
    image = expected + 0.8 * np.sqrt(expected) * rng.standard_normal(expected.shape)
    ratio = 6.0 * spread[:, 4]
    return Scan(
        "pet-clinical 24 h", "pet-clinical", "pet", 24 * HOUR, "cu-64", "kBq/mL", expected, image, r <= 1, (r <= 1).astype(np.float64), np.full(3, 3e-3),
        Visibility(LESION, ratio, ratio >= 3.0, "contrast-to-noise of 3 or more (Rose)"),
        {"frame": "10 min", "resolution": "4.5 mm FWHM"},
    )  # fmt: skip


def _mri(spread, rng) -> Scan:
    r = _radius((10, 64, 64), (4, 15, 18))
    expected = 100 + 6.0 / (1 + np.exp((r - 1) * 12))
    image = np.abs(expected + 4 * rng.standard_normal(expected.shape))
    ratio = 1.5 * spread[:, 4]
    return Scan(
        "mri-3t t1w-spgr 24 h", "mri-3t", "mri", 24 * HOUR, "gadolinium-chelate", "arbitrary unit",
        expected, image, r <= 1, (r <= 1).astype(np.float64), np.array([3e-3, 1e-3, 1e-3]),
        Visibility(LESION, ratio, ratio >= 3.0, "contrast-to-noise of 3 or more (Rose)"),
        {"sequence": "t1w-spgr", "repetition time": "5 ms", "flip angle": "15 deg"},
    )  # fmt: skip


def _values():
    rows = [
        ValueUsed(
            "drug doxorubicin", "molar_mass", 543.52, "g/mol", 543.52, 543.52, "measured", "Author2010", "Table 1", "shipped"
        ),
        ValueUsed("label cu-64", "half_life", 12.7, "h", 12.7, 12.7, "measured", "Author2010", "Table 2", "shipped"),
        ValueUsed(
            "carrier peg-liposome",
            "hydrodynamic_diameter",
            85.0,
            "nm",
            80.0,
            90.0,
            "given",
            "",
            "protocol",
            "study",
            {"medium": "PBS"},
        ),
        ValueUsed(
            "carrier peg-liposome",
            "vascular_permeability",
            3.4e-10,
            "m/s",
            1.1e-10,
            9.8e-10,
            "assumed",
            "",
            "",
            "shipped",
            {},
            "no measurement in human tumors",
        ),
        ValueUsed(
            "relation",
            "stokes_einstein_diffusivity",
            5.3e-12,
            "m^2/s",
            5.0e-12,
            5.6e-12,
            "computed",
            "",
            "relations",
            "shipped",
        ),
    ]
    for organ in ORGANS:
        rows += [
            ValueUsed(
                f"host human-female: {organ}",
                "plasma_flow_fraction",
                0.05,
                "",
                0.03,
                0.08,
                "measured",
                "Author1988",
                "Table 4",
                "shipped",
            ),
            ValueUsed(
                f"host human-female: {organ}",
                "vascular_plasma_fraction",
                0.06,
                "",
                0.035,
                0.1,
                "derived",
                "Author1988",
                "Table 30, blood share x (1 - hematocrit)",
                "shipped",
            ),
            ValueUsed(
                f"carrier peg-liposome: {organ}",
                "vascular_exchange_ratio",
                0.002,
                "",
                0.0006,
                0.006,
                "assumed",
                "",
                "",
                "shipped",
            ),
        ]
    return tuple(rows)


def _drivers(rng):
    answers = (
        "greatest carrier in breast-her2, %ID/g",
        "area under released doxorubicin in plasma",
        "volume of breast-her2 at the end",
    )
    inputs = [
        ("carrier peg-liposome", "vascular_permeability"), ("tumor breast-her2", "vessel_surface_density"),
        ("carrier peg-liposome", "clearance_per_phagocyte"),
        ("host human-female: liver", "phagocyte_density"), ("drug doxorubicin", "half_maximal_medium_concentration"),
        ("tumor breast-her2", "doubling_time"),
        ("carrier peg-liposome", "leak_rate_constant"), ("host human-female", "hematocrit"),
        ("ligand anti-her2", "dissociation_constant"),
    ]  # fmt: skip
    return tuple(
        Driver(answer, owner, name, float(np.clip(rng.normal(0, 0.45), -0.95, 0.95)))
        for answer in answers
        for owner, name in inputs
    )


def _study(title, draws):
    return {
        "study": title,
        "formulation": "mm-302-cu64",
        "host": "human-female",
        "tumor": [{"kind": "breast-her2", "volume": "25 cm^3"}],
        "protocol": [
            {
                "at": "0 h",
                "dose": "30 mg/m^2",
                "of": "doxorubicin",
                "route": "intravenous",
                "over": "1 h",
                "activity": "400 MBq",
            },
            {"at": "24 h", "scan": "pet-clinical", "frame": "10 min"},
            {"at": "24 h", "scan": "mri-3t", "sequence": "t1w-spgr"},
        ],
        "controls": ["free-drug", "untreated"],
        "outputs": {"until": "28 d", "images": "nifti", "draws": draws},
    }
