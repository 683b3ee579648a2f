"""Changes that are called when they are there, and stay called: known steps and rates in made series."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Note, Series
from asymmetry.errors import InvalidInputError
from asymmetry.series import HEADLINES, Change, day_to_day, what_changed
from asymmetry.series.cameras import Camera, find_strange_days
from asymmetry.series.change import Sides, changes
from asymmetry.series.course import Course
from asymmetry.series.day_to_day import Expected
from asymmetry.series.decision import Looks, decide, look_back
from asymmetry.series.limits import life_limits
from asymmetry.synthetic import face
from benchmarks.change import ask, ever_beyond, now_beyond, share_back, smiles, static_series, step
from tests.test_series_change import TREATED_ON, dated, of

Array = npt.NDArray[np.float64]
#: A day's SD of 1, shared by people to 5 %.
UNIT = Expected(1.0, 0.0, 800.0, Note("usual_error"))


def course_of(values: npt.ArrayLike) -> Course:
    value = np.asarray(values, dtype=np.float64)
    day = np.arange(len(value), dtype=np.float64)
    photos = tuple((str(i),) for i in range(len(value)))
    one = np.ones(len(value), dtype=np.intp)
    return Course("x_mm", "rest", day, value, one, photos, value, UNIT, np.ones(len(value)))


def look_alone(course: Course, old: npt.NDArray[np.bool_], share: float) -> Looks:
    """One course, whose days after the reference were taken with its camera."""
    (looks,) = look_back([course], old, ~old, [share], [np.zeros(len(old), dtype=bool)])
    assert looks is not None
    return looks


def verdict(values: npt.ArrayLike, before: int = 4) -> tuple[bool, ...]:
    course = course_of(values)
    return decide(look_alone(course, course.day < before, 0.01)).beyond


# How large a change must be


def test_the_limit_of_one_visit_is_students() -> None:
    """Each limit is above that of a single comparison, and below Bonferroni's for all that are simulated."""
    t = pytest.importorskip("scipy.stats").t
    limit = life_limits(1.0, 12, 0.05, 1)[0]
    assert t.ppf(0.975, 12) < limit < t.ppf(1 - 0.025 / 120, 12)


def test_the_limit_is_dunnetts_where_the_error_is_known() -> None:
    """With a known error and single visits it is near the quantile of all comparisons with one reference."""
    stats = pytest.importorskip("scipy.stats")
    corr = np.full((60, 60), 0.2) + 0.8 * np.eye(60)
    rng = np.random.default_rng(0)
    largest = np.abs(stats.multivariate_normal(cov=corr).rvs(40_000, random_state=rng)).max(axis=1)
    dunnett = float(np.quantile(largest, 0.95))
    limit = life_limits(1 / 4, 100_000, 0.05, 60)
    # Means of three are asked too, and the limit of early visits is the lower one.
    assert limit[0] < dunnett < limit[-1]
    assert limit[0] == pytest.approx(dunnett, rel=0.05)


def test_later_visits_need_more_and_fewer_people_err_with_a_smaller_share() -> None:
    limit = life_limits(1 / 3, 12, 0.01, 400)
    assert (np.diff(limit) >= 0).all()
    assert limit[-1] < 1.25 * limit[0]
    assert (life_limits(1 / 3, 12, 0.001, 5) > life_limits(1 / 3, 12, 0.01, 5)).all()


@pytest.mark.slow
@pytest.mark.parametrize("plan", [(3, 1), (6, 2), (10, 3)])
@pytest.mark.parametrize("photos", [1, 3])
def test_quiet_series_show_a_change_in_at_most_one_of_twenty(
    plan: tuple[int, int], photos: int
) -> None:
    """Whatever any look at them has shown, of differences and sides."""
    made = (static_series(np.random.default_rng(seed), "home", plan, photos) for seed in range(150))
    assert np.mean([ever_beyond(ask(each)) for each in made]) <= 0.05


@pytest.mark.slow
def test_a_quiet_course_of_thirty_visits_is_called_as_rarely_as_asked() -> None:
    """People's errors differ so much that some days look like steps; see `is_scatter`."""
    df, before, share = 5.0, 3, 0.05
    old, called = np.arange(30) < before, 0
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        own = np.sqrt(df / rng.chisquare(df))
        course = replace(course_of(own * rng.standard_normal(30)), expected=replace(UNIT, df=df))
        called += look_alone(course, old, share).any_beyond
    assert called / 1000 <= share


# Told, and not taken back


@pytest.mark.slow
def test_steps_are_told() -> None:
    assert step("home", 1.0, 60) >= 45
    assert step("home", 1.5, 60) >= 90
    assert step("home", 2.0, 60) >= 97
    assert step("clinic", 1.0, 60) >= 95


def test_a_step_that_stays_is_not_find_end() -> None:
    assert step("home", 2.0, 60, share_back, visits=16) <= 3


def test_a_change_is_called_by_one_visit_or_by_the_mean_of_three() -> None:
    assert verdict([0, 0, 0, 0, 8, 0.1]) == (True, False)
    assert verdict([0, 0, 0, 0, 3.4, 3.4, 3.4]) == (True, True, True)
    assert not any(verdict([0, 0, 0, 0, 1.5, -1.5, 1.5, 0]))


def test_a_weaker_visit_takes_nothing_back_and_several_quiet_ones_do() -> None:
    step_, quiet = [0, 0, 0, 0, 6, 6, 6, 6], [0.0, 0.2, -0.1, 0.1]
    assert verdict([*step_, 3])[-1]
    assert verdict([*step_, 3, 6])[-1]
    assert verdict([*step_, *quiet])[4:] == (False,) * 4
    assert all(verdict([*step_, *quiet])[:4])


def test_the_other_way_is_another_change() -> None:
    found = verdict([0, 0, 0, 0, 6, 6, 6, -6, -6, -6])
    assert all(found)


@pytest.mark.slow
def test_an_interval_never_contradicts_the_verdict() -> None:
    seen = set()
    for seed in range(150):
        rng = np.random.default_rng(seed)
        moved = np.where(np.arange(9) >= 3, rng.uniform(0, 2.5), 0.0) * (
            np.arange(9) < rng.integers(5, 12)
        )
        for each in ask(static_series(rng, "home", (9, 3), 1, (moved, 0.0))):
            assert each.beyond == (not each.low <= 0 <= each.high)
            assert each.mdc95 < each.limit
            assert each.beyond == (each.day in each.days_beyond)
            seen.add((each.beyond, each.visits))
    assert {(True, 1), (True, 3), (False, 1)} <= seen


def test_the_error_printed_is_that_of_the_comparison() -> None:
    """Of the latest visits the change lies within it, in 95 of 100."""
    held = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        found = ask(static_series(rng, "home", (8, 3)))
        held += [abs(each.recent) <= each.mdc95 for each in found if not each.beyond]
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


# Cautions, which widen


def test_a_baseline_of_one_session_is_told_and_widens() -> None:
    for seed in range(20):
        one, two = (  # of the same readings
            ask(static_series(np.random.default_rng(seed), "home", (8, before)))[0]
            for before in (1, 2)
        )
        assert Note("one_session") in one.notes
        assert Note("one_session") not in two.notes
        assert one.mdc95 > two.mdc95


def test_another_camera_is_told_and_widens() -> None:
    sides = static_series(np.random.default_rng(0), "home", (8, 3))
    names = [photo for photos in sides[0].diff.photos for photo in photos]
    new = {name: Camera("new" if i >= 5 else "old") for i, name in enumerate(names)}
    same, other = (changes(sides, "baseline", True, cameras)[0] for cameras in ({}, new))
    assert [note.code for note in other.notes] == ["another_model"]
    assert other.mdc95 > 1.2 * same.mdc95
    part = {
        name: camera for name, camera in new.items() if name != names[0]
    }  # one before is not known
    assert changes(sides, "baseline", True, part)[0].notes == ()


def test_cameras_are_compared_by_name_where_all_have_one_else_by_size() -> None:
    old, new = np.array([True, False, False]), np.array([False, True, True])
    photos = [["a"], ["b"], ["c"]]
    phone, edited = Camera("P", "4×3"), Camera("P", "2×1")
    unnamed, other = Camera("", "2×1"), Camera("Q", "4×3")

    def strange(*cameras: Camera) -> tuple[list[bool], str]:
        found, models = find_strange_days(photos, old, new, dict(zip("abc", cameras, strict=True)))
        assert models[:-1] == ("", "")
        return found.tolist(), models[-1]

    assert strange(phone, edited, phone) == ([False, False, False], "")
    assert strange(phone, phone, other) == ([False, False, True], "Q")
    assert strange(phone, unnamed, phone) == ([False, True, False], "")
    assert strange(unnamed, Camera(), other) == ([False, False, True], "")


def test_another_picture_size_is_another_camera_and_a_cropped_photo_is_not() -> None:
    large = np.arange(8)[:, None] >= 5
    plain = dated(face(8), [-7, -3, 0, 7, 14, 21, 28, 35])
    camera = replace(plain, size=np.where(large, plain.size * [2, 3], plain.size))
    cropped = replace(plain, size=plain.size + 10 * np.arange(8)[:, None])
    pairs = dated(face(8), [-7, -7, 0, 0, 7, 7, 14, 14])
    daily = replace(pairs, size=pairs.size + 10 * (np.arange(8) // 2)[:, None])
    last = replace(pairs, size=pairs.size + 10 * (np.arange(8) // 6)[:, None])
    told = [
        Series.from_landmarks(each, treated_on=TREATED_ON).changes()[0].notes
        for each in (camera, cropped, daily, last)
    ]
    found = ["another_camera" in {note.code for note in notes} for notes in told]
    assert found == [True, False, False, True]


# Both sides, one side


def test_both_sides_lower_is_a_finding_with_its_sides() -> None:
    lower = np.where(np.arange(10) >= 3, -5.0, 0.0)
    (brow, *_) = ask(static_series(np.random.default_rng(1), "home", (10, 3), 1, (lower, lower)))
    assert not brow.beyond
    assert brow.right.beyond
    assert brow.left.beyond
    assert brow.sides_note is not None
    told = brow.sides_note["parts"]
    assert isinstance(told, tuple)
    assert [note["side"] for note in told if isinstance(note, Note)] == ["right", "left"]
    assert {note.code for note in told if isinstance(note, Note)} == {"side_less"}
    assert "right brow" in str(brow.sides_note)
    assert "left brow" in str(brow.sides_note)


def test_the_side_that_moved_is_named() -> None:
    lower = np.where(np.arange(10) >= 3, -5.0, 0.0)
    (brow, *_) = ask(static_series(np.random.default_rng(1), "home", (10, 3), 1, (0.0, lower)))
    assert brow.beyond
    assert (brow.right.beyond, brow.left.beyond) == (False, True)


def test_a_movement_lost_on_both_sides_is_a_finding() -> None:
    lost = np.where(np.arange(9) >= 3, 0.8, 7.0)
    (smile,) = ask(smiles(np.random.default_rng(0), lost, lost, 3))
    assert not smile.beyond
    assert smile.right.beyond
    assert smile.left.beyond


# Movements


@pytest.mark.parametrize("plan", [(6, 2), (8, 3)])
def test_a_smile_that_loses_two_fifths_on_one_side_is_told(plan: tuple[int, int]) -> None:
    visits, before = plan
    whole, weaker = np.full(visits, 7.0), np.where(np.arange(visits) >= before, 4.2, 7.0)
    found = [
        now_beyond(ask(smiles(np.random.default_rng(seed), whole, weaker, before)))
        for seed in range(60)
    ]
    assert np.mean(found) >= 0.95


def test_effort_alone_is_no_change() -> None:
    whole = np.full(8, 7.0)
    found = [
        ever_beyond(ask(smiles(np.random.default_rng(seed), whole, 0.3 * whole, 3)))
        for seed in range(100)
    ]
    assert np.mean(found) <= 0.05


def test_the_difference_of_a_movement_is_that_at_the_usual_effort() -> None:
    effort = np.array([8.0, 4, 8, 10, 8])
    made = face(
        10,
        mouth_corner_right_mm=np.ravel(np.column_stack([np.zeros(5), effort])),
        mouth_corner_left_mm=np.ravel(np.column_stack([np.zeros(5), effort / 2])),
    )
    series = Series.from_landmarks(
        dated(made, np.repeat(7 * np.arange(5) - 7, 2)),
        treated_on=TREATED_ON,
        expression=["rest", "smile_open"] * 5,
    )
    smile = next(each for each in series.followed if each.headline.name == "smile_open")
    assert smile.diff.value == pytest.approx([4] * 5, abs=0.05)
    assert smile.right.value == pytest.approx(effort, abs=0.05)
    assert (smile.diff.times > 1).tolist() == [False, True, False, False, False]


def test_synkinesis_and_the_gap_of_a_closing_eye_are_followed() -> None:
    moved = ["rest", "smile_open", "eye_closure"] * 6
    lid = np.tile([0.0, 0, -9], 6)
    lid[1::3] = [0, 0, 0, -6, -6, -6]
    open_ = np.tile([0.0, 0, -9], 6)
    open_[2::3] = [-9, -9, -9, -5, -5, -5]
    made = face(
        18,
        upper_lid_right_mm=lid,
        upper_lid_left_mm=open_,
        mouth_corner_right_mm=np.tile([0.0, 7, 0], 6),
        mouth_corner_left_mm=np.tile([0.0, 7, 0], 6),
    )
    made = replace(made, spread=np.full_like(made.spread, 0.4))
    series = Series.from_landmarks(
        dated(made, np.repeat([-14, -7, 0, 7, 14, 21], 3)), treated_on=TREATED_ON, expression=moved
    )
    eye, gap = of(series.changes(), "synkinesis"), of(series.changes(), "residual_gap")
    assert eye.column == "synkinesis_diff_pct"
    assert eye.beyond
    assert eye.change > 40
    assert "% more closed in a smile" in str(eye)
    assert gap.beyond
    assert gap.change == pytest.approx(-4, abs=0.2)


def test_where_the_error_is_not_known_nothing_is_called_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = day_to_day._table()["home"]
    rest = {name: row for name, row in listed.items() if not name.startswith("synkinesis")}
    monkeypatch.setattr(day_to_day, "_table", lambda: {"home": rest})
    blink = np.ravel(np.column_stack([np.zeros(4), [0.0, 0, -6, -6]]))
    corner = np.ravel(np.column_stack([np.zeros(4), np.full(4, 7.0)]))
    made = face(
        8, upper_lid_right_mm=blink, mouth_corner_right_mm=corner, mouth_corner_left_mm=corner
    )
    series = Series.from_landmarks(
        dated(made, np.repeat([-7, 0, 7, 14], 2)),
        treated_on=TREATED_ON,
        expression=["rest", "smile_open"] * 4,
    )
    eye = of(series.changes(), "synkinesis")
    assert eye.note.code == "error_unknown"
    assert not eye.beyond
    assert np.isnan([eye.limit, eye.low, eye.high]).all()
    (told,) = [
        each.note
        for each in what_changed(series.changes(), series.findings)
        if each.note.code == "errors_unknown"
    ]
    assert told["metrics"] == (Note("title", headline="synkinesis_open"),)


# Remarks belong to their own day


def turned(day_turned: int) -> Series:
    """A lid lower on day 7 only; the head is turned on one day."""
    yaw = np.zeros(7)
    yaw[day_turned] = 9
    made = face(7, upper_lid_left_mm=[0, 0, 0, -2.5, 0, 0, 0], yaw=yaw)
    return Series.from_landmarks(dated(made, [-7, -3, 0, 7, 14, 21, 28]), treated_on=TREATED_ON)


def codes(notes: tuple[Note, ...]) -> list[str]:
    return [note.code for note in notes]


def test_remarks_are_those_of_the_day_that_is_told() -> None:
    for day, here in ((3, True), (6, False)):
        series = turned(day)
        (drop,) = [each for each in series.concerns() if each.rule == "lid drop"]
        assert drop.day == 7
        assert ("head_turned_more" in codes(drop.notes)) == here
        lid = of(series.changes(), "mrd1")
        assert (lid.farthest_day, lid.photos_farthest) == (7, ("3",))
        assert ("head_turned_more" in codes(lid.notes_farthest)) == here
        assert ("head_turned_more" in codes(lid.notes)) != here


# The setting


def test_the_setting_says_how_far_days_differ_and_is_kept(tmp_path: Path) -> None:
    made = dated(face(5, brow_right_mm=[0, 0, 0, -0.6, -0.6]), [-7, -3, 0, 7, 14])
    home, clinic = (
        Series.from_landmarks(made, treated_on=TREATED_ON, setting=setting)
        for setting in ("home", "clinic")
    )
    assert not of(home.changes(), "brow_height").beyond
    assert of(clinic.changes(), "brow_height").beyond
    clinic.save(tmp_path / "kept.npz")
    assert Series.load(tmp_path / "kept.npz").setting == "clinic"
    with pytest.raises(InvalidInputError, match="use 'home' or 'clinic'"):
        Series.from_landmarks(made, setting="garden")  # type: ignore[arg-type]


def test_every_headline_has_a_listed_error() -> None:
    known: list[Sides] = static_series(np.random.default_rng(0), "home", (3, 1))
    assert [each.headline for each in known] == list(HEADLINES)
    assert all(each.diff.expected.note == Note("setting_error", setting="home") for each in known)
    assert isinstance(ask(known)[0], Change)
