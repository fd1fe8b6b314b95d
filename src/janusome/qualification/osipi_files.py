"""OSIPI's test files: found by name wherever they lie below a folder, and read as they are.

They are those of the DCE-DSC-MRI code collection (github OSIPI/DCE-DSC-MRI_CodeCollection, test/NAME/data), Apache-2.0.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from janusome.errors import InputError

Array = NDArray[np.float64]
Row = Mapping[str, str]

T1_BRAIN, T1_PHANTOM, T1_PROSTATE = "t1_brain_data.csv", "t1_quiba_data.csv", "t1_prostate_data.csv"
SIGNAL = "SI2Conc_data.csv"
TOFTS, EXTENDED_TOFTS = "dce_DRO_data_tofts.csv", "dce_DRO_data_extended_tofts.csv"
PATLAK = ("patlak_sd_0.02_delay_0.csv", "patlak_sd_0.02_delay_5.csv")
UPTAKE = ("2cum_sd_0_delay_0.csv", "2cum_sd_0.0025_delay_0.csv", "2cum_sd_0.02_delay_0.csv", "2cum_sd_0.0025_delay_5.csv")
EXCHANGE = ("2cxm_sd_0_delay_0.csv", "2cxm_sd_0.001_delay_0.csv", "2cxm_sd_0.001_delay_5.csv")
PARKER = ("ParkerAIF_ref.csv", "ParkerAIF_ref_with_delay.csv")
GEORGIOU = ("GeorgiouAIF_ref.csv",)
MCGRATH = ("preclinicalAIF_ref.csv", "preclinicalAIF_ref_delay.csv")
TISSUES = (TOFTS, EXTENDED_TOFTS, *PATLAK, *UPTAKE, *EXCHANGE)
NAMES = frozenset((T1_BRAIN, T1_PHANTOM, T1_PROSTATE, SIGNAL, *TISSUES, *PARKER, *GEORGIOU, *MCGRATH))
LARGEST = 50_000_000  # bytes; OSIPI's largest holds 0.7 MB
MOST_FOLDERS = 20_000


def osipi_files(data: Path) -> dict[str, Path]:
    """Return OSIPI's files below a folder by name; of two with one name that nearer to the folder.

    Raises
    ------
    InputError
        If the folder is none, holds none of them, or is so large that it can hardly be meant.
    """
    if not data.is_dir():
        raise InputError(str(data), "is no folder", "give the folder below which OSIPI's test files lie with --data")
    found: dict[str, Path] = {}
    for count, (folder, inner, files) in enumerate(os.walk(data)):
        if count > MOST_FOLDERS:
            raise InputError(str(data), f"has more than {MOST_FOLDERS} folders below it", "name one nearer to the files")
        inner.sort()
        for name in sorted(NAMES.intersection(files)):
            here = Path(folder) / name
            if name not in found or len(here.parts) < len(found[name].parts):
                found[name] = here
    if not found:
        raise InputError(str(data), "holds none of OSIPI's test files", f"look for {T1_BRAIN} or {TOFTS}, for example")
    return found


def read_rows(path: Path, *, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of one file with the blanks around its column names taken off.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or lacks a column.
    """
    if path.stat().st_size > LARGEST:
        raise InputError(str(path), "is larger than 50 MB", "give OSIPI's own file")
    before = csv.field_size_limit(LARGEST)  # a cell of theirs holds a whole curve
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [{str(k).strip(): v for k, v in row.items()} for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(str(path), f"cannot be read as a table ({error})", "give OSIPI's own file") from None
    finally:
        csv.field_size_limit(before)
    lacking = [name for name in needed if not rows or not all(isinstance(row.get(name), str) for row in rows)]
    if lacking:
        raise InputError(str(path), f"lacks {', '.join(lacking)} in some row", "give OSIPI's own file")
    return rows


def numbers(row: Row, name: str, *, path: Path) -> Array:
    """Return the numbers of a cell, which blanks part."""
    try:
        found = np.array(row[name].split(), dtype=np.float64)
    except ValueError:
        raise InputError(
            f"{path}: {row.get('label', '')}: {name}", "holds what is no number", "give OSIPI's own file"
        ) from None
    if not found.size or not np.all(np.isfinite(found)):
        raise InputError(f"{path}: {row.get('label', '')}: {name}", "is empty or not finite", "give OSIPI's own file")
    return found


def number(row: Row, name: str, *, path: Path) -> float:
    """Return the one number of a cell."""
    return float(numbers(row, name, path=path)[0])
