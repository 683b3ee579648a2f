"""What a program may give a series, and what is refused instead of being lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import asymmetry
from asymmetry import Landmarks, Series
from asymmetry.archive.pool import check_pool
from asymmetry.errors import InvalidInputError
from asymmetry.photos.manifest import DiaryNote
from asymmetry.series.recovery import Recovery
from asymmetry.synthetic import face

DAYS = [f"2026-03-{day:02}" for day in (2, 9, 16, 23)]


def dated(taken: Any = DAYS) -> Landmarks:
    made = face(len(taken), brow_right_mm=[0, 0, -4, -1])
    return replace(made, taken=np.array(taken), photo=np.array(list("abcd")))


SERIES = Series.from_landmarks(dated(), expression=["rest"] * 4, treated_on="2026-03-09")


@pytest.mark.parametrize("wrong", ["Rest", "smile", "ruhe", "", float("nan")], ids=repr)
def test_an_expression_that_none_is_called_is_refused(wrong: Any) -> None:
    """Its photos would count for nothing: of a face that got better the worst day was the latest one."""
    with pytest.raises(InvalidInputError, match=r"unknown expression .*: use one of rest, brow_"):
        Series.from_landmarks(dated(), expression=["rest", "rest", "rest", wrong])


def test_expressions_of_a_series_can_be_given_to_another() -> None:
    told = ["rest", None, "unknown", "smile_open"]
    made = Series.from_landmarks(dated(), expression=told).static["expression"].tolist()
    assert Series.from_landmarks(dated(), expression=made).static["expression"].tolist() == made


def test_a_date_of_points_is_iso_8601() -> None:
    with pytest.raises(InvalidInputError, match=r"taken '9\.3\.2026': give a time as"):
        Series.from_landmarks(dated([*DAYS[:3], "9.3.2026"]))


def test_notes_of_a_generator_are_kept() -> None:
    notes = [DiaryNote(date(2026, 3, 10), "sore")]
    assert Series.from_landmarks(dated(), notes=iter(notes)).notes == tuple(notes)  # type: ignore[arg-type]


def test_a_folder_may_be_a_text(tmp_path: Path) -> None:
    made = Series.from_landmarks(dated(), folder=str(tmp_path))
    assert made.folder == tmp_path
    assert made.open_source(0) == tmp_path / "a"
    made.save(tmp_path / "s.npz")
    assert Series.load(tmp_path / "s.npz", folder=str(tmp_path / "now")).folder == tmp_path / "now"


@pytest.mark.parametrize("day", [7, np.int64(7), np.float32(7), SERIES.static["day"][2]], ids=repr)
def test_a_day_may_be_numpys(day: Any) -> None:
    found, wanted = SERIES.changes(since=day), SERIES.changes(since=7)
    assert [each.to_json() for each in found] == [each.to_json() for each in wanted]
    trend = SERIES.trend("brow_height", since=7)
    assert SERIES.trend("brow_height", since=day).to_json() == trend.to_json()


@pytest.mark.parametrize(("day", "words"), [(None, "None is no day"), (float("nan"), "not a date")])
def test_a_day_that_is_none_is_refused(day: Any, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        SERIES.changes(since=day)
    with pytest.raises(InvalidInputError, match="until: 'baseline' is no day"):
        SERIES.trend("brow_height", until="baseline")


def test_there_is_no_recovery_without_photos() -> None:
    assert isinstance(SERIES.recovery("brow_height", expression="smile_open"), Recovery)
    assert np.isnan(SERIES.recovery("brow_height", expression="smile_open").worst)


def test_numbers_may_be_numpys() -> None:
    found = SERIES.forecast("brow_height", np.float32(1.5))
    assert type(found.threshold) is float
    assert found.to_json() == SERIES.forecast("brow_height", 1.5).to_json()
    asymmetry.Extractor(max_megapixels=np.int64(30), threads=np.int64(1)).close()
    check_pool(np.int64(2), np.float32(5))
    for wrong in ("1.5", True):
        with pytest.raises(InvalidInputError, match="positive threshold_mm"):
            SERIES.forecast("brow_height", wrong)  # type: ignore[arg-type]
