"""A result appears whole or not at all, and never in place of another unless that is asked for.

Everything is written into a hidden folder beside the target, forced to the disk, and then renamed. Replacing a result swaps
the two folders in one step where the system can, so that whoever looks sees the old one or the new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from janusome.errors import InputError, JanusomeError, MachineError

MARKER = ".janusome-result"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
MACHINE = FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


@contextlib.contextmanager
def result_folder(path: Path | str, *, force: bool = False) -> Iterator[Path]:
    """Yield a folder to write into; it becomes `path` when the block ends without an error.

    Raises
    ------
    InputError
        If `path` holds a result and `force` is not set, or holds something that is no result.
    MachineError
        If the disk is full or may not be written; nothing is left then.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100  (resolve() would follow a link in place of the target)
    check_target(target, force=force)
    made = _made_parents(target.parent)
    partial = target.parent / f".{target.name}.partial-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    done = False
    try:
        clean_leftovers(target)
        partial.mkdir()
        yield partial
        (partial / MARKER).write_text("A result of janusome; replaced only with --force.\n", encoding="utf-8")
        _to_disk(partial)
        check_target(target, force=force)
        _put(partial, target)
        done = True
    except JanusomeError:
        raise
    except Exception as error:
        cause = _machine_cause(error, inside=target.parent)
        if cause is None:
            raise
        raise _failure(cause, target) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if not done:
            _remove_empty(made)


def check_target(path: Path | str, *, force: bool = False) -> None:
    """Refuse a path that must not be written to.

    Raises
    ------
    InputError
        With what stands there and what to do.
    """
    target = Path(path)
    if target.is_symlink():
        raise InputError(str(target), "is a link", "give the folder itself, or another name")
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(str(target), "is a file", "give the name of a folder that does not exist yet")
    try:
        empty = not any(target.iterdir())
    except OSError as error:
        raise InputError(str(target), f"cannot be read ({error.strerror})", "give another folder") from None
    if empty:
        return
    if not (target / MARKER).is_file():
        raise InputError(
            str(target), "holds files that are no result of janusome", "give another folder; --force does not replace it"
        )
    if not force:
        raise InputError(str(target), "holds a result already", "give another folder, or replace it with --force")


def clean_leftovers(target: Path) -> tuple[str, ...]:
    """Remove what killed runs left beside a target; return the names.

    A result that was being replaced without a swap when the run was killed is put back.
    """
    pattern = re.compile(re.escape(f".{target.name}.") + r"(partial|old)-" + re.escape(_machine()) + r"-(\d+)-[0-9a-f]+")
    cleaned: list[str] = []
    for sibling in sorted(target.parent.iterdir()):
        found = pattern.fullmatch(sibling.name)
        if found is None or _alive(int(found.group(2))):
            continue
        if found.group(1) == "old" and not target.exists():
            sibling.rename(target)
        else:
            shutil.rmtree(sibling, ignore_errors=True)
        cleaned.append(sibling.name)
    return tuple(cleaned)


def _put(partial: Path, target: Path) -> None:
    """Give the finished folder its name; a result that stood there goes."""
    if target.exists() and any(target.iterdir()):
        if not _swapped(partial, target):
            old = target.parent / partial.name.replace(".partial-", ".old-")
            target.rename(old)
            partial.rename(target)
            shutil.rmtree(old, ignore_errors=True)
    else:
        if target.exists():
            target.rmdir()
        partial.rename(target)
    _sync(target.parent)


def _swapped(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, if the system can."""
    name, flags = {"linux": ("renameat2", 2), "darwin": ("renameatx_np", 2)}.get(sys.platform, ("", 0))
    try:
        exchange = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (AttributeError, OSError, TypeError):
        return False
    here = -100 if sys.platform == "linux" else -2  # AT_FDCWD
    return exchange(here, os.fsencode(one), here, os.fsencode(other), ctypes.c_uint(flags)) == 0


def _to_disk(folder: Path) -> None:
    for root, _, names in os.walk(folder):
        for name in names:
            _sync(Path(root) / name)
        _sync(Path(root))


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _made_parents(folder: Path) -> list[Path]:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InputError(str(folder), "is a file", "give a folder to write into") from None
    except OSError as error:
        _remove_empty(missing)
        raise _failure(error, folder) from error
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _machine_cause(error: BaseException, *, inside: Path) -> OSError | None:
    """Return the failure of the machine behind an error of a library, if there is one.

    A full disk or memory is one wherever it is met; what may not be written is one inside the folder that is written to.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return OSError(errno.ENOMEM, "out of memory")
        if isinstance(seen, OSError):
            here = seen.filename is None or str(inside) in os.fsdecode(seen.filename)
            if seen.errno in FULL | {errno.ENOMEM} or (seen.errno in MACHINE and here):
                return seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return None


def _failure(error: OSError, target: Path) -> MachineError:
    reason = error.strerror or str(error)
    if error.errno in FULL:
        remedy = "free some space or give another folder. Nothing was left behind."
        return MachineError(f"{target} could not be written: the disk is full ({reason}); {remedy}")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return MachineError(f"{target} could not be written: {reason}; give a folder that you may write to.")
    return MachineError(f"{target} could not be written: {reason}. Nothing was left behind.")


def _machine() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:32] or "machine"


def _alive(process: int) -> bool:
    if process == os.getpid():
        return True
    if os.name == "nt":
        return True  # signal 0 would end it; leftovers stay until they are removed by hand
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
