r"""Partition of small drugs between tissue and plasma, from structure: the composition model of Rodgers and Rowland.

The neutral molecule is taken to be the same on both sides of every membrane. Tissue then holds what is dissolved in its
water (more of a base, because cells are more acid than plasma), in neutral lipid and neutral phospholipid, and what is bound:
moderate to strong bases to acidic phospholipid, acids, weak bases and zwitterions to albumin, neutrals to lipoproteins. How
firmly a base is bound follows from its red cells, how firmly the others from their plasma.

**Basis.** $K$ is the concentration in tissue without its blood over the *total* concentration in plasma: the unbound ratio of
the papers times the unbound fraction. The water between cells has the pH of plasma, that inside them the pH of cell water, not
that of lysosomes. Composition is that of rat tissue in every species, as the authors do for people.

**Unbound share.** Plasma holds at least what its lipid dissolves. A measured unbound fraction that leaves it less contradicts
log P (the assay lost drug to its walls, or log P overstates lipid), and $K$ would grow with log P without end. The smaller of
both unbound shares acts here: for very lipophilic drugs $K$ becomes the lipid of tissue over that of plasma.

**Which one acts.** With `basic_pka` and `blood_plasma_ratio`, binding to acidic phospholipid: give that ratio only for bases
with a pKa above 7. With a pKa alone, albumin. Without a pKa, lipoproteins. A measured `partition_coefficient` in a row comes
before all of them.

Validity: log P from -3 to 4.5 (`LOG_P_DOMAIN`); within twofold for about half of the drugs. Leaves out: DNA, tubulin and
other targets (anthracyclines are underpredicted fivefold to tenfold), covalent binding, transporters, trapping in lysosomes,
and drug in red cells.

Source: the equations as coded in KpCoeff (`kpcoeff`), with the composition of `utsey_pbpk_pc`, whose own code counts the
binding of acids to albumin times their ionisation in cells, which is not done here. Both cite J Pharm Sci 94:1259 (2005) and
95:1238 (2006). Lipid that lowers the unbound share: as httk corrects it (`httk_unbound`, which cites Pearce 2017 and Poulin
and Haddad 2012) by adding lipid to all binding; here it only replaces binding that is smaller, because these equations count
the lipid of plasma as part of what was measured.
"""

from __future__ import annotations

from janusome.units import Q

LOG_P_DOMAIN = (-3.0, 4.5)  # where volumes from structure were compared and better than a constant


def _at_least_zero(number: Q) -> Q:
    return 0.5 * (number + abs(number))  # pyright: ignore[reportReturnType]


def _lipid_affinity(partition: Q, neutral_lipid: Q, phospholipid: Q) -> Q:
    """What lipid holds of the neutral molecule: phospholipid dissolves like 30 % octanol in water."""
    return partition * neutral_lipid + (0.3 * partition + 0.7) * phospholipid


def lipid_water_partition_ratio(octanol_water_log_p: Q, storage_fat_fraction: Q) -> Q:
    r"""Partition of the neutral molecule into the lipid of an organ: as octanol does, in stored fat as vegetable oil does.

    $$ \log P_{oil} = 1.115 \log P - 1.35 $$

    >>> lipid_water_partition_ratio(2.0, 0.0)
    100.0
    """
    octanol, oil = 10.0**octanol_water_log_p, 10.0 ** (1.115 * octanol_water_log_p - 1.35)
    return storage_fat_fraction * oil + (1.0 - storage_fat_fraction) * octanol  # pyright: ignore[reportReturnType]


def tissue_lipid_affinity(lipid_water_partition_ratio: Q, neutral_lipid_fraction: Q, neutral_phospholipid_fraction: Q) -> Q:
    """What the lipid of tissue holds of the neutral molecule, over its concentration in water."""
    return _lipid_affinity(lipid_water_partition_ratio, neutral_lipid_fraction, neutral_phospholipid_fraction)


def plasma_lipid_affinity(
    octanol_water_log_p: Q, plasma_neutral_lipid_fraction: Q, plasma_neutral_phospholipid_fraction: Q
) -> Q:
    """What the lipid of plasma holds of the neutral molecule, over its concentration in water."""
    return _lipid_affinity(10.0**octanol_water_log_p, plasma_neutral_lipid_fraction, plasma_neutral_phospholipid_fraction)  # pyright: ignore[reportReturnType]


def red_cell_lipid_affinity(
    octanol_water_log_p: Q, red_cell_neutral_lipid_fraction: Q, red_cell_neutral_phospholipid_fraction: Q
) -> Q:
    """What the lipid of red cells holds of the neutral molecule, over its concentration in water."""
    return _lipid_affinity(10.0**octanol_water_log_p, red_cell_neutral_lipid_fraction, red_cell_neutral_phospholipid_fraction)  # pyright: ignore[reportReturnType]


def tissue_water_affinity(
    extracellular_water_fraction: Q,
    intracellular_water_fraction: Q,
    neutral_fraction_in_plasma: Q,
    neutral_fraction_in_cells: Q,
) -> Q:
    """What the water of tissue holds, over the unbound concentration in plasma."""
    trapped = neutral_fraction_in_plasma / neutral_fraction_in_cells
    return extracellular_water_fraction + trapped * intracellular_water_fraction


def _least_unbound(unbound_fraction: Q, lipid: Q) -> Q:
    """The unbound share where binding is the greater of what was measured and what lipid alone dissolves."""
    bound = 1.0 / unbound_fraction - 1.0
    return 1.0 / (1.0 + bound + _at_least_zero(lipid - bound))


def consistent_unbound_fraction(unbound_fraction: Q, plasma_lipid_affinity: Q, neutral_fraction_in_plasma: Q) -> Q:
    r"""Unbound share in plasma that does not contradict log P.

    $$ f_u' = \min\bigl(f_u,\; 1 / (1 + n_p L_p)\bigr) $$

    >>> consistent_unbound_fraction(0.5, 6.0, 0.5)
    0.25
    """
    return _least_unbound(unbound_fraction, plasma_lipid_affinity * neutral_fraction_in_plasma)


def consistent_unbound_fraction_of_neutral(unbound_fraction: Q, plasma_lipid_affinity: Q) -> Q:
    """Unbound share in plasma that does not contradict log P, for what is not ionised."""
    return _least_unbound(unbound_fraction, plasma_lipid_affinity)


def plasma_protein_association(unbound_fraction: Q, plasma_lipid_affinity: Q, neutral_fraction_in_plasma: Q) -> Q:
    """Bound to the protein of plasma over unbound: what its lipid does not explain."""
    return _at_least_zero(1.0 / unbound_fraction - 1.0 - plasma_lipid_affinity * neutral_fraction_in_plasma)


def plasma_protein_association_of_neutral(unbound_fraction: Q, plasma_lipid_affinity: Q) -> Q:
    """Bound to the protein of plasma over unbound, for what is not ionised."""
    return _at_least_zero(1.0 / unbound_fraction - 1.0 - plasma_lipid_affinity)


def red_cell_to_unbound_ratio(blood_plasma_ratio: Q, hematocrit: Q, consistent_unbound_fraction: Q) -> Q:
    """Concentration in red cells over that unbound in plasma."""
    return _at_least_zero(hematocrit - 1.0 + blood_plasma_ratio) / (hematocrit * consistent_unbound_fraction)


def acidic_phospholipid_association(
    red_cell_to_unbound_ratio: Q,
    red_cell_water_fraction: Q,
    red_cell_lipid_affinity: Q,
    red_cell_acidic_phospholipid_content: Q,
    neutral_fraction_in_plasma: Q,
    neutral_fraction_in_red_cells: Q,
    cations_per_neutral_in_red_cells: Q,
) -> Q:
    """How firmly acidic phospholipid binds the cation: what water and lipid of red cells leave unexplained."""
    n = neutral_fraction_in_plasma
    explained = n / neutral_fraction_in_red_cells * red_cell_water_fraction + n * red_cell_lipid_affinity
    cations = n * cations_per_neutral_in_red_cells
    return _at_least_zero(red_cell_to_unbound_ratio - explained) / (red_cell_acidic_phospholipid_content * cations)


def partition_coefficient_of_neutral(
    consistent_unbound_fraction: Q,
    extracellular_water_fraction: Q,
    intracellular_water_fraction: Q,
    tissue_lipid_affinity: Q,
    plasma_protein_association: Q,
    lipoprotein_ratio: Q,
    partition_prediction_ratio: Q,
) -> Q:
    r"""Tissue over plasma of a neutral drug.

    $$ K = f_u' \bigl(f_{EW} + f_{IW} + P f_{NL} + (0.3 P + 0.7) f_{NP} + K_{LP} R_{LP}\bigr) $$

    Without lipophilicity and binding it is the share of water: muscle, 0.75.

    >>> round(partition_coefficient_of_neutral(1.0, 0.118, 0.63, 0.0, 0.0, 0.059, 1.0), 3)
    0.748
    """
    water = extracellular_water_fraction + intracellular_water_fraction
    held = water + tissue_lipid_affinity + plasma_protein_association * lipoprotein_ratio
    return partition_prediction_ratio * consistent_unbound_fraction * held


def partition_coefficient_of_acid(
    consistent_unbound_fraction: Q,
    tissue_water_affinity: Q,
    tissue_lipid_affinity: Q,
    neutral_fraction_in_plasma: Q,
    plasma_protein_association: Q,
    albumin_ratio: Q,
    partition_prediction_ratio: Q,
) -> Q:
    r"""Tissue over plasma of an acid, a weak base or a zwitterion.

    $$ K = f_u' \bigl(f_{EW} + f_{IW}\, n_p/n_c + n_p L + K_A R_A\bigr) $$

    n are the neutral shares in plasma and cells, L the affinity of lipid for the neutral molecule, R_A albumin in tissue over
    albumin in plasma.
    """
    held = tissue_water_affinity + neutral_fraction_in_plasma * tissue_lipid_affinity
    return partition_prediction_ratio * consistent_unbound_fraction * (held + plasma_protein_association * albumin_ratio)


def partition_coefficient_of_base(
    consistent_unbound_fraction: Q,
    tissue_water_affinity: Q,
    tissue_lipid_affinity: Q,
    neutral_fraction_in_plasma: Q,
    cations_per_neutral_in_cells: Q,
    acidic_phospholipid_association: Q,
    acidic_phospholipid_content: Q,
    partition_prediction_ratio: Q,
) -> Q:
    r"""Tissue over plasma of a base with a pKa above 7.

    $$ K = f_u' \bigl(f_{EW} + f_{IW}\, n_p/n_c + n_p L + n_p\, 10^{pKa - pH_c} K_{AP} [AP]\bigr) $$
    """
    bound = cations_per_neutral_in_cells * acidic_phospholipid_association * acidic_phospholipid_content
    held = tissue_water_affinity + neutral_fraction_in_plasma * (tissue_lipid_affinity + bound)
    return partition_prediction_ratio * consistent_unbound_fraction * held
