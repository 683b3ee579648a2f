"""Points followed through pixels: pictures that move by known amounts, and points that can't be followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract.following import _settle, follow_face
from asymmetry.photos.clips import Frame
from asymmetry.synthetic import face

COUNT, SIDE = 9, 480
ANCHORS = (1, 6)
#: Error of a network's point, px.
MISREAD = 1.0


def turns() -> list[FloatArray]:
    """A camera that shakes and turns: the way (2, 3) of each frame's places from those of the first frame."""
    found = []
    for number in range(COUNT):
        turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), 2 * np.sin(number), 1 + 0.01 * number)
        found.append(
            np.asarray(turn, np.float64) + number * np.array([[0, 0, 0.37], [0, 0, -0.53]])
        )
    return found


@pytest.fixture(scope="module")
def texture() -> Pixels:
    """Skin with detail of some pixels' size."""
    rng = np.random.default_rng(0)
    coarse = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)), (0, 0), 3)
    grey = np.clip(128 + 200 * coarse / np.abs(coarse).max(), 0, 255).astype(np.uint8)
    return np.dstack([grey] * 3)


@pytest.fixture(scope="module")
def still() -> FloatArray:
    """The places of a face's points in the first frame."""
    points = face(px_per_mm=2.2).points[0, :, :2]
    return np.asarray(points - points.mean(axis=0) + SIDE / 2, np.float64)


@pytest.fixture(scope="module")
def true(still: FloatArray) -> FloatArray:
    """Where the points are in each frame, shape (n, k, 2)."""
    return np.stack([still @ turn[:, :2].T + turn[:, 2] for turn in turns()])


@pytest.fixture(scope="module")
def read(true: FloatArray) -> Landmarks:
    """As a network reads them: right in the anchors, and misread in all other frames."""
    made = face(COUNT, px_per_mm=2.2)
    misread = np.random.default_rng(1).normal(0, MISREAD, true.shape)
    misread[list(ANCHORS)] = 0
    misread[:, list(made.layout.pairs["outer_canthus"])] = 0
    points = made.points.copy()
    points[..., :2] = true + misread
    return replace(made, points=points)


def film(texture: Pixels) -> Iterator[Frame]:
    # Places count from the first pixel's edge, OpenCV's from its middle.
    for number, turn in enumerate(turns()):
        matrix = turn.copy()
        matrix[:, 2] += (turn[:, :2].sum(axis=1) - 1) / 2
        seen = cv2.warpAffine(texture, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
        yield Frame(number, number / 30, np.asarray(seen, np.uint8))


def follow(frames: list[Frame], read: Landmarks, *, mirrored: bool = False) -> FloatArray:
    anchors = {number: frames[number].pixels for number in ANCHORS}
    return follow_face(frames, read, anchors, mirrored=mirrored).points[..., :2].astype(np.float64)


def numbers(read: Landmarks, *names: str) -> list[int]:
    return [number for name in names for number in read.layout.pairs[name]]


FOLLOWED = ("inner_canthus", "iris_centre", "brow_upper_3", "brow_lower_1", "commissure")


def test_points_are_where_the_picture_went(
    texture: Pixels, read: Landmarks, true: FloatArray
) -> None:
    missed = (follow(list(film(texture)), read) - true)[:, numbers(read, *FOLLOWED)]
    assert np.sqrt((missed**2).mean()) < 0.1 * MISREAD
    assert np.abs(missed).max() < 0.4 * MISREAD


def test_a_point_that_was_misplaced_in_one_frame_moves_as_the_picture_does(
    texture: Pixels, read: Landmarks, true: FloatArray
) -> None:
    brow, off = numbers(read, "brow_upper_3"), np.array([3.0, -4.0])
    points = read.points.copy()
    points[ANCHORS[0], brow, :2] += off
    missed = (follow(list(film(texture)), replace(read, points=points)) - true)[:, brow]
    np.testing.assert_allclose(missed, np.broadcast_to(off / 2, missed.shape), atol=0.5)


def test_other_points_stay_as_they_were_read(texture: Pixels, read: Landmarks) -> None:
    found, lids = follow(list(film(texture)), read), numbers(read, "upper_lid_3", "lower_lid_4")
    np.testing.assert_array_equal(found[:, lids], read.points[:, lids, :2])


def test_a_mirrored_clip_is_followed_as_it_is_read(texture: Pixels, read: Landmarks) -> None:
    frames = list(film(texture))
    stored = [
        frame._replace(pixels=np.ascontiguousarray(frame.pixels[:, ::-1])) for frame in frames
    ]
    there, back = follow(frames, read), follow(stored, read, mirrored=True)
    np.testing.assert_array_equal(there, back)


def test_what_has_no_detail_stays_as_it_was_read(read: Landmarks) -> None:
    flat = np.full((SIDE, SIDE, 3), 128, np.uint8)
    found = follow([Frame(number, number / 30, flat) for number in range(COUNT)], read)
    np.testing.assert_allclose(found, read.points[..., :2], atol=1e-4)


def test_a_point_that_is_covered_in_a_frame_is_where_it_was_read(
    texture: Pixels, read: Landmarks, true: FloatArray
) -> None:
    frames, commissure = list(film(texture)), numbers(read, "commissure")
    covered = frames[4].pixels.copy()
    for x, y in true[4, commissure].astype(int):
        covered[y - 25 : y + 25, x - 25 : x + 25] = 128
    frames[4] = frames[4]._replace(pixels=covered)
    found = follow(frames, read)
    assert np.abs(found[4, commissure] - read.points[4, commissure, :2]).max() < MISREAD
    assert np.abs(found[5, commissure] - true[5, commissure]).max() < 0.4 * MISREAD


@pytest.mark.parametrize(("mm", "there"), [(2.7, True), (3.3, False)])
def test_what_is_read_3_mm_off_is_not_the_same_point(
    texture: Pixels, read: Landmarks, true: FloatArray, mm: float, there: bool
) -> None:
    """A millimetre is a 90th of the way between the outer canthi, as in adults."""
    frame, corner = 4, numbers(read, "commissure")
    right, left = true[frame, list(read.layout.pairs["outer_canthus"])]
    points = read.points.copy()
    off = np.array([0, mm * np.hypot(*(left - right)) / 90])
    points[frame, corner, :2] = true[frame, corner] + off
    found = follow(list(film(texture)), replace(read, points=points))[frame, corner]
    np.testing.assert_allclose(found, true[frame, corner] + (0 if there else off), atol=0.5)


def test_an_eye_is_not_followed_to_frames_in_which_it_closes_nor_from_them(
    texture: Pixels, read: Landmarks, true: FloatArray
) -> None:
    """In frames 4 and 6 the picture around the right eye comes down; 6 is one that is followed from."""
    frames, eye = list(film(texture)), [read.layout.pairs["iris_centre"][0]]
    other, closing = [read.layout.pairs["iris_centre"][1]], np.zeros((2, COUNT), bool)
    closing[0, [4, 6]] = True
    for number in (4, 6):
        pixels, (x, y) = frames[number].pixels.copy(), true[number, eye[0]].astype(int)
        pixels[y - 20 : y + 24, x - 30 : x + 30] = pixels[y - 24 : y + 20, x - 30 : x + 30].copy()
        frames[number] = frames[number]._replace(pixels=pixels)
    anchors = {number: frames[number].pixels for number in ANCHORS}
    dragged = follow(frames, read)
    found = follow_face(frames, read, anchors, closing=closing).points[..., :2].astype(np.float64)
    assert np.linalg.norm(dragged[4, eye] - read.points[4, eye, :2]) > 1.5
    assert np.linalg.norm(found[4, eye] - read.points[4, eye, :2]) < MISREAD
    assert np.abs(found[[2, 5, 7], eye] - true[[2, 5, 7], eye]).max() < 0.4 * MISREAD
    np.testing.assert_array_equal(found[:, other], dragged[:, other])
    shut = np.ones((2, COUNT), bool)
    kept = follow_face(frames, read, anchors, closing=shut).points
    np.testing.assert_allclose(kept[:, eye], read.points[:, eye], atol=1e-4)


PX_PER_MM = 2.0


def settle(found: FloatArray) -> FloatArray:
    """One point that is read at 5 in each frame, and followed from two frames."""
    places = np.stack([found, np.zeros_like(found)], axis=-1)[:, :, None]
    read = np.zeros((COUNT, 1, 2))
    read[..., 0] = 5.0
    return _settle(read, places, np.full((COUNT, 1), PX_PER_MM))[:, 0, 0]


@pytest.mark.parametrize(("mm", "counts"), [(0.9, True), (1.1, False)])
def test_a_place_that_differs_by_1_mm_from_both_frames_does_not_count(
    mm: float, counts: bool
) -> None:
    found = np.full((2, COUNT), 5.0)
    found[:, 4] += np.array([0.2, 0.2 + mm]) * PX_PER_MM
    moved = (0.2 + mm / 2) * PX_PER_MM
    assert settle(found)[4] == pytest.approx(5.0 + moved * counts)


@pytest.mark.parametrize(("lost", "followed"), [(2, True), (3, False)])
def test_a_point_that_is_lost_in_three_frames_of_ten_is_not_followed(
    lost: int, followed: bool
) -> None:
    found = np.full((2, COUNT), 5.0)
    found[:, :lost] = np.nan
    found[:, -1] += 0.5
    assert settle(found)[-1] == pytest.approx(5.5 if followed else 5.0)


def test_frames_without_a_face_are_passed_over(
    texture: Pixels, read: Landmarks, true: FloatArray
) -> None:
    lost = np.arange(COUNT)[:, None, None] == 3
    found = follow(list(film(texture)), replace(read, points=np.where(lost, np.nan, read.points)))
    assert np.isnan(found[3]).all()
    rows = np.delete(np.arange(COUNT), 3)[:, None]
    missed = found[rows, numbers(read, *FOLLOWED)] - true[rows, numbers(read, *FOLLOWED)]
    assert np.sqrt((missed**2).mean()) < 0.1 * MISREAD


def test_without_a_frame_to_follow_from_nothing_changes(texture: Pixels, read: Landmarks) -> None:
    blank = replace(read, points=np.full_like(read.points, np.nan))
    assert np.isnan(follow(list(film(texture)), blank)).all()
    assert follow_face([], read, {}) is read
