"""Heights in photos of an expression that moves them: told where no photo is at rest, with the expression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry import Series
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.text import english_text
from asymmetry.series import what_changed
from asymmetry.synthetic import face
from tests.test_series_change import TREATED_ON, dated
from tests.test_series_episodes import DAYS, SHUT, only, opened, since_treatment


def raised(left: float, rest_days: tuple[float, ...] = (), lid: float = 0.0) -> Series:
    """Photos of raised brows, of which the left one rises less from day 7 on, and some at rest."""
    moves = {
        "brow_right_mm": 6.0,
        "brow_left_mm": 6 - since_treatment(*[left] * 6),
        "upper_lid_left_mm": since_treatment(*[lid] * 6),
    }
    shots = [dated(face(len(DAYS), **moves), list(DAYS))]
    shots += [
        replace(dated(face(1), [day]), photo=np.array([f"rest {day:g}.jpg"])) for day in rest_days
    ]
    labels = ["brow_raise"] * len(DAYS) + ["rest"] * len(rest_days)
    return Series.from_landmarks(
        Landmarks.concat(shots), expression=labels, treated_on=TREATED_ON, setting="clinic"
    )


def test_a_height_is_told_where_no_photo_is_at_rest() -> None:
    made = raised(3.0)
    assert str(only(made).moved).startswith("brows raised, left brow 3.0 mm lower")
    assert not any("brow" in each.rule for each in made.concerns())


def test_a_movement_is_told_in_its_place_where_a_photo_is_at_rest() -> None:
    made = raised(5.0, (-7.0,))
    assert [each.part for each in made.findings] == ["brow_raise"]


def test_a_side_by_itself_is_told_with_the_expression() -> None:
    made = raised(5.0)
    told = [each.words for each in what_changed(made.changes(), ()) if "itself" in each.words]
    assert told[0].startswith("Day 60: brows raised, left brow 5.0 mm lower")


@pytest.mark.parametrize(
    ("expression", "part", "before", "after", "said"),
    [
        ("eye_closure", "upper_lid", SHUT, SHUT + 1.8, "your left eye closes less"),
        ("eye_closure", "upper_lid", SHUT + 1.8, SHUT, "your left eye closes further"),
        ("brow_raise", "brow", 6.0, 3.0, "you raise your left brow less"),
        ("frown", "brow", -4.0, -1.0, "your left brow moves less when you frown"),
    ],
)
def test_a_report_tells_what_the_expression_did(
    expression: str, part: str, before: float, after: float, said: str
) -> None:
    moves = {f"{part}_right_mm": before, f"{part}_left_mm": [before] * 3 + [after] * 6}
    made = Series.from_landmarks(
        dated(face(len(DAYS), **moves), list(DAYS)),
        expression=[expression] * len(DAYS),
        treated_on=TREATED_ON,
        setting="clinic",
    )
    opening = opened(made)
    assert said in opening.headline.lower()
    assert any(english_text().known("expressions", expression) in each for each in opening.remarks)


def test_the_other_findings_of_a_report_name_the_expression() -> None:
    others = opened(raised(6.0, lid=-2.5)).others
    assert others
    assert all("brows raised" in each for each in others)
