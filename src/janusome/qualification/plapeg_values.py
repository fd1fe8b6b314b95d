"""What is fitted to the PLA-PEG vincristine arms: the values' keys, and what was held of them before these data were seen.

The library ships the mode and the spread of the fit, so that the priors stand here: a fit from the shipped values would use
the data twice. Values that are not listed stay at their medians.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from janusome.units import to_internal

FROM_MEDIAN_TO_95TH = 1.645  # standard deviations


class Prior(NamedTuple):
    """A median and the factor from it to the 95th percentile, and why."""

    median: float
    unit: str
    factor: float
    why: str

    @property
    def internal(self) -> float:
        """The median in the internal set."""
        return to_internal(self.median, self.unit)

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm."""
        from math import log

        return log(self.factor) / FROM_MEDIAN_TO_95TH


_DRUG, _CARRIER, _HOST = "drug vincristine", "carrier pla-peg", "host mouse"
_TISSUE = Prior(20.0, "", 6.0, "lipophilic base that tubulin holds: tens of times plasma")
_LYMPHOID = "a vinca stays long in lymphoid tissue of mice (abstract of a study of vinorelbine)"
_CELL = Prior(1e-18, "m^3/(s cell)", 50.0, "the order of liposomes and polymers in mice, any organ")
_BLOOD = "what the published model fitted, or the blood of the vessels"

PRIORS: Mapping[str, Prior] = {
    f"{_DRUG}/1/partition_coefficient/[]": _TISSUE,
    f"{_DRUG}: liver/0/partition_coefficient/[]": _TISSUE,
    f"{_DRUG}: kidney/0/partition_coefficient/[]": _TISSUE,
    f"{_DRUG}: lung/0/partition_coefficient/[]": _TISSUE,
    f"{_DRUG}: spleen/0/partition_coefficient/[]": Prior(120.0, "", 8.0, _LYMPHOID),
    f"{_DRUG}: spleen/0/vascular_exchange_ratio/[]": Prior(0.3, "", 15.0, _LYMPHOID),
    f"{_DRUG}/1/vascular_exchange_ratio/[]": Prior(10.0, "", 3.2, "perfusion-limited"),
    f"{_DRUG}: liver/0/intrinsic_clearance_per_body_mass/[]": Prior(3.0, "L/(h kg)", 10.0, "about the flow of the liver"),
    f"{_DRUG}/1/target_binding_ratio/[]": Prior(100.0, "", 5.0, "as the row for people"),
    f"{_DRUG}/1/target_off_rate_constant/[]": Prior(0.1, "1/h", 7.0, "as the row for people"),
    f"{_CARRIER}: liver/0/clearance_per_phagocyte/[]": _CELL,
    f"{_CARRIER}: spleen/0/clearance_per_phagocyte/[]": _CELL,
    f"{_CARRIER}: kidney/0/clearance_per_phagocyte/[]": _CELL,
    f"{_CARRIER}: lung/0/clearance_per_phagocyte/[]": _CELL,
    f"{_CARRIER}: bone/0/clearance_per_phagocyte/[]": _CELL,
    f"{_CARRIER}/1/half_saturation_concentration/[]": Prior(
        3e18, "particle/m^3", 13.0, "1e12 particles in a mouse (ouyang2020)"
    ),
    f"{_CARRIER}/1/capacity_per_phagocyte/[]": Prior(1.5e5, "particle/cell", 6.0, "5 % of the volume of a macrophage"),
    f"{_CARRIER}/1/partition_coefficient/[]": Prior(1.0, "", 6.0, "the interstitium equilibrates"),
    f"{_CARRIER}/1/vascular_exchange_ratio/[]": Prior(3e-4, "", 100.0, "tight walls, in models of other particles"),
    f"{_CARRIER}/1/vascular_permeability/[]": Prior(3e-10, "m/s", 10.0, "particles of 100 nm in mouse tumors"),
    f"{_CARRIER}/1/macrophage_uptake_rate_constant/[]": Prior(0.1, "1/h", 10.0, "as PLGA"),
    f"{_CARRIER}/1/half_inhibiting_drug_concentration/[]": Prior(
        0.1, "umol/L", 100.0, "potency of vincristine in cells; phagocytes may stand far more"
    ),
    f"{_HOST}: lung/0/residual_blood_fraction/[]": Prior(0.223, "", 1.6, _BLOOD),
    f"{_HOST}: liver/0/residual_blood_fraction/[]": Prior(0.141, "", 1.6, _BLOOD),
    f"{_HOST}: spleen/0/residual_blood_fraction/[]": Prior(0.153, "", 1.6, _BLOOD),
    f"{_HOST}: kidney/0/residual_blood_fraction/[]": Prior(0.0858, "", 1.6, _BLOOD),
}
