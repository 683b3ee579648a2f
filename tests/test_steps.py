"""The steps after a face was read: whose face a photo is of, and what is said beside each limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import (
    NoFaceError,
    SeveralFacesError,
    UnreadablePhotoError,
    UnsuitablePhotoError,
)
from asymmetry.extract import steps
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.judge.hidden import Unseen
from asymmetry.extract.settings import Settings
from asymmetry.extract.steps import (
    choose_subject,
    draw_view,
    drop_cut,
    drop_hidden,
    note_damage,
    note_place,
    to_landmarks,
)
from asymmetry.extract.upright import FaceReading
from tests.faces import rotation
from tests.notes import codes
from tests.painted import canonical, moved, reading

PHOTO = np.full((400, 400, 3), 100, np.uint8)
COMPLAINT = "broken"


def face(points: Any = None, residual: float = 0.3, **turn: float) -> FaceReading:
    """A face that was read; its pose is as it is said, whatever the points show."""
    points = reading().points if points is None else points
    return FaceReading(
        points,
        np.full(len(points), 0.5),
        np.zeros(len(MEDIAPIPE_478.expressions)),
        Pose(rotation(**turn), np.array([200.0, 200.0]), 12.0, residual),
        points,
    )


# Whose face it is


@pytest.mark.parametrize("others", [1, 3])
def test_the_subject_has_two_and_a_half_times_the_area_of_the_next_face(others: int) -> None:
    rest = [reading((800.0 + 300 * i, 200.0), 10.0) for i in range(others)]
    clearly, hardly = (reading(px_per_cm=10.0 * np.sqrt(ratio)) for ratio in (2.6, 2.4))
    said = (Note("faces_in_background", count=others),)
    assert choose_subject("a", PHOTO, [clearly, *rest]) == (clearly, said)
    with pytest.raises(SeveralFacesError) as refused:
        choose_subject("a", PHOTO, [hardly, *rest])
    assert refused.value.note == Note("several_faces", count=1 + others)


def test_a_face_that_is_found_twice_is_one() -> None:
    one = reading()
    assert choose_subject("a", PHOTO, [one, moved(one, 5, -5)]) == (one, ())
    # The second of them is no rival to compare with, the third is.
    small = reading((900.0, 200.0), 6.0)
    assert choose_subject("a", PHOTO, [one, moved(one, 5, -5), small]) == (
        one,
        (Note("faces_in_background", count=1),),
    )


@pytest.mark.parametrize("shape", [(39, 200), (200, 39)])
def test_a_photo_of_less_than_40_px_is_too_small_for_a_face(shape: tuple[int, int]) -> None:
    with pytest.raises(UnsuitablePhotoError) as refused:
        choose_subject("a", np.zeros((*shape, 3), np.uint8), [reading()])
    height, width = shape
    assert refused.value.note == Note("small_photo", width=width, height=height, least=40)


@pytest.mark.parametrize("shape", [(40, 200), (200, 40)])
def test_a_photo_of_40_px_is_large_enough(shape: tuple[int, int]) -> None:
    pixels = np.zeros((*shape, 3), np.uint8)
    assert choose_subject("a", pixels, [reading()])[1] == ()
    with pytest.raises(NoFaceError) as refused:
        choose_subject("a", pixels, [])
    assert refused.value.note == Note("no_face")


# How it is held


def test_points_that_miss_a_face_by_a_centimetre_are_none() -> None:
    assert note_place(face(residual=0.95), canonical(), "a").notes == ()
    with pytest.raises(NoFaceError) as refused:
        note_place(face(residual=1.05), canonical(), "a")
    assert refused.value.note == Note("no_face_shape")


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ({"roll": 29.0}, []),
        ({"roll": -29.0}, []),
        ({"roll": 31.0}, ["photo_turned"]),
        ({"roll": -31.0}, ["photo_turned"]),
        ({"roll": 179.0}, ["photo_turned"]),
        ({"yaw": 14.5}, []),
        ({"yaw": 15.5}, ["head_turned"]),
        ({"yaw": -15.5}, ["head_turned"]),
        ({"pitch": 15.5}, []),
        ({"pitch": -15.5}, []),
        ({"pitch": 16.5}, ["head_pitched"]),
        ({"pitch": -16.5}, ["head_pitched"]),
    ],
)
def test_a_turned_photo_and_a_turned_head_are_said(turn: dict[str, float], said: list[str]) -> None:
    found = note_place(face(**turn), canonical(), "a").notes
    assert codes(found) == said
    for note in found:
        assert note["angle"] == pytest.approx(abs(next(iter(turn.values()))), abs=1e-6)


@pytest.mark.parametrize(("pitch", "said"), [(20.0, "20° down"), (-20.0, "20° up")])
def test_a_pitched_head_is_said_with_its_way(pitch: float, said: str) -> None:
    (note,) = note_place(face(pitch=pitch), canonical(), "a").notes
    assert said in str(note)


# Missing parts


def face_in_a_box() -> FaceReading:
    """A face whose points reach from 100 to 200 px across and from 150 to 250 px down."""
    points = np.full((MEDIAPIPE_478.size, 3), 170.0)
    points[0, :2], points[1, :2] = (100, 150), (200, 250)
    return face(points)


def filled(level: int, count: int) -> Pixels:
    """A photo with so many pixels of a grey in that box of 10000, and more of it outside."""
    pixels = PHOTO.copy()
    box = np.zeros((10_000, 3), np.uint8)
    box[:count] = level
    pixels[150:250, 100:200] = box.reshape(100, 100, 3)
    pixels[300:] = level
    return pixels


def test_a_face_of_which_two_hundredths_are_missing_is_refused() -> None:
    said = note_damage(face_in_a_box(), filled(128, 190), "a", COMPLAINT).notes
    assert said == (Note("read_past_damage", error=COMPLAINT),)
    with pytest.raises(UnreadablePhotoError) as refused:
        note_damage(face_in_a_box(), filled(128, 210), "a", COMPLAINT)
    assert refused.value.note == Note("damaged_face", share=0.021, error=COMPLAINT)


@pytest.mark.parametrize("level", [76, 127, 129, 192])
def test_only_one_grey_is_what_decoders_fill_gaps_with(level: int) -> None:
    said = note_damage(face_in_a_box(), filled(level, 5000), "a", COMPLAINT).notes
    assert codes(said) == ["read_past_damage"]


def test_a_colour_with_that_level_in_it_is_no_gap() -> None:
    pixels = filled(128, 5000)
    pixels[..., 2] = 127
    assert codes(note_damage(face_in_a_box(), pixels, "a", COMPLAINT).notes) == ["read_past_damage"]


def test_a_grey_face_in_a_whole_file_is_left_alone() -> None:
    one = face_in_a_box()
    assert note_damage(one, filled(128, 5000), "a", "") is one


def test_points_beyond_the_edge_are_left_out_and_those_on_it_stay() -> None:
    points = np.full((MEDIAPIPE_478.size, 3), 170.0)
    points[0, :2], points[1, :2] = (0, 0), (400, 300)
    pixels = PHOTO[:300]
    assert drop_cut(face(points), pixels).notes == ()
    for number, place in enumerate([(-0.1, 9), (9, -0.1), (400.1, 9), (9, 300.1)], start=2):
        points[number, :2] = place
    found = drop_cut(face(points), pixels)
    assert found.notes == (Note("face_cut", points=4),)
    assert np.flatnonzero(np.isnan(found.points).all(axis=1)).tolist() == [2, 3, 4, 5]


def test_a_row_with_a_note_is_a_warning() -> None:
    one = face()
    assert to_landmarks(one, "a").status.tolist() == ["ok"]
    cut = drop_cut(one, PHOTO[:, :150])
    assert to_landmarks(cut, "a").status.tolist() == ["warn"]


@pytest.mark.parametrize("cover", [True, False])
def test_a_cover_is_not_told_as_a_stretch(cover: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stretched, near = Note("stretched"), Note("camera_near")
    found = Note("covered", parts=()) if cover else Note("eye_closed", sides=("left",))
    unseen = Unseen(np.zeros(MEDIAPIPE_478.size, dtype=bool), (found,))
    monkeypatch.setattr(steps, "find_unseen", lambda *_: unseen)
    known = replace(face(), notes=(stretched, near))
    after = drop_hidden(known, draw_view(known, PHOTO, canonical()), Settings())
    assert after.notes == ((near, found) if cover else (stretched, near, found))
