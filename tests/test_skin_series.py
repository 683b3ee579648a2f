"""A bruise painted over days: the series tells when it was gone, and in which order its hues came."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from PIL import Image

import asymmetry
from asymmetry import Extractor, Series
from asymmetry.core.text import english_text
from asymmetry.photos.photo import read_photo
from asymmetry.report.moments import Moment, choose_stories
from asymmetry.series.finding import Finding
from asymmetry.series.sheet import Sheet
from asymmetry.series.sheet_rows import make_sheet
from asymmetry.series.sheet_text import sheet_lines
from asymmetry.synthetic import Bruise, paint_bruise

#: Day, hue, and depth (de) and area (mm²) of the bruise: it grows, yellows and fades. On day 14 it is gone.
COURSE = (
    (-3, "red", 0.0, 0.0),
    (1, "red", 9.0, 140.0),
    (3, "blue", 10.0, 180.0),
    (6, "green", 8.0, 220.0),
    (9, "yellow", 6.5, 220.0),
    (12, "yellow", 4.5, 220.0),
    (14, "yellow", 0.0, 0.0),
    (16, "yellow", 0.0, 0.0),
)
HUES = {"red": "red-purple", "blue": "blue", "green": "green", "yellow": "yellow-brown"}
GONE, WITHIN = 14.0, 2.0


@pytest.fixture(scope="module")
def series(shared_faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Series:
    folder = tmp_path_factory.mktemp("course")
    portrait = shared_faces / "london" / "009_neutral.jpg"
    pixels = read_photo(portrait).pixels
    with Extractor(method="fast") as extractor:
        person = extractor.extract([portrait])
        scale = float(asymmetry.measure(person)["mm_per_px"][0])
        for number, (day, hue, depth, area) in enumerate(COURSE):
            # Each photo a little darker than the one before: copies of one file would be set aside.
            shown = np.rint(pixels * (1 - 0.01 * number)).astype(np.uint8)
            if depth:
                bruise = Bruise("right", 4.0, -0.4, area, depth, hue)
                shown = paint_bruise(shown, person, bruise, mm_per_px=scale).pixels
            when = np.datetime64("2026-03-10") + np.timedelta64(day, "D")
            Image.fromarray(shown).save(folder / f"{when}_rest.jpg", quality=92)
        return Series.from_folder(
            folder, treated_on="2026-03-10", extractor=extractor, measure_skin=True
        )


def test_the_bruise_is_told_with_the_day_it_was_gone(series: Series) -> None:
    (found,) = [each for each in series.findings if each.kind == "bruise"]
    assert (found.side, found.part, found.days.first) == ("right", "cheek", 1)
    assert abs(found.days.gone - GONE) <= WITHIN
    assert found.worst == pytest.approx(220, rel=0.25)
    assert "gone by day" in found.words


def test_its_hues_come_in_their_order(series: Series) -> None:
    assert series.skin_days is not None
    (course,) = series.skin_days.bruises
    read = dict(zip(course.day.tolist(), course.hue, strict=True))
    assert [read[day] for day, _, depth, _ in COURSE if depth] == [
        HUES[hue] for _, hue, depth, _ in COURSE if depth
    ]


def test_nothing_swelled_and_nothing_lasted(series: Series) -> None:
    assert not [each for each in series.findings if each.kind == "swelling"]
    assert not [each for each in series.concerns() if "lasts" in each.rule or "grows" in each.rule]


def test_the_sheet_tells_areas_in_whole_mm2(series: Series) -> None:
    sheet = make_sheet(series)
    (row,) = [each for each in sheet.rows if each.unit == "mm2"]
    assert row.part == "bruise_area"
    text = english_text()
    alone = Sheet(sheet.visits, (row,))
    (line,) = [each for each in sheet_lines(alone, text) if text("units.mm2") in each]
    assert re.search(r"\d", line.split(text("units.mm2"))[1])
    assert text.decimal not in line.split(text("units.mm2"))[1]


def test_a_bruise_in_the_first_photo_is_not_shown_as_before(series: Series) -> None:
    (found,) = [each for each in series.findings if each.kind == "bruise"]
    there = replace(found, days=replace(found.days, first=float(COURSE[0][0])))
    kinds = [_first_moment(series, each).kind for each in (found, there)]
    assert kinds == ["before", "first"]


def _first_moment(series: Series, finding: Finding) -> Moment:
    """The first moment of a finding, as if it were the only one of the series."""
    held = ("static", "landmarks", "treated", "usual")
    told = SimpleNamespace(findings=(finding,), **{name: getattr(series, name) for name in held})
    (story,) = choose_stories(cast("Series", told))
    return story.moments[0]
