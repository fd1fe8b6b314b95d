from pathlib import Path

import pytest
import yaml

import janusome
from janusome.specification.rows import MriSequence
from janusome.specification.sequence_timing import disagreement

SCANNERS = sorted((Path(janusome.__file__).parent / "library" / "scanners").glob("mri-*.yaml"))


def sequence(**values):
    units = {"echo_number": "", "echo_train_length": ""}
    rows = {
        name: {"value": number, "unit": units.get(name, "ms"), "cv": 0, "grade": "assumed", "note": "test"}
        for name, number in values.items()
    }
    return MriSequence.model_validate({"values": rows}).values


@pytest.mark.parametrize("path", SCANNERS, ids=lambda path: path.stem)
def test_every_sequence_of_the_library_can_be_played(path):
    for name, row in yaml.safe_load(path.read_text(encoding="utf-8"))["sequences"].items():
        assert disagreement(MriSequence.model_validate(row).values) is None, name


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"repetition_time": 20, "echo_time": 30}, "30 ms"),
        ({"repetition_time": 500, "inversion_time": 495, "echo_time": 10}, "505 ms"),
        ({"repetition_time": 100, "echo_spacing": 10, "echo_train_length": 16}, "160 ms"),
        ({"repetition_time": 900, "echo_spacing": 10, "echo_train_length": 8, "echo_number": 9}, "echo 9 of a train of 8"),
    ],
)
def test_a_sequence_that_reads_after_it_begins_again_is_refused_in_words(values, says):
    assert says in str(disagreement(sequence(**values)))


def test_what_a_sequence_does_not_say_is_not_judged():
    assert disagreement(sequence(echo_time=10)) is None
