"""Numbers by which a series concludes, each tried a little below and a little above."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from asymmetry import Note, Series
from asymmetry.core.distributions import t_quantile
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.headline import HEADLINES, MOVEMENT_HEADLINES
from asymmetry.series import Finding, both_sides, checks, findings, latest, moved_side
from asymmetry.series.finding import OF_SKIN, Days
from asymmetry.series.pitch import off_usual_pitch
from asymmetry.series.recovery import Recovery
from asymmetry.synthetic import face
from tests.test_series_change import TREATED_ON, dated
from tests.test_series_findings import DAYS, LASTS, at_rest

FAR = 1e6  # degrees of freedom of a normal distribution


def closed_eye(gap_mm: float) -> list[Finding]:
    """What is told of one visit on which the left lids stay so far apart."""
    open_mm = float(Series.from_landmarks(dated(face(1), [0])).static["fissure_height_left_mm"][0])
    lids = {"upper_lid_right_mm": -open_mm, "upper_lid_left_mm": gap_mm - open_mm}
    return [
        *Series.from_landmarks(dated(face(1, **lids), [0]), expression=["eye_closure"]).findings
    ]


@pytest.mark.parametrize(("gap_mm", "told"), [(1.7, False), (2.3, True)])
def test_a_gap_is_one_of_2_mm(gap_mm: float, told: bool) -> None:
    found = [each for each in closed_eye(gap_mm) if each.kind == "gap"]
    assert len(found) == told
    assert all(each.side_sure == 1 for each in found)


@pytest.mark.parametrize(("percent", "told"), [(16, False), (25, True)])
def test_synkinesis_is_told_from_20_percent_on(percent: float, told: bool) -> None:
    days = [0.0, 7, 14, 21]
    open_mm = float(Series.from_landmarks(dated(face(1), [0])).static["fissure_height_left_mm"][0])
    corners = {f"mouth_corner_{side}_mm": 6.0 for side in ("right", "left")}
    smile = dated(face(4, upper_lid_left_mm=-percent / 100 * open_mm, **corners), days)
    smile = replace(smile, photo=np.array([f"smile {day:.0f}" for day in days]))
    made = Landmarks.concat([dated(face(4), days), smile])
    series = Series.from_landmarks(made, expression=["rest"] * 4 + ["smile_open"] * 4)
    found = [each for each in series.findings if each.kind == "synkinesis"]
    assert [each.side for each in found] == ["left"] * told


@pytest.mark.parametrize(
    ("right", "left", "subject"),
    [
        (-2.0, -1.1, "both"),
        (-2.0, -0.9, "right"),
        (0.9, 2.0, "left"),
        (-2.0, 1.85, "apart"),
        (1.7, -2.0, "left"),
    ],
)
def test_the_side_that_moved_is_the_one_that_moved_twice_as_far(
    right: float, left: float, subject: str
) -> None:
    assert moved_side._subject(right, left) == subject


@pytest.mark.parametrize(("own", "relative"), [(-4.8, False), (-5.2, True), (-2.8, True)])
def test_a_movement_of_another_size_by_a_quarter_is_relative(own: float, relative: bool) -> None:
    days = np.array([7.0, 14.0])
    moved: Any = SimpleNamespace(change=np.array([-4.0, -4.0]), day=days, side="right")
    headline = MOVEMENT_HEADLINES["brow_raise"]
    change: Any = SimpleNamespace(headline=headline, mdc95=0.1)
    assert moved_side._is_relative(moved, own, change, days) == relative


@pytest.mark.parametrize("visits", [1, 5])
def test_one_in_twenty_changes_that_stay_seems_to_come_back(visits: int) -> None:
    """The quantile of 5 %, shared by the visits, in errors that are such quantiles."""
    quantile = {1: 1.9600, 5: 2.5758}[visits]
    called = np.arange(6) >= 6 - visits
    moved: Any = SimpleNamespace(called=called, df=FAR, errors=np.full(6, 1.96))
    least = findings._least_back(moved, 5)
    assert least == pytest.approx(math.sqrt(2) * quantile, rel=1e-3)


def regained(per_week: float) -> Finding:
    known = Recovery("brow_height_right_mm", per_week=per_week, low=0.1)
    days = Days(first=7, worst=7, last=60, latest=60)
    sizes = {"before": 20.0, "worst": 17.0, "now": 18.5, "regained": 0.5, "error": 0.5}
    about = {"part": "brow_height", "measure": "brow_height", "expression": "rest", "unit": "mm"}
    return Finding("lower", side="right", noticeable=(), days=days, back=known, **sizes, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("per_week", "code"), [(0.04, "found_regained"), (0.06, "found_regained_so")]
)
def test_a_pace_is_told_from_a_twentieth_a_week_on(per_week: float, code: str) -> None:
    assert regained(per_week).note.code == code


def test_the_side_of_what_is_on_one_side_is_certain() -> None:
    assert regained(0.0).side_sure == 1
    assert "bruise" in OF_SKIN


@pytest.mark.parametrize(
    ("metric", "moving", "share"),
    [("brow_height", 0, 0.20), ("brow_height", 2, 0.05), ("mrd1", 0, 0.05), ("mrd1", 2, 0.05)],
)
def test_both_sides_have_their_part_of_the_false_alarms(
    monkeypatch: pytest.MonkeyPatch, metric: str, moving: int, share: float
) -> None:
    """A quarter of the 5 % in all, as single sides have in `changes`, which are not told."""
    series = Series.from_landmarks(at_rest(LASTS, "brow", 0.0), setting="clinic")
    (sides,) = (each for each in series.followed if each.headline.metric == metric)
    asked = []
    monkeypatch.setattr(both_sides, "compare", lambda each, _: asked.extend(each) or [None])
    both_sides.compare_both(sides, False, moving)
    assert asked[0].share == pytest.approx(share * 0.05)


def test_movements_share_a_tenth_for_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    series = Series.from_landmarks(at_rest(LASTS, "brow", 0.0), setting="clinic")
    sides = next(each for each in series.followed if each.headline in HEADLINES)
    asked = []
    monkeypatch.setattr(both_sides, "compare", lambda each, _: asked.extend(each) or [None])
    both_sides.compare_both(replace(sides, headline=MOVEMENT_HEADLINES["brow_raise"]), False, 2)
    assert asked[0].share == pytest.approx(0.1 / 2 * 0.05)
    assert len(DAYS) == len(asked[0].course)


@pytest.mark.parametrize(("mm", "told"), [(-1.2, False), (-1.8, True)])
def test_a_lid_drop_is_one_of_1_5_mm(mm: float, told: bool) -> None:
    series = Series.from_landmarks(
        at_rest(LASTS, "upper_lid", mm, "left"), treated_on=TREATED_ON, setting="clinic"
    )
    assert [each.kind for each in series.findings if each.part == "mrd1"] == ["lower"]
    assert ("lid drop" in [each.rule for each in series.concerns()]) == told


def test_the_latest_visits_err_beyond_their_error_once_in_a_hundred() -> None:
    series = Series.from_landmarks(at_rest(LASTS, "brow", 0.0), setting="clinic")
    course = next(each for each in series.followed if each.headline in HEADLINES).diff
    mean, error = latest.mean_of_days(course, course.day[-1:])
    sd = math.sqrt(float(course.error.variance(course.count[-1:])[0] * course.times[-1]))
    assert mean == course.value[-1]
    assert error == pytest.approx(t_quantile(course.error.df, 0.99) * sd, rel=1e-6)


def test_beyond_12_degrees_a_pitch_counts_as_12() -> None:
    pitch = np.array([0.0, 0, 0, 11.5, 13.0, -30.0, np.nan])
    assert off_usual_pitch(pitch).tolist() == [0, 0, 0, 11.5, 12, -12, 0]


@pytest.mark.parametrize(("step", "told"), [(0.22, False), (0.28, True), (-0.28, True)])
def test_another_gaze_is_one_of_a_quarter(step: float, told: bool) -> None:
    steps = checks.Circumstance(yaw=0.0, pitch=0.0, up=0.0, left=step, size=0.0)
    (way,) = {"left" if step > 0 else "right"}
    found = [note["way"] for note in checks._gaze(steps, Note("since_day_zero"))]
    assert found == [way] * told
