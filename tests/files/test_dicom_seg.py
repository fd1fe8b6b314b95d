"""DICOM segmentations: the same voxels and places as a label map, whatever the kind, order and gaps of their frames."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.utils import pack_bits
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

from janusome.errors import InputError
from janusome.files.masks import read_mask

SEG, LABELMAP, CT = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("66.4", "66.7", "2"))
BALL = ((np.indices((7, 10, 12)) - np.array([3, 4, 6])[:, None, None, None]) ** 2).sum(axis=0) < 10  # (z, y, x)
CYST = np.zeros_like(BALL)
CYST[2:4, 4:6, 6:9] = True  # within the ball


def item(**given: Any) -> Dataset:
    made = Dataset()
    for name, value in given.items():
        setattr(made, name, value)
    return made


def write(
    path: Path, frames: Any, numbers: Any, heights: Any, *,
    storage=SEG, kind="BINARY", labels=("tumor", "cyst"), gap: float | None = 3.0, cosines=(1, 0, 0, 0, 1, 0), step=(0, 0, 1),
) -> Path:  # fmt: skip
    made = item(
        SOPClassUID=storage, SOPInstanceUID=generate_uid(), Modality="SEG", Rows=frames.shape[1], Columns=frames.shape[2],
        NumberOfFrames=len(frames), SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", PixelRepresentation=0,
        SegmentationType=kind, BitsAllocated=1 if kind == "BINARY" else 8, BitsStored=1 if kind == "BINARY" else 8,
        HighBit=0 if kind == "BINARY" else 7, MaximumFractionalValue=200,
    )  # fmt: skip
    made.SegmentSequence = Sequence(item(SegmentNumber=k + 1, SegmentLabel=title) for k, title in enumerate(labels))
    measures = item(PixelSpacing=[0.8, 0.5], SliceThickness=3.0, **({"SpacingBetweenSlices": gap} if gap else {}))
    shared = item(PixelMeasuresSequence=Sequence([measures]))
    shared.PlaneOrientationSequence = Sequence([item(ImageOrientationPatient=list(cosines))])
    made.SharedFunctionalGroupsSequence = Sequence([shared])
    made.PerFrameFunctionalGroupsSequence = Sequence()
    for number, height in zip(numbers, heights, strict=True):
        position = [float(v) for v in np.array([10.0, -20.0, 30.0]) + height * np.array(step)]
        own = item(PlanePositionSequence=Sequence([item(ImagePositionPatient=position)]))
        if number is not None:
            own.SegmentIdentificationSequence = Sequence([item(ReferencedSegmentNumber=number)])
        made.PerFrameFunctionalGroupsSequence.append(own)
    flat = np.ascontiguousarray(frames).astype(np.uint8)
    made.PixelData = pack_bits(flat.ravel(), pad=True) if kind == "BINARY" else flat.tobytes() + b"\0" * (flat.size % 2)
    made["PixelData"].VR = "OB"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = UID(storage), made.SOPInstanceUID
    made.save_as(path, enforce_file_format=True)
    return path


def both(path: Path, order=None) -> Path:
    """Two overlapping segments, their empty frames left out, their frames in any order."""
    kept = [(mask[z], number, 3.0 * z) for number, mask in ((1, BALL), (2, CYST)) for z in range(7) if mask[z].any()]
    kept = [kept[k] for k in (order if order is not None else range(len(kept)))]
    frames, numbers, heights = zip(*kept, strict=True)
    return write(path, np.array(frames), numbers, heights)


def refusal(path: Path, **given: Any) -> str:
    with pytest.raises(InputError) as refused:
        read_mask(path, place="study.yaml: mask", **given)
    return str(refused.value)


def test_a_binary_segment_has_its_voxels_its_volume_and_its_place(tmp_path: Path):
    mask = read_mask(both(tmp_path / "a.dcm"), label=1)
    assert mask.count == BALL.sum()
    assert mask.volume == pytest.approx(BALL.sum() * 0.8 * 0.5 * 3.0e-9, rel=1e-12)
    assert mask.spacing == pytest.approx((3e-3, 0.8e-3, 0.5e-3))
    found = np.argwhere(mask.voxels)[:, ::-1] @ mask.affine[:3, :3].T + mask.affine[:3, 3]
    expected = np.argwhere(BALL)[:, ::-1] * [0.5, 0.8, 3.0] + [10.0, -20.0, 30.0]
    assert found == pytest.approx(expected * [-1, -1, 1])  # left, posterior
    assert mask.notes == ()


def test_overlapping_segments_are_each_whole_and_one_is_chosen(tmp_path: Path):
    path = both(tmp_path / "a.dcm")
    assert (read_mask(path, label=1).count, read_mask(path, label=2).count) == (BALL.sum(), CYST.sum())
    assert "which marks several things: 1 (tumor), 2 (cyst); choose one: mask: {file: a.dcm, label: 1}" in refusal(path)
    assert "asks for label 5 of a.dcm, which marks 1 (tumor), 2 (cyst); choose one of these" in refusal(path, label=5)


def test_the_order_of_the_frames_changes_nothing(tmp_path: Path):
    order = np.random.default_rng(0).permutation(int(BALL.any(axis=(1, 2)).sum() + CYST.any(axis=(1, 2)).sum()))
    one, other = read_mask(both(tmp_path / "a.dcm"), label=1), read_mask(both(tmp_path / "b.dcm", order), label=1)
    assert np.array_equal(one.voxels, other.voxels)
    assert np.allclose(one.affine, other.affine)


def test_slices_that_are_left_out_are_empty(tmp_path: Path):
    frames = np.stack([BALL[2], BALL[4]])
    mask = read_mask(write(tmp_path / "a.dcm", frames, [1, 1], [0.0, 6.0], labels=("tumor",)))
    assert mask.voxels.sum(axis=(1, 2)).tolist() == [0, BALL[2].sum(), 0, BALL[4].sum(), 0]


def test_sagittal_slices_stand_where_they_were_taken(tmp_path: Path):
    path = write(
        tmp_path / "a.dcm", BALL[2:4], [1, 1], [0.0, 3.0], labels=("tumor",), cosines=(0, 1, 0, 0, 0, -1), step=(-1, 0, 0)
    )
    affine = read_mask(path).affine
    assert affine[:3, :3] == pytest.approx(np.array([[0, 0, 3.0], [-0.5, 0, 0], [0, -0.8, 0]]))


def test_fractions_count_from_a_half(tmp_path: Path):
    frames = np.where(BALL, 200, 0)[1:6]
    frames[2, 4, 6], frames[2, 4, 5] = 99, 100
    path = write(tmp_path / "a.dcm", frames, [1] * 5, 3.0 * np.arange(5), kind="FRACTIONAL", labels=("tumor",))
    mask = read_mask(path)
    assert mask.count == BALL[1:6].sum() - 1
    assert mask.notes == ("holds fractions; voxels that are at least half tumor are taken",)


def test_a_label_map_says_in_each_voxel_which_segment_it_is(tmp_path: Path):
    frames = np.where(CYST, 2, BALL)
    path = write(tmp_path / "a.dcm", frames, [None] * 7, 3.0 * np.arange(7), storage=LABELMAP, kind="LABELMAP")
    assert read_mask(path, label=1).count == (BALL & ~CYST).sum()
    assert read_mask(path, label=2).count == CYST.sum()


def test_dicom_files_that_show_no_segment_are_refused(tmp_path: Path):
    picture = write(tmp_path / "a.dcm", BALL[:2], [1, 1], [0.0, 3.0], storage=CT)
    assert "a.dcm, a DICOM file of the kind SEG, not a segmentation" in refusal(picture)
    assert "no spacing between slices" in refusal(write(tmp_path / "b.dcm", BALL[3:5], [1, 1], [0.0, 0.0], gap=-1.0))
    uneven = write(tmp_path / "c.dcm", BALL[2:5], [1] * 3, [0.0, 3.0, 7.0], labels=("tumor",))
    assert "whose slices are not evenly spaced; resample" in refusal(uneven)
    empty = write(tmp_path / "d.dcm", BALL[:1] & False, [1], [0.0], labels=("tumor",))
    assert "marks no voxels; segment the tumor first" in refusal(empty)
    (tmp_path / "e.dcm").write_bytes(bytes(128) + b"DICM" + bytes(50))
    refusal(tmp_path / "e.dcm")
    cut = tmp_path / "f.dcm"
    cut.write_bytes(picture.read_bytes()[:-200])
    refusal(cut)
