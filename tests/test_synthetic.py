"""Synthetic faces: what they say is true is true, to the pixel and to the micrometre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.synthetic import (
    PARTS,
    Move,
    Part,
    face,
    jitter_photo,
    warp_photo,
)
from asymmetry.synthetic.skin import HalfView, View, skin_of
from asymmetry.synthetic.warp import _source, _window

Array = npt.NDArray[Any]
GROUPS = MEDIAPIPE_478.groups

# A move of each part that a canonical face has room for.
MOVES = (
    Move("brow", "right", up_mm=-3.0),
    Move("brow", "left", up_mm=4.0, out_mm=0.5),
    Move("mouth_corner", "left", up_mm=-4.0),
    Move("mouth_corner", "right", up_mm=3.0, out_mm=2.0),
    Move("upper_lid", "right", up_mm=-2.0),
    Move("upper_lid", "left", up_mm=1.0),
    Move("lower_lid", "left", up_mm=1.0),
    Move("lower_lid", "right", up_mm=-1.0),
)


def numbers(names: tuple[str, ...], side: Side) -> list[int]:
    return MEDIAPIPE_478.right(names) if side == "right" else MEDIAPIPE_478.left(names)


def other(side: Side) -> Side:
    return "left" if side == "right" else "right"


def skin(landmarks: Landmarks, seed: int = 0) -> Array:
    """A photo of the size that the landmarks ask for, full of soft texture."""
    width, height = landmarks.size[0]
    noise = np.random.default_rng(seed).uniform(0, 255, (height, width, 3)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), 3.0)
    return cv2.normalize(blurred, None, 20, 235, cv2.NORM_MINMAX).astype(np.uint8)


def dotted(landmarks: Landmarks, names: tuple[str, ...], side: Side) -> Array:
    """A black photo with a soft dot on each named point."""
    width, height = landmarks.size[0]
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    dots = [
        np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * 1.5**2))
        for px, py in landmarks.points[0, numbers(names, side), :2]
    ]
    return np.repeat(np.rint(250 * np.max(dots, axis=0)).astype(np.uint8)[..., None], 3, axis=2)


def centroid(pixels: Array, near: Array, radius: int = 7) -> Array:
    """Centre of the dot near a point."""
    left, top = np.floor(near).astype(int) - radius
    patch = pixels[top : top + 2 * radius + 1, left : left + 2 * radius + 1, 0].astype(float)
    rows, columns = np.indices(patch.shape)
    return np.array([(columns * patch).sum(), (rows * patch).sum()]) / patch.sum() + [
        left + 0.5,
        top + 0.5,
    ]


@pytest.mark.parametrize("roll", [0.0, -17.0])
@pytest.mark.parametrize("move", MOVES[:4])
def test_a_part_moves_as_a_whole_by_exactly_the_stated_amount(move: Move, roll: float) -> None:
    landmarks = face(roll=roll, px_per_mm=4.0)
    moved = warp_photo(skin(landmarks), landmarks, [move]).displacement[
        numbers(PARTS[move.part], move.side)
    ]
    angle = np.radians(roll)  # anticlockwise, and y goes down
    left, up = np.array([np.cos(angle), -np.sin(angle)]), np.array([-np.sin(angle), -np.cos(angle)])
    out = left if move.side == "left" else -left
    np.testing.assert_allclose(moved - 4.0 * (move.up_mm * up + move.out_mm * out), 0, atol=1e-3)


@pytest.mark.parametrize("move", MOVES[:4])
def test_pixels_follow_the_displacement(move: Move) -> None:
    landmarks = face(px_per_mm=4.0)
    names = PARTS["mouth_corner"][:1] if move.part == "mouth_corner" else GROUPS["brow_upper"]
    warped = warp_photo(dotted(landmarks, names, move.side), landmarks, [move])
    at = numbers(names, move.side)
    expected = landmarks.points[0, at, :2] + warped.displacement[at]
    found = np.array([centroid(warped.pixels, near) for near in expected])
    np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("roll", [0.0, 31.0])
@pytest.mark.parametrize("move", MOVES)
def test_every_pixel_comes_from_where_the_field_takes_it(move: Move, roll: float) -> None:
    landmarks = face(roll=roll, px_per_mm=4.0)
    half = HalfView(
        View.of(landmarks.points[0, :, :2].astype(float), MEDIAPIPE_478, roll, 1 / 4.0), move.side
    )
    field = skin_of(half, move)
    rows, columns = np.mgrid[_window(skin(landmarks), half, move)]
    there = np.stack([columns, rows], axis=-1) + 0.5
    source = _source(there, half, field, move)
    taken = source + field.weight(*half.to_mm(source))[..., None] * half.shift(move)
    assert np.abs(source - there).max() > 3
    np.testing.assert_allclose(taken, there, atol=0.02)


@pytest.mark.parametrize("yaw", [0.0, -20.0, 20.0])
@pytest.mark.parametrize("move", MOVES)
def test_nothing_moves_on_the_other_side(move: Move, yaw: float) -> None:
    landmarks = face(px_per_mm=4.0, yaw=yaw)
    photo = skin(landmarks)
    warped = warp_photo(photo, landmarks, [move])
    still = numbers(tuple(MEDIAPIPE_478.pairs), other(move.side))
    assert np.abs(warped.displacement[still]).max() == 0.0
    assert np.abs(warped.displacement[list(MEDIAPIPE_478.midline.values())]).max() < 1e-9
    assert not np.array_equal(warped.pixels, photo)
    if not yaw:  # the midline is the photo's middle
        middle = photo.shape[1] // 2
        half = np.s_[:, middle:] if move.side == "right" else np.s_[:, :middle]
        assert np.array_equal(warped.pixels[half], photo[half])


@pytest.mark.parametrize("part", ["brow", "mouth_corner"])
def test_the_eye_stays_when_brow_or_mouth_move(part: Part) -> None:
    landmarks = face()
    warped = warp_photo(skin(landmarks), landmarks, [Move(part, "right", up_mm=-3)])
    eye = numbers(GROUPS["lids"] + GROUPS["canthi"] + GROUPS["iris"], "right")
    assert np.abs(warped.displacement[eye]).max() == 0.0


def test_a_lid_that_closes_covers_an_iris_that_stays() -> None:
    landmarks = face(px_per_mm=6.0)
    photo = skin(landmarks)
    warped = warp_photo(photo, landmarks, [Move("upper_lid", "right", up_mm=-2.0)])
    still = numbers(GROUPS["iris"] + GROUPS["canthi"] + GROUPS["lower_lid"], "right")
    assert np.abs(warped.displacement[still]).max() == 0.0
    (top,), (pupil,) = numbers(("upper_lid_4",), "right"), numbers(("iris_centre",), "right")
    np.testing.assert_allclose(
        warped.displacement[top], [0, 12.0], atol=0.02
    )  # it lies just beside the pupil

    (x, y), above = landmarks.points[0, pupil, :2].astype(int), int(landmarks.points[0, top, 1])
    assert np.array_equal(
        warped.pixels[y : y + 15, x], photo[y : y + 15, x]
    )  # the eye below the new margin
    lid = photo[above - 6 : above + 1, x].astype(int)
    assert (
        np.abs(warped.pixels[above + 6 : above + 13, x] - lid).max() <= 2
    )  # lashes and all, 12 px lower
    # 0.3 mm below the margin the eye is the old one.
    assert np.array_equal(warped.pixels[above + 15 : y, x], photo[above + 15 : y, x])


def test_a_lid_that_opens_stretches_the_eye_and_keeps_the_pupil() -> None:
    landmarks = face(px_per_mm=6.0)
    moved = warp_photo(
        skin(landmarks), landmarks, [Move("upper_lid", "left", up_mm=1.0)]
    ).displacement
    (top,), (pupil,) = numbers(("upper_lid_4",), "left"), numbers(("iris_centre",), "left")
    np.testing.assert_allclose(moved[top], [0, -6.0], atol=0.02)
    np.testing.assert_allclose(moved[pupil], 0, atol=1e-6)


@pytest.mark.parametrize("move", MOVES)
def test_the_mirrored_move_on_the_mirrored_photo_is_the_mirror_image(move: Move) -> None:
    landmarks = face(roll=5.0, brow_left_mm=2.0)
    photo = skin(landmarks)
    warped = warp_photo(photo, landmarks, [move])
    mirrored = warp_photo(
        np.ascontiguousarray(photo[:, ::-1]),
        landmarks.mirrored(),
        [replace(move, side=other(move.side))],
    )
    np.testing.assert_allclose(
        mirrored.displacement[MEDIAPIPE_478.mirror] * [-1, 1], warped.displacement, atol=1e-2
    )
    assert np.abs(mirrored.pixels[:, ::-1].astype(int) - warped.pixels).max() <= 4


def test_moves_of_one_part_add_up_and_take_each_other_back() -> None:
    landmarks = face(px_per_mm=4.0)
    photo = skin(landmarks)
    there = Move("brow", "right", up_mm=-3.0)
    back = warp_photo(photo, landmarks, [there, replace(there, up_mm=3.0)])
    brow = numbers(PARTS["brow"], "right")
    np.testing.assert_allclose(back.displacement[brow], 0, atol=1e-9)
    x, y = landmarks.points[0, brow, :2].astype(int).T
    hair = np.s_[y[:, None] + np.arange(-3, 4), x[:, None]]
    assert np.abs(back.pixels[hair].astype(int) - photo[hair]).max() <= 2
    once = warp_photo(photo, landmarks, [there]).pixels
    assert np.abs(once[hair].astype(int) - photo[hair]).mean() > 20


def test_no_move_changes_nothing() -> None:
    landmarks = face()
    photo = skin(landmarks)
    for moves in ([], [Move("brow", "left"), Move("upper_lid", "right")]):
        warped = warp_photo(photo, landmarks, moves)
        assert np.array_equal(warped.pixels, photo)
        assert not warped.displacement.any()


def test_the_scale_may_be_given() -> None:
    landmarks = face(px_per_mm=4.0)
    warped = warp_photo(
        skin(landmarks), landmarks, [Move("brow", "right", up_mm=-2)], mm_per_px=0.5
    )
    assert warped.displacement[:, 1].max() == pytest.approx(4.0, abs=1e-3)


def test_skin_is_never_folded() -> None:
    landmarks = face()
    with pytest.raises(InvalidInputError, match=r"brow.*room for \d"):
        warp_photo(skin(landmarks), landmarks, [Move("brow", "right", up_mm=-15)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"part": "ear"},
        {"side": "image_left"},
        {"up_mm": float("nan")},
        {"part": "upper_lid", "out_mm": 1.0},
    ],
)
def test_a_move_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        Move(**{"part": "brow", "side": "right", **wrong})


def test_a_warp_needs_a_photo_and_one_measured_face() -> None:
    landmarks = face()
    photo = skin(landmarks)
    nobody = Landmarks.blank(["a.jpg"], status="no_face")
    for pixels, points in (
        (photo[..., 0], landmarks),
        (photo / 255, landmarks),
        (photo, face(2)),
        (photo, nobody),
    ):
        with pytest.raises(InvalidInputError):
            warp_photo(pixels, points, [])


# --- Real photos


@pytest.fixture(scope="module")
def large_astronaut(astronaut: Array) -> Array:
    return np.asarray(cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC))


@pytest.fixture(scope="module")
def plain() -> Iterator[Extractor]:
    with Extractor(method="plain") as extractor:
        yield extractor


# Plain readings show about three quarters of a brow or mouth difference and a quarter of a lid difference.
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("part", "metric", "least"),
    [
        ("brow", "brow_height", 0.5),
        ("mouth_corner", "commissure_height", 1.0),
        ("upper_lid", "mrd1", 0.2),
    ],
)
def test_a_landmarker_sees_the_move_on_the_side_that_moved(
    plain: Extractor, large_astronaut: Array, part: Part, metric: str, least: float, side: Side
) -> None:
    before = plain.extract([large_astronaut])
    moved = warp_photo(large_astronaut, before, [Move(part, side, up_mm=-2.5)]).pixels
    table = measure(Landmarks.concat([before, plain.extract([moved])]))
    change = {name: float(np.diff(table[f"{metric}_{name}_mm"])[0]) for name in (*SIDES, "diff")}
    assert change[side] < -least
    assert change[side] < change[other(side)]
    assert change["diff"] * (1 if side == "right" else -1) < -least


# --- Another photo of the same face


def test_jitter_tells_where_every_point_went() -> None:
    landmarks = face(px_per_mm=3.0)
    points = landmarks.points[0, numbers(GROUPS["brow_upper"], "right"), :2]
    jittered = jitter_photo(
        dotted(landmarks, GROUPS["brow_upper"], "right"), np.random.default_rng(5), light=0.0
    )
    expected = points @ jittered.matrix[:, :2].T + jittered.matrix[:, 2]
    assert np.abs(expected - points).max() > 3
    found = np.array([centroid(jittered.pixels, near) for near in expected])
    np.testing.assert_allclose(found, expected, atol=0.15)  # a JPEG's noise


def test_jitter_keeps_to_its_limits() -> None:
    photo = np.full((60, 80, 3), 128, np.uint8)
    rng = np.random.default_rng(0)
    made = [jitter_photo(photo, rng, roll_deg=3.0, scale=0.08) for _ in range(200)]
    scale = [np.sqrt(np.linalg.det(m.matrix[:, :2])) for m in made]
    roll = [np.degrees(np.arctan2(m.matrix[0, 1], m.matrix[0, 0])) for m in made]
    grey = [m.pixels.mean() for m in made]
    assert 0.92 <= min(scale) < 0.93
    assert 1.07 < max(scale) <= 1.08
    assert -3 <= min(roll) < -2.8
    assert 2.8 < max(roll) <= 3
    assert 128 * 0.91 < min(grey) < 124
    assert 132 < max(grey) < 128 * 1.09
    assert {m.pixels.shape for m in made} == {photo.shape}


def test_jitter_is_chance_that_can_be_repeated() -> None:
    photo = skin(face(px_per_mm=1.0))
    one, same = (jitter_photo(photo, np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(one.pixels, same.pixels)
    assert not np.array_equal(one.pixels, jitter_photo(photo, np.random.default_rng(2)).pixels)
    with pytest.raises(InvalidInputError):
        jitter_photo(photo[..., 0], np.random.default_rng(1))
