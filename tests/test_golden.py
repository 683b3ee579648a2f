"""Measurements of 12 photos: a number that moves raises the score's version."""

import numpy as np
import pytest

from asymmetry.core.version import SCORE_VERSION
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from benchmarks.golden import golden_photos, read_table, rows

#: Other processors and versions of OpenCV change a number by less: mm, degrees and mm2.
MOST = {"mm": 0.05, "deg": 0.3, "mm2": 1.0}


@pytest.fixture(scope="module")
def measured():
    photos = golden_photos()
    with Extractor() as extractor:
        table = measure(extractor.extract(list(photos.values())), sd=False)
    return table, list(photos)


def test_numbers_are_those_of_their_version(measured):
    table, names = measured
    version, known = read_table()
    assert version == SCORE_VERSION, "write the table anew: python -m benchmarks.golden"
    now = {(photo, column): value for photo, column, value in rows(table, names)}
    # A new metric is in the table once that is written anew.
    moved = [
        f"{photo} {column}: {before} before, {now[photo, column]:.3f} now"
        for (photo, column), before in known.items()
        if photo in names and not _same(column, before, now[photo, column])
    ]
    assert not moved, (
        "raise SCORE_VERSION, say it in the changelog, and run python -m benchmarks.golden"
    )


def _same(column, before, now):
    if np.isnan(before) or np.isnan(now):
        return bool(np.isnan(before) and np.isnan(now))
    return abs(now - before) <= MOST[column.rpartition("_")[2]]


def test_the_version_travels_with_points_and_numbers(measured):
    table, _ = measured
    assert table.provenance["score_version"] == SCORE_VERSION


def test_the_table_has_twelve_photos():
    _, known = read_table()
    assert len({photo for photo, _ in known}) == 12
