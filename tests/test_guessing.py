"""Expressions that nobody states, of photos of one visit of which one side differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.people import Series
from asymmetry.synthetic import face

DAYS = ("2026-03-02", "2026-03-06", "2026-03-06", "2026-03-09")


def unnamed(**moves: object) -> Landmarks:
    """Photos of three visits, two of the second; the face's weights say nothing."""
    made = face(len(DAYS), noise_px=0.1, seed=1, **moves)
    calm = np.zeros((len(DAYS), made.blendshapes.shape[1]), dtype=np.float32)
    names = np.array([f"{number}.jpg" for number in range(len(DAYS))])
    return replace(made, blendshapes=calm, taken=np.array(DAYS), photo=names)


def guessed(**moves: object) -> list[str]:
    return Series.from_landmarks(unnamed(**moves)).static["expression"].tolist()


@pytest.mark.parametrize(
    ("part", "mm"), [("brow_right_mm", 3.0), ("brow_left_mm", 3.0), ("mouth_corner_left_mm", 4.0)]
)
def test_a_part_that_dropped_in_one_photo_of_a_visit_is_no_raise_in_the_other(
    part: str, mm: float
) -> None:
    assert guessed(**{part: np.array([0, 0, -mm, 0])}) == ["rest"] * 4
    raised = guessed(**{part: np.array([0, 0, mm, 0])})
    assert raised == ["rest", "rest", "brow_raise" if "brow" in part else "smile_open", "rest"]


def test_a_part_that_stays_down_is_compared_within_the_visit() -> None:
    dropped = np.array([0, 0, -3.0, -3.0])
    assert guessed(brow_right_mm=dropped) == ["rest", "brow_raise", "rest", "rest"]
