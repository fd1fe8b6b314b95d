"""Images of users: read where they stand with what they say of themselves, and refused in words before they fill the memory."""

from __future__ import annotations

import contextlib
import gzip
import json
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, generate_uid

from janusome.errors import InputError
from janusome.files.scan_reader import check_modality, read_image

VALUES = np.random.default_rng(1).normal(100.0, 20.0, (4, 5, 6))  # (z, y, x)
AFFINE = np.array([[-0.5, 0, 0, 10], [0, -0.75, 0, 20], [0, 0, 2.0, -30], [0, 0, 0, 1]])
CT, PT, MR = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("2", "128", "4"))


def write_nifti(path: Path, data: Any = VALUES, *, sidecar: Any = None) -> Path:
    nibabel.save(nibabel.Nifti1Image(np.asarray(data).T, AFFINE), path)
    if sidecar is not None:
        path.with_name(path.name.split(".")[0] + ".json").write_text(
            sidecar if isinstance(sidecar, str) else json.dumps(sidecar)
        )
    return path


def write_slice(path: Path, pixels: Any, *, syntax=ExplicitVRLittleEndian, **given: Any) -> Path:
    """A slice of a CT series as another maker's scanner leaves it; what is given as None is left out."""
    made = Dataset()
    said = {
        "SOPClassUID": CT, "SOPInstanceUID": generate_uid(), "SeriesInstanceUID": "1.2.3", "Modality": "CT", "Rows": 5,
        "Columns": 6, "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 1, "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2", "PixelSpacing": [0.75, 0.5], "SliceThickness": 2.0,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [-10, -20, -30], "RescaleSlope": 2.0,
        "RescaleIntercept": -1000.0, "PixelData": np.asarray(pixels, np.int16).tobytes(),
    }  # fmt: skip
    for name, value in {**said, **given}.items():
        if value is not None:
            setattr(made, name, value)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    path.parent.mkdir(exist_ok=True)
    made.save_as(path, enforce_file_format=True)
    return path


def write_series(folder: Path, *, heights: Any = (0, 2, 4, 6), **given: Any) -> Path:
    for k, height in enumerate(heights):
        own = {name: (value[k] if isinstance(value, tuple) else value) for name, value in given.items()}
        placed = {"ImagePositionPatient": [-10.0, -20.0, -30.0 + height], **own}
        write_slice(folder / f"{9 - k}.dcm", np.full((5, 6), k) + np.arange(6), **placed)  # names in the wrong order
    return folder


def refusal(path: Path) -> str:
    """The words of a refusal, which takes less than a second and little memory."""
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(InputError) as refused:
        read_image(path, place="study.yaml: image")
    assert time.perf_counter() - begun < 1.0
    assert tracemalloc.get_traced_memory()[1] < 30e6
    tracemalloc.stop()
    assert str(refused.value).startswith("study.yaml: image ")
    return str(refused.value)


def test_a_nifti_image_is_read_where_it_stands_with_what_its_sidecar_says(tmp_path: Path):
    image = read_image(write_nifti(tmp_path / "a.nii.gz", sidecar={"Modality": "PT", "Units": "Bq/mL"}))
    assert np.array_equal(image.values, VALUES)
    assert image.voxel_size == pytest.approx([2e-3, 0.75e-3, 0.5e-3])
    assert image.affine == pytest.approx(AFFINE)
    assert (image.modality, image.code, image.unit) == ("pet", "PT", "Bq/mL")
    alone = read_image(write_nifti(tmp_path / "b.nii"))
    assert (alone.modality, alone.code, alone.unit) == (None, None, None)


def test_a_ct_series_from_elsewhere_is_read_in_ct_numbers_whatever_the_order_of_its_files(tmp_path: Path):
    image = read_image(write_series(tmp_path / "ct"))
    assert image.values[:, 0, 0] == pytest.approx([-1000.0, -998.0, -996.0, -994.0])
    assert image.values[0, 0, :] == pytest.approx(-1000.0 + 2.0 * np.arange(6))
    assert image.affine == pytest.approx(np.array([[-0.5, 0, 0, 10], [0, -0.75, 0, 20], [0, 0, 2, -30], [0, 0, 0, 1]]))
    assert (image.modality, image.unit) == ("ct", "HU")


def test_every_slice_of_a_pet_series_has_its_own_scale(tmp_path: Path):
    series = write_series(
        tmp_path / "pt", Modality="PT", SOPClassUID=PT, RescaleSlope=(1.0, 2.0, 3.0, 4.0), RescaleIntercept=0.0, Units="BQML",
        DecayCorrection="ADMIN",
    )  # fmt: skip
    image = read_image(series)
    assert image.values[:, 0, 1] == pytest.approx([1.0, 4.0, 9.0, 16.0])
    assert (image.modality, image.unit, image.notes) == ("pet", "Bq/mL", ("is corrected for decay to the injection",))


def test_an_image_of_another_modality_than_the_scanners_is_refused(tmp_path: Path):
    ct = read_image(write_series(tmp_path / "ct"))
    with pytest.raises(InputError, match="is ct, which is CT, and pet-clinical is PET; give an image of that scanner"):
        check_modality(ct, "pet", scanner="pet-clinical", place="--as")
    check_modality(ct, "ct", scanner="ct-clinical", place="--as")
    angiogram = read_image(write_series(tmp_path / "xa", Modality="XA"))
    with pytest.raises(InputError, match="is of the kind XA, and mri-7t is MRI"):
        check_modality(angiogram, "mri", scanner="mri-7t", place="--as")
    check_modality(read_image(write_nifti(tmp_path / "a.nii")), "mpi", scanner="mpi-small-animal", place="--as")


def test_a_dicom_series_without_spacing_or_scale_is_refused(tmp_path: Path):
    assert "whose slices have no place or spacing" in refusal(write_series(tmp_path / "a", PixelSpacing=None))
    assert "whose slices have no place or spacing" in refusal(write_series(tmp_path / "b", ImagePositionPatient=None))
    assert "which has no spacing between slices" in refusal(write_series(tmp_path / "c", heights=[0], SliceThickness=None))
    assert "which has no spacing" in refusal(write_series(tmp_path / "d", PixelSpacing=[0, 0.5]))
    assert "whose numbers have no RescaleSlope" in refusal(write_series(tmp_path / "e", RescaleSlope=None))


def test_slices_that_make_no_one_image_are_refused(tmp_path: Path):
    assert "not evenly spaced (2 to 6 mm); one may be missing" in refusal(write_series(tmp_path / "a", heights=[0, 2, 8, 10]))
    assert "several images of one slice (times, echoes" in refusal(write_series(tmp_path / "b", heights=[0, 0, 2, 2]))
    two = write_series(tmp_path / "c", SeriesInstanceUID=("1.2", "1.2", "1.3", "1.3"), SeriesDescription="thorax")
    assert "holds 2 series: CT thorax (2 files), CT thorax (2 files); give a folder with one" in refusal(two)
    one = write_series(tmp_path / "d") / "9.dcm"
    assert "9.dcm, one slice of a series of 4; give the folder" in refusal(one)
    tilted = write_series(tmp_path / "e", ImagePositionPatient=tuple([0, k, 2 * k] for k in range(4)))
    assert "shifted against one another (a tilted gantry)" in refusal(tilted)
    turned = write_series(tmp_path / "f", ImageOrientationPatient=([1, 0, 0, 0, 1, 0], [0, 1, 0, 1, 0, 0]) * 2)
    assert "turned or sized differently" in refusal(turned)
    color = write_slice(tmp_path / "g" / "a.dcm", np.zeros((5, 18)), SamplesPerPixel=3, PlanarConfiguration=0)
    assert "which is a color picture" in refusal(color)


def test_dicom_files_that_claim_more_than_they_hold_are_refused(tmp_path: Path):
    huge = write_slice(tmp_path / "a.dcm", np.zeros((5, 6)), Rows=60000, Columns=60000, NumberOfFrames="2000000000")
    assert "claims 60000 x 60000 x 2e+09 voxels" in refusal(huge)
    large = write_slice(tmp_path / "b.dcm", np.zeros((5, 6)), Rows=5000, Columns=5000, SeriesInstanceUID="1.7")
    assert "claims 50,000,000 bytes of voxels but stores 60" in refusal(large)
    cut = write_slice(tmp_path / "c" / "c.dcm", np.zeros((5, 6)))
    whole = cut.read_bytes()
    for length in (140, 300, len(whole) - 30):
        cut.write_bytes(whole[:length])
        refusal(cut)
    at = whole.index(b"\xe0\x7f\x10\x00OW")
    cut.write_bytes(whole[: at + 8] + struct.pack("<I", 0xFFFFFFF0) + whole[at + 12 :])  # an element of four gigabytes
    assert read_image(cut).values.size == 30
    bomb = write_slice(tmp_path / "d" / "d.dcm", np.zeros((5, 6)), syntax=DeflatedExplicitVRLittleEndian)
    assert "d.dcm, which is deflated as a whole; save it uncompressed" in refusal(bomb)


def test_folders_and_files_without_an_image_are_refused(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert "which holds no DICOM image" in refusal(tmp_path / "empty")
    (tmp_path / "empty" / "readme.txt").write_text("no image")
    assert "files that begin otherwise are passed over" in refusal(tmp_path / "empty")
    assert "which does not exist" in refusal(tmp_path / "none.nii.gz")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert "neither NRRD nor NIfTI; save the image as .nii.gz, or give the folder of its DICOM series" in refusal(
        tmp_path / "a.png"
    )
    noise = write_slice(tmp_path / "noise" / "a.dcm", np.zeros((5, 6)))
    noise.write_bytes(noise.read_bytes()[:132] + np.random.default_rng(0).bytes(4000))
    refusal(noise.parent)


def test_voxels_that_are_no_numbers_are_refused(tmp_path: Path):
    holes = VALUES.copy()
    holes[1, 2, 3], holes[3, 0, 0] = np.nan, np.inf
    said = "2 of 120 voxels are not-a-number or infinite (first at x 3, y 2, z 1, counted from 0); fill these voxels"
    assert said in refusal(write_nifti(tmp_path / "a.nii.gz", holes))
    assert "no plain numbers (complex64)" in refusal(write_nifti(tmp_path / "b.nii", VALUES.astype(np.complex64)))
    assert "which has 4 dimensions; three are needed; save the image" in refusal(
        write_nifti(tmp_path / "c.nii", np.ones((2, 3, 3, 3)))
    )


def test_a_sidecar_that_is_broken_is_refused(tmp_path: Path):
    assert "has the sidecar a.json, which cannot be read" in refusal(write_nifti(tmp_path / "a.nii.gz", sidecar="{"))
    assert "has the sidecar b.json, which cannot be read" in refusal(write_nifti(tmp_path / "b.nii", sidecar="[1]"))
    assert "has the sidecar c.json" in refusal(write_nifti(tmp_path / "c.nii", sidecar=" " * 2_000_000))


def test_a_header_of_352_bytes_that_claims_terabytes_is_refused(tmp_path: Path):
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, 30000, 30000, 30000, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 64, 64)
    struct.pack_into("<8f", header, 76, 1, *([1.0] * 7))
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    (tmp_path / "a.nii").write_bytes(bytes(header))
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(bytes(header)))
    for name in ("a.nii", "b.nii.gz"):
        assert "which claims 30000 x 30000 x 30000 voxels; allowed are" in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_an_image_without_spacing_or_cut_short_is_refused(tmp_path: Path, name: str):
    path = write_nifti(tmp_path / name)
    contents = gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes()
    pack = gzip.compress if name.endswith("gz") else bytes
    path.write_bytes(pack(contents[:80] + struct.pack("<3f", 0.0, 1.0, 1.0) + contents[92:]))
    assert "which has no spacing (0 x 1 x 1)" in refusal(path)
    for share in (0.2, 0.6, 0.95):
        path.write_bytes(pack(contents[: int(len(contents) * share)]))
        refusal(path)


def test_damaged_bytes_give_an_image_or_words(tmp_path: Path):
    path = write_slice(tmp_path / "a.dcm", np.zeros((5, 6)))
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(150):
        damaged = bytearray(whole)
        damaged[int(rng.integers(132, len(whole)))] = int(rng.integers(256))
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            assert np.isfinite(read_image(path).values).all()
