"""The frontal picture that a photo is judged in: its scale, what it holds, its blur, colours and cutout."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face import frontal
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal, draw_frontal, percentile
from asymmetry.extract.face.plane import draw_at, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

#: A px is half a mm.
CM_PER_PX = 0.05
CANTHI = [MEDIAPIPE_478.of(side, ("outer_canthus",))[0] for side in SIDES]


def photo_of(canonical: Canonical, px_per_cm: float) -> tuple[Pixels, Pose, FloatArray]:
    """A grey photo with a dark dot on each outer canthus, the pose in it, and the face's points."""
    side = round(26 * px_per_cm)
    pose = Pose(np.eye(3), np.full(2, side / 2), px_per_cm, 0.0)
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    points = np.column_stack([places(pose, canonical, plane), np.zeros(len(plane))])
    photo = np.full((side, side, 3), 170, np.uint8)
    for across, down, _ in points[CANTHI]:
        at = round((across - 0.5) * 16), round((down - 0.5) * 16)
        cv2.circle(photo, at, round(0.2 * px_per_cm * 16), (40, 40, 40), -1, shift=4)
    return photo, pose, points


def of_colours(rgb: npt.ArrayLike) -> Frontal:
    """A frontal picture made by hand, all of it seen."""
    return Frontal(
        rgb=np.broadcast_to(np.asarray(rgb, dtype=np.uint8), (HEIGHT, WIDTH, 3)).copy(),
        seen=np.ones((HEIGHT, WIDTH), dtype=bool),
        points=np.full((MEDIAPIPE_478.size, 2), WIDTH / 2),
        native=np.zeros((1, 1), dtype=np.uint8),
        px_per_mm=2.0,
    )


@pytest.mark.parametrize("px_per_cm", [14.0, 45.0])
def test_it_is_drawn_at_half_a_mm_per_px(canonical: Canonical, px_per_cm: float) -> None:
    photo, pose, points = photo_of(canonical, px_per_cm)
    drawn = draw_frontal(photo, pose, canonical, points)
    right, left = drawn.points[CANTHI]
    apart = np.linalg.norm(np.diff(canonical.vertices[CANTHI, :2], axis=0))
    assert (left - right) * CM_PER_PX == pytest.approx([apart, 0], abs=0.01)
    down, across = np.nonzero(drawn.grey < 100)
    for point, some in ((right, across < WIDTH / 2), (left, across > WIDTH / 2)):
        found = across[some].mean() + 0.5, down[some].mean() + 0.5
        assert found == pytest.approx(point, abs=0.5)
    assert drawn.px_per_mm == pytest.approx(px_per_cm / 10)
    assert drawn.seen.all()


def test_it_holds_the_face_with_a_margin_of_one_or_two_cm() -> None:
    rows, columns = np.nonzero(of_colours(137).face)
    margins = np.array(
        [rows.min(), HEIGHT - 1 - rows.max(), columns.min(), WIDTH - 1 - columns.max()]
    )
    assert (margins * CM_PER_PX > 0.5).all()
    assert (margins * CM_PER_PX < 2.5).all()


def test_what_lies_beyond_the_photo_is_not_seen(canonical: Canonical) -> None:
    photo, pose, points = photo_of(canonical, 20.0)
    half = photo[:, : photo.shape[1] // 2]  # the patient's right
    seen = draw_frontal(half, pose, canonical, points).seen
    assert seen[:, : WIDTH // 2 - 2].all()
    assert not seen[:, WIDTH // 2 + 2 :].any()


def test_it_is_blurred_by_one_mm() -> None:
    row, column = HEIGHT // 2, WIDTH // 2
    picture = of_colours(0)
    picture.rgb[row, column] = 255
    weights = picture.smooth / picture.smooth.sum()
    across = (np.arange(WIDTH) - column) * 10 * CM_PER_PX
    assert np.sqrt((weights.sum(axis=0) * across**2).sum()) == pytest.approx(1.0, rel=0.02)


def test_colours_are_cie_a_and_b_blurred_by_one_mm() -> None:
    """Of red in sRGB they are 80 and 67."""
    red, grey = (255, 0, 0), (137, 137, 137)
    middle = np.array([WIDTH / 2 + 0.5, HEIGHT / 2 + 0.5])
    assert of_colours(grey).colour(middle) == pytest.approx([0, 0], abs=0.5)
    assert of_colours(red).colour(middle) == pytest.approx([80, 67], abs=1)
    # A field of it from 2 mm on has 1.2 % of a Gaussian's weight, whose standard deviation is 1 mm.
    beside = of_colours(grey)
    beside.rgb[:, WIDTH // 2 + 5 :] = red
    assert beside.colour(middle)[0] == pytest.approx(0.0122 * 80, abs=0.25)


def test_the_middle_of_a_fine_photo_is_kept_as_it_is(canonical: Canonical) -> None:
    photo, pose, points = photo_of(canonical, 100.0)
    photo[..., :] = np.random.default_rng(0).integers(0, 255, photo.shape[:2])[..., None]
    native = draw_frontal(photo, pose, canonical, points).native
    assert native.shape == (768, 768)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    left, top = ((low + high) / 2 - 384).astype(int)
    np.testing.assert_array_equal(native, photo[top : top + 768, left : left + 768, 0])


def test_of_a_coarse_photo_the_whole_face_is_kept(canonical: Canonical) -> None:
    photo, pose, points = photo_of(canonical, 10.0)
    size = np.ptp(points[:, :2], axis=0)
    native = draw_frontal(photo, pose, canonical, points).native
    assert native.shape[::-1] == pytest.approx(size, abs=1.5)


def test_colours_are_smoothed_over_all_that_opencv_weighs_and_no_more() -> None:
    dot = np.zeros((61, 61), np.float32)
    dot[30, 30] = 1.0
    weighed = np.flatnonzero(frontal.smooth(dot, frontal._SMOOTH)[30])
    assert np.ptp(weighed) == 2 * frontal._SMOOTH_REACH


def test_each_place_is_looked_at_once() -> None:
    looked = []

    def look(view: Frontal, row: int) -> int:
        looked.append(row)
        return int(view.grey[row, 0])

    first, second = of_colours(137), of_colours(20)
    assert [first.once(look, 3), first.once(look, 3), second.once(look, 3)] == [137, 137, 20]
    assert first.once(look, 4) == 137
    assert looked == [3, 3, 4]


@pytest.mark.parametrize("size", [46, 47])
def test_a_percentile_is_that_of_numpy(size: int) -> None:
    values = np.random.default_rng(size).normal(size=(2, size)).astype(np.float32)
    for percent in (0, 5, 50, 97.5, 100):
        assert percentile(values, percent) == pytest.approx(
            np.percentile(values, percent), abs=1e-6
        )


def test_pixels_are_those_of_opencv_within_and_beyond_the_photo() -> None:
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    for low, high in ((-80, 90), (60, 70), (-9, -5), (10, 20)):
        at = np.rint(rng.uniform(low, high, (30, 20, 2)) * 32) / 32 + 0.5
        maps = cv2.split((at - 0.5).astype(np.float32))
        whole = cv2.remap(photo, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        assert (draw_at(photo, at, cv2.INTER_LINEAR) == whole).all()


def test_a_place_that_is_unknown_leaves_the_others_as_they_are() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    at = np.full((4, 4, 2), 20.5)
    known = draw_at(photo, at, cv2.INTER_LINEAR)
    at[0] = np.nan
    assert (draw_at(photo, at, cv2.INTER_LINEAR)[1:] == known[1:]).all()
