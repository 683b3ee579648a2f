"""Clips of two people, and clips that were cut, are told of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.clips import _list_doubts
from asymmetry.extract.tracking import Track
from asymmetry.synthetic import face
from asymmetry.timing.moments import Moments

COUNT, RATE = 40, 30.0
MOMENTS = Moments(2, 20)


def track(changed: int, *, larger: float = 1.0, longer: float = 1.0, rate: float = RATE) -> Track:
    """Frames of which the latest so many show a face that is larger, or longer than it is wide."""
    made = face(COUNT, noise_px=0.2)
    points, late = made.points.copy(), slice(COUNT - changed, COUNT)
    points[late] *= larger
    points[late, :, 1] *= longer
    seconds = np.arange(COUNT) / rate
    return Track(replace(made, points=points), seconds, np.ones(COUNT))


def codes(shown: Track) -> list[str]:
    return [each.code for each in _list_doubts(shown, MOMENTS)]


def test_a_clip_of_one_person_in_one_piece_has_no_doubts() -> None:
    assert codes(track(0)) == []


@pytest.mark.parametrize(("changed", "told"), [(2, False), (3, True)])
def test_more_than_a_twentieth_of_frames_of_another_person_is_told(
    changed: int, told: bool
) -> None:
    notes = list(_list_doubts(track(changed, longer=1.3), MOMENTS))
    assert [each.code for each in notes] == ["clip_other_person"] * told
    assert all(each["share"] == changed / COUNT for each in notes)


@pytest.mark.parametrize(("larger", "told"), [(1.04, False), (1.06, True), (1 / 1.06, True)])
def test_a_face_that_is_suddenly_larger_or_smaller_is_told(larger: float, told: bool) -> None:
    notes = list(_list_doubts(track(10, larger=larger), MOMENTS))
    assert [each.code for each in notes] == ["clip_jumps"] * told
    assert all(each["seconds"] == pytest.approx(30 / RATE) for each in notes)


@pytest.mark.parametrize(("rate", "told"), [(11.0, True), (9.0, False)])
def test_between_frames_far_apart_somebody_may_come_nearer(rate: float, told: bool) -> None:
    assert (codes(track(10, larger=1.1, rate=rate)) == ["clip_jumps"]) is told
