"""Photos turned by any angle, faces that are small in theirs, turned heads, near cameras."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import Pixels
from asymmetry.extract.face.pose import CAMERA_CM, Pose, fit_pose, is_near
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.extract.model.finding import find_faces
from asymmetry.extract.model.mediapipe import QuickLandmarker
from asymmetry.extract.second_look import SURE, sureness
from asymmetry.extract.upright import TURNED
from asymmetry.photos.halvings import Halvings
from tests.notes import codes

SEEN = ("brow_height_diff_mm", "commissure_height_diff_mm", "fissure_height_diff_mm")
#: How far a turned photo may be read from the upright one, mm: as another file of it, see test_extractor.
AS_UPRIGHT_MM = 0.5
#: The mirror law, mm, as in test_extractor.
MIRROR_MM = 0.02


@pytest.fixture(scope="module")
def portrait(astronaut: Pixels) -> Pixels:
    return np.asarray(
        cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), dtype=np.uint8
    )


@pytest.fixture(scope="module")
def upright(extractor: Extractor, portrait: Pixels) -> Landmarks:
    return extractor.extract([portrait])


def turned(pixels: Pixels, degrees: float) -> tuple[Pixels, npt.NDArray[np.floating[Any]]]:
    """A picture turned anticlockwise, whole, and the matrix that does it."""
    height, width = pixels.shape[:2]
    side = int(np.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_CUBIC), np.uint8
    ), matrix


def apart(one: Landmarks, other: Landmarks) -> float:
    """The largest difference between what a bystander sees in both, mm."""
    here, there = measure(one), measure(other)
    return max(float(np.abs(here[name] - there[name]).max()) for name in SEEN)


@pytest.mark.parametrize("degrees", [25, -45, 90, 110, 135, 180, 225, -90])
def test_a_turned_photo_reads_as_upright(
    extractor: Extractor, portrait: Pixels, upright: Landmarks, degrees: float
) -> None:
    pixels, matrix = turned(portrait, degrees)
    rows = extractor.extract([pixels])
    assert apart(rows, upright) < AS_UPRIGHT_MM
    points = upright.points[0, :, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert np.median(np.hypot(*(rows.points[0, :, :2] - points).T)) < 1.5
    roll = float(measure(rows)["roll_deg"][0] - measure(upright)["roll_deg"][0])
    assert (roll - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1.0)
    assert ("photo_turned" in codes(rows.notes[0])) == (abs(degrees) > TURNED + 5)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_turned_by_quarters_reads_exactly_as_upright(
    extractor: Extractor, portrait: Pixels, upright: Landmarks, turns: int
) -> None:
    rows = extractor.extract([np.ascontiguousarray(np.rot90(portrait, turns))])
    assert apart(rows, upright) < MIRROR_MM


def test_an_upside_down_mirror_image_has_the_mirrored_measures(
    extractor: Extractor, portrait: Pixels
) -> None:
    down = np.ascontiguousarray(portrait[::-1, ::-1])
    one, other = (
        measure(extractor.extract([each])) for each in (down, np.ascontiguousarray(down[:, ::-1]))
    )
    for name in SEEN:
        assert one[name][0] == pytest.approx(-other[name][0], abs=MIRROR_MM)


@pytest.mark.parametrize("method", ["fast", "plain"])
def test_no_method_reads_a_face_upside_down(method: Any, portrait: Pixels) -> None:
    with Extractor(method=method) as other:
        rows = other.extract([portrait, np.ascontiguousarray(portrait[::-1, ::-1])])
    assert apart(rows[0], rows[1]) < AS_UPRIGHT_MM


def test_an_upright_photo_is_looked_at_no_more_often(
    extractor: Extractor, portrait: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    detect = QuickLandmarker.detect_each

    def counted(self: QuickLandmarker, pictures: Sequence[Pixels]) -> Any:
        looked.extend(map(len, pictures))
        return detect(self, pictures)

    monkeypatch.setattr(QuickLandmarker, "detect_each", counted)
    extractor.extract([cv2.resize(portrait, (800, 800))])
    assert len(looked) == 2  # as it is, and mirrored


def test_the_network_is_sure_of_upright_faces_only(extractor: Extractor, portrait: Pixels) -> None:
    turned = np.ascontiguousarray(portrait[::-1, ::-1])
    with extractor.borrow_tools() as tools:
        for pixels, sure in ((portrait, True), (turned, False)):
            photo = Halvings(pixels)
            for reading in find_faces(photo, tools.landmarker)[:1]:
                assert (sureness(photo, reading, tools.canonical, tools.mesh) > SURE) == sure


@pytest.mark.parametrize("size", [(3000, 4000), (300, 4000)])
def test_a_face_of_sixty_px_is_found_in_a_large_photo(
    extractor: Extractor, astronaut: Pixels, size: tuple[int, int]
) -> None:
    face = np.ascontiguousarray(astronaut[:300, 60:360])  # outer canthi 66 px apart
    ground = np.full((*size, 3), 150, np.uint8)
    top = min(1700, size[0] - 300)
    ground[top : top + 300, 2900:3200] = face
    rows = extractor.extract([ground])
    assert rows.usable.all(), rows.reason
    assert apart(rows, extractor.extract([face])) < 1.0


def test_a_turned_head_is_said_in_the_landmarks(extractor: Extractor, shared_faces: Path) -> None:
    names = [f"id0_brow_L100_y{yaw}.jpg" for yaw in ("+00", "+20", "-20")]
    rows = extractor.extract([shared_faces / "render" / name for name in names])
    assert ["head_turned" in codes(notes) for notes in rows.notes] == [False, True, True]
    assert rows.notes[1][0]["angle"] == pytest.approx(20, abs=5)
    assert (rows.status[1:] == "warn").all()


@pytest.mark.parametrize(
    ("distance", "near"), [(15.0, True), (25.0, True), (40.0, False), (CAMERA_CM, False)]
)
def test_a_face_seen_from_nearby_looks_so(distance: float, near: bool) -> None:
    vertices = canonical_mesh()
    far = Pose(np.eye(3), np.array([500.0, 500.0]), 40.0, 0.0).project(vertices)
    nearer = (1 - vertices[:, 2] / CAMERA_CM) / (1 - vertices[:, 2] / distance)
    points = np.concatenate([500 + (far[:, :2] - 500) * nearer[:, None], far[:, 2:]], axis=1)
    assert is_near(points, vertices, fit_pose(points, vertices)) == near


def test_a_camera_at_15_cm_is_said(extractor: Extractor, shared_faces: Path) -> None:
    rows = extractor.extract(sorted((shared_faces / "zoom").glob("*.jpg")))
    assert ["camera_near" in codes(notes) for notes in rows.notes] == [True] + [False] * (
        len(rows) - 1
    )
