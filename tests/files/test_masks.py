"""Masks: voxels and volume kept exactly, and files that claim what they do not hold refused before they are loaded."""

from __future__ import annotations

import csv
import gzip
import os
import re
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
import pytest

from janusome.errors import InputError
from janusome.files.masks import read_mask

BALL = (np.indices((6, 7, 8)) ** 2).sum(0) < 30  # (x, y, z)
STEPS = np.diag([0.5, 0.75, 2.0])
HEAD = (
    "NRRD0004\ntype: uchar\ndimension: 3\nsizes: {}\nspace: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: {}\n\n"
)


def write_nrrd(path: Path, data: Any, **header: Any) -> Path:
    said = {"space": "left-posterior-superior", "space directions": STEPS, "space origin": [1.0, 2.0, 3.0], **header}
    nrrd.write(str(path), np.asarray(data), {key: item for key, item in said.items() if item is not None})
    return path


def write_nifti(path: Path, data: Any, *, affine: Any = None) -> Path:
    placed = np.diag([0.5, 0.75, 2.0, 1.0]) if affine is None else affine
    nibabel.save(nibabel.Nifti1Image(np.asarray(data), placed), path)
    return path


def refusal(path: Path, **given: Any) -> str:
    with pytest.raises(InputError) as refused:
        read_mask(path, place="study.yaml: tumor.mask", **given)
    assert str(refused.value).startswith("study.yaml: tumor.mask ")
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2"])
@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "float32"])
def test_a_nrrd_mask_keeps_voxels_and_volume(tmp_path: Path, encoding: str, kind: str):
    mask = read_mask(write_nrrd(tmp_path / "a.nrrd", BALL.astype(kind), encoding=encoding))
    assert np.array_equal(mask.voxels, BALL.T)
    assert mask.spacing == pytest.approx((2e-3, 0.75e-3, 0.5e-3), rel=1e-12)
    assert mask.volume == pytest.approx(BALL.sum() * 0.75e-9, rel=1e-12)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_a_nifti_mask_keeps_voxels_and_volume(tmp_path: Path, name: str):
    mask = read_mask(write_nifti(tmp_path / name, BALL.astype(np.uint8)))
    assert np.array_equal(mask.voxels, BALL.T)
    assert mask.volume == pytest.approx(BALL.sum() * 0.75e-9, rel=1e-12)


def test_both_formats_place_the_tumor_alike(tmp_path: Path):
    one = read_mask(write_nrrd(tmp_path / "a.nrrd", BALL.astype(np.uint8)))  # left, posterior
    affine = np.diag([-0.5, -0.75, 2.0, 1.0])
    affine[:3, 3] = [-1.0, -2.0, 3.0]
    other = read_mask(write_nifti(tmp_path / "a.nii", BALL.astype(np.uint8), affine=affine))
    assert np.allclose(one.affine, other.affine)


def test_cropping_keeps_the_tumor_where_it_is(tmp_path: Path):
    data = np.zeros((20, 20, 20), np.uint8)
    data[5:8, 6:9, 7] = 1
    mask = read_mask(write_nrrd(tmp_path / "a.nrrd", data))
    small = mask.cropped(1)
    assert small.voxels.shape == (3, 5, 5)
    assert small.volume == mask.volume
    assert np.allclose(small.affine @ [1, 1, 1, 1], mask.affine @ [5, 6, 7, 1])


def test_lengths_in_metres_are_metres(tmp_path: Path):
    path = write_nrrd(
        tmp_path / "a.nrrd", BALL.astype(np.uint8), **{"space directions": STEPS * 1e-3, "space units": ["m", "m", "m"]}
    )
    assert read_mask(path).volume == pytest.approx(BALL.sum() * 0.75e-9, rel=1e-9)


def test_one_of_several_labels_is_chosen(tmp_path: Path):
    data = BALL.astype(np.uint8)
    data[0, 0, 0] = 2
    named = {"Segment0_LabelValue": "1", "Segment0_Name": "tumor", "Segment1_LabelValue": "2", "Segment1_Name": "cyst"}
    path = write_nrrd(tmp_path / "a.seg.nrrd", data, **named)
    assert read_mask(path, label=2).count == 1
    assert read_mask(path, label=1).count == BALL.sum() - 1
    assert "marks several things: 1 (tumor), 2 (cyst); choose one: mask: {file: a.seg.nrrd, label: 1}" in refusal(path)
    assert "asks for label 3 of a.seg.nrrd, which marks 1 (tumor), 2 (cyst); choose one of these" in refusal(path, label=3)


def test_a_single_label_needs_no_choice(tmp_path: Path):
    assert read_mask(write_nrrd(tmp_path / "a.nrrd", BALL * np.uint8(7))).count == BALL.sum()


def test_what_is_no_mask_is_refused(tmp_path: Path):
    ones = BALL.astype(np.uint8)
    assert "marks no voxels; segment the tumor first" in refusal(write_nrrd(tmp_path / "a.nrrd", ones * 0))
    assert "marks no voxels" in refusal(write_nifti(tmp_path / "a.nii", ones * 0))
    bare = write_nrrd(tmp_path / "b.nrrd", ones, **{"space directions": None, "space": None, "space origin": None})
    assert "b.nrrd, which has no spacing" in refusal(bare)
    flat = write_nrrd(tmp_path / "c.nrrd", ones, **{"space directions": np.diag([1.0, 1.0, 0.0])})
    assert "which has no spacing (1 x 1 x 0); voxel sizes must be above zero" in refusal(flat)
    far = write_nrrd(tmp_path / "d.nrrd", ones, **{"space directions": np.diag([1.0, 1.0, 1e5])})
    assert "whose voxels are 1 x 1 x 100000 mm; allowed is 0.001 to 1000 mm" in refusal(far)
    sheared = write_nrrd(tmp_path / "e.nrrd", ones, **{"space directions": STEPS + np.eye(3)[[1, 2, 0]] * 0.1})
    assert "whose axes are not at right angles; resample" in refusal(sheared)
    assert "which has 2 dimensions; three are needed" in refusal(
        write_nrrd(tmp_path / "f.nrrd", ones[0], **{"space directions": None, "space": None, "space origin": None})
    )
    assert "which has 4 dimensions" in refusal(write_nifti(tmp_path / "g.nii", np.ones((3, 3, 3, 2), np.uint8)))
    assert "holds fractions or not-a-number" in refusal(write_nifti(tmp_path / "h.nii", BALL * np.float32(0.5)))
    assert "holds fractions or not-a-number" in refusal(
        write_nrrd(tmp_path / "i.nrrd", np.where(BALL, np.nan, 0).astype("float32"))
    )


def test_layers_of_segments_are_refused(tmp_path: Path):
    layers = np.stack([BALL, BALL]).astype(np.uint8)
    path = tmp_path / "a.seg.nrrd"
    directions = np.vstack([np.full(3, np.nan), STEPS])
    kinds = ["list", "domain", "domain", "domain"]
    nrrd.write(str(path), layers, {"space": "left-posterior-superior", "space directions": directions, "kinds": kinds})
    assert "holds 2 layers of overlapping segments; keep the tumor's segment only" in refusal(path)


def test_paths_that_lead_to_no_image_are_refused(tmp_path: Path):
    (tmp_path / "empty.nrrd").write_bytes(b"")
    (tmp_path / "text.nii.gz").write_text("no image")
    (tmp_path / "text.nii").write_text("no image")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "broken.nrrd").write_bytes(b"NRRD0004\ntype: int\nwhat is this\n\nxx")
    (tmp_path / "endless.nrrd").write_bytes(b"NRRD0004\ntype: int")
    assert "is the folder" in refusal(tmp_path)
    assert "which does not exist; check the path" in refusal(tmp_path / "none.nrrd")
    assert "empty.nrrd, which is empty" in refusal(tmp_path / "empty.nrrd")
    assert "text.nii.gz, which is no NIfTI image" in refusal(tmp_path / "text.nii.gz")
    assert "text.nii, which is no NIfTI image" in refusal(tmp_path / "text.nii")
    assert "picture.png, which is neither NRRD nor NIfTI" in refusal(tmp_path / "picture.png")
    assert "whose NRRD header cannot be read" in refusal(tmp_path / "broken.nrrd")
    assert "whose NRRD header does not end" in refusal(tmp_path / "endless.nrrd")


def test_voxels_in_another_file_are_refused(tmp_path: Path):
    nrrd.write(str(tmp_path / "a.nhdr"), BALL.astype(np.uint8), {"space directions": STEPS, "space": "LPS"})
    assert "its voxels in another file; save it as one .nrrd file" in refusal(tmp_path / "a.nhdr")


def nifti_header(shape: tuple[int, ...], *, offset: float = 352.0, zoom: float = 1.0) -> bytes:
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, len(shape), *shape, *([1] * (7 - len(shape))))
    struct.pack_into("<hh", header, 70, 2, 8)
    struct.pack_into("<8f", header, 76, 1, *([zoom] * 7))
    struct.pack_into("<f", header, 108, offset)
    header[344:348] = b"n+1\0"
    return bytes(header)


def test_a_few_bytes_that_claim_terabytes_are_refused_before_they_are_loaded(tmp_path: Path):
    huge, large = nifti_header((30000, 30000, 300)), nifti_header((500, 500, 500))
    (tmp_path / "a.nii").write_bytes(huge)
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(huge))
    (tmp_path / "c.nii").write_bytes(large)
    (tmp_path / "d.nii.gz").write_bytes(gzip.compress(large))
    (tmp_path / "e.nrrd").write_text(HEAD.format("30000 30000 300", "raw"))
    (tmp_path / "f.nrrd").write_text(HEAD.format("500 500 500", "raw"))
    (tmp_path / "g.nrrd").write_bytes(HEAD.format("500 500 500", "gzip").encode() + gzip.compress(b"1"))
    (tmp_path / "h.nrrd").write_text(HEAD.format("-3 5 5", "raw"))
    tracemalloc.start()
    for name in ("a.nii", "b.nii.gz", "e.nrrd"):
        assert "which claims 30000 x 30000 x 300 voxels; allowed are" in refusal(tmp_path / name)
    for name in ("c.nii", "d.nii.gz", "f.nrrd", "g.nrrd"):
        assert "which claims 125,000,000 bytes of voxels but stores" in refusal(tmp_path / name)
    assert "sizes are -3 x 5 x 5; every size must be at least 1" in refusal(tmp_path / "h.nrrd")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    "header",
    [
        nifti_header((-5, 5, 5)),
        nifti_header((5, 5, 5), offset=float("inf")),
        nifti_header((5, 5, 5), offset=float("nan")),
        nifti_header((5, 5, 5), zoom=0.0),
        nifti_header((5, 5, 5), zoom=float("nan")),
        nifti_header((0, 5, 5)),
    ],
)
def test_a_nifti_header_that_makes_no_sense_is_refused(tmp_path: Path, header: bytes):
    path = tmp_path / "a.nii"
    path.write_bytes(header + b"\1" * 125)
    refusal(path)


def test_more_voxels_than_are_claimed_do_not_fill_the_memory(tmp_path: Path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(HEAD.format("2 2 2", "gzip").encode() + gzip.compress(b"\1" * 50_000_000))
    tracemalloc.start()
    assert "claims 8 bytes of voxels but holds 9" in refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["a.nrrd", "a.nii", "a.nii.gz"])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, name: str):
    write = write_nrrd if name.endswith("nrrd") else write_nifti
    path = write(tmp_path / name, np.random.default_rng(0).integers(0, 2, (30, 30, 30)).astype(np.uint8))
    contents = path.read_bytes()
    path.write_bytes(contents[: len(contents) * 2 // 3])
    refusal(path)


DATA = os.environ.get("JANUSOME_DATA", "")
SEGMENTATIONS = Path(DATA) / "tumor" / "segmentations"


@pytest.mark.data
@pytest.mark.skipif(not DATA, reason="JANUSOME_DATA is not set: it names the folder with tumor/segmentations")
@pytest.mark.parametrize("case", ["brain1", "brain2", "breast1", "lung1", "lung2"])
def test_real_segmentations_keep_voxel_count_times_voxel_volume(case: str):
    with (SEGMENTATIONS / "volumes.csv").open(encoding="utf-8") as file:
        row = next(line for line in csv.DictReader(file) if line["case"] == case)
    mask = read_mask(SEGMENTATIONS / f"{case}_label.nrrd")
    data, header = nrrd.read(str(SEGMENTATIONS / f"{case}_label.nrrd"))
    assert mask.count == int(row["label_voxels"]) == np.count_nonzero(data)
    assert mask.volume * 1e9 == pytest.approx(
        np.count_nonzero(data) * abs(np.linalg.det(header["space directions"])), rel=1e-12
    )
    assert mask.volume * 1e9 == pytest.approx(float(row["volume_mm3"]), abs=0.005)
    assert mask.voxels.shape[::-1] == tuple(int(size) for size in re.findall(r"\d+", row["shape"]))
    assert mask.cropped(2).volume == mask.volume


def test_a_tumor_at_the_edge_of_its_image_is_told(tmp_path: Path):
    data = np.zeros((9, 9, 9), np.uint8)
    data[3:6, 3:6, 3:6] = 1
    assert read_mask(write_nrrd(tmp_path / "a.nrrd", data)).notes == ()
    data[3:9, 3:6, 3:6] = 1
    assert "reaches the edge of its image" in read_mask(write_nrrd(tmp_path / "b.nrrd", data)).notes[0]


def test_a_nifti_without_orientation_is_taken_as_it_is_and_told(tmp_path: Path):
    data = np.zeros((9, 9, 9), np.uint8)
    data[3:6, 3:6, 3:6] = 1
    path = tmp_path / "a.nii"
    path.write_bytes(nifti_header((9, 9, 9), zoom=2.0) + data.tobytes())  # qform_code and sform_code are 0
    mask = read_mask(path)
    assert mask.volume == pytest.approx(27 * 8e-9)
    assert mask.notes == ("is a.nii, which does not say how it is turned; its axes are taken as they are",)
