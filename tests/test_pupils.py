"""Pupils whose place is a guess: behind a lid, not seen, or of irises that read too small."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Extractor, measure
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.judge.limits import PupilLimits
from asymmetry.extract.judge.pupils import guess_pupils
from asymmetry.extract.steps import mark_guesses
from asymmetry.extract.upright import FaceReading
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, warp_photo
from tests.faces import PX_PER_MM, Moves, model, number, photo
from tests.notes import codes

LIDS = MEDIAPIPE_478.groups["upper_lid"]
LIMITS = PupilLimits()
BOTH: dict[Side, bool] = dict.fromkeys(SIDES, True)


def with_lids(right: float, left: float) -> npt.NDArray[np.floating]:
    """Points of a face whose upper lids stand so many mm above the pupils; by itself 4."""
    heights = dict(zip(SIDES, (right, left), strict=True))
    moves: Moves = {(name, side): (0, heights[side] - 4) for name in LIDS for side in SIDES}
    return photo(model(moves), roll=20).points[0]


PUPILS = {"pupil_hidden", "iris_unclear", "irises_small", "pupils_aslant", "no_iris", "eye_closed"}


@pytest.mark.parametrize("side", SIDES)
def test_a_lid_over_the_pupil_is_said(side: Side) -> None:
    low, open_ = 0.9, 1.1  # mm over the pupil; 1 is the limit
    found = guess_pupils(
        with_lids(*((low, open_) if side == "right" else (open_, low))), BOTH, LIMITS
    )
    assert found.covered == (side,)
    assert found.notes == (Note("pupil_hidden", sides=[side]),)


def test_open_eyes_are_no_guess() -> None:
    assert (
        guess_pupils(with_lids(4, 4), BOTH, LIMITS).notes
        == guess_pupils(with_lids(4, 4), None, LIMITS).notes
        == ()
    )


@pytest.mark.parametrize(("over", "said"), [(2.1, ("left",)), (1.9, ())])
def test_an_iris_not_seen_in_an_open_eye_is_said(over: float, said: tuple[Side, ...]) -> None:
    assert (
        guess_pupils(with_lids(over, over), {"right": True, "left": False}, LIMITS).unclear == said
    )
    neither = guess_pupils(with_lids(over, over), {"right": False, "left": False}, LIMITS)
    assert neither.notes == (Note("iris_unclear", sides=SIDES),)


def test_irises_too_small_for_the_face_are_said() -> None:
    points = with_lids(4, 4)
    for factor, small in ((1.01, True), (0.98, False)):
        wide = points.copy()
        right, left = (number("outer_canthus", side) for side in SIDES)
        middle = (wide[right] + wide[left]) / 2
        length = np.hypot(*(wide[left] - wide[right])[:2]) / PX_PER_MM
        most = 96.5  # mm: 3 standard deviations over the mean of people
        for each in (right, left):
            wide[each] = middle + (wide[each] - middle) * most / length * factor
        assert guess_pupils(wide, BOTH, LIMITS).small == small
        assert ("irises_small" in codes(guess_pupils(wide, BOTH, LIMITS).notes)) == small


def test_a_guessed_iris_is_no_surer_than_0_9_mm() -> None:
    points, sure = with_lids(0.5, 4), np.full(MEDIAPIPE_478.size, 0.5)
    pose = Pose(np.eye(3), np.zeros(2), 10 * PX_PER_MM, 0.0)
    face = FaceReading(points, sure, np.zeros(52), pose, points, irises=BOTH)
    right, left = (number("iris_centre", side) for side in SIDES)
    spread = mark_guesses(face, LIMITS).spread
    assert spread[right] == pytest.approx(0.9 * PX_PER_MM)
    assert spread[left] == 0.5


def test_lids_that_cover_both_pupils_mislead_nobody(shared_faces: Path) -> None:
    """Either what is measured is right, or the reason says that it is a guess."""
    paths = [shared_faces / "london" / f"{person}_neutral.jpg" for person in ("009", "034", "122")]
    with Extractor() as extractor:
        rows = extractor.extract(paths)
        before = measure(rows)
        for i, path in enumerate(paths):
            for up in (-3.0, -4.0, -5.0):
                lids = [Move("upper_lid", side, up_mm=up) for side in SIDES]
                try:
                    warped = warp_photo(read_photo(path).pixels, rows[i], lids)
                except InvalidInputError:
                    continue
                after = measure(extractor.extract([warped.pixels]))
                off = [
                    after[f"mrd1_{side}_mm"][0] - before[f"mrd1_{side}_mm"][i] - up
                    for side in SIDES
                ]
                off += [
                    after[f"brow_height_{side}_mm"][0] - before[f"brow_height_{side}_mm"][i]
                    for side in SIDES
                ]
                said = PUPILS & set(codes(after.notes[0]))
                assert said or np.nanmax(np.abs(off)) < 0.6, f"{path.name} {up}: {off}"


def test_a_face_with_one_eye_higher_is_measured_or_said(shared_faces: Path) -> None:
    path = shared_faces / "london" / "122_neutral.jpg"
    pixels = read_photo(path).pixels
    with Extractor() as extractor:
        row = extractor.extract([pixels])
        after = measure(extractor.extract([iris_moved(pixels, row.points[0, :, :2], "left", 2.0)]))
    before = measure(row)
    off = [
        after[name][0] - before[name][0]
        for name in ("brow_height_diff_mm", "commissure_height_diff_mm")
    ]
    assert PUPILS & set(codes(after.notes[0]))
    # By the pupils it would be 1.2 and 0.6 mm.
    assert np.abs(off).max() < 0.6


def iris_moved(
    pixels: npt.NDArray[np.uint8], points: npt.NDArray[np.floating], side: Side, up_mm: float
) -> npt.NDArray[np.uint8]:
    """One iris moved up between its lids; the eye around it gives way."""
    centre, lateral, medial = points[
        MEDIAPIPE_478.of(side, ("iris_centre", "iris_lateral", "iris_medial"))
    ]
    radius = float(np.hypot(*(lateral - medial))) / 2
    up = up_mm * radius / (11.71 / 2)
    height, width = pixels.shape[:2]
    at = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) + 0.5
    away = np.hypot(*np.moveaxis(at - centre + (0, up), -1, 0)) / radius
    part = np.clip((2.0 - away) / 0.88, 0, 1)
    source = at - 0.5
    source[..., 1] += up * part * part * (3 - 2 * part)
    moved = cv2.remap(pixels, source.astype(np.float32), None, cv2.INTER_CUBIC)
    lids = [points[MEDIAPIPE_478.of(side, ("outer_canthus", *MEDIAPIPE_478.groups[lid], "inner_canthus"))]
            for lid in ("upper_lid", "lower_lid")]  # fmt: skip
    eye = np.zeros((height, width), np.float32)
    cv2.fillPoly(eye, [np.concatenate([lids[0], lids[1][::-1]]).round().astype(np.int32)], 1.0)
    alpha = cv2.GaussianBlur(eye, (0, 0), radius / 16)[..., None]
    return np.rint(moved * alpha + pixels * (1 - alpha)).astype(np.uint8)
