"""Circumstances that may explain a change, and findings that a clinician may want to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Landmarks, Note, Series
from asymmetry.core.notes import as_note
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import norms
from asymmetry.series import RULES, Change, Concern, Rule
from asymmetry.series.concerns import Situation
from asymmetry.series.treatments import Treatment
from asymmetry.synthetic import face
from tests.notes import without_numbers
from tests.test_series_change import TREATED_ON, dated, of

N = 6
DAYS = [-7, -3, 0, 7, 14, 21]


def series(days: list[float] | None = None, *, treated: bool = True, **moved: Any) -> Series:
    made = face(len(days or DAYS), **moved)
    return Series.from_landmarks(
        dated(made, days or DAYS), treated_on=TREATED_ON if treated else None
    )


def notes(landmarks: Landmarks) -> list[Note]:
    """Circumstances that may explain a change, as far as they are no numbers."""
    found = Series.from_landmarks(dated(landmarks, DAYS), treated_on=TREATED_ON).changes()[0].notes
    return [without_numbers(note) for note in found]


def differently(code: str, **values: str) -> Note:
    return Note(code, since=Note("at_baseline"), **values)


def last(value: float, other: float = 0.0) -> npt.NDArray[np.float64]:
    """A value on the last day, another one before."""
    return np.array([other] * (N - 1) + [value])


# Circumstances that may explain a change


@pytest.mark.parametrize(
    ("pose", "way"),
    [
        ({"yaw": last(9)}, "left"),
        ({"yaw": last(-2, 5)}, "right"),
        ({"pitch": last(8)}, "down"),
        ({"pitch": last(-8)}, "up"),
        ({"yaw": 9, "pitch": 7}, ""),
        ({"yaw": last(4), "roll": last(30)}, ""),
    ],
)
def test_a_turned_head_is_told(pose: dict[str, Any], way: str) -> None:
    assert notes(face(N, **pose)) == [differently("head_turned_more", way=way)] * bool(way)


def test_how_far_the_head_was_turned_is_told() -> None:
    (words,) = series(yaw=last(9)).changes()[0].remarks
    assert words == "the head was turned 9° more to the left than at baseline"


@pytest.mark.parametrize(
    ("ways", "way"),
    [
        (("UpRight", "UpLeft"), "up"),
        (("DownRight", "DownLeft"), "down"),
        (("InRight", "OutLeft"), "left"),
        (("OutRight", "InLeft"), "right"),
        (("InRight", "InLeft"), ""),
    ],
)
def test_eyes_off_the_camera_are_told(ways: tuple[str, str], way: str) -> None:
    made = face(N)
    weights = np.zeros_like(made.blendshapes)
    for name in ways:
        weights[-1, made.layout.expressions.index(f"eyeLook{name}")] = 0.6
    expected = [differently("eyes_looked_more", way=way)] * bool(way)
    assert notes(replace(made, blendshapes=weights)) == expected


def test_another_distance_is_told() -> None:
    made = face(N)
    cropped = replace(made, size=np.where(np.arange(N)[:, None] == N - 1, 2 * made.size, made.size))
    assert notes(cropped) == [differently("face_smaller")]
    assert notes(face(N, px_per_mm=last(8, 4))) == []  # more pixels of the same picture


def smiles(right: list[float], left: list[float], affected: Any = None) -> Series:
    """A face at rest and smiling on days -7, 0, 7 and so on."""
    n = len(right)
    still = np.zeros(n)
    made = face(
        2 * n,
        mouth_corner_right_mm=np.ravel(np.column_stack([still, right])),
        mouth_corner_left_mm=np.ravel(np.column_stack([still, left])),
    )
    return Series.from_landmarks(
        dated(made, np.repeat(7 * np.arange(n) - 7, 2)),
        treated_on=TREATED_ON,
        expression=["rest", "smile_open"] * n,
        affected=affected,
    )


def smile(made: Series) -> Change:
    return of(made.changes(), "commissure_lift")


def test_less_effort_of_the_healthy_side_is_told() -> None:
    tried, spared = ([8.0, 8, 8, 8], [8.0, 8, 8, 2]), ([8.0, 8, 8, 4], [8.0, 8, 8, 2])
    assert smile(smiles(*tried, "left")).notes == smile(smiles(*tried)).notes == ()
    (right,), (left,) = smile(smiles(*spared, "left")).notes, smile(smiles(*spared, "right")).notes
    assert without_numbers(right) == differently("healthy_side_weaker", side="right")
    assert without_numbers(left) == differently("healthy_side_weaker", side="left")
    (both,) = smile(smiles(*spared)).notes
    assert without_numbers(both) == differently("both_sides_weaker")
    assert both["percent"] == pytest.approx(50, abs=0.5)


# Concerns


def found(made: Series, rule: str) -> list[Concern]:
    return [each for each in made.concerns() if each.rule == rule]


def test_a_quiet_series_raises_no_concern() -> None:
    assert series(brow_right_mm=-5).concerns() == ()  # as before the treatment
    assert series(noise_px=0.3).concerns() == ()
    assert smiles([8, 8, 8, 8], [6, 6, 6, 6]).concerns() == ()
    assert Series.from_landmarks(face(2)).concerns() == ()


@pytest.mark.parametrize("side", ["right", "left"])
def test_new_asymmetry_is_a_case_for_the_review(side: str) -> None:
    """Either side is told with its error."""
    moved = {f"brow_{side}_mm": [0, 0, 0, -2, -2.5, -2.5]}
    (only,) = found(series(**moved), "new asymmetry")
    assert only.note.code == "new_asymmetry"
    size = Note("side_less", side=side, headline="brow_height")
    assert without_numbers(only.note["moved"]) == size
    assert only.note["moved"]["mm"] == pytest.approx(2.5, abs=0.01)
    error = of(series(**moved).changes(), "brow_height").mdc95
    said = f"{side} brow 2.5 mm lower (± {error:.1f}) relative to the other side than at baseline on day 21"
    assert str(only).startswith(said)
    assert (only.day, only.photos) == (21, ("5",))
    assert "diagnos" not in str(only)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (series(brow_right_mm=[0, 0, 0, 0, -1.8, -1.8]), "smaller than 2 mm"),
        (series(brow_right_mm=[-4, -4, -4, 0, 0, 0]), "less asymmetry than before"),
        (series([-7, -3, 0, 3, 7, 13], brow_right_mm=[0, 0, 0, 0, -3, -3]), "before day 14"),
        (series(treated=False, brow_right_mm=[0, 0, 0, 0, -3, -3]), "no treatment"),
    ],
)
def test_what_is_no_new_asymmetry(made: Series, why: str) -> None:
    assert found(made, "new asymmetry") == [], why


def told(moved: str, *, over: bool, **values: str) -> dict[str, Any]:
    """The words of a note about how far something moved, and whether it is over."""
    now = Note("over_by") if over else Note("still_on", unit="mm")
    return {"moved": Note(moved, **values), "now": now}


def plain(note: Note) -> Note:
    """A note without the numbers in it and in the notes that it holds."""
    inner = {name: without_numbers(value) for name, value in note.values if isinstance(value, Note)}
    return Note(note.code, **{**dict(without_numbers(note).values), **inner})


@pytest.mark.parametrize("treated", [True, False])
@pytest.mark.parametrize("side", ["right", "left"])
def test_a_lid_drop_is_told_with_its_worst_day(side: str, treated: bool) -> None:
    made = series(**{f"upper_lid_{side}_mm": [0, 0, 0, -1.6, -2.2, 0]}, treated=treated)
    (only,) = found(made, "lid drop")
    assert plain(only.note) == Note(
        "lid_drop", **told("side_less", over=True, side=side, headline="mrd1")
    )
    assert only.note["moved"]["mm"] == pytest.approx(2.2, abs=0.01)
    assert (only.day, only.photos) == (14 if treated else 21, ("4",))


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_lid_that_drops_while_the_other_rises_is_told(side: str) -> None:
    rise, drop = [0, 0, 0, 2, 2, 2], [0, 0, 0, -2, -2, -2]
    other = {"right": "left", "left": "right"}[side]
    made = series(**{f"upper_lid_{side}_mm": drop, f"upper_lid_{other}_mm": rise})
    assert len(found(made, "lid drop")) == 1


def test_a_change_that_lasts_is_told_with_its_size_now() -> None:
    made = series(brow_right_mm=[0, 0, 0, -8, -8, -3])
    (only,) = found(made, "brow drop")
    assert "right brow 8.0 mm lower" in str(only)
    assert ", and still 3.0 mm on day 21" in str(only)


@pytest.mark.parametrize("drop", [[0, 0, 0, -1.3, 0, 0], [-1.7, -1.7, -1.7, -1.7, 0, 0]])
def test_what_is_no_lid_drop(drop: list[float]) -> None:
    assert found(series([-7, -3, 0, 7, 15, 21], upper_lid_left_mm=drop), "lid drop") == []


@pytest.mark.parametrize("treated", [True, False])
def test_a_brow_drop_is_told_also_after_it_has_passed(treated: bool) -> None:
    made = series(brow_right_mm=[0, 0, 0, -3.5, -2.5, 0], treated=treated)
    (only,) = found(made, "brow drop")
    expected = told("side_less", over=True, side="right", headline="brow_height")
    assert plain(only.note) == Note("brow_drop", **expected)
    assert only.note["moved"]["mm"] == pytest.approx(3.5, abs=0.05)
    assert only.photos == ("3",)
    assert found(series(brow_right_mm=[0, 0, 0, -1.5, -1.5, 0]), "brow drop") == []


def test_a_drop_of_both_brows_is_told() -> None:
    days = [-14.0, -7, 0, 7, 14, 21]
    made = series(days, brow_right_mm=[0, 0, 0, -4, -4, -4], brow_left_mm=[0, 0, 0, -4, -4, -4])
    (only,) = found(made, "both brows")
    expected = told("both_less", over=False, headline="brow_height")
    assert plain(only.note) == Note("brow_drop", **expected)
    assert found(made, "brow drop") == []


def test_a_raised_brow_is_told() -> None:
    made = series(brow_left_mm=[0, 0, 0, 2.5, 3.5, 3.5])
    (only,) = found(made, "spock brow")
    expected = told("side_more", over=False, side="left", headline="brow_height")
    assert plain(only.note) == Note("raised_brow", **expected)
    assert found(series(brow_left_mm=[-3, -3, -3, 0, 0, 0]), "brow drop") == []


def eyes(right: list[float], left: list[float], expression: str, **moved: Any) -> Series:
    """A face at rest and with its upper lids so many mm lower, on days 0, 7 and so on; no treatment."""
    n = len(right)
    still = np.zeros(n)
    made = face(
        2 * n,
        upper_lid_right_mm=np.ravel(np.column_stack([still, right])),
        upper_lid_left_mm=np.ravel(np.column_stack([still, left])),
        **{name: np.ravel(np.column_stack([still, value])) for name, value in moved.items()},
    )
    return Series.from_landmarks(
        dated(made, np.repeat(7 * np.arange(n), 2)), expression=["rest", expression] * n
    )


def test_an_eye_that_does_not_close_is_told() -> None:
    opening = float(series().static["fissure_height_right_mm"][0])
    closed, half = [-opening] * 4, [-opening / 2] * 4
    (only,) = found(eyes(closed, half, "eye_closure"), "open eye")
    assert without_numbers(only.note) == Note("open_eye", side="left", when=only.note["when"])
    assert only.note["now"] == pytest.approx(opening / 2, abs=0.1)
    assert found(eyes(closed, closed, "eye_closure"), "open eye") == []


def test_synkinesis_is_told() -> None:
    smile = {"mouth_corner_right_mm": [8.0] * 4, "mouth_corner_left_mm": [8.0] * 4}
    (only,) = found(eyes([0.0] * 4, [-4.0] * 4, "smile_open", **smile), "synkinesis")
    assert without_numbers(only.note) == Note(
        "synkinesis_seen", side="left", when=only.note["when"]
    )
    assert found(eyes([-3.0] * 4, [-3.0] * 4, "smile_open", **smile), "synkinesis") == []


def test_a_smile_that_was_always_weaker_than_the_other_side_s_is_told() -> None:
    (only,) = found(smiles([8, 8, 8, 8], [3, 3, 3, 3]), "weaker side")
    told = {"side": "left", "part": "smile_open", "expression": "smile_open", "unit": "mm"}
    assert without_numbers(only.note) == Note("weaker_side", when=only.note["when"], **told)
    assert only.note["share"] == pytest.approx(3 / 8, abs=0.01)
    assert found(smiles([8, 8, 8, 8], [5.5, 5.5, 5.5, 5.5]), "weaker side") == []
    assert found(smiles([8, 8, 8, 8], [5.5, 5.5, 5.5, 5.5], "left"), "weaker side") != []


def test_a_movement_lost_on_both_sides_is_told() -> None:
    (only,) = found(smiles([8, 8, 8, 2, 2, 2], [8, 8, 8, 2, 2, 2]), "movement lost on both sides")
    assert only.note["share"] == pytest.approx(0.25, abs=0.02)
    assert (
        found(smiles([8, 8, 8, 6, 6, 6], [8, 8, 8, 6, 6, 6]), "movement lost on both sides") == []
    )


def measured_as_the_norms(made: Landmarks) -> Landmarks:
    known = norms()
    return replace(made, provenance={**made.provenance, "method": known.method})


@pytest.mark.parametrize(("mm", "told_of"), [(-2.0, False), (-7.0, True)])
def test_an_asymmetry_outside_the_normal_range_is_told(mm: float, told_of: bool) -> None:
    made = measured_as_the_norms(face(N, brow_left_mm=mm))
    there = found(
        Series.from_landmarks(dated(made, DAYS), expression=["rest"] * N),
        "outside the normal range",
    )
    assert [each.note["headline"] for each in there] == ["brow_height"] * told_of
    first, last = norms().ages  # older faces are less even
    assert all(f"adults ({first} to {last} years)" in str(each.note) for each in there)


@pytest.mark.parametrize(
    ("product", "last", "told_of"),
    [
        ("", 140, False),
        ("", 170, True),
        ("Dysport", 170, True),
        ("Daxxify", 170, False),
        ("Daxxify", 280, True),
        ("hyaluronic acid", 280, False),
    ],
)
def test_a_change_that_outlasts_the_product_is_told(product: str, last: int, told_of: bool) -> None:
    made = dated(face(N, brow_right_mm=[0, 0, 0, -3, -3, -3]), [-7, -3, 0, 14, 28, last])
    treatment = Treatment.of(TREATED_ON, product=product)
    there = found(Series.from_landmarks(made, treated_on=treatment), "not regained")
    assert [each.note["days"] for each in there] == [last] * told_of


def test_rules_count_days_from_the_latest_treatment() -> None:
    days = [-7, -3, 0, 110, 125, 135]
    made = dated(face(N, brow_right_mm=[0, 0, 0, 0, -3, -3]), days)
    once = Series.from_landmarks(made, treated_on=TREATED_ON)
    second = str(date.fromisoformat(TREATED_ON) + timedelta(days=124))
    twice = Series.from_landmarks(made, treated_on=[TREATED_ON, second])
    assert found(once, "new asymmetry") != []
    assert found(twice, "new asymmetry") == []  # day 11 of the second course


def test_a_movement_under_half_of_baseline() -> None:
    (only,) = found(smiles([8, 8, 8, 8], [8, 8, 8, 3]), "weak movement")
    values = {"side": "left", "headline": "smile_open", "expression": "smile_open"}
    assert without_numbers(only.note) == differently("weak_movement", **values)
    assert only.note["percent"] == pytest.approx(37.5, abs=0.5)
    assert found(smiles([8, 8, 8, 8], [8, 8, 8, 5]), "weak movement") == []
    assert found(smiles([8, 8, 8, 3], [8, 8, 8, 8], "left"), "weak movement") == []


def test_worse_than_the_trend() -> None:
    days = [-5.0, 0, *range(14, 70, 5)]
    brow = np.array([0, 0, *np.linspace(-4, -1, len(days) - 2)])
    assert found(series(days, brow_right_mm=brow), "against the trend") == []
    brow[-1] = -3
    (only,) = found(series(days, brow_right_mm=brow), "against the trend")
    assert without_numbers(only.note) == Note("against_trend", headline="brow_height", unit="mm")
    assert (only.note["mm"], only.note["day"]) == (pytest.approx(2, abs=0.05), 69)
    brow[-1] = 1
    assert found(series(days, brow_right_mm=brow), "against the trend") == []


def test_a_trend_does_not_go_on_past_evenness() -> None:
    days = [-5.0, 0, *range(14, 70, 5), 160]
    brow = np.array([0, 0, *np.linspace(-4, -0.2, len(days) - 3), 0.0])
    assert found(series(days, brow_right_mm=brow), "against the trend") == []


def test_a_rule_is_switched_off_by_leaving_it_out() -> None:
    made = series(brow_right_mm=[0, 0, 0, -2, -2.5, -2.5])
    assert (
        made.concerns(rule for rule in RULES if rule.name not in ("new asymmetry", "brow drop"))
        == ()
    )


def test_a_rule_of_ones_own_may_speak_plain_text() -> None:
    def find(_: Situation) -> Iterator[tuple[str, float, tuple[str, ...], tuple[str, ...]]]:
        yield "look twice", 3.0, ("0",), ("it was dark",)

    (only,) = series().concerns([Rule("twice", "anything", "nobody", find)])
    assert (only.note, only.notes) == (as_note("look twice"), (as_note("it was dark"),))
    assert (str(only), only.remarks, only.source) == ("look twice", ("it was dark",), "nobody")


def test_the_affected_side_is_right_or_left() -> None:
    with pytest.raises(InvalidInputError, match="'upper'"):
        smiles([1.0], [1.0], "upper")
