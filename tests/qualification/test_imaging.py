import json
import os
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from janusome.errors import InputError
from janusome.imaging.relaxometry.signals import spoiled_gradient_echo
from janusome.imaging.tracer_kinetics.arterial_curve import measured
from janusome.imaging.tracer_kinetics.forward import tissue_curve
from janusome.imaging.tracer_kinetics.models import Patlak, TwoCompartmentExchange, TwoCompartmentUptake
from janusome.imaging.tracer_kinetics.population_inputs import GeorgiouInput, McGrathInput, ParkerInput
from janusome.qualification.imaging import qualify_imaging
from janusome.verbs import qualify

DATA = Path(os.environ.get("JANUSOME_DATA", "/nowhere")) / "imaging" / "osipi"
EXTENDED = "DCEmodels/dce_DRO_data_extended_tofts.csv"
TIME = np.arange(0.25, 300.0, 1.0)
ARTERY = measured(TIME, concentration=ParkerInput().blood(TIME, delay=10.0) / 0.55)


@pytest.fixture(autouse=True)
def _files_alone(monkeypatch):
    """Images that are simulated and quantified take minutes a scanner, and light ten seconds; they have tests of their own."""
    monkeypatch.setattr("janusome.qualification.imaging.CASES", ())
    monkeypatch.setattr("janusome.qualification.imaging.ALONE", ())


def sections(folder):
    found = qualify_imaging(folder, progress=lambda *_: None, should_stop=lambda: False)
    return {section.key: section for section in found}


def cells(values):
    return "   ".join(f"{x:.9g}" for x in values)


def write(path, header, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def write_tissue(path, model, columns, cases, *, delay):
    """Write a file as OSIPI lays them out: /min, mL/100mL/min, and whole curves in a cell."""
    lines = []
    for k, values in enumerate(cases):
        published = dict(zip(columns, values, strict=True))
        names = {
            "ps": ("exchange", 60),
            "fp": ("plasma_flow", 6000),
            "vp": ("plasma_volume", 1),
            "ve": ("interstitial_volume", 1),
        }
        numbers = {names[column][0]: value / names[column][1] for column, value in published.items()}
        tissue = tissue_curve(model, numbers, artery=ARTERY, time=TIME, delay=delay)
        row = [f"case_{k}", *values, *([delay] if delay else []), cells(TIME), cells(tissue), cells(ARTERY.concentration)]
        lines.append(",".join(str(x) for x in row))
    write(path, ",".join(["label", *columns, *(["arterial_delay"] if delay else []), "t", "C_t", "cp_aif"]), lines)


def write_inputs(folder):
    t = np.arange(0.0, 300.0, 10.0)
    for model, name, unit in ((GeorgiouInput(), "GeorgiouAIF_ref.csv", 60.0), (McGrathInput(), "preclinicalAIF_ref.csv", 1.0)):
        lines = [f"original_AIF,{x / unit!r},{c!r}" for x, c in zip(t.tolist(), model.blood(t).tolist(), strict=True)]
        write(folder / name, "label,time,Cb", lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every layout that the published data in this repository's reach do not show, at depths of their own."""
    top = tmp_path_factory.mktemp("osipi")
    exchange = list(product((25,), (0.05, 0.15), (0.05, 0.1), (0.2,)))
    for delay, name in ((0, "2cxm_sd_0_delay_0.csv"), (5, "2cxm_sd_0.001_delay_5.csv")):
        write_tissue(top / "a" / "b" / name, TwoCompartmentExchange(), ("fp", "ps", "vp", "ve"), exchange, delay=delay)
    write_tissue(top / "2cum_sd_0_delay_0.csv", TwoCompartmentUptake(), ("vp", "fp", "ps"), [(0.05, 25, 0.025)], delay=0)
    write_tissue(top / "patlak_sd_0.02_delay_5.csv", Patlak(), ("vp", "ps"), [(0.1, 0.05), (0.2, 0)], delay=5)
    write_inputs(top / "aif")
    angles = np.array([3.0, 6.0, 10.0, 20.0, 30.0])
    signal, _ = spoiled_gradient_echo(np.array(0.5), flip_angle=np.deg2rad(angles), repetition_time=0.02)
    shape = f"{cells(angles)},{cells(np.full(5, 20.0))},{cells(1e6 * signal)}"
    write(top / "t1_prostate_data.csv", "label,FA,TR,s,T1 linear, T1 nonlinear", [f"voxel,{shape},1990,2000"])
    shape = f"{cells(angles)},{cells(np.full(5, 0.02))},{cells(1e6 * signal)}"
    write(top / "t1_quiba_data.csv", "label,FA,TR,s,R1,s0", [f"voxel,{shape},0.0005,1000000"])
    write(
        top / "SI2Conc_data.csv",
        "label,FA,TR,T1base,numbaselinepts,r1,s,conc",
        ["vox_1,13,0.002,1.4,2,4.5,8 7 53 70,0.02411300135228399 0 1.723816850668738 2.9860012006598615"],
    )
    return top


def test_every_layout_of_the_collection_is_read_and_met(folder):
    found = sections(folder)
    assert {key for key, section in found.items() if section.skipped} == {"D", "E"}
    assert not [finding for section in found.values() for finding in section.failed]
    assert [len(found[key].findings) for key in "ABC"] == [6, 1, 2]
    asked = {finding.name.split(":")[0] for finding in found["H"].findings}
    assert {"ps", "fp", "vp", "ve", "delay"} <= asked


def test_a_miss_stays_in_the_page_and_in_the_data(tmp_path, folder):
    text = (folder / "SI2Conc_data.csv").read_text(encoding="utf-8").replace("1.7238", "1.8238")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "SI2Conc_data.csv").write_text(text, encoding="utf-8")
    qualify("imaging", output=tmp_path / "out", data=tmp_path / "in")
    data = json.loads((tmp_path / "out" / "qualification.json").read_text(encoding="utf-8"))
    assert data["counts"]["failed"] == 1
    assert data["counts"]["skipped comparisons"] == 7
    assert "changed" in (tmp_path / "out" / "qualification.html").read_text(encoding="utf-8")
    assert "vox_1" in (tmp_path / "out" / "signal-to-concentration.csv").read_text(encoding="utf-8")


def test_a_folder_without_their_files_is_refused(tmp_path):
    for given, words in ((tmp_path, "holds none of OSIPI"), (tmp_path / "not-there", "is no folder")):
        with pytest.raises(InputError, match=words):
            sections(given)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("voxel,2 5 12,0.005 0.005 0.005,1 two 3,0.9,1", "no number"),
        ("voxel,2 5 12,,1 2 3,0.9,1", "empty"),
        ("voxel,2", "lacks"),
    ],
)
def test_a_damaged_file_is_refused_in_words(tmp_path, line, words):
    write(tmp_path / "t1_brain_data.csv", "label,FA,TR,s,R1,s0", [line])
    with pytest.raises(InputError, match=words):
        sections(tmp_path)


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="JANUSOME_DATA does not name a folder with imaging/osipi")
def test_the_published_files_are_met(tmp_path):
    for name in ("T1_mapping/t1_brain_data.csv", "PopulationAIF_DCE/ParkerAIF_ref_with_delay.csv", EXTENDED):
        shutil.copy(DATA / name, tmp_path)
    found = sections(tmp_path)
    assert {key for key, section in found.items() if not section.skipped} == {"A", "C", "E"}
    assert not [finding for section in found.values() for finding in section.failed]
    covered = [finding.value for finding in found["E"].findings if "hold the truth" in finding.name]
    assert all(value >= 88.0 for value in covered)
