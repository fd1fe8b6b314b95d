"""DICOM images and sidecars: the scan comes back where it stood, every file says what its class must, and that it is simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from janusome.files.bids import bids_words
from janusome.files.dicom_image import About, write_dicom
from janusome.files.images import write_image
from janusome.files.placed import affine
from janusome.files.scan_reader import read_image
from janusome.simulation.record import Scan, Visibility

IMAGE = np.random.default_rng(3).normal(20.0, 30.0, (4, 5, 6))  # (z, y, x)
GRADIENT_ECHO = {
    "field": "7 T", "sequence": "t1w-spgr", "repetition time": "100 ms", "echo time": "2.5 ms", "flip angle": "40 deg",
    "number of averages": "1", "voxel": "0.5 x 0.2 x 0.2 mm",
}  # fmt: skip
KINDS = {
    "mri": ("", "gadolinium-chelate", GRADIENT_ECHO),
    "pet": ("Bq/mL", "cu-64", {"frame": "10 min"}),
    "ct": ("", "gold-core", {"tube voltage": "80 kV"}),
    "spect": ("Bq/mL", "in-111", {"frame": "20 min"}),
    "mpi": ("mol/m^3", "iron-oxide-core", {}),
    "photoacoustic": ("Pa", "nir-dye", {}),
    "ultrasound": ("", "perfluorohexane", {}),
    "fluorescence": ("", "nir-dye", {}),
}
COSINE, SINE = np.cos(0.3), np.sin(0.3)
PLACES = {
    "straight": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "turned": ((COSINE, -SINE, 0.0), (SINE, COSINE, 0.0), (0.0, 0.0, 1.0)),
    "mirrored": ((COSINE, 0.0, -SINE), (0.0, -1.0, 0.0), (SINE, 0.0, COSINE)),
}


def scan(modality: str, *, place: str = "turned", image: Any = IMAGE, **changed: Any) -> Scan:
    unit, label, settings = KINDS[modality]
    return Scan(
        name=f"{modality} 24 h", scanner=f"{modality}-twin", modality=modality, time=86400.0, label=label, unit=unit,
        expected=image, image=np.asarray(image), lesion=np.asarray(image) > 30.0, voxel_size=np.array([2e-3, 0.75e-3, 0.5e-3]),
        visibility=Visibility("tumor", np.ones(1), np.ones(1, bool), "Rose"), settings=settings,
        origin=(0.01, -0.02, 0.03), direction=PLACES[place], **changed,
    )  # fmt: skip


def resampled(found: Any, like: Scan) -> np.ndarray:
    """What an image holds where the voxels of a scan stand, which must be voxels of it too."""
    placed = affine(like.image.shape, like.voxel_size, centre=like.origin, direction=like.direction)
    world = np.argwhere(np.ones(like.image.shape))[:, ::-1] @ placed[:3, :3].T + placed[:3, 3]
    index = (world - found.affine[:3, 3]) @ np.linalg.inv(found.affine[:3, :3]).T
    assert np.abs(index - np.rint(index)).max() < 1e-6
    x, y, z = np.rint(index).astype(int).T
    return found.values[z, y, x].reshape(like.image.shape)


@pytest.mark.parametrize("place", list(PLACES))
@pytest.mark.parametrize("modality", list(KINDS))
def test_a_scan_comes_back_within_half_a_step_where_it_stood(tmp_path: Path, modality: str, place: str):
    given = scan(modality, place=place)
    write_dicom(tmp_path / "series", given)
    found = read_image(tmp_path / "series")
    span = 2.0 * np.abs(IMAGE).max() if modality == "pet" else np.ptp(IMAGE)
    assert np.abs(resampled(found, given) - IMAGE).max() <= 0.5 * span / 65530
    assert found.voxel_size == pytest.approx(given.voxel_size, rel=1e-12)
    assert found.modality == modality
    assert found.unit == ("HU" if modality == "ct" else given.unit)


def test_dicom_and_nifti_place_a_scan_alike(tmp_path: Path):
    given = scan("mri", place="turned")
    placed = affine(IMAGE.shape, given.voxel_size, centre=given.origin, direction=given.direction)
    nifti, _ = write_image(
        tmp_path / "a", IMAGE, voxel_size=given.voxel_size, unit="", sidecar=bids_words(given), affine=placed
    )
    write_dicom(tmp_path / "series", given)
    one, other = read_image(nifti), read_image(tmp_path / "series")
    assert one.affine == pytest.approx(other.affine, abs=1e-5)
    assert one.values == pytest.approx(other.values, abs=2e-3)
    assert (one.modality, one.code, one.unit) == (other.modality, other.code, other.unit) == ("mri", "MR", "")


@pytest.mark.parametrize("image", [np.zeros((2, 3, 4)), np.full((2, 3, 4), 1 / 3), np.full((2, 3, 4), -1e-12), 1e15 * IMAGE])
@pytest.mark.parametrize("modality", ["pet", "mri", "mpi"])
def test_images_of_one_value_or_of_extreme_values_come_back(tmp_path: Path, modality: str, image: Any):
    given = scan(modality, image=image)
    write_dicom(tmp_path / "series", given)
    found = resampled(read_image(tmp_path / "series"), given)
    assert found == pytest.approx(image, rel=1e-6, abs=2e-5 * np.abs(image).max())


# What the standard asks of each class (type 1 and 2 attributes of its modules), apart from what every image must have.
ALL = """SOPClassUID SOPInstanceUID PatientName PatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime
    ReferringPhysicianName StudyID AccessionNumber Modality SeriesInstanceUID SeriesNumber FrameOfReferenceUID
    PositionReferenceIndicator Manufacturer InstanceNumber ImageType SamplesPerPixel PhotometricInterpretation Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation PixelData"""
PLANE = "PixelSpacing ImageOrientationPatient ImagePositionPatient SliceThickness"
TRACER = "RadiopharmaceuticalInformationSequence PatientOrientationCodeSequence PatientGantryRelationshipCodeSequence"
REQUIRED = {
    "ct": ("1.2.840.10008.5.1.4.1.1.2", f"{PLANE} RescaleIntercept RescaleSlope KVP AcquisitionNumber PatientPosition"),
    "mri": (
        "1.2.840.10008.5.1.4.1.1.4",
        f"{PLANE} ScanningSequence SequenceVariant ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength",
    ),
    "pet": (
        "1.2.840.10008.5.1.4.1.1.128",
        f"{PLANE} {TRACER} SeriesDate SeriesTime Units CountsSource SeriesType NumberOfSlices CorrectedImage DecayCorrection"
        " CollimatorType FrameReferenceTime ActualFrameDuration RescaleIntercept RescaleSlope ImageIndex AcquisitionDate"
        " AcquisitionTime",
    ),
    "spect": (
        "1.2.840.10008.5.1.4.1.1.20",
        f"{TRACER} PixelSpacing NumberOfFrames FrameIncrementPointer SliceVector NumberOfSlices NumberOfEnergyWindows"
        " NumberOfDetectors CountsAccumulated EnergyWindowInformationSequence DetectorInformationSequence"
        " RotationInformationSequence SpacingBetweenSlices SliceThickness",
    ),
    "mpi": (
        "1.2.840.10008.5.1.4.1.1.30",
        "ManufacturerModelName DeviceSerialNumber SoftwareVersions NumberOfFrames ContentDate ContentTime ContentLabel"
        " ContentDescription ContentCreatorName ContentQualification RecognizableVisualFeatures BurnedInAnnotation"
        " LossyImageCompression PresentationLUTShape AcquisitionContextSequence DimensionOrganizationSequence"
        " DimensionIndexSequence SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence",
    ),
}


@pytest.mark.parametrize("modality", list(KINDS))
def test_every_file_says_what_its_class_must_and_that_it_is_simulated(tmp_path: Path, modality: str):
    files = write_dicom(tmp_path / "series", scan(modality), about=About("a study", "treated", "doxil", "mouse", 0.025))
    storage, required = REQUIRED.get(modality, REQUIRED["mpi"])
    for path in files:
        found = pydicom.dcmread(path)
        assert found.SOPClassUID == storage == found.file_meta.MediaStorageSOPClassUID
        assert [name for name in (ALL + " " + required).split() if name not in found] == []
        assert str(found.PatientName) == "janusome^simulated"
        assert found.ImageType[0] == "DERIVED"
        for name in ("StudyDescription", "SeriesDescription", "ImageComments", "DerivationDescription"):
            assert "NOT FOR CLINICAL USE" in found[name].value
        assert found.PatientSpeciesDescription == "Mus musculus"
        assert len(found.PixelData) == found.Rows * found.Columns * 2 * int(found.get("NumberOfFrames", 1))


def test_settings_stand_in_the_attributes_of_the_modality(tmp_path: Path):
    mr = pydicom.dcmread(write_dicom(tmp_path / "mr", scan("mri"))[0])
    assert (mr.MagneticFieldStrength, mr.RepetitionTime, mr.EchoTime, mr.FlipAngle) == (7, 100, 2.5, 40)
    pet = pydicom.dcmread(write_dicom(tmp_path / "pet", scan("pet"))[2])
    assert (pet.Units, pet.RescaleIntercept, int(pet.ActualFrameDuration), pet.DecayCorrection) == ("BQML", 0, 600_000, "NONE")
    assert pet.RadiopharmaceuticalInformationSequence[0].RadionuclideCodeSequence[0].CodeMeaning == "^64^Copper"
    assert (pet.AcquisitionDate, pet.AcquisitionTime) == ("20000102", "000000.000000")  # a day after the study began
    assert pydicom.dcmread(write_dicom(tmp_path / "ct", scan("ct"))[0]).KVP == 80


def test_the_same_scan_is_the_same_bytes_and_another_has_other_identifiers(tmp_path: Path):
    one, again = (write_dicom(tmp_path / name, scan("pet")) for name in ("a", "b"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in again]
    other = write_dicom(tmp_path / "c", scan("pet", image=IMAGE + 1.0))
    first, second = (pydicom.dcmread(files[0]) for files in (one, other))
    assert first.SeriesInstanceUID != second.SeriesInstanceUID
    assert first.FrameOfReferenceUID == second.FrameOfReferenceUID  # of one lesion, so that they overlay
    read = [pydicom.dcmread(path) for path in one]
    assert len({each.SOPInstanceUID for each in read}) == 4
    assert all(each.SOPInstanceUID.is_valid and each.SeriesInstanceUID == read[0].SeriesInstanceUID for each in read)


def test_sidecars_use_the_names_and_units_of_bids():
    mri = bids_words(scan("mri"))
    assert mri["Modality"] == "MR"
    assert (mri["MagneticFieldStrength"], mri["FlipAngle"]) == (7.0, 40.0)
    assert (mri["RepetitionTime"], mri["EchoTime"]) == pytest.approx((0.1, 0.0025))
    pet = bids_words(scan("pet"))
    assert (pet["Modality"], pet["TracerRadionuclide"], pet["TracerName"]) == ("PT", "Cu64", "cu-64")
    assert (pet["FrameDuration"], pet["FrameTimesStart"]) == ([pytest.approx(600.0)], [0.0])
    assert "EchoTime" not in pet
    mpi = bids_words(scan("mpi"))
    assert (mpi["Modality"], mpi["ScannerModality"], mpi["ContrastBolusIngredient"]) == ("OT", "mpi", "iron-oxide-core")
