"""Faces found without MediaPipe's graph: the same faces, and the same points in them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.errors import ModelError
from asymmetry.extract.model.blazeface import BlazeFace, FaceBox, cut_out
from asymmetry.extract.model.landmarker import Landmarker
from asymmetry.extract.model.mediapipe import QuickLandmarker
from asymmetry.extract.model.mesh import Mesh


@pytest.fixture(scope="module")
def quick() -> QuickLandmarker:
    return QuickLandmarker(BlazeFace(), Mesh())


@pytest.fixture(scope="module")
def mediapipe() -> Iterator[Landmarker]:
    with Landmarker() as landmarker:
        yield landmarker


def as_mediapipe(quick: QuickLandmarker, mediapipe: Landmarker, picture: Pixels) -> int:
    """How many faces there are, once both agree on all of them."""
    found, known = quick.detect(picture), mediapipe.detect(picture)
    assert len(found) == len(known)
    for one, other in zip(found, known, strict=True):
        width = np.ptp(other.points[:, 0])
        np.testing.assert_allclose(one.points[:, :2], other.points[:, :2], atol=0.001 * width)
        np.testing.assert_allclose(one.blendshapes, other.blendshapes, atol=0.005)
    return len(found)


@pytest.mark.parametrize("size", [(512, 512), (333, 512), (700, 411), (96, 96)])
def test_it_reads_what_mediapipe_reads(
    quick: QuickLandmarker, mediapipe: Landmarker, astronaut: Pixels, size: tuple[int, int]
) -> None:
    picture = np.full((*size, 3), 90, np.uint8)
    part = astronaut[: size[0], : size[1]]
    picture[: part.shape[0], : part.shape[1]] = part
    assert as_mediapipe(quick, mediapipe, picture) == (size != (96, 96))


@pytest.mark.parametrize("angle", [-25, 10, 90])
def test_turned_faces_too(
    quick: QuickLandmarker, mediapipe: Landmarker, astronaut: Pixels, angle: int
) -> None:
    turn = cv2.getRotationMatrix2D((220.0, 120.0), angle, 1.0)
    as_mediapipe(
        quick, mediapipe, np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)), np.uint8)
    )


def test_each_of_several_faces_is_found_the_largest_first(
    quick: QuickLandmarker, mediapipe: Landmarker, astronaut: Pixels
) -> None:
    face = astronaut[20:220, 120:320]
    picture = np.full((240, 480, 3), 90, np.uint8)
    picture[20:220, 20:220] = face
    picture[20:180, 250:410] = cv2.resize(face, (160, 160))
    assert as_mediapipe(quick, mediapipe, picture) == 2
    large, small = quick.detect(picture)
    assert large.area > small.area


def test_what_is_cut_out_lies_where_it_was(astronaut: Pixels) -> None:
    """The piece's middle and corners, turned back into the picture."""
    box = FaceBox(np.array([220.0, 120.0]), np.array([160.0, 160.0]), 0.3)
    corners = np.array([[0.0, 0.0, 0.0], [128.0, 0.0, 0.0], [64.0, 64.0, 8.0]])
    placed = box.to_picture(corners, 128)
    np.testing.assert_allclose(placed[2], (220.0, 120.0, 10.0))
    np.testing.assert_allclose(np.hypot(*(placed[1] - placed[0])[:2]), 160.0)
    piece = cut_out(astronaut, box, 128)
    at = placed[2, :2].astype(int)
    assert np.abs(piece[64, 64].astype(int) - astronaut[at[1], at[0]]).max() < 40


def test_a_file_without_a_detector_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.task", "w") as archive:
        archive.writestr("face_landmarks_detector.tflite", b"")
    with pytest.raises(ModelError, match=r"a\.task.*detector"):
        BlazeFace(tmp_path / "a.task")
