"""Findings: the side that moved is the one that is told, and only what comes nearer to health is better."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Note, Series
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.series import HEADLINES, Finding, list_findings, what_changed
from asymmetry.synthetic import face
from asymmetry.synthetic.move import PARTS
from benchmarks.change import ask, static_series
from tests.test_series_change import TREATED_ON, dated

DAYS = [-7.0, -3, 0, 7, 10, 14, 21, 42, 60]
OTHER: dict[Side, Side] = {"right": "left", "left": "right"}
#: Courses after day 0, as parts of the largest change: it stays, or it passes.
LASTS = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1.0])
PASSES = np.array([0, 0, 0, 0.9, 1, 0.8, 0.3, 0, 0])


def found(landmarks: Landmarks, **options: Any) -> tuple[Finding, ...]:
    options = {"setting": "clinic"} | options
    series = Series.from_landmarks(landmarks, treated_on=TREATED_ON, **options)
    return list_findings(series.changes(), series.followed, series.treated, series.affected)


def at_rest(
    course: npt.NDArray[np.float64], part: str, mm: float, *sides: Side, **more: Any
) -> Landmarks:
    moved = {f"{part}_{side}_mm": mm * course for side in sides}
    return dated(face(len(DAYS), noise_px=0.1, **moved, **more), DAYS)


def with_movement(rest: Landmarks, moved: Landmarks, expression: str) -> dict[str, Any]:
    """Photos at rest and of an expression, of the same days."""
    names = np.array([f"{expression} {i}" for i in range(len(moved))])
    both = Landmarks.concat([rest, replace(moved, photo=names)])
    return {"landmarks": both, "expression": ["rest"] * len(rest) + [expression] * len(moved)}


def test_what_has_not_changed_is_said_of_the_sides_against_each_other() -> None:
    series = Series.from_landmarks(
        at_rest(LASTS, "mouth_corner", -2.0, *SIDES), treated_on=TREATED_ON
    )
    (words,) = (each.words for each in what_changed(series.changes(), ()) if "Not" in each.words)
    assert "Mouth corner (" in words
    assert "of one side against the other" in words
    assert "of both sides alike only if it is larger" in words


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("part", "mm", "headline", "kind"),
    [
        ("brow", -3.0, "brow_height", "lower"),
        ("brow", 3.0, "brow_height", "higher"),
        ("upper_lid", -2.0, "mrd1", "lower"),
        ("mouth_corner", -3.0, "commissure_height", "lower"),
    ],
)
def test_the_side_that_moved_is_told(
    part: str, mm: float, headline: str, kind: str, side: Side
) -> None:
    (one,) = found(at_rest(LASTS, part, mm, side))
    assert (one.part, one.side, one.kind, one.better) == (headline, side, kind, False)
    assert one.worst - one.before == pytest.approx(mm, abs=0.2)
    assert (one.days.first, one.days.last, one.passed) == (7, 60, False)


@pytest.mark.parametrize("side", SIDES)
def test_a_drop_that_makes_a_face_more_even_is_not_better(side: Side) -> None:
    rest = at_rest(LASTS, "brow", -3.0, side, **{f"brow_{OTHER[side]}_mm": -3.0})
    (one,) = found(rest)
    assert (one.side, one.kind, one.better) == (side, "lower", False)


def test_a_drop_that_has_passed_is_told_with_its_worst_day() -> None:
    (one,) = found(at_rest(PASSES, "upper_lid", -2.5, "left"))
    assert (one.side, one.kind, one.passed, one.days.worst) == ("left", "lower", True, 10)
    assert one.regained == pytest.approx(1, abs=0.1)


def test_both_sides_are_told_as_both() -> None:
    (one,) = found(at_rest(LASTS, "brow", -4.0, *SIDES))
    assert (one.part, one.side, one.sides, one.kind) == ("brow_height", "both", SIDES, "lower")


def test_nothing_is_told_where_nothing_changed() -> None:
    assert found(at_rest(LASTS, "brow", 0.0, "right")) == ()


def test_mirrored_photos_tell_the_other_side() -> None:
    photos = at_rest(LASTS, "brow", -3.0, "right")
    (one,), (twin,) = found(photos), found(photos.mirrored())
    assert (one.side, twin.side, one.kind) == ("right", "left", twin.kind)
    assert twin.worst == pytest.approx(one.worst, abs=1e-3)


@pytest.mark.parametrize("side", SIDES)
def test_a_movement_lost_on_one_side_is_weaker(side: Side) -> None:
    raised = {f"brow_{OTHER[side]}_mm": 4.0, f"brow_{side}_mm": 4.0 - 3.5 * LASTS}
    moved = dated(face(len(DAYS), noise_px=0.1, seed=1, **raised), DAYS)
    (one,) = found(**with_movement(at_rest(LASTS, "brow", 0.0, side), moved, "brow_raise"))
    assert (one.part, one.side, one.kind, one.better) == ("brow_raise", side, "weaker", False)


def test_a_movement_lost_on_both_sides_is_told_of_both() -> None:
    raised = {f"brow_{side}_mm": 4.0 - 4.0 * LASTS for side in SIDES}
    moved = dated(face(len(DAYS), noise_px=0.1, seed=1, **raised), DAYS)
    (one,) = found(**with_movement(at_rest(LASTS, "brow", 0.0, "right"), moved, "brow_raise"))
    assert (one.part, one.side, one.kind) == ("brow_raise", "both", "weaker")


@pytest.mark.parametrize("side", SIDES)
def test_the_affected_side_is_compared_with_the_healthy_one(side: Side) -> None:
    raised = {f"brow_{OTHER[side]}_mm": 4.0, f"brow_{side}_mm": 0.4}
    moved = dated(face(len(DAYS), noise_px=0.1, seed=1, **raised), DAYS)
    photos = with_movement(at_rest(LASTS, "brow", 0.0, side), moved, "brow_raise")
    (one,) = found(**photos, affected=side)
    assert (one.side, one.kind) == (side, "weaker than other side")
    assert one.now / one.before == pytest.approx(0.1, abs=0.05)


def test_an_affected_side_that_comes_nearer_to_the_healthy_one_is_better() -> None:
    raised = {"brow_left_mm": 5.0, "brow_right_mm": 0.5 + 3 * LASTS}
    moved = dated(face(len(DAYS), noise_px=0.1, seed=1, **raised), DAYS)
    photos = with_movement(at_rest(LASTS, "brow", 0.0, "right"), moved, "brow_raise")
    told = {each.kind: each for each in found(**photos, affected="right")}
    assert told["stronger"].better
    assert told["stronger"].side == "right"


@pytest.mark.parametrize("side", SIDES)
def test_an_eye_that_does_not_close_is_told(side: Side) -> None:
    closed = {f"upper_lid_{OTHER[side]}_mm": -9.4, f"upper_lid_{side}_mm": -3.0}
    moved = dated(face(len(DAYS), noise_px=0.1, seed=1, **closed), DAYS)
    told = found(**with_movement(at_rest(LASTS, "brow", 0.0, side), moved, "eye_closure"))
    gaps = [each for each in told if each.kind == "gap"]
    assert [each.side for each in gaps] == [side]
    assert gaps[0].now > 2


def test_a_side_is_surer_the_farther_it_moved() -> None:
    (far,), (near,) = (
        found(at_rest(LASTS, "brow", mm, "left"), setting="home") for mm in (-4.0, -1.0)
    )
    assert far.side_sure > 0.95 > near.side_sure > 0.5
    assert not [note for note in far.notes if note.code == "side_unsure"]
    assert ("side_unsure" in {note.code for note in near.notes}) == (near.side_sure < 0.9)


def test_findings_are_data_with_words() -> None:
    (one,) = found(at_rest(LASTS, "brow", -3.0, "left"))
    assert json.loads(one.to_json())["side"] == "left"
    assert one.words.startswith("Day 60: left brow 3.")
    assert "lower" in one.words


@pytest.mark.parametrize("side", SIDES)
def test_a_corner_that_drops_farther_than_the_other_is_told(side: Side) -> None:
    deep, slight = {f"mouth_corner_{side}_mm": -8 * LASTS}, {}
    slight[f"mouth_corner_{OTHER[side]}_mm"] = -4 * LASTS
    made = dated(face(len(DAYS), noise_px=0.1, **deep, **slight), DAYS)
    (one,) = found(made)
    assert (one.part, one.side, one.kind) == ("commissure_height", side, "lower")


@pytest.mark.parametrize("side", SIDES)
def test_a_change_that_turns_is_told_both_ways(side: Side) -> None:
    turns = np.array([0, 0, 0, -8, -8, -8, 5, 5, 5.0])
    now, then = found(at_rest(turns, "brow", 1.0, side))
    assert [(each.kind, each.passed) for each in (now, then)] == [
        ("higher", False),
        ("lower", True),
    ]
    assert (now.side, then.side) == (side, side)
    assert (then.days.first, then.days.last, now.days.first) == (7, 14, 21)
    assert now.worst - now.before == pytest.approx(5, abs=0.1)
    assert then.worst - then.before == pytest.approx(-8, abs=0.1)
    assert then.regained == 1.0


def test_a_gap_is_told_of_each_eye_with_its_own_size() -> None:
    rest = at_rest(LASTS, "brow", 0.0)
    for right, left in ((5, 5), (5, -4), (3, -3)):
        lids = {
            f"upper_lid_{side}_mm": -9 + mm * LASTS
            for side, mm in zip(SIDES, (right, left), strict=True)
        }
        closed = dated(face(len(DAYS), noise_px=0.1, **lids), DAYS)
        made = with_movement(rest, closed, "eye_closure")
        series = Series.from_landmarks(treated_on=TREATED_ON, **made)
        gaps = [each for each in series.findings if each.kind == "gap"]
        for each in gaps:
            (sides,) = (one for one in series.followed if one.headline.metric == "residual_gap")
            assert each.side in SIDES
            latest = getattr(sides, each.side).value[-2:]  # those of four weeks: days 42 and 60
            assert each.now == pytest.approx(latest.mean())
        assert len(gaps) == (right == 5) + (left == 5)


def test_a_corner_that_moves_the_other_way_is_no_negative_share() -> None:
    rest = at_rest(LASTS, "brow", 0.0)
    away = face(len(DAYS), noise_px=0.1, mouth_corner_right_mm=8, mouth_corner_left_mm=-2)
    made = with_movement(rest, dated(away, DAYS), "smile_closed")
    (one,) = (each for each in found(**made) if each.kind == "weaker than other side")
    assert "left mouth corner movement (smile, lips closed) is 0 % of the other side" in one.words


@pytest.mark.parametrize("side", SIDES)
def test_a_side_that_moves_as_far_both_ways_is_the_one_that_is_told(side: Side) -> None:
    turns = np.array([0, 0, 0, 3, 3, 3, -3, -3, -3.0])
    told = found(at_rest(turns, "brow", 1.0, side))
    assert [(each.side, each.kind) for each in told] == [(side, "lower"), (side, "higher")]


def test_a_change_of_one_day_is_told_as_such() -> None:
    once, new = (np.array([0, 0, 0, 0, 1, 0, 0, 0, 0.0]), np.array([0] * 8 + [1.0]))
    (one,), (two,) = (found(at_rest(each, "brow", -4.0, "left")) for each in (once, new))
    assert one.note.code == "found_once"
    assert one.words.startswith("Day 10 only: left brow 3.9 mm lower")
    assert two.note.code == "found_new"
    assert "since" not in two.words


def test_nothing_that_changed_is_told_to_be_unchanged() -> None:
    """The openings of both eyes narrow with both lids, and are told of each side."""
    made = at_rest(LASTS, "upper_lid", -2.0, *SIDES)
    series = Series.from_landmarks(made, treated_on=TREATED_ON)
    said = [each.note for each in what_changed(series.changes(), series.findings)]
    (unchanged,) = (each for each in said if each.code == "unchanged")
    assert "changed" in {each.code for each in said}
    assert "Eye opening" not in str(unchanged)


def test_heights_in_a_smile_are_told_as_such() -> None:
    up = {f"mouth_corner_{side}_mm": 6.0 for side in SIDES}
    up["mouth_corner_left_mm"] = 6.0 - 3 * LASTS
    smiles = dated(face(len(DAYS), noise_px=0.1, **up), DAYS)
    (one,) = found(smiles, expression=["smile_open"] * len(DAYS))
    assert (one.side, one.kind) == ("left", "lower")
    assert "smile, left mouth corner 3.0 mm lower" in one.words


def test_an_eye_that_does_not_close_is_told_without_a_face_at_rest() -> None:
    lids = {"upper_lid_right_mm": -9.0, "upper_lid_left_mm": -3.0}
    closed = dated(face(len(DAYS), noise_px=0.1, **lids), DAYS)
    series = Series.from_landmarks(closed, expression=["eye_closure"] * len(DAYS))
    assert [(each.kind, each.side) for each in series.findings] == [("gap", "left")]
    assert set(series.moved["rest_photo"].tolist()) == {""}
    assert np.isnan(series.moved["eye_closure_right_mm"]).all()


def test_a_change_that_stays_is_not_told_to_resolve() -> None:
    """Its worst day is farther off than the others by chance."""
    step = np.where(np.arange(20) >= 3, -2.0, 0.0)
    told = 0
    for seed in range(40):
        made = static_series(np.random.default_rng(seed), "home", (20, 3), 1, (step, 0.0))
        told += sum(each.regained > 0 for each in list_findings(ask(made), made, treated=True))
    assert told <= 0.05 * 40 * len(HEADLINES)


def test_a_state_of_one_day_is_no_mean() -> None:
    lids = {"upper_lid_right_mm": -9.0, "upper_lid_left_mm": -3.0}
    closed = dated(face(1, **lids), [0])
    (gap,) = Series.from_landmarks(closed, expression=["eye_closure"]).findings
    assert gap.words.startswith("Day 0: left eye still open by")


@pytest.mark.parametrize(("way", "told"), [(-1.0, "lower"), (1.0, "higher")])
def test_what_is_as_large_as_ever_has_no_worst_day_behind_it(way: float, told: str) -> None:
    one = found(at_rest(LASTS, "brow", 3.0 * way, "right"))[0]
    earlier = replace(one.days, worst=10.0)

    def words(worst: float, now: float) -> str:
        return str(replace(one, before=1.0, worst=worst, now=now, days=earlier, regained=0.0))

    same = words(1 + 3.04 * way, 1 + 2.96 * way)
    assert "the most so far" in same
    assert f"3.0 mm {told}" in same
    less = words(1 + 3.04 * way, 1 + 2.94 * way)
    assert "most on day 10, 3.0 mm" in less
    assert f"2.9 mm {told}" in less


@pytest.mark.parametrize(("day", "here"), [(4, True), (8, False)])
def test_what_may_explain_a_passed_change_is_of_its_own_day(day: int, here: bool) -> None:
    yaw = np.where(np.arange(len(DAYS)) == day, 9.0, 0.0)
    (one,) = found(at_rest(np.eye(len(DAYS))[4], "brow", -4.0, "right", yaw=yaw))
    assert one.days.first == one.days.last == 10
    assert ("head_turned_more" in [each.code for each in one.notes]) == here


def test_what_may_explain_a_change_of_both_sides_is_said_of_them() -> None:
    pitch = np.where(np.arange(len(DAYS)) == len(DAYS) - 1, 9.0, 0.0)
    (brows,) = found(at_rest(LASTS, "brow", -4.0, "right", "left", pitch=pitch))
    assert (brows.side, brows.passed) == ("both", False)
    assert [each.code for each in brows.notes] == ["head_turned_more"]


def test_the_error_of_a_worst_day_is_its_own() -> None:
    """On the worst day the smile was made with less effort, which makes its difference less certain."""
    effort = np.where(np.array(DAYS) == 10, 0.4, 1.0)
    part = np.where(np.array(DAYS) == 10, 0.55, 0.6)
    right = np.where(np.array(DAYS) > 0, part, 1.0)
    sides = {"mouth_corner_right_mm": 8 * effort * right, "mouth_corner_left_mm": 8 * effort}
    moved = dated(face(len(DAYS), **sides), DAYS)
    (one,) = found(**with_movement(dated(face(len(DAYS)), DAYS), moved, "smile_open"))
    assert (one.part, one.days.worst, one.passed) == ("smile_open", 10, False)
    assert 1.5 * one.error < one.error_at_worst < 2.5 * one.error
    assert one.moved["error"] == one.error_at_worst
    assert one.sure == pytest.approx(abs(one.worst - one.before) / one.error_at_worst)
    assert one.note.code == "found_lasting"
    assert one.note["moved"]["error"] == one.error


def test_the_error_of_a_latest_day_is_not_that_of_a_mean() -> None:
    """Where it takes the mean of three visits to tell a change, the latest day's own reading is less sure."""
    step = np.where(np.arange(12) >= 3, -1.0, 0.0)
    told = 0
    for seed in range(30):
        made = static_series(np.random.default_rng(seed), "home", (12, 3), 1, (step, 0.0))
        asked = {each.headline.name: each for each in ask(made)}
        for each in list_findings(tuple(asked.values()), made, treated=True):
            change = asked[each.part]
            if change.visits == 3 and each.side in SIDES:
                told += 1
                assert each.error == change.errors[-1] > 1.2 * change.mdc95
    assert told > 2


def test_days_that_hardly_err_alike_are_not_said_to() -> None:
    found = []
    for seed in range(12):
        made = static_series(np.random.default_rng(seed), "home", (40, 3), 1, serial=0.2)
        found += [each for change in ask(made) for each in change.notes]
    serial = [each["correlation"] for each in found if each.code == "serial_correlation"]
    assert len(serial) > 2
    assert min(serial) >= 0.05


def hide_left_brow(made: Landmarks, rows: Any) -> Landmarks:
    points = made.points.copy()
    brow = [made.layout.pairs[name][1] for name in PARTS["brow"]]
    points[np.arange(len(made))[rows][:, None], brow] = np.nan
    return replace(made, points=points)


def test_a_side_that_one_photo_hides_hides_no_change_of_both() -> None:
    made = at_rest(LASTS, "brow", -4.0, "right", "left", px_per_mm=8)
    whole, (brows,) = found(made), found(hide_left_brow(made, slice(5, 6)))  # on day 14
    assert (brows.side, brows.kind, brows.days.first, brows.passed) == ("both", "lower", 7, False)
    assert brows.now == pytest.approx(whole[0].now, abs=0.01)
    (seen,) = found(made[np.arange(len(made)) != 5])  # as if that photo were not there
    assert seen.error == pytest.approx(brows.error, abs=0.01)


def sentences(made: Landmarks) -> list[Any]:
    series = Series.from_landmarks(made, treated_on=TREATED_ON)
    return [each.note for each in what_changed(series.changes(), series.findings)]


def test_a_side_that_is_read_longer_than_the_other_is_told_on_its_own_day() -> None:
    """The left brow is hidden from day 14 on, and the right one drops after that."""
    later = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1.0])
    made = hide_left_brow(at_rest(later, "brow", -4.0, "right"), slice(5, None))
    (told,) = [each for each in sentences(made) if each.code == "changed"]
    assert told["day"] == 60
    assert told["change"].code == "side_changed"


def test_what_was_not_read_on_the_latest_day_or_never_is_said() -> None:
    made = dated(face(len(DAYS), noise_px=0.1), DAYS)
    (still,) = [each for each in sentences(made) if each.code == "unchanged"]
    assert {each.code for each in still["metrics"]} == {"title_and_limit"}
    notes = sentences(hide_left_brow(made, slice(7, None)))
    (still,) = [each for each in notes if each.code == "unchanged"]
    (brow,) = [each for each in still["metrics"] if each.code == "title_and_limit_by"]
    assert (brow["headline"], brow["day"]) == ("brow_height", 21)
    (lacking,) = [e for e in sentences(hide_left_brow(made, slice(None))) if e.code == "uncompared"]
    assert lacking["metrics"] == (Note("title", headline="brow_height"),)
