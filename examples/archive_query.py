"""Score a folder tree of photos into one Parquet file, and ask it questions in SQL.

Run it with the folder, in which each person has a folder of their own, and the file::

    python examples/archive_query.py PHOTOS scores.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

import asymmetry

#: People with the largest difference between their brows; a photo that failed is null, not 0.
UNEVEN = """
    SELECT subject, count(*) AS photos, count(brow_height_diff_mm) AS measured,
           round(avg(brow_height_diff_mm), 1) AS right_minus_left_mm
    FROM read_parquet($scores) GROUP BY subject ORDER BY abs(right_minus_left_mm) DESC NULLS LAST
"""
#: Why photos failed.
FAILED = """
    SELECT status, count(*) AS photos FROM read_parquet($scores)
    WHERE status NOT IN ('ok', 'warn') GROUP BY status ORDER BY status
"""


def main(photos: Path, scores: Path) -> None:
    """Score what is not scored yet, and print the answers."""
    asymmetry.score_archive(photos, scores, workers=1)
    with duckdb.connect() as base:
        for question in (UNEVEN, FAILED):
            for row in base.execute(question, {"scores": str(scores)}).fetchall():
                print(*row)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
