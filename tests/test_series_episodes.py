"""Findings of awkward courses: episodes, visits far apart, both sides, and events that only seem the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Series
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.text import Text
from asymmetry.report.naming import Names
from asymmetry.report.opening import Opening, make_opening
from asymmetry.report.sections import Wording
from asymmetry.series import Finding
from asymmetry.synthetic import face
from tests.test_series_change import TREATED_ON, dated

DAYS = (-7.0, -3, 0, 7, 10, 14, 21, 42, 60)
#: An upper lid that closes the eye, mm.
SHUT = -6.6

Course = npt.NDArray[np.floating[Any]] | float
Moves = Mapping[str, Course]


def course(*values: float) -> npt.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def since_treatment(*values: float) -> npt.NDArray[np.float64]:
    """Nothing on the three days of the baseline, and then these."""
    return course(0, 0, 0, *values)


def filmed(
    rest: Moves | None = None,
    expressions: Mapping[str, Moves] | None = None,
    days: tuple[float, ...] = DAYS,
    **options: Any,
) -> Series:
    """Photos of each day at rest and in expressions, whose parts move by so many mm."""
    shots, labels = [], []
    for name, moves in {"rest": rest or {}, **(expressions or {})}.items():
        made = dated(face(len(days), noise_px=0.1, **moves), list(days))
        names = np.array([f"{name} {day:g}.jpg" for day in days])
        shots.append(replace(made, photo=names))
        labels += [name] * len(days)
    options = {"treated_on": TREATED_ON, "setting": "clinic"} | options
    return Series.from_landmarks(Landmarks.concat(shots), expression=labels, **options)


def closing(left: Course) -> dict[str, Moves]:
    return {"eye_closure": {"upper_lid_right_mm": SHUT, "upper_lid_left_mm": left}}


def smiling(left: Course, right: Course = 8.0, name: str = "smile_open") -> dict[str, Moves]:
    return {name: {"mouth_corner_right_mm": right, "mouth_corner_left_mm": left}}


def kinds(series: Series) -> list[tuple[str, str, bool]]:
    return [(each.kind, each.part, each.passed) for each in series.findings]


def only(series: Series) -> Finding:
    (one,) = series.findings
    return one


def opened(series: Series) -> Opening:
    text = Text.load("en")
    return make_opening(Wording(series, text, Names.of(series, text, ""), series.changes()))


def told(series: Series, rule: str) -> list[str]:
    return [str(each.note) for each in series.concerns() if each.rule == rule]


# How it is now


def test_a_visit_of_a_year_ago_says_nothing_of_today() -> None:
    lid = SHUT + course(5, 5, 0)
    made = filmed(None, closing(lid), (0.0, 14, 400), treated_on=None, affected="left")
    assert kinds(made) == [("stronger", "eye_closure", False)]
    assert told(made, "open eye") == []


def test_a_visit_before_the_treatment_is_not_averaged_with_one_after_it() -> None:
    smile = smiling(course(2, 2, 2, 8))
    made = filmed(None, smile, (-9.0, -4, 0, 9), affected="left")
    assert "weaker than other side" not in {kind for kind, _, _ in kinds(made)}


def test_an_eye_that_newly_stays_open_is_told_though_it_closed_on_the_visit_before() -> None:
    made = filmed(None, closing(SHUT + since_treatment(0, 0, 0, 0, 0, 5)))
    (gap,) = (each for each in made.findings if each.kind == "gap")
    assert gap.words.startswith("Day 60: left eye still open by 5.")
    assert len(told(made, "open eye")) == 1


def test_visits_of_four_weeks_that_agree_are_averaged() -> None:
    made = filmed(None, closing(SHUT + since_treatment(*[5] * 6)))
    (gap,) = (each for each in made.findings if each.kind == "gap")
    assert gap.words.startswith("Mean of the latest visits, up to day 60: left eye")
    assert gap.days.first == 42


def test_a_gap_is_of_its_own_eyes_days_where_the_other_eye_was_not_seen() -> None:
    made = filmed(None, closing(SHUT + course(3, 3, 3, 3, 6, 3, 3, 3, 3)))
    shots = made.landmarks
    points = shots.points.copy()
    unseen = shots.photo == "eye_closure 7.jpg"
    points[np.ix_(unseen, shots.layout.right(shots.layout.groups["upper_lid"]))] = np.nan
    options = {"treated_on": TREATED_ON, "setting": "clinic"}
    labels = made.static["expression"].tolist()
    again = Series.from_landmarks(replace(shots, points=points), expression=labels, **options)
    (gap,) = (each for each in again.findings if each.kind == "gap")
    assert (gap.days.worst, gap.photos[1]) == (10, ("eye_closure 10.jpg",))


def test_a_weakness_that_is_there_is_told_beside_a_worse_one_that_passed() -> None:
    made = filmed(None, smiling(course(3, 3, 3, 0.5, 0.5, 3, 3, 3, 3)), affected="left")
    assert kinds(made) == [
        ("weaker than other side", "smile_open", False),
        ("weaker", "smile_open", True),
    ]


# Events that only seem the same


def test_a_movement_that_stays_weak_is_told_beside_one_that_passed() -> None:
    stays = smiling(course(8, 8, 8, 3, 3, 3, 3, 3, 3))
    passes = smiling(course(6, 6, 6, 2, 2, 6, 6, 6, 6), 6.0, "smile_closed")
    made = filmed(None, {**stays, **passes})
    assert kinds(made) == [("weaker", "smile_open", False), ("weaker", "smile_closed", True)]


def test_synkinesis_that_stays_is_told_before_one_that_passed() -> None:
    lids = {"upper_lid_left_mm": since_treatment(*[-2.5] * 6)}
    passing = {"upper_lid_left_mm": since_treatment(-2.5, -2.5, 0, 0, 0, 0)}
    both = {
        "smile_open": {**smiling(8.0)["smile_open"], **lids},
        "smile_closed": {**smiling(8.0)["smile_open"], **passing},
    }
    made = filmed(None, both)
    assert not made.findings[0].passed
    assert made.findings[0].part == "synkinesis_open"


def test_an_eye_that_opens_wider_is_not_the_lid_that_had_dropped() -> None:
    lids = {
        "upper_lid_left_mm": since_treatment(-2, -2, 0, 0, 0, 0),
        "lower_lid_left_mm": since_treatment(0, 0, 0, -3, -3, -3),
    }
    made = filmed(lids)
    assert kinds(made) == [("wider", "fissure_height", False), ("lower", "mrd1", True)]
    assert all("left eye" in each for each in told(made, "new asymmetry"))


def test_a_dropped_lid_is_told_once_and_of_its_own_side() -> None:
    made = filmed({"upper_lid_left_mm": since_treatment(*[-4] * 6)})
    assert kinds(made) == [("lower", "mrd1", False)]
    assert all("left" in each and "right" not in each for each in told(made, "new asymmetry"))


# Episodes


def test_what_passed_and_came_again_counts_from_when_it_came_again() -> None:
    one = only(filmed({"brow_left_mm": since_treatment(-4, -4, 0, 0, 0, -4)}))
    assert (one.days.first, one.days.last, one.noticeable) == (60, 60, (60, 60))
    assert [note.code for note in one.notes] == ["so_before"]
    assert str(one.notes[0]) == "the same was there before, from day 7 to day 10, and passed"


def test_two_episodes_that_passed_are_not_one() -> None:
    one = only(filmed({"brow_left_mm": since_treatment(-4, 0, 0, -4, 0, 0)}))
    assert (one.days.first, one.days.last) == (21, 21)
    assert str(one.notes[-1]) == "the same was there before, on day 7, and passed"


def test_the_part_that_is_regained_is_that_of_the_latest_day() -> None:
    one = only(filmed({"brow_left_mm": -6 * since_treatment(1, 1, 1, 0.8, 0.5, 0.3)}))
    assert one.regained == pytest.approx(0.7, abs=0.03)
    assert "70 % of that has resolved by day 60 (6" in one.words
    assert "still 1.8 mm on day 60" in one.words or one.now - one.before == pytest.approx(
        -1.8, abs=0.1
    )


def test_a_change_that_is_largest_on_the_latest_day_is_not_regained() -> None:
    lid = {"upper_lid_right_mm": course(0, -2.5, 0.38, 0.38)}
    made = filmed(lid, None, (-60.0, -40, -20, -5), treated_on=None)
    assert all("100 %" not in each.words for each in made.findings)


def test_what_is_there_at_full_size_is_not_over() -> None:
    lid = course(0, 0, -3, 0, -3, 0, -3, 0, -3, 0, -3)
    smile = {"smile_open": {**smiling(8.0)["smile_open"], "upper_lid_right_mm": lid}}
    days = (-20.0, -10, 10, 40, 90, 120, 130, 150, 200, 230, 300)
    made = filmed(None, smile, days, setting="home")
    for each in made.findings:
        if each.measure == "synkinesis":
            assert "over by" not in each.words
    assert "was over" not in opened(made).headline


def test_a_day_is_told_by_its_own_reading_not_by_a_mean() -> None:
    brow = {"brow_left_mm": course(0, 0, 0, 0, -2, 0)}
    made = filmed(brow, None, (-30.0, 0, 40, 200, 560, 900), setting="home")
    for each in made.findings:
        assert abs(each.now - each.before) < 0.5
        assert "1.0 mm" not in each.words
    assert told(made, "not regained") == []


def test_a_trend_that_levels_off_above_a_size_is_not_under_it() -> None:
    sizes = course(0, 0, -10, -8, -6, -4, -3, -2.8, -2.9)
    made = filmed({"brow_left_mm": sizes}, None, (-7.0, 0, 10, 17, 24, 31, 38, 45, 52))
    found = made.forecast("brow_height", 2.0)
    assert found.note is None or found.note.code != "under_already"


# Sides


@pytest.mark.parametrize(("right", "left"), [(-4, -4), (-3, 3)])
def test_arrows_stand_at_the_side_that_moved_on_that_day(right: float, left: float) -> None:
    brows = {
        "brow_right_mm": since_treatment(right, right, right, 0, 0, 0),
        "brow_left_mm": since_treatment(0, 0, 0, left, left, left),
    }
    cells = filmed(brows).sheet().rows[0].cells
    arrows = {
        day: (cell.right_arrow, cell.left_arrow) for day, cell in zip(DAYS, cells, strict=True)
    }
    assert arrows[14] == ("down", "")
    assert arrows[60] == ("", "down" if left < 0 else "up")


def test_a_size_that_is_not_the_sides_own_is_told_as_relative() -> None:
    brows = {"brow_right_mm": since_treatment(*[-3] * 6), "brow_left_mm": since_treatment(*[2] * 6)}
    one = only(filmed(brows))
    assert one.relative
    assert "right brow 5.0 mm lower relative to the other side (" in one.words
    alone = only(filmed({"brow_right_mm": since_treatment(*[-3] * 6)}))
    assert not alone.relative
    smile = only(filmed(None, smiling(course(8, 8, 8, *[3] * 6), 3.0)))
    assert "mm smaller relative to the other side" in smile.words


@pytest.mark.parametrize(("after", "better"), [(6.0, True), (9.0, False)])
def test_a_movement_that_goes_beyond_the_healthy_one_is_not_nearer(
    after: float, better: bool
) -> None:
    brows = {"brow_left_mm": 5.0, "brow_right_mm": course(2, 2, 2, *[after] * 6)}
    assert only(filmed(None, {"brow_raise": brows}, affected="right")).better == better


def test_what_makes_a_face_even_is_not_noticed_as_a_difference() -> None:
    corners = {"mouth_corner_left_mm": -4.0, "mouth_corner_right_mm": since_treatment(*[-4] * 6)}
    assert only(filmed(corners)).noticeable == ()
    uneven = only(filmed({"mouth_corner_right_mm": since_treatment(*[-4] * 6)}))
    assert uneven.noticeable == (7, 60)


def test_a_healthy_side_that_alone_moves_less_does_not_lack_effort() -> None:
    made = filmed(None, smiling(8.0, course(8, 8, 8, *[4] * 6)), affected="left")
    assert "healthy_side_weaker" not in {note.code for note in only(made).notes}
    both = filmed(
        None, smiling(course(8, 8, 8, *[2] * 6), course(8, 8, 8, *[4] * 6)), affected="left"
    )
    codes = {note.code for each in both.changes() for note in each.notes}
    assert "healthy_side_weaker" in codes


def test_both_sides_are_told_with_the_one_that_lost_more() -> None:
    lost = smiling(course(8, 8, 8, *[2] * 6), course(8, 8, 8, *[4] * 6))
    made = filmed(None, lost, affected="left")
    both, alone = made.findings
    assert [(each.side, each.kind) for each in (both, alone)] == [
        ("both", "weaker"),
        ("left", "weaker"),
    ]
    assert "relative to the other side" in alone.words


def test_an_eye_that_both_lids_close_is_told_beside_the_upper_one() -> None:
    lids = {
        "upper_lid_left_mm": since_treatment(*[-2.2] * 6),
        "lower_lid_left_mm": since_treatment(*[3] * 6),
    }
    assert sorted(part for _, part, _ in kinds(filmed(lids))) == ["fissure_height", "mrd1"]


@pytest.mark.parametrize(("part", "shown"), [(0.80, False), (0.60, True)])
def test_a_share_of_the_other_side_holds_whatever_the_effort(part: float, shown: bool) -> None:
    effort = course(10, 3, 10)
    made = filmed(
        None, smiling(part * effort, effort), (0.0, 10, 20), affected="left", treated_on=None
    )
    weak = [each for each in made.findings if each.kind == "weaker than other side"]
    assert len(weak) == shown
    for each in weak:
        assert each.now / each.before == pytest.approx(part, abs=0.03)


def test_an_eye_that_opens_in_a_smile_is_no_synkinesis_of_the_other() -> None:
    opens = {"smile_open": {**smiling(8.0)["smile_open"], "upper_lid_left_mm": 0.0}}
    made = filmed({"upper_lid_left_mm": -2.0}, opens)
    assert "synkinesis" not in {each.kind for each in made.findings}


@pytest.mark.parametrize(
    ("expression", "moves", "rule"),
    [
        ("eye_closure", {"upper_lid_left_mm": course(-2, -2, -2, *[SHUT] * 6)}, "lid drop"),
        ("brow_raise", {"brow_left_mm": course(2, 2, 2, *[6] * 6)}, "spock brow"),
    ],
)
def test_what_an_expression_moves_is_no_height_at_rest(
    expression: str, moves: Moves, rule: str
) -> None:
    made = dated(face(len(DAYS), noise_px=0.1, **moves), list(DAYS))
    options = {
        "treated_on": TREATED_ON,
        "setting": "clinic",
        "expression": [expression] * len(DAYS),
    }
    assert told(Series.from_landmarks(made, **options), rule) == []


# The first screen


def test_parts_that_changed_and_passed_are_not_said_to_be_unchanged() -> None:
    lid = {"upper_lid_left_mm": since_treatment(-2.5, -2.5, 0, 0, 0, 0)}
    assert "eye opening" not in opened(filmed(lid)).unchanged


def test_a_state_without_a_photo_from_before_is_not_said_to_come_after_the_treatment() -> None:
    smile = {"smile_open": {**smiling(8.0)["smile_open"], "upper_lid_left_mm": -2.5}}
    made = filmed(None, smile, (7.0, 14, 21))
    assert opened(made).headline == "Your left eye closes along with your smile."


def test_other_findings_say_of_which_day_their_latest_photos_are() -> None:
    made = filmed({"brow_left_mm": since_treatment(*[-4] * 6)}, smiling(course(*[8] * 3, *[3] * 6)))
    later = dated(face(1, noise_px=0.1, brow_left_mm=[-4.0]), [90.0])
    shots = Landmarks.concat([made.landmarks, replace(later, photo=np.array(["later.jpg"]))])
    labels = [*made.static["expression"].tolist(), "rest"]
    options = {"treated_on": TREATED_ON, "setting": "clinic"}
    page = opened(Series.from_landmarks(shots, expression=labels, **options))
    assert any("other photos go on to day 90" in each for each in (*page.others, *page.remarks))


def test_what_rises_again_after_a_treatment_without_a_photo_from_before_did_not_come_of_it() -> (
    None
):
    smile = smiling(course(3, 3, 8, 8, 8))
    made = filmed(None, smile, (5.0, 9, 14, 21, 30))
    assert "after the treatment" not in opened(made).headline
