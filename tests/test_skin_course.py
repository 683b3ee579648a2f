"""Bruises and swellings over days: when they were there, how large, when they were gone, and what is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.series import RULES, Concern, History
from asymmetry.series.concerns import concerns
from asymmetry.series.rule import Situation
from asymmetry.series.skin_course import LEAST, list_skin_courses, list_skin_findings
from asymmetry.series.treatments import as_treatments

DAYS = (0.0, 1.0, 3.0, 5.0, 8.0, 12.0, 16.0)
AREA = (0.0, 120.0, 180.0, 150.0, 60.0, 5.0, 0.0)


def table(days: tuple[float, ...] = DAYS, **columns: Any) -> Measurements:
    names = [f"{day:g}.jpg" for day in days]
    return Measurements({"photo": names, "day": list(days), **columns})


def told(made: Measurements, treated: bool = True) -> list[Concern]:
    treatments = as_treatments("2026-03-02") if treated else ()
    situation = Situation((), (), treated, treatments=treatments, skin=list_skin_courses(made))
    rules = [rule for rule in RULES if "lasts" in rule.name or "skin" in rule.name]
    return list(concerns(situation, rules))


def test_a_bruise_is_told_with_its_largest_day_and_the_day_it_was_gone() -> None:
    made = table(bruise_area_cheek_right_mm2=AREA, bruise_area_cheek_right_sd_mm2=[8.0] * 7)
    (found,) = list_skin_findings(list_skin_courses(made))
    assert (found.kind, found.region, found.side) == ("bruise", "cheek", "right")
    assert (found.first, found.worst, found.last, found.gone) == (1, 3, 8, 12)
    assert found.photos == ("3.jpg",)
    assert found.words == "Bruise on the right cheek, 180 mm² on day 3, gone by day 12."


def test_a_swelling_that_is_still_there_says_how_large() -> None:
    made = table(
        swelling_lower_lid_left_mm=(0.0, 2.0, 1.5, 1.2, 1.0, 0.9, 0.8),
        swelling_lower_lid_left_sd_mm=[0.1] * 7,
    )
    (found,) = list_skin_findings(list_skin_courses(made))
    assert np.isnan(found.gone)
    assert (
        found.words
        == "Swelling of the left lower lid, 2.0 mm on day 1, and still 0.8 mm on day 16."
    )
    assert [each.rule for each in told(made)] == ["swelling that lasts"]


@pytest.mark.parametrize("sd", [0.0, 40.0])
def test_below_the_error_or_the_least_nothing_is_there(sd: float) -> None:
    area = [0.9 * max(2 * sd, LEAST["bruise"])] * 7
    made = table(bruise_area_left_mm2=area, bruise_area_left_sd_mm2=[sd] * 7)
    assert not list_skin_findings(list_skin_courses(made))


def test_what_was_not_measured_is_no_day() -> None:
    values = np.array(AREA)
    values[[3, 5]] = np.nan
    (course,) = list_skin_courses(table(bruise_area_jaw_left_mm2=values))
    assert course.day.tolist() == [0, 1, 3, 8, 16]
    (found,) = list_skin_findings((course,))
    assert (found.last, found.gone) == (8, 16)
    assert not list_skin_courses(table(bruise_area_jaw_left_mm2=[np.nan] * 7))
    assert not list_skin_courses(table(brow_height_right_mm=AREA))


def test_photos_of_a_day_count_as_their_mean() -> None:
    made = table((1.0, 1.0, 4.0), swelling_jaw_right_mm=[1.0, 2.0, 0.0])
    (course,) = list_skin_courses(made)
    assert course.value.tolist() == [1.5, 0.0]
    assert course.photos[0] == ("1.jpg", "1.jpg")


def test_a_side_is_told_where_no_region_of_it_is() -> None:
    whole = table(bruise_area_right_mm2=AREA, bruise_area_left_mm2=AREA)
    assert [each.side for each in list_skin_findings(list_skin_courses(whole))] == ["left", "right"]
    both = table(bruise_area_right_mm2=AREA, bruise_area_jaw_right_mm2=AREA)
    assert [each.region for each in list_skin_findings(list_skin_courses(both))] == ["jaw"]


def test_a_bruise_within_two_weeks_is_not_told_and_a_longer_one_is() -> None:
    assert not told(table(bruise_area_cheek_right_mm2=AREA))
    longer = table(bruise_area_cheek_right_mm2=(0, 120, 180, 150, 100, 80, 60))
    (concern,) = told(longer)
    assert (concern.rule, concern.day) == ("bruise that lasts", 16)
    assert not told(longer, treated=False)


def test_what_grows_after_the_third_day_is_told() -> None:
    grows = table(bruise_area_cheek_right_mm2=(0, 60, 80, 160, 60, 0, 0))
    (concern,) = told(grows)
    assert concern.rule == "growing in the skin"
    assert concern.day == 5
    assert "160 mm²" in str(concern.note)
    noisy = table(
        bruise_area_cheek_right_mm2=(0, 60, 80, 160, 60, 0, 0),
        bruise_area_cheek_right_sd_mm2=[30.0] * 7,
    )
    assert not told(noisy)


def test_rules_have_names_words_and_sources() -> None:
    assert [rule.name for rule in RULES] == [
        "lid drop",
        "open eye",
        "brow drop",
        "both brows",
        "spock brow",
        "new asymmetry",
        "weak movement",
        "movement lost on both sides",
        "weaker side",
        "synkinesis",
        "outside the normal range",
        "not regained",
        "against the trend",
        "growing in the skin",
        "swelling that lasts",
        "bruise that lasts",
    ]
    assert all(rule.looks_for and rule.source for rule in RULES)


def test_a_series_without_skin_has_no_courses(measured: History) -> None:
    assert measured.skin_courses == ()
    assert measured.skin_findings == ()


@pytest.fixture(scope="module")
def measured() -> History:
    return History.from_landmarks(Landmarks.blank(["2026-03-02.jpg"], status="no_face"))
