"""Write the page of validation: `JANUSOME_DATA=/path/to/data python docs/make_validation.py [file]`."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

from janusome.files.library import Library
from janusome.reporting.published import published
from janusome.reporting.validation import compare
from janusome.reporting.validation_page import report


def main() -> None:
    """Write the page."""
    folder = os.environ.get("JANUSOME_DATA")
    if not folder:
        raise SystemExit("JANUSOME_DATA is not set: it names the folder that holds body/published_pk_parameters.csv")
    with (Path(folder) / "body" / "published_pk_parameters.csv").open(encoding="utf-8", newline="") as lines:
        rows = published(csv.DictReader(lines))
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "validation.md"
    target.write_text(report(compare(rows, Library())), encoding="utf-8")


if __name__ == "__main__":
    main()
