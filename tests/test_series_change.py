"""Changes beyond or within measurement error: courses with a known truth and a known scatter."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Landmarks, Measurements, Note, Series
from asymmetry.errors import InvalidInputError
from asymmetry.series import FALSE_ALARMS, HEADLINES, Change
from asymmetry.series.change import Sides, changes
from asymmetry.series.course import USUAL, course
from asymmetry.series.day_to_day import Expected, expected_error
from asymmetry.series.error import course_error
from asymmetry.series.reference import reference_days
from asymmetry.synthetic import face

Array = npt.NDArray[np.float64]
TREATED_ON = "2026-03-09"
LISTED = tomllib.loads(
    (resources.files("asymmetry.series") / "day_to_day.toml").read_text(encoding="utf-8")
)


def dated(landmarks: Landmarks, days: npt.ArrayLike) -> Landmarks:
    taken = np.datetime64(TREATED_ON) + np.asarray(days, dtype=int).astype("timedelta64[D]")
    return replace(landmarks, taken=taken.astype(str), photo=np.arange(len(landmarks)).astype(str))


def followed(
    days: Array,
    seed: int,
    sd: float,
    *,
    daily: float = 0.0,
    brow: npt.ArrayLike = 0.0,
    expected: Expected = USUAL,
) -> list[Sides]:
    """Headline metrics with normal scatter of each photo and of each day; the brow also has a course."""
    rng = np.random.default_rng(seed)
    _, which = np.unique(days, return_inverse=True)
    columns: dict[str, Any] = {"photo": days.astype(str), "day": days}
    for headline in HEADLINES:
        noise = rng.normal(0, sd, len(days)) + rng.normal(0, daily, len(days))[which]
        columns[headline.column("diff")] = noise + (
            np.asarray(brow) if "brow" in headline.metric else 0
        )
        columns |= {headline.column(side): np.zeros(len(days)) for side in ("right", "left")}
    table, every = Measurements(columns), np.ones(len(days), dtype=bool)
    return [
        Sides(
            each,
            *(
                course(table, each.column(s), every, "rest", expected)
                for s in ("right", "left", "diff")
            ),
        )
        for each in HEADLINES
    ]


def of(found: tuple[Change, ...], metric: str) -> Change:
    return next(each for each in found if each.headline.metric == metric)


# Days, means, errors


def test_a_course_averages_the_photos_of_a_day_and_names_them() -> None:
    made = dated(face(5, brow_right_mm=[1, 2, 4, 0, 9]), [-1, 3, 3, 7, 8])
    made = replace(made, status=np.array(["ok", "warn", "ok", "ok", "no_face"]))
    found = Series.from_landmarks(made, treated_on=TREATED_ON).course("brow_height")
    assert found.day.tolist() == [-1, 3, 7]
    assert found.value == pytest.approx([1, 3, 0], abs=1e-3)
    assert found.count.tolist() == [1, 2, 1]
    assert found.photos == (("0",), ("1", "2"), ("3",))
    one, two = found.error.variance(1), found.error.variance(2)
    wider = np.sqrt(one / two)
    assert (found.high - found.value)[[0, 2]] == pytest.approx((found.value - found.low)[1] * wider)


def error(values: Array, days: Array, expected: Expected = USUAL) -> Any:
    kinds, where, count = np.unique(days, return_inverse=True, return_counts=True)
    means = np.bincount(where, values) / count
    return course_error(values, kinds, means, count, expected, np.ones(len(kinds)))


def test_without_days_between_others_the_usual_error_is_taken() -> None:
    home, clinic = (
        expected_error(setting, "brow_height_diff_mm") for setting in ("home", "clinic")
    )
    found = error(np.array([1.0, 5.0]), np.array([0.0, 9.0]), home)
    assert (found.sem, found.between, found.df) == (home.sem, home.between, home.df)
    assert found.note == Note("setting_error", setting="home")
    assert clinic.variance(1) < home.variance(1) / 2
    assert expected_error("home", "x_deg").df == 0


def test_more_photos_of_a_day_do_not_lessen_what_they_share() -> None:
    home = expected_error("home", "brow_height_diff_mm")
    listed = dict(
        zip(
            *(LISTED["home"]["brow_height_diff_mm"][each] for each in ("photos", "sd")), strict=True
        )
    )
    assert np.sqrt(home.variance([1, 3])) == pytest.approx([listed[1], listed[3]], abs=0.005)
    values = np.random.default_rng(1).normal(0, 0.001, 40)
    found = error(values, np.repeat([0.0, 9], 20), home)
    assert found.between == home.between
    assert found.sem < 0.6 * home.sem


def test_a_listed_left_side_is_as_a_right_one() -> None:
    left, right = (expected_error("home", f"mrd1_{side}_mm") for side in ("left", "right"))
    assert left == right
    assert left.variance(1) == pytest.approx(LISTED["home"]["mrd1_right_mm"]["sd"][0] ** 2)


def test_columns_without_a_row_go_by_repeats() -> None:
    assert expected_error("home", "commissure_lift_diff_mm", repeats=9.0).variance(1) < 1
    assert expected_error("home", "x_mm", repeats=0.2).variance(1) == pytest.approx(0.4**2)
    assert expected_error("clinic", "x_mm", repeats=0.2).variance(1) == pytest.approx(0.2**2)


def test_the_error_of_an_angle_holds_its_scatter() -> None:
    many = Series.from_landmarks(dated(face(20, noise_px=0.5), np.arange(20))).course("mouth_cant")
    assert np.mean((many.low <= 0) & (many.high >= 0)) > 0.8
    assert many.half_width.max() < 3


def test_the_error_has_no_cliff_as_days_come() -> None:
    """One more day of a quiet course never moves its error by more than a fifth."""
    values = np.random.default_rng(5).normal(0, 0.35, 40)
    sizes = [float(error(values[:n], np.arange(float(n))).variance(1)) for n in range(2, 41)]
    assert np.abs(np.diff(np.log(sizes))).max() < 0.2


def test_many_days_tell_the_error_whatever_the_course() -> None:
    rng = np.random.default_rng(0)
    for steady in (np.zeros(200), np.arange(200.0) / 10, np.where(np.arange(200) > 90, 5.0, 0)):
        found = error(steady + rng.normal(0, 1.2, 200), np.arange(200.0))
        assert np.sqrt(found.variance(1)) == pytest.approx(1.2, rel=0.15)


def test_one_step_is_no_scatter() -> None:
    days = np.array([0.0, 1, 5, 6, 20, 21, 30, 50, 51, 60, 70, 90])
    flat, stepped = (error(np.where(days > 25, mm, 0.0), days) for mm in (0.0, 3.0))
    assert stepped.variance(1) == flat.variance(1) or stepped.variance(1) < USUAL.variance(1)
    assert error(days / 10, days).variance(1) == pytest.approx(flat.variance(1))


def test_errors_that_neighbours_share_are_found_and_widen() -> None:
    n = 150
    days, alone, shared = np.arange(float(n)), [], []
    for seed in range(30):
        news, course = np.random.default_rng(seed).normal(0, 0.4, n), np.zeros(n)
        for i in range(1, n):
            course[i] = 0.5 * course[i - 1] + np.sqrt(0.75) * news[i]
        alone.append(error(news, days))
        shared.append(error(course, days))
    assert np.mean([each.serial for each in alone]) < 0.1
    assert np.mean([each.serial for each in shared]) == pytest.approx(0.4, abs=0.1)
    assert np.mean([each.variance(1) for each in shared]) == pytest.approx(0.4**2, rel=0.2)


# The rate of false alarms, and how soon a true change is called

PLANS = {
    "daily": np.arange(-2.0, 28),
    "two photos a day": np.repeat(np.arange(-2.0, 28), 2),
    "every third day after four": np.array([-3.0, -2, -1, 0, *range(1, 30, 3)]),
}


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(("sd", "daily"), [(0.1, 0.0), (0.2, 0.0), (0.35, 0.0), (0.1, 0.2)])
def test_a_flat_series_raises_no_false_alarm_at_the_stated_rate(
    plan: str, sd: float, daily: float
) -> None:
    """Any metric on any day counts. Of 150 series at most so many as the stated rate and luck allow."""
    runs = 150
    called = sum(
        any(
            each.span
            for each in changes(followed(PLANS[plan], seed, sd, daily=daily), "baseline", True)
        )
        for seed in range(runs)
    )
    luck = 2.3 * np.sqrt(runs * FALSE_ALARMS * (1 - FALSE_ALARMS))  # 1 in 100
    assert called <= runs * FALSE_ALARMS + luck


@pytest.mark.parametrize("sd", [0.1, 0.2])
def test_a_drop_of_2_mm_is_called_within_two_photos_of_its_start(sd: float) -> None:
    days = np.arange(-2.0, 28)
    brow = np.where(days >= 18, -2.0, 0.0)
    clinic = expected_error("clinic", "brow_height_diff_mm")
    late = []
    for seed in range(60):
        for seen in range(20, 30):
            made = followed(days[: seen + 1], seed, sd, brow=brow[: seen + 1], expected=clinic)
            found = of(changes(made, "baseline", True), "brow_height")
            if found.beyond:
                break
        late.append(seen - 20)
    assert np.mean(np.array(late) <= 1) >= 0.95


def test_the_days_of_an_excursion_that_is_over() -> None:
    days = np.arange(-5.0, 60)
    brow = np.where((days >= 10) & (days < 30), -2.0, 0.0)
    found = of(changes(followed(days, 3, 0.1, brow=brow), "baseline", True), "brow_height")
    assert not found.beyond
    assert found.span == (10, 29)
    assert 10 <= found.farthest_day < 30
    assert found.farthest == pytest.approx(-2, abs=0.5)


# Words of a change


def drooped(**options: Any) -> Series:
    made = face(6, brow_right_mm=[0, 0, 0, -3, -3, -3], mouth_corner_left_mm=-1)
    return Series.from_landmarks(
        dated(made, [-7, -7, -1, 14, 20, 20]), treated_on=TREATED_ON, **options
    )


def test_a_change_says_what_it_rests_on() -> None:
    found = drooped().changes()
    assert [each.headline.metric for each in found] == [
        "brow_height",
        "mrd1",
        "fissure_height",
        "commissure_height",
    ]
    brow = found[0]
    assert brow.beyond
    assert brow.change == pytest.approx(-3, abs=1e-3)
    assert brow.right.change == pytest.approx(-3, abs=1e-2)
    assert brow.left.change == pytest.approx(0, abs=1e-2)
    assert brow.photos_before == ("0", "1", "2")
    assert brow.photos_after == ("4", "5")
    assert (brow.day, brow.span) == (20, (14, 20))
    assert brow.low < brow.change < brow.high < 0
    assert brow.mdc95 < brow.limit
    assert (brow.noticeable, brow.visible) == ("possible", True)  # 3 mm is what a bystander notices
    assert str(brow).startswith(
        "right brow 3.0 mm lower relative to the left than at baseline (error ±"
    )
    mouth = of(found, "commissure_height")
    assert not mouth.beyond
    assert mouth.before == mouth.after == pytest.approx(1, abs=1e-3)
    alike = Note("no_other_difference", headline="commissure_height", since=Note("at_baseline"))
    assert (mouth.note.code, mouth.note["change"]) == ("within_error", alike)


@pytest.mark.parametrize("since", ["2026-03-23", 14, 14.0])
def test_changes_since_a_day(since: Any) -> None:
    brow = of(drooped().changes(since), "brow_height")
    assert brow.change == pytest.approx(0, abs=1e-3)
    assert not brow.beyond
    assert brow.photos_before == ("3",)


def test_a_day_without_photos_is_told() -> None:
    assert reference_days(10, np.array([-7.0, 0, 14]), treated=True).first == 14
    brow = of(drooped().changes("2026-03-11"), "brow_height")
    assert brow.notes[0] == Note("none_of_day", asked=2.0, day=-1.0)
    assert brow.remarks[0] == "there is no photo of day 2; day -1 is the nearest"


def test_without_photos_before_a_treatment_that_is_told() -> None:
    late = Series.from_landmarks(dated(face(2), [3, 9]), treated_on=TREATED_ON)
    assert late.changes()[0].notes[0] == Note("none_before_treatment", day=3.0)
    untreated = Series.from_landmarks(dated(face(2), [3, 9]))
    assert untreated.changes()[0].notes == (Note("one_session"),)


def test_nothing_to_compare() -> None:
    assert Series.from_landmarks(face(3)).changes() == ()
    assert Series.from_landmarks(dated(face(1), [3])).changes() == ()
    with pytest.raises(InvalidInputError, match="no dates"):
        Series.from_landmarks(face(3)).changes("2026-03-01")
    with pytest.raises(InvalidInputError, match="not a date"):
        drooped().changes("yesterday")


def test_other_expressions_are_no_repeats_of_rest() -> None:
    made = face(5, brow_right_mm=[0, 0, 0, 4, -9])
    series = Series.from_landmarks(
        dated(made, [0, 1, 2, 2, 2]), expression=["rest", "rest", "rest", "brow_raise", "unknown"]
    )
    assert series.usual == "rest"
    assert series.course("brow_height").photos[-1] == ("2",)
    assert series.course("brow_height", expression="brow_raise").value == pytest.approx(
        [4], abs=1e-3
    )


# Movements within a series


def smiles(left: npt.ArrayLike, right: npt.ArrayLike = 8.0, **options: Any) -> Series:
    """A face at rest and smiling on each of some days; the right corner rises by 8 mm."""
    sides = np.broadcast_arrays(right, left)
    n = len(sides[0])
    up = [np.ravel(np.column_stack([np.zeros(n), side])) for side in sides]
    made = face(2 * n, mouth_corner_right_mm=up[0], mouth_corner_left_mm=up[1])
    days = np.repeat(7.0 * np.arange(n) - 7, 2)
    label = ["rest", "smile_open"] * n
    return Series.from_landmarks(
        dated(made, days), treated_on=TREATED_ON, expression=label, **options
    )


def test_movements_are_measured_from_the_rest_of_the_same_day() -> None:
    table = smiles([8, 2, 2, 4]).movements
    assert table["photo"].tolist() == ["1", "3", "5", "7"]
    assert table["rest_photo"].tolist() == ["0", "2", "4", "6"]
    assert table["day"].tolist() == table["rest_day"].tolist() == [-7, 0, 7, 14]
    assert table["commissure_lift_left_mm"] == pytest.approx([8, 2, 2, 4], abs=1e-2)
    assert table["commissure_lift_right_mm"] == pytest.approx([8] * 4, abs=1e-2)
    assert table.notes.tolist() == [()] * 4
    assert list(table)[:7] == ["photo", "taken", "day", "expression", "status", "reason", "flags"]


def test_the_nearest_rest_is_told() -> None:
    made = dated(face(4, mouth_corner_left_mm=[0, 0, 5, 3]), [0, 10, 12, 20])
    label = ["rest", "rest", "smile_open", "smile_open"]
    table = Series.from_landmarks(made, expression=label).movements
    assert table["rest_photo"].tolist() == ["1", "1"]
    assert table.notes[0] == (Note("rest_of_another_day", day=10.0),)
    assert table["flags"][0] == "rest_of_another_day"
    assert Series.from_landmarks(made[2:], expression=label[2:]).movements.rows == 0


def test_a_weaker_smile_is_a_change_with_its_strength() -> None:
    series = smiles([8, 8, 8, 3])
    smile = of(series.changes(), "commissure_lift")
    assert smile.expression == "smile_open"
    assert smile.beyond
    assert smile.change == pytest.approx(5, abs=0.05)
    assert smile.left.strength == pytest.approx(3 / 8, abs=0.01)
    assert smile.right.strength == pytest.approx(1, abs=0.01)
    assert smile.note.code == "beyond_error"
    moved = smile.note["change"]["moved"]
    assert (moved.code, moved["headline"]) == ("right_more", "smile_open")
    assert moved["mm"] == pytest.approx(5, abs=0.05)
    assert series.course("commissure_lift", side="left").value == pytest.approx(
        [8, 8, 8, 3], abs=0.05
    )


def test_less_effort_is_no_trend_of_a_movement() -> None:
    """Trend, forecast and recovery tell the difference that changes compare, at the usual effort."""
    effort = np.linspace(1, 0.5, 12)
    series = smiles(4 * effort, 8 * effort)
    (smile,) = [each for each in series.followed if each.headline.metric == "commissure_lift"]
    course = series.course("commissure_lift")
    assert course.value == pytest.approx(smile.diff.value)
    assert course.value == pytest.approx(3, abs=0.05)
    assert series.moved["commissure_lift_diff_mm"] == pytest.approx(4 * effort, abs=0.05)
    assert not series.trend("commissure_lift", since=-100).certain
    assert series.forecast("commissure_lift", 1.5).note is not None
    assert abs(series.recovery("commissure_lift").worst) < 0.1


def test_a_metric_that_is_not_there() -> None:
    with pytest.raises(InvalidInputError, match="no metric and no column is called 'nose'"):
        drooped().course("nose")
    assert len(drooped().course("asymmetry_total")) == 4
    assert len(drooped().course("mouth_cant_deg")) == 4


def test_an_expression_that_nobody_names_is_read_from_the_photo() -> None:
    made = dated(face(4), [0, 0, 7, 7])
    weights = np.zeros_like(made.blendshapes)
    for side in ("Right", "Left"):
        weights[[1, 3], made.layout.expressions.index(f"mouthSmile{side}")] = 0.9
        weights[:, made.layout.expressions.index(f"browDown{side}")] = (
            0.9  # brows that are always low
        )
    made = replace(made, blendshapes=weights)
    alone = Series.from_landmarks(made).static["expression"].tolist()
    told = Series.from_landmarks(made, expression=["rest", None, None, None])
    assert alone != told.static["expression"].tolist()
    assert told.static["expression"].tolist() == ["rest", "smile_open", "rest", "smile_open"]
    assert told.photos["expression_confidence"][0] == 1
    assert (told.photos["expression_confidence"][1:] > 0).all()
    assert told.movements["rest_photo"].tolist() == ["0", "2"]
