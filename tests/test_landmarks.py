"""`Landmarks`: one row per photo, and nothing gets out of step."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, get_scheme
from asymmetry.errors import InvalidInputError
from tests.faces import crowd, number, photo

ARRAYS = ("points", "spread", "pose", "blendshapes", "size", "photo", "taken", "status", "notes")
SHAPES = {name: np.shape(getattr(photo(), name)) for name in ARRAYS}


def assert_same(one: Landmarks, other: Landmarks) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert one.reason.tolist() == other.reason.tolist()
    assert one.scheme == other.scheme
    assert dict(one.provenance) == dict(other.provenance)


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_does_not_fit_is_refused(name: str) -> None:
    wrong = np.concatenate([getattr(photo(), name)] * 2)
    other = "spread" if name == "points" else name
    with pytest.raises(InvalidInputError, match=rf"Landmarks\.{other} has shape"):
        replace(photo(), **{name: wrong})


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"unknown status \['fine'\]; known: ok, warn"):
        replace(photo(), status=np.array(["fine"]))


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(
        InvalidInputError, match=r"no landmark scheme is called 'ibug'; known: .*dlib68, "
    ):
        replace(photo(), scheme="ibug")


def test_fields_can_not_be_set() -> None:
    with pytest.raises(FrozenInstanceError):
        photo().scheme = "other"  # type: ignore[misc]


def test_points_alone_are_frontal_and_fit_their_photo() -> None:
    points = np.zeros((2, 478, 3))
    points[1, 0] = 99.5, 80, 7
    landmarks = Landmarks.from_points(points)
    assert landmarks.points.dtype == np.float32
    assert landmarks.photo.tolist() == ["0", "1"]
    assert landmarks.status.tolist() == ["ok", "ok"]
    assert landmarks.size.tolist() == [[0, 0], [100, 80]]
    np.testing.assert_array_equal(landmarks.pose, [np.eye(3)] * 2)
    assert np.isnan(landmarks.spread).all()


def test_blank_rows_say_why() -> None:
    landmarks = Landmarks.blank(["a.jpg"], status="unreadable", reason="not a photo")
    assert (landmarks.status[0], landmarks.reason[0]) == ("unreadable", "not a photo")
    assert np.isnan(landmarks.points).all()
    assert not landmarks.usable.any()


def test_usable() -> None:
    statuses = ["ok", "warn", "no_face", "several_faces", "unreadable", "rejected"]
    landmarks = replace(crowd(0, 6), status=np.array(statuses))
    assert landmarks.usable.tolist() == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (0, [0]),
        (-1, [3]),
        (np.int64(2), [2]),
        (slice(1, 3), [1, 2]),
        ([3, 0], [3, 0]),
        (np.array([True, False, False, True]), [0, 3]),
        ([], []),
    ],
)
def test_rows_keep_the_batch_axis_and_stay_in_step(rows: object, expected: list[int]) -> None:
    landmarks = replace(crowd(0, 4), photo=np.array(list("abcd")))
    part = landmarks[rows]
    assert len(part) == len(expected)
    for name in ARRAYS:
        np.testing.assert_array_equal(
            getattr(part, name), getattr(landmarks, name)[expected], err_msg=name
        )


@pytest.mark.parametrize("row", [4, -5])
def test_a_row_that_is_not_there(row: int) -> None:
    with pytest.raises(IndexError):
        crowd(0, 4)[row]


def test_concat_undoes_slicing() -> None:
    landmarks = replace(crowd(0, 3), provenance={"method": "plain"})
    assert_same(Landmarks.concat(landmarks[i] for i in range(3)), landmarks)
    assert len(Landmarks.concat([])) == 0


NOTED = Landmarks.concat(
    [
        Landmarks.blank(["a.jpg"], status="no_face", reason=Note("several_faces", count=3)),
        Landmarks.blank(["b.jpg"], status="ok"),
        Landmarks.blank(["c.jpg"], status="rejected", reason="sun in the eyes"),
    ]
)


def test_notes_stay_in_step_and_reasons_are_english() -> None:
    assert NOTED.reason.tolist() == [
        "3 faces, none clearly the subject; crop to one",
        "",
        "sun in the eyes",
    ]
    assert NOTED[::-1].notes.tolist() == NOTED.notes.tolist()[::-1]
    assert NOTED[[2, 0]].notes[0] == (Note("text", text="sun in the eyes"),)


def test_mirrored_notes_are_about_the_other_side() -> None:
    notes = (
        Note("eye_closed", sides=["right"]),
        Note("covered", parts=[Note("one_part", part="brow", side="left")]),
        Note("unclear_lids", sides=SIDES),
        Note("same_file", photo="left"),
    )
    mirrored = replace(photo(), notes=note_array([notes])).mirrored()
    assert mirrored.notes[0] == (
        Note("eye_closed", sides=["left"]),
        Note("covered", parts=[Note("one_part", part="brow", side="right")]),
        Note("unclear_lids", sides=SIDES),
        Note("same_file", photo="left"),
    )
    assert mirrored.mirrored().notes[0] == notes


def test_files_of_old_hold_reasons(tmp_path: Path) -> None:
    old = {name: getattr(NOTED, name) for name in ARRAYS if name != "notes"}
    meta = np.array(json.dumps({"scheme": NOTED.scheme, "provenance": {}}))
    np.savez(tmp_path / "old.npz", meta=meta, reason=np.array(["no face found", "", "x; y"]), **old)
    found = Landmarks.load(tmp_path / "old.npz")
    assert found.notes.tolist() == [
        (Note("text", text="no face found"),),
        (),
        (Note("text", text="x; y"),),
    ]
    assert found.reason.tolist() == ["no face found", "", "x; y"]


def test_concat_keeps_long_texts_whole() -> None:
    long = Landmarks.blank(["a-long-name.jpg"], status="no_face", reason="no face found")
    assert Landmarks.concat([photo(), long]).reason.tolist() == ["", "no face found"]


def test_mirror_exchanges_the_sides() -> None:
    landmarks = crowd(5, 1, grid=1 / 256)
    mirrored = landmarks.mirrored()
    right, left = (number("commissure", side) for side in ("right", "left"))
    width = landmarks.size[0, 0]
    x, y, z = landmarks.points[0, right]
    assert mirrored.points[0, left].tolist() == [width - x, y, z]
    middle = number("menton", None)
    assert mirrored.points[0, middle, 0] == width - landmarks.points[0, middle, 0]


def test_mirror_exchanges_weights_and_turns_the_pose() -> None:
    landmarks = crowd(5, 1)
    weights = np.arange(52, dtype=np.float32)[None]
    spread = np.arange(478, dtype=np.float32)[None]
    mirrored = replace(landmarks, blendshapes=weights, spread=spread).mirrored()
    names = MEDIAPIPE_478.expressions
    for name, twin in [
        ("eyeBlinkRight", "eyeBlinkLeft"),
        ("mouthLeft", "mouthRight"),
        ("jawOpen", "jawOpen"),
    ]:
        assert mirrored.blendshapes[0, names.index(name)] == names.index(twin)
    assert mirrored.spread[0, number("ala", "right")] == number("ala", "left")
    assert np.linalg.det(mirrored.pose[0]) == pytest.approx(1)
    np.testing.assert_array_equal(
        mirrored.pose[0] * [[1, -1, -1], [-1, 1, 1], [-1, 1, 1]], landmarks.pose[0]
    )


def test_save_and_load(tmp_path: Path) -> None:
    umlaut = Landmarks.blank(["ä.jpg"], status="no_face", reason="no face")
    landmarks = replace(
        Landmarks.concat([crowd(1, 2), NOTED, umlaut]),
        provenance={"method": "plain", "corrections": [1, 2]},
    )
    path = tmp_path / "points.landmarks"
    landmarks.save(path)
    assert_same(Landmarks.load(path), landmarks)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_load_of_something_else_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(b"not landmarks")
    with pytest.raises(InvalidInputError, match=r"x\.npz: not a file of saved landmarks"):
        Landmarks.load(path)
    np.savez(path, points=np.zeros(3))
    with pytest.raises(InvalidInputError, match=r"x\.npz: not a file of saved landmarks"):
        Landmarks.load(path)
    with pytest.raises(FileNotFoundError):
        Landmarks.load(tmp_path / "missing.npz")


def test_pickle() -> None:
    landmarks = replace(crowd(2, 2), provenance={"method": "plain"})
    assert_same(pickle.loads(pickle.dumps(landmarks)), landmarks)


def test_the_mirror_is_its_own_inverse_and_agrees_with_the_names() -> None:
    mirror = MEDIAPIPE_478.mirror
    np.testing.assert_array_equal(mirror[mirror], np.arange(MEDIAPIPE_478.size))
    for name, (right, left) in MEDIAPIPE_478.pairs.items():
        assert mirror[right] == left, name
    for name, middle in MEDIAPIPE_478.midline.items():
        assert mirror[middle] == middle, name


def test_groups_name_points_that_exist() -> None:
    known = MEDIAPIPE_478.pairs.keys() | MEDIAPIPE_478.midline.keys()
    for group, names in MEDIAPIPE_478.groups.items():
        assert set(names) <= known, group
        assert len(set(names)) == len(names), group
    assert get_scheme("mediapipe478") is MEDIAPIPE_478


def test_a_point_is_found_by_name_and_side() -> None:
    made = photo()
    right, left = MEDIAPIPE_478.pairs["commissure"]
    assert np.array_equal(made.point("commissure", "right"), made.points[:, right])
    assert np.array_equal(made.point("commissure", "left"), made.points[:, left])
    middle = next(iter(MEDIAPIPE_478.midline))
    assert np.array_equal(made.point(middle), made.points[:, MEDIAPIPE_478.midline[middle]])


@pytest.mark.parametrize(
    ("name", "side", "message"),
    [
        ("comissure", "right", "perhaps commissure"),
        ("xyz", None, "no point is called 'xyz'; perhaps .*commissure"),
        ("commissure", None, "say side='right' or 'left'"),
        (next(iter(MEDIAPIPE_478.midline)), "left", "leave the side out"),
        ("commissure", "rihgt", "use 'right' or 'left'"),
    ],
)
def test_a_point_that_is_not_there_says_what_is_near(name: str, side: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        photo().point(name, side)
