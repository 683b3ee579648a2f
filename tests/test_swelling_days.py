"""Swellings over days: when they were there, how large, when they were gone, and what is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.series import RULES, Concern, Finding, History
from asymmetry.series.concerns import concerns
from asymmetry.series.rule import Situation
from asymmetry.series.skin import SkinDays
from asymmetry.series.swelling import LEAST_MM, list_swelling_courses

DAYS = (0.0, 1.0, 3.0, 5.0, 8.0, 12.0, 16.0)
SIZE = (0.0, 1.2, 1.8, 1.5, 0.6, 0.05, 0.0)


def table(*size: float, sd: float = 0.1, days: tuple[float, ...] = DAYS) -> Measurements:
    columns: dict[str, Any] = {
        "photo": [f"{day:g}.jpg" for day in days],
        "day": list(days),
        "swelling_lower_lid_left_mm": list(size),
        "swelling_lower_lid_left_sd_mm": [sd] * len(days),
    }
    return Measurements(columns)


def skin(made: Measurements) -> SkinDays:
    courses = list_swelling_courses(made)
    return SkinDays(np.array(DAYS), (), "rest", (), courses, "before.jpg")


def findings(made: Measurements) -> tuple[Finding, ...]:
    return skin(made).findings


def told(made: Measurements, *, treated: bool = True) -> list[Concern]:
    known = skin(made)
    situation = Situation((), (), treated, findings=known.findings, skin=known)
    return list(concerns(situation, [rule for rule in RULES if "swelling" in rule.name]))


def test_it_is_told_with_its_largest_day_and_the_day_it_was_gone() -> None:
    (found,) = findings(table(*SIZE))
    assert (found.kind, found.part, found.side) == ("swelling", "lower_lid", "left")
    assert (found.days.first, found.days.worst, found.days.last, found.days.gone) == (1, 3, 8, 12)
    assert found.photos == (("before.jpg",), ("3.jpg",), ("16.jpg",))
    assert found.words == (
        "Swelling of the left lower lid: 1.8 mm on day 3 (± 0.2), last seen on day 8, gone by day 12."
    )


def test_it_is_not_told_as_gone_while_its_error_allows_it() -> None:
    (found,) = findings(table(0, 1.2, 0.8, 0.4, 0.8, 0, 0, sd=0.3))
    assert (found.days.first, found.days.last, found.days.gone) == (1, 3, 5)
    assert findings(table(0, 0.8, 0.8, 0.8, 0, 0, 0, sd=0.3)) == ()


def test_one_that_is_still_there_says_how_large() -> None:
    made = table(0, 2.0, 1.5, 1.2, 1.0, 0.9, 0.8)
    (found,) = findings(made)
    assert np.isnan(found.days.gone)
    assert (
        found.words == "Swelling of the left lower lid: 2.0 mm on day 1 (± 0.2), 0.8 mm on day 16."
    )
    (concern,) = told(made)
    assert concern.rule == "swelling that lasts"
    assert "16 days after the treatment" in concern.words


def test_days_count_from_the_treatment_unless_it_came_later() -> None:
    """Seen from day 1 to day 8: more than a week after the treatment. First seen on day 8: not yet."""
    early = table(0, 2.0, 1.5, 1.2, 1.0, days=DAYS[:5])
    (concern,) = told(early)
    assert "8 days after the treatment" in concern.words
    assert told(early, treated=False) == []
    assert told(table(0, 0, 0, 0, 1.0, 1.0, days=DAYS[:6])) == []
    (late,) = told(table(0, 0, 0, 0, 1.0, 1.0, 1.0))
    assert "8 days after it was first seen" in late.words


@pytest.mark.parametrize(("mm", "number"), [(1.1, 0), (1.3, 1)])
def test_a_swelling_is_told_beyond_three_standard_deviations(mm: float, number: int) -> None:
    assert len(findings(table(*[mm] * 7, sd=0.4))) == number


@pytest.mark.parametrize("sd", [0.0, 0.4])
def test_below_the_error_or_the_least_nothing_is_there(sd: float) -> None:
    assert findings(table(*[0.9 * max(3 * sd, LEAST_MM)] * 7, sd=sd)) == ()


def test_what_was_not_measured_is_no_day() -> None:
    size = np.array(SIZE)
    size[[3, 5]] = np.nan
    (course,) = list_swelling_courses(table(*size))
    assert course.day.tolist() == [0, 1, 3, 8, 16]
    assert course.gone_by == 16
    assert not list_swelling_courses(table(*[np.nan] * 7))
    assert not list_swelling_courses(Measurements({"photo": ["a"], "day": [0.0]}))


def test_photos_of_a_day_count_as_their_mean() -> None:
    (course,) = list_swelling_courses(table(1.0, 2.0, 0.0, days=(1.0, 1.0, 4.0)))
    assert course.value.tolist() == [1.5, 0.0]
    assert course.photos[0] == ("1.jpg", "1.jpg")


def test_what_grows_after_the_third_day_is_told() -> None:
    grows = (0, 0.6, 0.8, 1.0, 1.6, 0.5, 0)
    (concern,) = told(table(*grows))
    assert (concern.rule, concern.day) == ("swelling that grows", 8)
    assert not told(table(*grows, sd=0.3))
    assert not told(table(*SIZE))


def test_what_no_photo_shows_to_grow_after_the_third_day_is_not_told() -> None:
    """First seen on day 1 and again on day 8: it may have reached its full size by day 4."""
    days = (0.0, 1.0, 8.0, 12.0)
    for size, grows in (
        ((0, 0.6, 1.6, 0), False),
        ((0, 1.0, 0.6, 0.9), False),
        ((0, 0.6, 1.0, 1.6), True),
    ):
        rules = [each.rule for each in told(table(*size, days=days))]
        assert ("swelling that grows" in rules) is grows


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
        "swelling that lasts",
        "swelling that grows",
        "bruise that lasts",
        "bruise that grows",
        "bruise that spreads",
        "bruise far from the site",
        "swelling far from the site",
    ]
    assert all(rule.looks_for and rule.source for rule in RULES)


def test_a_series_without_skin_has_none() -> None:
    assert History.from_landmarks(Landmarks.blank(["a.jpg"], status="no_face")).findings == ()


def test_one_that_had_gone_and_came_again_is_another_one() -> None:
    days = (-3.0, 1, 4, 10, 60, 120, 121, 124)
    courses = list_swelling_courses(table(0, 2, 1, 0, 0, 0, 2.2, 1.5, days=days))
    made = SkinDays(np.array(days), (), "rest", (), courses, "before.jpg")
    spans = [(each.days.first, each.days.worst, each.days.last) for each in made.findings]
    assert sorted(spans) == [(1, 1, 4), (121, 121, 124)]
    assert sorted(each.days.latest for each in made.findings) == [120, 124]


def test_one_low_reading_does_not_part_a_swelling() -> None:
    (course,) = list_swelling_courses(table(0, 1.2, 1.5, 0.05, 0.9, 0.6, 0))
    assert (course.first_day, course.last_day) == (1, 12)
