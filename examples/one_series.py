"""Score one person's dated photos and follow one number over days.

Run it with a folder of photos, the day of the treatment, and a file for the report::

    python examples/one_series.py FOLDER 2026-03-31 [REPORT.html]
"""

from __future__ import annotations

import sys
from pathlib import Path

import asymmetry


def main(folder: Path, treated_on: str | None = None, report: Path | None = None) -> None:
    """Print the brow's difference day by day; write the report if a file is named for it."""
    series = asymmetry.Series.from_folder(folder, treated_on=treated_on)
    table = series.static
    for day, photo, diff, status, reason in zip(
        table["day"],
        table["photo"],
        table["brow_height_diff_mm"],
        table["status"],
        table["reason"],
        strict=True,
    ):
        print(
            f"day {day:5.0f}  {photo}  right minus left {diff:+.1f} mm  {status} {reason}".rstrip()
        )
    if report is not None:
        print(series.report(report))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), *sys.argv[2:3], *map(Path, sys.argv[3:4]))
