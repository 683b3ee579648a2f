"""Retakes: the new photo shows the face where geometry says, and nothing differs that was not asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import InvalidInputError
from asymmetry.extract.face.pose import CAMERA_CM, fit_pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.synthetic import (
    CLINIC,
    HOME,
    SETTINGS,
    Retake,
    Setting,
    Sitter,
    draw_occasion,
    draw_photo,
    face,
    prepare_sitter,
    retake_photo,
)

PX_PER_MM = 4.0
MESH = slice(0, 468)
IRIS = MEDIAPIPE_478.right(MEDIAPIPE_478.groups["iris"]) + MEDIAPIPE_478.left(
    MEDIAPIPE_478.groups["iris"]
)


@pytest.fixture(scope="module")
def landmarks(canonical: Canonical) -> Landmarks:
    """The canonical face in a photo from the distance that the pose assumes, its own depths those of it."""
    made = face(px_per_mm=PX_PER_MM)
    pose = fit_pose(np.asarray(made.points[0], float), canonical.vertices)
    plane = pose.unproject(np.asarray(made.points[0, :, :2], float), canonical.depth_at)
    surface = np.column_stack([plane, canonical.depth_at(*plane.T)])
    return replace(made, points=pose.project(surface)[None].astype(np.float32))


@pytest.fixture(scope="module")
def pixels(landmarks: Landmarks) -> Pixels:
    """Soft noise of the photo's size."""
    width, height = landmarks.size[0]
    rng = np.random.default_rng(3)
    coarse = rng.integers(40, 216, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))[:height, :width]


@pytest.fixture(scope="module")
def sitter(pixels: Pixels, landmarks: Landmarks, canonical: Canonical) -> Sitter:
    return prepare_sitter(pixels, landmarks, canonical=canonical)


def test_a_retake_that_differs_in_nothing_is_the_photo(sitter: Sitter) -> None:
    same = retake_photo(sitter, Retake())
    assert np.abs(same.pixels.astype(int) - sitter.pixels).max() <= 1
    np.testing.assert_allclose(same.points, sitter.landmarks.points[0, :, :2], atol=0.02)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(8, 0, 0), (-8, 0, 0), (0, 6, 0), (0, 0, 10), (5, -4, 3)]
)
def test_landmarks_move_as_the_turn_in_space_says(
    sitter: Sitter, yaw: float, pitch: float, roll: float
) -> None:
    taken = retake_photo(sitter, Retake(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll))
    relief = sitter.relief
    points = relief.lift(relief.plane) @ relief.pose.rotation.T
    y, p, r = np.radians([yaw, pitch, roll])
    about = [
        np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]),
        np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]),
        np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]),
    ]
    x, up, towards = (points @ (about[0] @ about[1] @ about[2]).T).T
    seen = np.stack([x, -up], axis=1) / (1 - towards / CAMERA_CM)[:, None]
    right, left = MEDIAPIPE_478.pairs["outer_canthus"]
    scale = np.linalg.norm(taken.points[right] - taken.points[left]) / np.linalg.norm(
        seen[right] - seen[left]
    )
    np.testing.assert_allclose(taken.points, relief.pose.origin + scale * seen, atol=1e-3)
    said = np.array(head_angles((about[0] @ about[1] @ about[2])[None]))[:, 0]
    np.testing.assert_allclose(said, (yaw, pitch, roll), atol=1e-9)


def test_pixels_follow_the_landmarks(pixels: Pixels, landmarks: Landmarks) -> None:
    marks = [MEDIAPIPE_478.midline["nose_tip"], *MEDIAPIPE_478.pairs["commissure"]]
    dark = np.zeros_like(pixels)
    rows, columns = np.mgrid[: len(dark), : dark.shape[1]] + 0.5
    for x, y in landmarks.points[0, marks, :2]:
        blob = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 4.0**2))
        dark = np.maximum(dark, np.round(blob)[..., None].astype(np.uint8))
    taken = retake_photo(
        prepare_sitter(dark, landmarks), Retake(yaw_deg=6, distance_cm=50, roll_deg=4)
    )
    light = taken.pixels[..., 0].astype(float)
    for x, y in taken.points[marks]:
        near = light * (np.hypot(columns - x, rows - y) < 12)
        middle = np.array([(near * columns).sum(), (near * rows).sum()]) / near.sum()
        np.testing.assert_allclose(middle, (x, y), atol=0.3)


def test_near_photos_enlarge_what_stands_out(sitter: Sitter) -> None:
    """Perspective at 35 cm: a point's size is as 1 / (distance less its depth)."""
    near, far = (retake_photo(sitter, Retake(distance_cm=cm)).points for cm in (35.0, 100.0))
    relief, pose = sitter.relief, sitter.relief.pose

    def width(points: FloatArray, name: str) -> float:
        right, left = MEDIAPIPE_478.pairs[name]
        return float(np.linalg.norm(points[right] - points[left]))

    def grows(name: str) -> float:
        depth = (
            relief.lift(relief.plane[list(MEDIAPIPE_478.pairs[name])]) @ pose.rotation[2]
        ).mean()
        return float((1 - depth / 100) / (1 - depth / 35))

    for name in ("ala", "commissure", "temple_1"):
        expected = grows(name) / grows("outer_canthus")
        assert width(near, name) / width(far, name) == pytest.approx(expected, rel=2e-3)
    assert width(near, "ala") / width(far, "ala") > 1.02
    assert width(near, "outer_canthus") == pytest.approx(width(far, "outer_canthus"))


def test_size_is_that_of_the_canthi(sitter: Sitter) -> None:
    taken = retake_photo(sitter, Retake(canthi_px=150, yaw_deg=4))
    right, left = MEDIAPIPE_478.pairs["outer_canthus"]
    assert np.linalg.norm(taken.points[right] - taken.points[left]) == pytest.approx(150)
    before = np.linalg.norm(np.diff(sitter.landmarks.points[0, [right, left], :2], axis=0))
    assert taken.pixels.shape[0] == pytest.approx(sitter.pixels.shape[0] * 150 / before, abs=1)


def test_light_from_the_right_of_the_photo_falls_on_what_faces_it(
    landmarks: Landmarks, canonical: Canonical
) -> None:
    grey = np.full((landmarks.size[0, 1], landmarks.size[0, 0], 3), 100, np.uint8)
    sitter = prepare_sitter(grey, landmarks, canonical=canonical)
    lit = retake_photo(sitter, Retake(light=0.5, light_off_deg=50, light_from_deg=90))
    x, y = np.rint(lit.points[list(MEDIAPIPE_478.pairs["cheekbone"])]).astype(int).T
    shaded, bright = lit.pixels[y, x, 0].astype(int)  # the patient's left is on the photo's right
    assert shaded < 90
    assert bright > 110
    assert (lit.pixels[:5, :5] == 100).all()
    above = retake_photo(sitter, Retake(light=0.5, light_off_deg=50)).pixels[..., 0].astype(int)
    mirrored = above[:, ::-1]
    assert np.abs(above - mirrored).max() <= 3


def test_a_stop_is_twice_the_light(landmarks: Landmarks) -> None:
    grey = np.full((landmarks.size[0, 1], landmarks.size[0, 0], 3), 100, np.uint8)
    sitter = prepare_sitter(grey, landmarks)
    assert np.unique(retake_photo(sitter, Retake(exposure_stops=1)).pixels).tolist() == [
        round(100 * 2 ** (1 / 2.2))
    ]


def test_gaze_moves_irises_alone(sitter: Sitter) -> None:
    taken = retake_photo(sitter, Retake(gaze_left_mm=0.8, gaze_up_mm=-0.3))
    shift = taken.points - retake_photo(sitter, Retake()).points
    np.testing.assert_allclose(
        shift[IRIS], [[0.8 * PX_PER_MM, 0.3 * PX_PER_MM]] * len(IRIS), atol=0.1
    )
    np.testing.assert_allclose(shift[MESH], 0, atol=1e-9)
    changed = (taken.pixels != sitter.pixels).any(axis=2)
    eyes = sitter.landmarks.points[0, IRIS, :2]
    rows, columns = np.nonzero(changed)
    apart = np.hypot(columns[:, None] - eyes[:, 0], rows[:, None] - eyes[:, 1]).min(axis=1)
    assert changed.any()
    assert apart.max() < 10 * PX_PER_MM


def test_a_share_of_the_smile_moves_the_corners_by_it(pixels: Pixels, landmarks: Landmarks) -> None:
    corners = list(MEDIAPIPE_478.pairs["commissure"])
    smile = np.zeros((MEDIAPIPE_478.size, 2))
    below_the_nose = (
        landmarks.points[0, :, 1] > landmarks.points[0, MEDIAPIPE_478.midline["subnasale"], 1]
    )
    smile[below_the_nose] = 0, 1.0  # cm
    sitter = prepare_sitter(pixels, landmarks, smile=smile)
    still, tenth = (retake_photo(sitter, Retake(smile=share)).points for share in (0.0, 0.1))
    rises = still[corners, 1] - tenth[corners, 1]
    np.testing.assert_allclose(rises, PX_PER_MM, rtol=0.1)
    numbers = [MEDIAPIPE_478.pairs["outer_canthus"][0], MEDIAPIPE_478.midline["forehead"]]
    np.testing.assert_allclose(still[numbers], tenth[numbers], atol=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"yaw_deg": np.nan},
        {"distance_cm": 5.0},
        {"light": 1.5},
        {"light": 0.5, "light_off_deg": 90.0},
        {"blur_px": -1.0},
        {"canthi_px": -1.0},
    ],
)
def test_a_retake_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError, match=r"retake|light"):
        Retake(**wrong)  # type: ignore[arg-type]


def test_no_photo_and_no_face_are_refused(pixels: Pixels, landmarks: Landmarks) -> None:
    with pytest.raises(InvalidInputError, match="uint8"):
        prepare_sitter(pixels.astype(float), landmarks)
    with pytest.raises(InvalidInputError, match="exactly one face"):
        prepare_sitter(pixels, Landmarks.blank(["a.jpg"], status="no_face"))


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
def test_photos_of_a_visit_share_the_place_and_differ_in_the_head(setting: Setting) -> None:
    rng = np.random.default_rng(5)
    occasions = [draw_occasion(setting, rng) for _ in range(3000)]
    pairs = [[draw_photo(setting, rng, each) for _ in range(2)] for each in occasions]
    one, other = zip(*pairs, strict=True)
    for name in ("distance_cm", "light", "light_from_deg", "exposure_stops", "canthi_px", "jpeg"):
        assert [getattr(each, name) for each in one] == [getattr(each, name) for each in other]
    for name in ("yaw_deg", "pitch_deg", "roll_deg"):
        first, second = (
            np.array([getattr(each, name) for each in photos]) for photos in (one, other)
        )
        assert first.std() == pytest.approx(getattr(setting, name), rel=0.05)
        assert np.corrcoef(first, second)[0, 1] == pytest.approx(setting.camera, abs=0.06)
    smiles = np.array([[each.smile for each in photos] for photos in (one, other)])
    assert (smiles >= 0).all()
    assert (smiles <= 0.1).all()
    assert abs(np.corrcoef(smiles)[0, 1]) < 0.06


def test_a_clinic_differs_less_than_home() -> None:
    assert CLINIC.yaw_deg == HOME.yaw_deg / 2 == 1.5
    assert HOME.distance_cm == (35.0, 70.0)
    assert HOME.canthi_px == (120.0, 300.0)
    assert CLINIC.distance_cm == (100.0, 100.0)
    assert CLINIC.light == (0.0, 0.0)
    smiles = [
        draw_photo(HOME, np.random.default_rng(i), Retake(), smiling=True).smile for i in range(500)
    ]
    assert np.std(smiles) == pytest.approx(HOME.effort, rel=0.1)
