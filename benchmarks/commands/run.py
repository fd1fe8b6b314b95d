"""How long the commands take: `python benchmarks/commands/run.py`. CPU and wall seconds, the least of three, children in all.

The first run of the demonstration is timed with empty caches of compiled code, in a folder that is thrown away.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def timed(command: list[str], *, repeats: int = 3, cold: bool = False) -> tuple[float, float]:
    """Return least CPU and least wall seconds of a command."""
    found = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            environment = dict(os.environ, **({"NUMBA_CACHE_DIR": f"{folder}/numba"} if cold else {}))
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(
                command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall = time.perf_counter() - start
        found.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
    return min(cpu for cpu, _ in found), min(wall for _, wall in found)


def main() -> None:
    """Print a table."""
    janusome = str(Path(sys.executable).parent / "janusome")
    study = str(ROOT / "examples" / "mm-302-pet-mask.yaml")
    rows = {
        "janusome --help": timed([janusome, "--help"]),
        "janusome list drugs": timed([janusome, "list", "drugs"]),
        "janusome show doxil": timed([janusome, "show", "doxil"]),
        "janusome validate": timed([janusome, "validate", study]),
        "janusome demo, first run": timed([janusome, "demo"], repeats=1, cold=True),
        "janusome demo, warm cache": timed([janusome, "demo"]),
    }
    print(f"{'command':28s} {'CPU s':>7s} {'wall s':>7s}")
    for name, (cpu, wall) in rows.items():
        print(f"{name:28s} {cpu:7.2f} {wall:7.2f}")


if __name__ == "__main__":
    main()
