"""Doctor: what of a machine a run needs, and whether it is there."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

LEAST_MEMORY, LEAST_DISK = 2e9, 1e9  # bytes: a run of 100 draws with room to spare
PACKAGES = ("janusome", "jax", "numba", "numpy", "scipy", "pint", "pydantic", "xarray", "zarr", "nibabel", "matplotlib")
DATA = "JANUSOME_DATA"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what it is, whether it will do, and what to do if not."""

    name: str
    found: str
    good: bool
    remedy: str = ""


def checks() -> tuple[Check, ...]:
    """Look at Python, packages, cores, memory, disk, JAX, the compiler's cache and the published data."""
    return (_python(), *_packages(), _cores(), _memory(), _disk(), _jax(), _numba_cache(), _data())


def _python() -> Check:
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Check(
        "Python", f"{platform.python_version()} on {platform.platform()}", good, "" if good else "use Python 3.11 to 3.13"
    )


def _packages() -> list[Check]:
    return [_package(name) for name in PACKAGES]


def _package(name: str) -> Check:
    try:
        return Check(name, metadata.version(name), good=True)
    except metadata.PackageNotFoundError:
        return Check(
            name, "not installed", good=False, remedy="install janusome again: pip install --force-reinstall janusome"
        )


def _cores() -> Check:
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return Check("cores", str(usable), good=True)


def _memory() -> Check:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Check("memory", "not known on this system", good=True)
    good = total >= LEAST_MEMORY
    return Check("memory", f"{total / 1e9:.1f} GB", good, "" if good else "run with fewer --draws")


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free
    good = free >= LEAST_DISK
    return Check(
        "free disk here", f"{free / 1e9:.1f} GB", good, "" if good else "free some space, or give --output on another disk"
    )


def _jax() -> Check:
    try:
        import jax

        devices = ", ".join(str(device) for device in jax.devices())
    except Exception as error:  # whatever a broken installation raises is what the reader needs to see
        return Check("JAX device", f"none: {error}", good=False, remedy="install jax again: pip install --force-reinstall jax")
    return Check("JAX device", devices, good=True)


def _numba_cache() -> Check:
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent.parent / "numerics")
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check("compiler cache", f"{folder} can be written", good=True)
    except OSError as error:
        fallback = "numba then writes to a folder of its own in your home; set NUMBA_CACHE_DIR if every run is slow to start"
        return Check("compiler cache", f"{folder} cannot be written ({error.strerror})", good=True, remedy=fallback)


def _data() -> Check:
    folder = os.environ.get(DATA)
    if not folder:
        return Check(DATA, "not set", good=True, remedy="needed only by the tests against published data")
    good = Path(folder).is_dir()
    return Check(DATA, folder, good, "" if good else f"{DATA} names no folder: set it to the published data, or unset it")
