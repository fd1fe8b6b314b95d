"""The examples run, keep their books, and say what their titles promise."""

from __future__ import annotations

from pathlib import Path

import pytest

import janusome as jn

EXAMPLES = Path(__file__).parents[1] / "examples"
LEDGER = 1e-6  # of the dose


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    return {path.stem: jn.run(path, output=folder / path.stem, draws=4) for path in sorted(EXAMPLES.glob("*.yaml"))}


def test_there_are_the_three_examples(results):
    assert set(results) == {"doxil-breast-cancer", "mm-302-pet-mask", "folate-iron-oxide-mouse-mri"}


def test_every_arm_of_every_example_keeps_its_ledger(results):
    for result in results.values():
        for arm in result.summary["arms"].values():
            assert arm["ledger_error"] <= LEDGER


def test_every_example_has_its_controls_and_its_report(results):
    for result in results.values():
        assert set(result.summary["arms"]) == {"treated", "free-drug", "untreated"}
        assert result.report.stat().st_size > 10_000


def test_doxil_stays_in_plasma_far_longer_than_free_doxorubicin(results):
    def area(arm: str, form: str) -> float:
        found = results["doxil-breast-cancer"].summary["arms"][arm]["plasma_exposure"]
        (figures,) = [one["figures"] for one in found if one["species"] == "doxorubicin" and one["form"] == form]
        return figures["auc_to_last"]["median"]

    # 600-fold at 25 mg/m^2 and 258-fold at 50 mg/m^2 in patients (Drummond 1999, Table 4)
    assert 100 < area("treated", "total") / area("free-drug", "released") < 1000


def test_pet_shows_the_segmented_tumor_and_says_by_which_criterion(results):
    scans = results["mm-302-pet-mask"].summary["arms"]["treated"]["visibility"]
    assert len(scans) == 2
    assert all("Rose" in scan["criterion"] for scan in scans)
    assert list((results["mm-302-pet-mask"].folder / "images").glob("*_pet.nii.gz"))


def test_iron_oxide_darkens_the_tumor_in_a_t2star_weighted_image(results):
    scans = results["folate-iron-oxide-mouse-mri"].summary["arms"]["treated"]["visibility"]
    assert all(scan["figures"]["contrast_to_noise"]["median"] < 0 for scan in scans)
