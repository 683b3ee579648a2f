"""The landmark network: as MediaPipe reads, but where the face is known."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import ModelError
from asymmetry.extract.halves.square import Square
from asymmetry.extract.model import mesh as mesh_module
from asymmetry.extract.model.file import bundled_model
from asymmetry.extract.model.landmarker import Landmarker, Reading
from asymmetry.extract.model.mesh import INPUT_FILL, INPUT_SIDE, Mesh
from tests.painted import canonical


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return Mesh()


@pytest.fixture(scope="module")
def found(astronaut: Pixels) -> Iterator[Reading]:
    with Landmarker() as landmarker:
        yield landmarker.detect(astronaut)[0]


def cut_out(
    photo: Pixels, points: npt.NDArray[np.float64]
) -> tuple[Pixels, float, npt.NDArray[np.float64]]:
    """The face upright in the network's picture; px of it per px of the photo, and where it begins."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    scale = INPUT_SIDE * INPUT_FILL / float((high - low).max())
    start = (low + high) / 2 - INPUT_SIDE / 2 / scale
    shift = -start * scale + scale / 2 - 0.5
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.asarray(cv2.warpAffine(photo, matrix, (INPUT_SIDE,) * 2), np.uint8), scale, start


def test_it_reads_what_mediapipe_reads(mesh: Mesh, astronaut: Pixels, found: Reading) -> None:
    """Within half a percent of the face: a detector cuts it out a little elsewhere."""
    picture, scale, start = cut_out(astronaut, found.points)
    points = mesh.read(picture)
    assert points is not None
    assert points.shape == (MEDIAPIPE_478.size, 3)
    apart = points[:, :2] / scale + start - found.points[:, :2]
    assert np.sqrt((apart**2).sum(axis=1).mean()) < 0.006 * np.ptp(found.points[:, 1])


def test_weights_are_mediapipes_to_rounding(mesh: Mesh, found: Reading) -> None:
    np.testing.assert_allclose(mesh.weigh_expressions(found.points), found.blendshapes, atol=1e-4)


def test_weights_do_not_hang_on_size_and_place(mesh: Mesh, found: Reading) -> None:
    moved = found.points * 0.37 + 50.0
    np.testing.assert_allclose(
        mesh.weigh_expressions(moved), mesh.weigh_expressions(found.points), atol=1e-3
    )


def test_the_network_is_given_each_level_as_its_share_of_255(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[npt.NDArray[np.float32]] = []

    def run(_: object, pictures: list[npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float32]]:
        given.extend(pictures)
        return [np.ones((1, 478 * 3), np.float32), np.zeros((1, 1), np.float32)]

    monkeypatch.setattr(mesh_module, "run_network", run)
    levels = np.arange(256 * 256 * 3).reshape(256, 256, 3) % 256
    mesh.read_squares([levels.astype(np.uint8)])
    assert given[0].dtype == np.float32
    np.testing.assert_allclose(given[0], levels / 255, atol=1e-7)


@pytest.mark.parametrize(("score", "seen"), [(-0.1, False), (0.0, False), (0.1, True)])
def test_a_face_is_what_scores_above_0(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch, score: float, seen: bool
) -> None:
    answer = [np.ones((1, 478 * 3), np.float32), np.full((1, 1), score, np.float32)]
    monkeypatch.setattr(mesh_module, "run_network", lambda *_: answer)
    assert (mesh.read(np.zeros((256, 256, 3), np.uint8)) is not None) == seen


def test_the_canonical_face_fills_two_thirds_of_the_networks_256_px() -> None:
    square = Square.of(canonical(), 1.0)
    assert square.side == 256
    ends = square.to_face(np.array([[128.0, 128 - 256 / 3], [128.0, 128 + 256 / 3]]))
    # From the forehead to the chin.
    np.testing.assert_allclose(ends, [[0, 8.26178], [0, -9.40338]], atol=1e-4)


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_no_face_is_none(mesh: Mesh, fill: int) -> None:
    assert mesh.read(np.full((INPUT_SIDE, INPUT_SIDE, 3), fill, np.uint8)) is None


def test_reading_again_gives_the_same_bits(mesh: Mesh, astronaut: Pixels, found: Reading) -> None:
    picture, _, _ = cut_out(astronaut, found.points)
    np.testing.assert_array_equal(mesh.read(picture), mesh.read(picture))
    np.testing.assert_array_equal(mesh.read(picture), Mesh().read(picture))


def test_threads_change_no_bit(astronaut: Pixels, found: Reading) -> None:
    """An archive's workers read with one thread, and its rows are those of any other run."""
    picture, _, _ = cut_out(astronaut, found.points)
    pictures = [picture, np.ascontiguousarray(picture[:, ::-1]), picture // 2]
    alone, shared = Mesh(threads=1), Mesh(threads=2)
    weights = []
    for mesh in (alone, shared):
        for one, (points, score) in zip(pictures, mesh.read_squares(pictures), strict=True):
            known, sure = alone.read_square(one)
            np.testing.assert_array_equal(points, known)
            assert score == sure
        faces = [points for points, _ in mesh.read_squares(pictures)]
        weights.append(mesh.weigh_faces(faces))
    np.testing.assert_array_equal(*weights)


def test_no_pictures_have_no_faces(mesh: Mesh) -> None:
    assert mesh.read_squares([]) == []
    assert mesh.weigh_faces([]).shape == (0, len(MEDIAPIPE_478.expressions))


def test_a_file_without_networks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.task"
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"other\.task"):
        Mesh(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("face_landmarks_detector.tflite", b"nothing")
    with pytest.raises(ModelError, match=r"other\.task"):
        Mesh(path)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    Mesh(bundled_model())
    assert list(tmp_path.iterdir()) == []
