"""Photos whose proportions are not those of the face: stretched, skewed, or photographed from aside."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Extractor
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.pose import fit_pose, is_stretched
from asymmetry.extract.model.canonical import load_canonical
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic.parametric import rotation
from tests.notes import codes

VERTICES = load_canonical().vertices
IRIS_CM = 0.585


def stretched(points: FloatArray) -> bool:
    return is_stretched(points, points, VERTICES, fit_pose(points, VERTICES), MEDIAPIPE_478)


def with_irises() -> FloatArray:
    """The canonical face with round irises halfway between the canthi."""
    face = np.concatenate([VERTICES, np.zeros((10, 3))])
    for side in SIDES:
        out = -1 if side == "right" else 1
        middle = VERTICES[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["canthi"])].mean(axis=0)
        places = {
            "centre": (0, 0),
            "medial": (-out, 0),
            "lateral": (out, 0),
            "top": (0, 1),
            "bottom": (0, -1),
        }
        for name, (x, y) in places.items():
            number = MEDIAPIPE_478.number(f"iris_{name}", side)
            face[number] = middle + np.array([x, y, 0]) * IRIS_CM
    return face


def seen(turn: tuple[float, float, float], change: npt.ArrayLike = ((1, 0), (0, 1))) -> FloatArray:
    """The canonical face from 1 m, turned and then changed in the photo's plane."""
    points = with_irises() @ rotation(*np.radians(np.array(turn)[:, None]))[0].T
    flat = points[:, :2] * np.array([1, -1]) / (1 - points[:, 2:] / 100) * 20
    return np.concatenate([flat @ np.array(change).T, np.zeros((len(flat), 1))], axis=1)


@pytest.mark.parametrize(
    "turn", [(0, 0, 0), (15, 0, 0), (0, 20, 0), (10, -15, 10), (0, 0, 90), (5, 5, 180)]
)
def test_no_turn_is_taken_for_a_stretch(turn: tuple[float, float, float]) -> None:
    pose = fit_pose(seen(turn), VERTICES)
    assert (pose.stretch, pose.skew) == pytest.approx((0, 0), abs=0.005)
    assert not stretched(seen(turn))


@pytest.mark.parametrize("roll", [0, 30, 90, 180])
@pytest.mark.parametrize("across", [4 / 3, 3 / 4])
def test_a_stretch_counts_along_the_face_s_own_axes(across: float, roll: float) -> None:
    turn = cv2.getRotationMatrix2D((0, 0), roll, 1)[:, :2]
    points = seen((0, 0, 0), turn @ np.diag([across, 1]))
    pose = fit_pose(points, VERTICES)
    assert pose.stretch == pytest.approx(np.log(across), abs=0.02)
    assert pose.skew == pytest.approx(0, abs=0.005)
    assert stretched(points)


def test_a_skew_has_a_sign_and_mirrors() -> None:
    upper_to_its_left = fit_pose(seen((0, 0, 0), ((1, -0.2), (0, 1))), VERTICES)
    mirrored = fit_pose(seen((0, 0, 0), ((1, 0.2), (0, 1))), VERTICES)
    assert upper_to_its_left.skew == pytest.approx(0.2, abs=0.01)
    assert mirrored.skew == pytest.approx(-upper_to_its_left.skew)


@pytest.mark.parametrize(
    ("wide", "sideways", "told"),
    [
        (0.16, 0.0, False),
        (0.2, 0.0, True),
        (-0.069, 0.0, False),  # irises tell all of it, the face half of it
        (-0.085, 0.0, True),
        (0.0, 0.09, False),
        (0.0, 0.11, True),
        (0.14, 0.08, True),
    ],
)
def test_limits_of_both(wide: float, sideways: float, told: bool) -> None:
    """How much wider than high, as a logarithm, and how far its upper part is shifted."""
    change = np.array([[1, sideways], [0, 1]]) @ np.diag(np.exp([wide / 2, -wide / 2]))
    assert stretched(seen((0, 0, 0), change)) is told


def test_a_face_that_a_near_camera_makes_narrow_has_round_irises() -> None:
    points = seen((0, 0, 0), np.diag([0.85, 1]))
    assert stretched(points)
    whole = seen((0, 0, 0))
    pose = fit_pose(points, VERTICES)
    assert not is_stretched(points, whole, VERTICES, pose, MEDIAPIPE_478)


@pytest.fixture(scope="module")
def photo(shared_faces: Path) -> Pixels:
    pixels = read_photo(shared_faces / "london" / "009_neutral.jpg").pixels
    return np.asarray(cv2.resize(pixels, (700, 700), interpolation=cv2.INTER_AREA), np.uint8)


def told(extractor: Extractor, pixels: Pixels) -> bool:
    return "stretched" in codes(extractor.extract([pixels]).notes[0])


@pytest.mark.parametrize("across", [4 / 3, 3 / 4])
def test_a_photo_in_other_proportions_is_noted(
    extractor: Extractor, photo: Pixels, across: float
) -> None:
    wide = np.asarray(cv2.resize(photo, None, fx=across, fy=1), np.uint8)
    assert told(extractor, wide)
    assert told(extractor, np.ascontiguousarray(np.rot90(wide)))


@pytest.mark.parametrize("sideways", [-0.2, 0.2])
def test_a_skewed_photo_is_noted(extractor: Extractor, photo: Pixels, sideways: float) -> None:
    side = len(photo)
    skew = np.array([[1, sideways, -sideways * side / 2], [0, 1, 0]])
    edge = cv2.BORDER_REPLICATE
    assert told(
        extractor, np.asarray(cv2.warpAffine(photo, skew, (side, side), borderMode=edge), np.uint8)
    )


def test_photos_as_they_are_taken_are_not_noted(extractor: Extractor, shared_faces: Path) -> None:
    paths = [
        *sorted((shared_faces / "zoom").glob("*.jpg")),  # from 15 cm on
        *sorted((shared_faces / "lisa").glob("*.jpg")),
        *sorted((shared_faces / "render").glob("id0_neutral*.jpg")),
    ]
    rows = extractor.extract(paths)
    assert len(paths) > 15
    assert not any("stretched" in codes(notes) for notes in rows.notes)
