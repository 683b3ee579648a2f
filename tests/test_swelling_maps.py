"""Swellings in the report: maps by day in the same colours, courses, and what is told beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.text import Text
from asymmetry.report.page import render
from asymmetry.report.plots.style import Setting
from asymmetry.report.plots.swelling import describe_swelling, draw_swelling_maps, draw_swellings
from asymmetry.series.skin import SkinDays
from asymmetry.series.swelling import SwellingCourse
from asymmetry.series.treatments import Treatment
from asymmetry.tissue.atlas import HEIGHT, WIDTH
from asymmetry.tissue.flow import BELOW
from tests.test_skin_days import DAY, series

SHAPE = (2, (BELOW.stop - BELOW.start) // 2, WIDTH // 2)
RIGHT = 0


def skin() -> SkinDays:
    """The right cheek swells on the first days; on day 6 the photo could not be compared."""
    maps = []
    for mm in (2.0, 3.0, 1.5, None, 0.1, 0.0, 0.0):
        made = np.zeros(SHAPE, np.float32)
        made[RIGHT, 50:60, 50:60] = np.nan if mm is None else mm
        made[:, :, 75:] = np.nan
        maps.append(None if mm is None else made)
    value = np.array([2.0, 3.0, 1.5, np.nan, 0.1, 0.0, 0.0])
    known = np.isfinite(value)
    names = tuple(f"{day:g}.jpg" for day in DAY)
    photos = tuple((name,) for name in names)
    swollen = SwellingCourse(
        *("cheek", "right", DAY[known], value[known], np.full(known.sum(), 0.2)),
        tuple(np.array(photos)[known].tolist()),
    )
    picture = np.full((2, HEIGHT, WIDTH, 3), 150, np.uint8)
    return SkinDays(
        *(DAY, names, "rest", ()),
        swellings=(swollen,),
        baseline="before.jpg",
        pictures=(picture,) * len(DAY),
        swelling_maps=tuple(maps),
    )


def setting() -> Setting:
    return Setting(Text.load("en"), True)


@pytest.mark.parametrize("photos", [True, False])
def test_maps_have_one_scale_and_the_patients_right_on_the_left(photos: bool) -> None:
    figure = draw_swelling_maps(skin(), setting(), photos=photos)
    maps = [
        image
        for axes in figure.axes
        for image in axes.get_images()
        if image.get_clim() == (-2.0, 2.0)
    ]
    days = [each.get_title() for each in figure.axes if each.get_title()]
    assert days == [f"Day {day:.0f}" for day in DAY if day != 6]
    assert len(maps) == len(days)
    shown = maps[0].get_array()
    assert shown.shape == (SHAPE[1], 2 * SHAPE[2])
    assert np.nanmax(shown[:, : SHAPE[2]]) == 2.0
    assert np.nanmax(shown[:, SHAPE[2] :]) == 0.0
    assert shown.mask[:, 0].all()


def test_a_course_is_drawn_with_its_numbers() -> None:
    made = skin()
    (axes,) = draw_swellings(made, setting()).axes
    line = axes.get_lines()[0]
    assert line.get_label() == "right cheek"
    assert np.array_equal(line.get_ydata(), made.swellings[0].value)
    words = describe_swelling(made.swellings[0], setting())
    assert words.startswith("right cheek: day 0: 2.0 mm (± 0.4), day 1: 3.0 mm")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("photos", [True, False])
def test_the_report_tells_swellings_and_their_sites(language: str, photos: bool) -> None:
    given = (Treatment.of("2026-03-09", sites="glabella, neck"),)
    made = replace(series(), skin_days=replace(skin(), treatments=given))
    page = render(made, language=language, photos=photos)
    assert Text.load(language)("skin.swelling_intro") in page
    (finding,) = made.skin_days.findings if made.skin_days else ()
    text = Text.load(language)
    for note in (finding.note, *finding.notes):
        assert note.words(text) in page


def test_without_maps_the_course_is_told_alone() -> None:
    made = replace(series(), skin_days=replace(skin(), swelling_maps=(None,) * len(DAY)))
    assert "right cheek: day 0" in render(made)
