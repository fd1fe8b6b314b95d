"""The lesions of a study stand on voxels as it says, and the record tells what was done to them."""

import numpy as np
import pytest

from janusome.files.library import Library
from janusome.simulation.lesion_mask import grid_of_mask
from janusome.simulation.lesion_shapes import lesion_grid
from janusome.simulation.run import simulate
from janusome.specification.resolve import resolve
from janusome.specification.study import Study

VESSELS = {"spread": 0.5, "correlation_length": "1 mm"}


def resolved(**tumor):
    return resolve(
        Study.model_validate(
            {
                "study": "Doxil in a lesion",
                "formulation": "doxil",
                "host": "human-female",
                "tumor": {"kind": "breast-her2", **tumor},
                "protocol": [{"at": "0 h", "dose": "20 mg/m^2", "of": "doxorubicin", "route": "intravenous"}],
                "controls": [],
                "outputs": {"until": "2 h", "draws": 0, "images": "none", "seed": 3},
            }
        ),
        Library(),
    )


def drawn(study):
    (lesion,) = study.lesions
    return lesion_grid(lesion, {}, seed=study.seed)


def test_a_drawn_lesion_has_its_volume_axes_cores_margin_and_vessels():
    shape = {"axes": [1, 0.8, 0.6], "necrotic_core": 0.2, "vessel_heterogeneity": VESSELS}
    grid = drawn(resolved(volume="1 cm^3", voxels=3000, margin="2 mm", shape=shape))
    assert grid.volume == pytest.approx(1e-6, rel=1e-13)
    assert grid.share.sum() == pytest.approx(3000, rel=0.02)
    assert set(grid.maps) == {"necrotic", "vessel_density"}
    assert grid.depth()[grid.near].min() < -1.5e-3


def test_two_lesions_of_one_seed_have_vessels_of_their_own():
    shape = {"vessel_heterogeneity": VESSELS}
    one, other = (drawn(resolved(volume="1 cm^3", name=name, shape=shape)) for name in ("left", "right"))
    again = drawn(resolved(volume="1 cm^3", name="left", shape=shape))
    assert np.array_equal(one.maps["vessel_density"], again.maps["vessel_density"])
    assert not np.allclose(one.maps["vessel_density"], other.maps["vessel_density"])


def test_a_lesion_on_thick_slices_with_a_map_runs_keeps_its_books_and_tells_what_was_done():
    mask = np.zeros((5, 16, 16), dtype=bool)
    mask[1:4, 4:12, 4:12] = True
    ktrans = np.linspace(0.0, 1.0, mask.size).reshape(mask.shape)
    size = np.array([5e-3, 1.2e-3, 1.2e-3])
    study = resolved(mask="tumor.nrrd")
    record = simulate(study, grids={"breast-her2": grid_of_mask(mask, size, maps={"ktrans": ktrans}, most=600)})
    (arm,) = record.arms
    assert arm.ledger_error <= 1e-6
    told = [one for one in record.cautions if one.startswith("breast-her2 ")]
    assert any("thick slices" in one for one in told)
    assert any("has more than 600 voxels of tumor" in one for one in told)
    carrier = next(each for each in arm.maps if each.species == "carrier" and each.time == study.until)
    layers = [float(np.nanmean(layer)) for layer in carrier.values if np.isfinite(layer).any()]
    assert layers[-2] > 2 * layers[1] > 0.0  # as Ktrans rises from slice to slice
