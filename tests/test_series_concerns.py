"""What may explain a change, and what a clinician may want to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Landmarks, Note, Series
from asymmetry.core.notes import as_note
from asymmetry.errors import InvalidInputError
from asymmetry.series import RULES, Change, Concern, Rule
from asymmetry.series.concerns import Situation
from asymmetry.synthetic import face
from tests.notes import without_numbers
from tests.test_series_change import TREATED_ON, dated, of

N = 6
DAYS = [-7, -3, 0, 7, 14, 21]


def series(days: list[float] | None = None, *, treated: bool = True, **moved: Any) -> Series:
    made = face(len(days or DAYS), **moved)
    return Series.from_landmarks(dated(made, days or DAYS), treated_on=TREATED_ON if treated else None)


def notes(landmarks: Landmarks) -> list[Note]:
    """What may explain a change, as far as it is no number."""
    found = Series.from_landmarks(dated(landmarks, DAYS), treated_on=TREATED_ON).changes()[0].notes
    return [without_numbers(note) for note in found]


def differently(code: str, **values: str) -> Note:
    return Note(code, since=Note("at_baseline"), **values)


def last(value: float, other: float = 0.0) -> npt.NDArray[np.float64]:
    """A value on the last day, another one before."""
    return np.array([other] * (N - 1) + [value])


# What may explain a change


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


def test_rules_have_names_words_and_sources() -> None:
    assert [rule.name for rule in RULES] == [
        "new asymmetry",
        "lid drop",
        "weak movement",
        "against the trend",
    ]
    assert all(rule.looks_for and rule.source for rule in RULES)


def test_a_quiet_series_raises_no_concern() -> None:
    assert series(brow_right_mm=-5).concerns() == ()  # as before the treatment
    assert series(noise_px=0.3).concerns() == ()
    assert smiles([8, 8, 8, 8], [3, 3, 3, 3]).concerns() == ()
    assert Series.from_landmarks(face(2)).concerns() == ()


def test_new_asymmetry_is_a_case_for_the_review() -> None:
    (only,) = found(series(brow_right_mm=[0, 0, 0, -2, -2.5, -2.5]), "new asymmetry")
    assert only.note.code == "touch_up"
    assert without_numbers(only.note["moved"]) == Note("right_less", headline="brow_height")
    assert only.note["moved"]["mm"] == pytest.approx(2.5, abs=0.01)
    assert str(only).startswith("right brow 2.5 mm lower than at baseline on day 21")
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


@pytest.mark.parametrize(("side", "amount"), [("right", -1.7), ("left", -1.7)])
def test_a_lid_drop_in_the_first_two_weeks(side: str, amount: float) -> None:
    made = series(**{f"upper_lid_{side}_mm": [0, 0, 0, amount, 0, 0]})
    (only,) = found(made, "lid drop")
    assert without_numbers(only.note) == differently("lid_drop", side=side)
    assert only.note["mm"] == pytest.approx(1.7, abs=0.01)
    assert (only.day, only.photos) == (7, ("3",))


@pytest.mark.parametrize(
    "drop", [[0, 0, 0, -1.3, 0, 0], [0, 0, 0, 0, 0, -1.7], [-1.7, -1.7, -1.7, -1.7, 0, 0]]
)
def test_what_is_no_lid_drop(drop: list[float]) -> None:
    assert found(series([-7, -3, 0, 7, 15, 21], upper_lid_left_mm=drop), "lid drop") == []


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
    assert without_numbers(only.note) == Note("against_trend", headline="brow_height")
    assert (only.note["mm"], only.note["day"]) == (pytest.approx(2, abs=0.05), 69)
    brow[-1] = 1
    assert found(series(days, brow_right_mm=brow), "against the trend") == []


def test_a_rule_is_switched_off_by_leaving_it_out() -> None:
    made = series(brow_right_mm=[0, 0, 0, -2, -2.5, -2.5])
    assert made.concerns(rule for rule in RULES if rule.name != "new asymmetry") == ()


def test_a_rule_of_ones_own_may_speak_plain_text() -> None:
    def find(_: Situation) -> Iterator[tuple[str, float, tuple[str, ...], tuple[str, ...]]]:
        yield "look twice", 3.0, ("0",), ("it was dark",)

    (only,) = series().concerns([Rule("twice", "anything", "nobody", find)])
    assert (only.note, only.notes) == (as_note("look twice"), (as_note("it was dark"),))
    assert (str(only), only.remarks, only.source) == ("look twice", ("it was dark",), "nobody")


def test_the_affected_side_is_right_or_left() -> None:
    with pytest.raises(InvalidInputError, match="'upper'"):
        smiles([1.0], [1.0], "upper")
