"""Pictures of the page: of which moments and expressions, and the right way round."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from asymmetry import Landmarks, Series
from asymmetry.core.notes import Note, note_array
from asymmetry.report import render
from asymmetry.report.album import make_album
from asymmetry.report.moments import choose_stories, has_peak, strip_rows
from asymmetry.synthetic import face
from tests.pages import Page, dated, series, smiling


def test_moments_are_before_the_worst_and_the_latest() -> None:
    (story,) = choose_stories(series(7, brow_right_mm=[0, 0, -4, -5, -4, 0, 0]))
    assert [(each.kind, each.day) for each in story.moments] == [
        ("before", 0),
        ("worst", 20),
        ("latest", 50),
    ]
    assert story.moments[0].rows.tolist() == [0, 1]
    assert story.finding is not None
    (only,) = choose_stories(series(1))
    assert [each.kind for each in only.moments] == ["only"]
    blank = Landmarks.blank(["a.jpg"], status="no_face")
    assert choose_stories(Series.from_landmarks(blank)) == ()
    (untreated,) = choose_stories(series(3, treated_on=None))
    assert [each.day for each in untreated.moments] == [0, 20]
    expressions: list[str | None] = ["rest", "smile_open", "rest"]
    (story,) = choose_stories(series(3, expression=expressions))
    assert [each.row for each in story.moments] == [0, 2]
    (late,) = choose_stories(series(2, treated_on="2025-01-01"))
    assert [each.kind for each in late.moments] == ["before", "latest"]


def test_pictures_are_of_the_expression_that_the_finding_is_about() -> None:
    made = smiling()
    assert made.findings[0].part == "smile_open"
    (story,) = choose_stories(made)
    assert story.expression == "smile_open"
    rows = [moment.row for moment in story.moments]
    assert set(made.static["expression"][rows].tolist()) == {"smile_open"}


def test_doubtful_photos_are_shown_only_where_there_are_no_others() -> None:
    made = series(7, brow_right_mm=[0, 0, -4, -5, -4, 0, 0]).landmarks
    blurred = [[Note("blurred", value=1.0)] if row in (1, 3, 6) else [] for row in range(7)]
    doubtful = replace(made, notes=note_array(blurred))
    (story,) = choose_stories(
        Series.from_landmarks(doubtful, treated_on="2026-03-01", expression=["rest"] * 7)
    )
    before, worst, latest = story.moments
    assert before.row == 0  # the other one of before is doubtful
    assert (worst.kind, worst.day) == ("near", 10)  # all photos of day 20 are blurred
    assert latest.row == 6  # there is no other of that day


def test_a_day_in_between_is_shown_where_it_tells_more_than_the_latest() -> None:
    brow = [
        series(len(course), brow_right_mm=course).changes()[0]
        for course in (
            [0, 0, -4, 0, 0],
            [0, 0, -4, -1, -1],
            [0, 0, -4, -3.8, -3.8],
            [0, 0, 0, 0, 0],
        )
    ]
    assert [has_peak(each) for each in brow] == [True, True, False, False]


def test_a_long_strip_keeps_its_ends_and_its_moments() -> None:
    made = series(60, brow_right_mm=np.where(np.arange(60) == 33, -9, 0))
    (story,) = choose_stories(made)
    rows = strip_rows(made, "rest", story.moments, 10).tolist()
    assert len(rows) <= 13
    assert {0, 33, 59} <= set(rows)
    assert rows == sorted(rows)
    assert strip_rows(made, "rest", story.moments, 60).tolist() == list(range(60))


def test_a_mirrored_photo_is_shown_the_right_way_round(tmp_path: Path) -> None:
    made = face(1, px_per_mm=1.5)
    size = int(made.size[0, 0])
    pixels = np.zeros((size, size, 3), np.uint8)
    pixels[:, : size // 2] = (
        255  # white on the left of the file, so on the right of the turned photo
    )
    Image.fromarray(pixels).save(tmp_path / "0.png")
    landmarks = replace(dated(made, [0], ["0.png"]), provenance={"mirrored": True})
    for picture in Page(render(Series.from_landmarks(landmarks, folder=tmp_path))).pictures:
        shown = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
        row = shown[shown.shape[0] // 3]
        if np.ptp(row) > 100:  # not a half shown twice
            assert row[5] < 60
            assert row[-5] > 190


def test_a_photo_that_was_replaced_is_not_shown(tmp_path: Path) -> None:
    made = series(2, tmp_path)
    Image.new("RGB", (50, 60)).save(tmp_path / str(made.landmarks.photo[0]))
    assert list(make_album(made, [0, 1], [], ()).cards) == [1]


def test_colours_are_explained_before_the_pictures_that_have_them(tmp_path: Path) -> None:
    """On paper their scale stood alone on the page behind the pictures."""
    made = series(2, brow_right_mm=[0, -4])
    for name, size in zip(made.landmarks.photo, made.landmarks.size, strict=True):
        Image.new("RGB", tuple(size.tolist()), "grey").save(tmp_path / str(name))
    text = Page(render(replace(made, folder=tmp_path))).text
    assert 0 < text.index("Colours run from") < text.index("As measured")
