"""What has been compiled is kept for the next command: images of eight scanners otherwise start with a minute of compiling."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

from platformdirs import user_cache_path

FOLDER, LEAST = "JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
WORTH_KEEPING = "0.2"  # seconds of compiling
CPU_TABLE = Path("/proc/cpuinfo")


def keep_compiled() -> None:
    """Let JAX keep compiled code in the user's cache folder, unless the user has named another (or none: an empty name)."""
    os.environ.setdefault(FOLDER, str(user_cache_path("janusome") / f"compiled-{_processor()}"))
    os.environ.setdefault(LEAST, WORTH_KEEPING)


def _processor() -> str:
    """Return a name for this kind of processor: code for one may not run on another that shares the home folder."""
    try:
        lines = CPU_TABLE.read_text().splitlines()
    except OSError:
        lines = [platform.processor()]
    kinds = sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))})
    return hashlib.sha256("\n".join([platform.machine(), *(kinds or lines[:1])]).encode()).hexdigest()[:12]
