"""A camera's distance from its focal length: EXIF tags, the pose, and heights that perspective shifts."""

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from asymmetry import Series
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract import Extractor
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import CAMERA_CM, Pose, fit_pose, is_near
from asymmetry.extract.model.canonical import load_canonical
from asymmetry.metrics import measure
from asymmetry.photos.camera import focal_from_exif
from asymmetry.photos.folder import describe_folder
from asymmetry.photos.manifest import Manifest
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import face as made_face

FOCAL, WIDTH, HEIGHT, ZOOM = 0xA405, 0xA002, 0xA003, 0xA404
PHONE = {FOCAL: 26, WIDTH: 4032, HEIGHT: 3024}


def turn(yaw: float, pitch: float) -> np.ndarray:
    (cy, sy), (cp, sp) = ((np.cos(each), np.sin(each)) for each in np.radians((yaw, pitch)))
    around_up = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_ears = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    return around_up @ around_ears


def face(brow_up: float = 0.0) -> np.ndarray:
    """The canonical face with irises, cm; its right brow so much higher."""
    points = np.zeros((MEDIAPIPE_478.size, 3))
    vertices = load_canonical().vertices
    points[: len(vertices)] = vertices
    for side, sign in (("right", -1.0), ("left", 1.0)):
        canthi = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["canthi"])
        ring = 0.585 * np.array([[0, 0, 0], [-sign, 0, 0], [0, 1, 0], [sign, 0, 0], [0, -1, 0]])
        points[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])] = (
            points[canthi].mean(axis=0) + ring
        )
    points[MEDIAPIPE_478.of("right", MEDIAPIPE_478.groups["brow"]), 1] += brow_up
    return points


def photograph(points: np.ndarray, distance: float, focal: float, yaw: float, pitch: float = 0.0):
    """Landmarks of a face through a pinhole at a distance, cm, as an extractor would give them."""
    pose = Pose(turn(yaw, pitch), np.array([500.0, 500.0]), focal / distance, 0.0, focal)
    return pose.project(points), pose


@pytest.mark.parametrize(
    ("tags", "size", "expected"),
    [
        (PHONE, (4032, 3024), 26 / math.hypot(36, 24) * 5040),
        (PHONE, (3024, 4032), 26 / math.hypot(36, 24) * 5040),
        (PHONE, (1008, 756), 26 / math.hypot(36, 24) * 1260),
        (
            {FOCAL: 50, WIDTH: 6000, HEIGHT: 4000},
            (600, 400),
            50 / math.hypot(36, 24) * math.hypot(600, 400),
        ),
        (PHONE | {ZOOM: 1.0}, (4032, 3024), 26 / math.hypot(36, 24) * 5040),
        (PHONE, (3024, 3024), math.nan),
        (PHONE, (4032, 2800), math.nan),
        ({FOCAL: 26, WIDTH: 3024, HEIGHT: 3024}, (3024, 3024), math.nan),
        (PHONE | {ZOOM: 2.0}, (4032, 3024), math.nan),
        ({FOCAL: 26}, (4032, 3024), math.nan),
        ({WIDTH: 4032, HEIGHT: 3024}, (4032, 3024), math.nan),
        (PHONE | {FOCAL: 0}, (4032, 3024), math.nan),
        (PHONE | {FOCAL: "wide"}, (4032, 3024), math.nan),
        (PHONE | {WIDTH: 0}, (4032, 3024), math.nan),
        ({}, (4032, 3024), math.nan),
    ],
)
def test_focal_length_of_whole_photos_only(tags, size, expected):
    assert focal_from_exif(tags, size) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_photo_says_its_focal_length():
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({FOCAL: 26, WIDTH: 400, HEIGHT: 300})
    file = io.BytesIO()
    Image.new("RGB", (400, 300)).save(file, "JPEG", exif=exif)
    assert read_photo(file.getvalue()).focal_px == pytest.approx(26 / math.hypot(36, 24) * 500)
    assert math.isnan(read_photo(np.zeros((300, 400, 3), np.uint8)).focal_px)


@pytest.mark.parametrize("distance", [22.0, 35.0, 60.0, 200.0])
@pytest.mark.parametrize("yaw", [-12.0, 0.0, 8.0])
def test_the_pose_of_a_known_camera_is_exact(distance, yaw):
    points, true = photograph(face(), distance, 3000.0, yaw, pitch=5.0)
    canonical = load_canonical()
    vertices = canonical.vertices
    found = fit_pose(points, vertices, focal_px=3000.0)
    assert found.camera_cm == pytest.approx(distance, rel=2e-3)
    np.testing.assert_allclose(found.rotation, true.rotation, atol=2e-3)
    assert found.residual < 0.01
    on_face = np.array([[-4.4, 2.6], [0.0, 0.0], [2.5, -3.5]])
    seen = true.project(surface(canonical, on_face))
    np.testing.assert_allclose(found.unproject(seen[:, :2], canonical.depth_at), on_face, atol=0.01)


def off(found: Pose, true: Pose) -> float:
    """How far a fit misses the worst point of the canonical face, px."""
    vertices = load_canonical().vertices
    return float(np.abs(found.project(vertices) - true.project(vertices))[:, :2].max())


# Each step of the three loops takes time, and too few make errors: both bounds are the steps' number.


@pytest.mark.parametrize("yaw", [10.0, 20.0])
def test_rounds_are_as_many_as_a_hundredth_of_a_px_needs(yaw):
    points, true = photograph(face(), CAMERA_CM, 3000.0, yaw, pitch=5.0)
    assert 0.001 < off(fit_pose(points, load_canonical().vertices), true) < 0.01


def test_rounds_for_a_near_camera_are_as_many_as_a_fiftieth_of_a_px_needs():
    points, true = photograph(face(), 35.0, 3000.0, 12.0, pitch=5.0)
    found = fit_pose(points, load_canonical().vertices, focal_px=3000.0)
    assert 0.001 < off(found, true) < 0.02


@pytest.mark.parametrize(("yaw", "cm"), [(10.0, 2e-6), (20.0, 2e-4)])
def test_steps_back_to_the_face_are_as_many_as_are_said(yaw, cm):
    canonical = load_canonical()
    on_face = np.array([[-4.4, 2.6], [0.0, 0.0], [2.5, -3.5]])
    _, pose = photograph(face(), 60.0, 3000.0, yaw, pitch=5.0)
    seen = pose.project(surface(canonical, on_face))[:, :2]
    missed = np.abs(pose.unproject(seen, canonical.depth_at) - on_face).max()
    assert cm / 2 < missed < 2 * cm


@pytest.mark.parametrize("focal", [200.0, 2e6])
def test_a_focal_length_that_can_not_be_is_not_believed(focal):
    points, _ = photograph(face(), 60.0, 3000.0, 5.0)
    vertices = load_canonical().vertices
    assert math.isnan(fit_pose(points, vertices, focal_px=focal).focal_px)
    assert fit_pose(points, vertices, focal_px=focal).camera_cm == CAMERA_CM


@pytest.mark.parametrize(
    ("distance", "believed"), [(12, False), (19, True), (920, True), (1150, False)]
)
def test_people_are_photographed_from_15_cm_to_10_m(distance, believed):
    """A face of 50 px per cm: its focal length over these is the distance of the camera."""
    points, _ = photograph(face(), 60.0, 3000.0, 5.0)
    found = fit_pose(points, load_canonical().vertices, focal_px=50.0 * distance)
    assert math.isfinite(found.focal_px) == believed


@pytest.mark.parametrize("distance", [30.0, 50.0, 300.0])
def test_heights_are_those_of_the_face_at_any_known_distance(distance):
    """Turned by 8°, a near camera enlarges the nearer brow: read as from 1 m, an even face looks uneven."""
    points, pose = photograph(face(brow_up=0.2), distance, 3000.0, 8.0)
    at = {"pose": pose.rotation[None], "size": [[1000, 1000]]}
    even = photograph(face(), distance, 3000.0, 8.0)[0]
    known = Landmarks.from_points(np.stack([points]), focal_px=np.array([3000.0]), **at)
    assert measure(known)["brow_height_diff_mm"][0] == pytest.approx(2.0, abs=0.1)
    flat = Landmarks.from_points(even[None], focal_px=np.array([3000.0]), **at)
    assert measure(flat)["brow_height_diff_mm"][0] == pytest.approx(0.0, abs=0.02)
    if distance < 60:
        assumed = Landmarks.from_points(even[None], **at)
        assert abs(measure(assumed)["brow_height_diff_mm"][0]) > 0.2


def test_a_near_camera_is_near():
    vertices = load_canonical().vertices
    for distance, near in ((25.0, True), (35.0, False)):
        points, pose = photograph(face(), distance, 3000.0, 0.0)
        assert is_near(points, vertices, pose) == near


def test_focal_lengths_stay_with_their_rows(tmp_path):
    points = photograph(face(), 50.0, 3000.0, 0.0)[0]
    known = Landmarks.from_points(np.stack([points, points]), focal_px=np.array([3000.0, np.nan]))
    both = Landmarks.concat([known, Landmarks.blank(["x"], status="no_face")])
    np.testing.assert_array_equal(both.focal_px, [3000.0, np.nan, np.nan])
    both.save(tmp_path / "points.npz")
    assert Landmarks.load(tmp_path / "points.npz") == both
    np.testing.assert_array_equal(both[1:].mirrored().focal_px, [np.nan, np.nan])


def test_tags_reach_the_points(portrait_path, tmp_path):
    with Image.open(portrait_path) as image:
        picture = image.convert("RGB").resize((1200, 1600))
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({FOCAL: 26, WIDTH: 1600, HEIGHT: 1200})
    picture.save(tmp_path / "tagged.jpg", exif=exif, quality=95)
    picture.save(tmp_path / "plain.jpg", quality=95)
    with Extractor(method="fast") as extractor:
        found = extractor.extract([tmp_path / "tagged.jpg", tmp_path / "plain.jpg"])
    assert found.focal_px[0] == pytest.approx(26 / math.hypot(36, 24) * 2000)
    assert math.isnan(found.focal_px[1])


def test_the_camera_in_the_photos_tags_is_told(tmp_path: Path) -> None:
    files = [tmp_path / f"2026-03-0{day} rest.jpg" for day in (1, 2, 3)]
    for file, model in zip(files, ("One", "One", "Two"), strict=True):
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Phone", model
        Image.new("RGB", (64, 48)).save(file, exif=exif)
    records = describe_folder(tmp_path, files, Manifest.of_folder(tmp_path), None)
    assert [each.camera for each in records] == ["Phone One", "Phone One", "Phone Two"]
    made = replace(made_face(3), photo=np.array([each.photo for each in records]))
    dated = replace(made, taken=np.array([each.iso_date for each in records]))
    told = Series.from_landmarks(dated, about=records).changes()[0].notes
    assert "another camera than on day 0 (Phone Two)" in " ".join(map(str, told))
