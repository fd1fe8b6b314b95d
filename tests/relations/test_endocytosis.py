"""What cells and macrophages of a tumor take up: by size, by shape, by how many they are, and the way of albumin."""

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.relations.cells import LN2
from janusome.relations.endocytosis import internalisation_rate_constant, internalisation_rate_constant_of_rod
from janusome.simulation.values import Place, Scope, ValueBook
from janusome.specification.rows import Tumor
from tumor_books import KINDS

NM, HOUR = 1e-9, 3600.0
FORMER = {  # 1/h, 5 to 95 %, of the rates that were assumed before macrophages were counted
    "peg-liposome": (0.0082, 0.088),
    "plain-liposome": (0.027, 0.29),
    "polymeric-micelle": (0.014, 0.15),
    "gold-nanorod": (0.014, 0.15),
    "albumin": (0.027, 0.29),
}


def chain(carrier, tumor, *, host="mouse", ligand=None):
    library = Library()
    rows = [("carrier", carrier), *([("ligand", ligand)] if ligand else []), ("tumor", tumor), ("host", host)]
    return tuple(Scope(f"{kind} {name}", library.row(kind, name)) for kind, name in rows)


def filled(name, *rows, **more):
    return float(ValueBook(draws=1, seed=0).fill(name, chain(*rows, **more), Place("mouse"))[0])


@pytest.mark.parametrize(("diameter", "hours"), [(14, 2.10), (50, 1.90), (74, 2.24)])
def test_spheres_of_gold_are_taken_up_with_the_published_half_lives(diameter, hours):
    for ligand in ("anti-psma", "rgd"):
        (row,) = (scope.row for scope in chain("gold-sphere", "prostate", ligand=ligand) if scope.owner.startswith("ligand"))
        t0, d0, w = (
            row.values[name][0].internal
            for name in ("shortest_uptake_half_life", "fastest_uptake_diameter", "uptake_size_width")
        )
        assert LN2 / internalisation_rate_constant(diameter * NM, t0, d0, w) / HOUR == pytest.approx(hours, rel=0.01)


def test_a_ligand_with_a_rate_of_its_own_keeps_it_and_others_follow_the_size():
    assert filled("internalisation_rate_constant", "gold-sphere", "prostate", ligand="transferrin") * HOUR == pytest.approx(
        8.3
    )
    large = filled("internalisation_rate_constant", "peg-liposome", "prostate", ligand="anti-psma")
    assert large * HOUR == pytest.approx(np.log(2) / 1.74 / (1 + (np.log(85 / 30) / 1.68) ** 2), rel=1e-3)


def test_a_rod_is_taken_up_more_slowly_than_the_sphere_that_diffuses_alike():
    sphere, rod = internalisation_rate_constant, internalisation_rate_constant_of_rod
    given = (30 * NM, 1.74 * HOUR, 30 * NM, 1.68)
    assert rod(*given, 4.0, 0.5) == pytest.approx(sphere(*given) / 2.0)
    assert rod(*given, 1.0, 0.5) == pytest.approx(sphere(*given))
    assert filled("internalisation_rate_constant", "gold-nanorod", "prostate", ligand="rgd") * HOUR == pytest.approx(
        0.2, rel=0.05
    )


@pytest.mark.parametrize(("carrier", "former"), FORMER.items())
def test_macrophages_of_a_breast_tumor_take_up_within_what_was_assumed_before_they_were_counted(carrier, former):
    for host in ("mouse", "human-female"):
        found = filled("macrophage_uptake_rate_constant", carrier, "breast-triple-negative", host=host) * HOUR
        assert former[0] < found < former[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_tumor_has_macrophages_and_twice_as_many_take_up_twice_as_fast(kind):
    book, place, rows = ValueBook(draws=1, seed=0), Place("mouse"), chain("peg-liposome", kind)
    density = book.fill("phagocyte_density", rows, place)
    once, twice = (
        book.fill("macrophage_uptake_rate_constant", rows, place, context={"phagocyte_density": n * density}) for n in (1, 2)
    )
    assert twice == pytest.approx(2 * once)


def test_albumin_crosses_the_cells_of_vessels_faster_by_its_ratio_and_others_do_not():
    book, place = ValueBook(draws=1, seed=0), Place("mouse")
    size = {"hydrodynamic_diameter": np.array([100 * NM])}
    albumin, plain = (
        book.fill("transendothelial_permeability", chain(carrier, "pdac"), place, context=size)
        for carrier in ("albumin", "plga")
    )
    assert albumin == pytest.approx(2.0 * plain)


def test_no_tumor_holds_albumin_by_sparc_unless_a_study_says_so():
    tumor = Library().row("tumor", "pdac")
    assert isinstance(tumor, Tumor)
    row = tumor.receptors["SPARC"]
    assert [one.internal for one in row.values["receptors_per_cell"]] == [0.0]
