"""Results: whole or not at all, never in place of another unasked, whatever happens to the process or the disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from janusome.errors import InputError, MachineError
from janusome.files import result_folder as results
from janusome.files.result_folder import MARKER, clean_leftovers, result_folder


def write(path: Path, text: str = "1", *, force: bool = False) -> None:
    with result_folder(path, force=force) as folder:
        (folder / "summary.json").write_text(text)
        (folder / "images").mkdir()
        (folder / "images" / "a.nii").write_text(text)


def read(path: Path) -> set[str]:
    return {(path / name).read_text() for name in ("summary.json", "images/a.nii")}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_result_appears_when_it_is_whole(tmp_path: Path):
    with result_folder(tmp_path / "out") as folder:
        (folder / "summary.json").write_text("1")
        assert not (tmp_path / "out").exists()
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == [MARKER, "summary.json"]


def test_folders_on_the_way_are_made(tmp_path: Path):
    write(tmp_path / "a" / "b" / "out")
    assert read(tmp_path / "a" / "b" / "out") == {"1"}


@pytest.mark.parametrize("error", [ValueError("physics"), KeyboardInterrupt(), SystemExit(1)])
def test_a_run_that_fails_leaves_nothing(tmp_path: Path, error: BaseException):
    with pytest.raises(type(error)), result_folder(tmp_path / "new" / "out") as folder:
        (folder / "summary.json").write_text("1")
        raise error
    assert names(tmp_path) == []


def test_a_run_that_fails_leaves_the_earlier_result(tmp_path: Path):
    write(tmp_path / "out")
    with pytest.raises(ValueError, match="physics"), result_folder(tmp_path / "out", force=True):
        raise ValueError("physics")
    assert read(tmp_path / "out") == {"1"}
    assert names(tmp_path) == ["out"]


def test_a_result_is_never_replaced_unasked(tmp_path: Path):
    write(tmp_path / "out")
    with pytest.raises(InputError, match="out holds a result already; give another folder, or replace it with --force"):
        write(tmp_path / "out", "2")
    assert read(tmp_path / "out") == {"1"}


@pytest.mark.parametrize("swap", [True, False])
def test_a_result_is_replaced_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: bool):
    if not swap:
        monkeypatch.setattr(results, "_swapped", lambda *_: False)
    write(tmp_path / "out")
    (tmp_path / "out" / "of an older version").write_text("x")
    write(tmp_path / "out", "2", force=True)
    assert read(tmp_path / "out") == {"2"}
    assert names(tmp_path / "out") == [MARKER, "images", "summary.json"]
    assert names(tmp_path) == ["out"]


def test_what_is_no_result_is_never_replaced(tmp_path: Path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years")
    with pytest.raises(
        InputError, match="holds files that are no result of janusome; give another folder; --force does not replace it"
    ):
        write(tmp_path / "thesis", force=True)
    assert names(tmp_path / "thesis") == ["chapter.tex"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; give the name of a folder"):
        write(tmp_path / "file", force=True)
    with pytest.raises(InputError, match="is a file; give a folder to write into"):
        write(tmp_path / "file" / "out")
    (tmp_path / "link").symlink_to(tmp_path / "thesis")
    with pytest.raises(InputError, match="is a link"):
        write(tmp_path / "link", force=True)


def test_an_empty_folder_is_filled(tmp_path: Path):
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert read(tmp_path / "out") == {"1"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_failure_of_the_machine_and_leaves_nothing(tmp_path: Path):
    with (
        pytest.raises(MachineError, match=r"the disk is full .*; free some space") as failure,
        result_folder(tmp_path / "out") as folder,
    ):
        (folder / "summary.json").write_text("1")
        with Path("/dev/full").open("w") as file:
            file.write("x" * 100_000)
    assert failure.value.exit_status == 3
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="limits file sizes with setrlimit")
def test_a_disk_that_takes_no_more_leaves_the_earlier_result(tmp_path: Path):
    write(tmp_path / "out")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "from janusome.files.result_folder import result_folder\n"
        "from janusome.errors import MachineError\n"
        f"try:\n    with result_folder({str(tmp_path / 'out')!r}, force=True) as folder:\n"
        "        (folder / 'summary.json').write_bytes(b'x' * 10000)\n"
        "except MachineError as error:\n    print(error); sys.exit(error.exit_status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "the disk is full" in done.stdout
    assert read(tmp_path / "out") == {"1"}
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("step", ["fsync", "rename", "marker"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_failure_at_any_step_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int):
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with pytest.raises(MachineError, match="could not be written"), result_folder(tmp_path / "out") as folder:
        (folder / "summary.json").write_text("1")
        owner = os if step == "fsync" else Path
        monkeypatch.setattr(owner, "write_text" if step == "marker" else step, fail)
    monkeypatch.undo()
    assert names(tmp_path) == []


def test_a_full_disk_behind_another_error_is_told(tmp_path: Path):
    with pytest.raises(MachineError, match="the disk is full"), result_folder(tmp_path / "out"):
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise RuntimeError("the store could not be written") from error


def test_too_little_memory_is_a_failure_of_the_machine(tmp_path: Path):
    with pytest.raises(MachineError, match="out of memory"), result_folder(tmp_path / "out"):
        raise MemoryError


def test_an_error_that_is_no_failure_of_the_machine_stays_itself(tmp_path: Path):
    with pytest.raises(FileNotFoundError), result_folder(tmp_path / "out"):
        (tmp_path / "elsewhere" / "none").read_text()
    with pytest.raises(InputError, match="is wrong"), result_folder(tmp_path / "out"):
        try:
            raise PermissionError(errno.EACCES, "Permission denied", "/mask.nrrd")
        except PermissionError:
            raise InputError("mask", "is wrong", "mend it") from None


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(MachineError, match="Read-only file system; give a folder that you may write to"):
        write(tmp_path / "out")
    monkeypatch.undo()
    assert names(tmp_path) == []


WRITER = """
import sys
from pathlib import Path
from janusome.files.result_folder import result_folder
for n in range(10**6):
    with result_folder(Path(sys.argv[1]), force=True) as folder:
        for name in "abc":
            (folder / name).write_text(str(n))
    print(n, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
def test_a_killed_run_leaves_a_whole_result_and_what_it_left_is_removed(tmp_path: Path):
    out = tmp_path / "out"
    for round_ in range(5):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.013 * (round_ + 1))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        assert len({(out / name).read_text() for name in "abc"}) == 1
        assert (out / MARKER).is_file()
    write(out, "mine", force=True)
    assert names(tmp_path) == ["out"]
    assert read(out) == {"mine"}


def test_a_result_that_was_moved_aside_when_the_run_was_killed_comes_back(tmp_path: Path):
    write(tmp_path / "out")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True)
    machine = results._machine()
    (tmp_path / "out").rename(tmp_path / f".out.old-{machine}-{gone.stdout.strip()}-abcd1234")
    (tmp_path / f".out.partial-{machine}-{gone.stdout.strip()}-abcd1234").mkdir()
    (tmp_path / f".out.partial-{machine}-{os.getpid()}-abcd1234").mkdir()
    assert len(clean_leftovers(tmp_path / "out")) == 2
    assert read(tmp_path / "out") == {"1"}
    assert f".out.partial-{machine}-{os.getpid()}-abcd1234" in names(tmp_path)


def test_results_of_other_names_are_not_touched(tmp_path: Path):
    (tmp_path / ".out2.partial-machine-1-ab").mkdir()
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / "out")
    assert names(tmp_path) == [".hidden", ".out2.partial-machine-1-ab", "out"]
