"""Points from elsewhere: what is surely wrong is refused, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import InvalidInputError
from tests.faces import changeable, number, photo, rotation

FACE = photo()
POINTS = FACE.points.astype(np.float64)
WIDTH, HEIGHT = FACE.size[0].tolist()


def up(points: np.ndarray) -> np.ndarray:
    return points * [1, -1, 1] + [0, HEIGHT, 0]


def flipped(points: np.ndarray) -> np.ndarray:
    return points * [-1, 1, 1] + [WIDTH, 0, 0]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (
            POINTS / [WIDTH, HEIGHT, WIDTH],
            "0 to 1: multiply x and z by its width and y by its height",
        ),
        (up(POINTS), "the mouth lies above the eyes: give height - y"),
        (flipped(POINTS), "right and left are exchanged"),
    ],
)
def test_wrong_points_are_refused(points: np.ndarray, message: str) -> None:
    with pytest.raises(InvalidInputError, match=f"b.jpg: .*{message}.*check=False"):
        Landmarks.from_points(np.concatenate([POINTS, points]), photo=["a.jpg", "b.jpg"])
    assert len(Landmarks.from_points(points, check=False)) == 1


@pytest.mark.parametrize("yaw", [-80, -40, 0, 40, 80])
@pytest.mark.parametrize("roll", range(-180, 180, 30))
def test_turned_faces_pass(yaw: int, roll: int) -> None:
    points = photo(yaw=yaw).points.astype(np.float64)
    turned = points @ rotation(roll=roll).T + [5000, 5000, 0]
    assert len(Landmarks.from_points(turned)) == 1


def test_the_mirror_image_with_the_sides_that_it_shows_passes() -> None:
    assert len(Landmarks.from_points(FACE.mirrored().points)) == 1


def test_points_that_are_missing_are_not_judged() -> None:
    lost = changeable(photo())
    lost.points[0, number("outer_canthus", "left")] = np.nan
    assert len(Landmarks.from_points(lost.points)) == 1
    assert len(Landmarks.from_points(np.full((2, MEDIAPIPE_478.size, 3), np.nan))) == 2
    assert len(Landmarks.from_points(np.zeros((2, MEDIAPIPE_478.size, 3)))) == 2


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        (np.zeros((478, 3)), {}, r"shape \(478, 3\); mediapipe478 needs \(n, 478, 3\)"),
        ("points", {}, "points have to be numbers"),
        ([[1, 2], [3]], {}, "points have to be numbers"),
        (POINTS, {"pose": "left"}, "pose have to be numbers"),
        (POINTS, {"photo": ["a", "b"]}, "faces: 1, but names of photos: 2"),
        (POINTS, {"colour": 3}, "no field colour"),
        (POINTS, {"scheme": "other"}, "other"),
    ],
)
def test_other_misuse_is_an_own_error(
    points: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Landmarks.from_points(points, **options)  # type: ignore[arg-type]
