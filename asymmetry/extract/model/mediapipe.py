"""MediaPipe's Face Landmarker as a `Model`: the one that comes with the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme
from asymmetry.extract.model.blazeface import BlazeFace
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.file import file_sha256
from asymmetry.extract.model.landmarker import Landmarker, Reading
from asymmetry.extract.model.mesh import INPUT_SIDE, LEAST_SCORE, Mesh

__all__ = ["MediapipeModel", "QuickLandmarker"]


class QuickLandmarker:
    """The Face Landmarker put together from its networks: MediaPipe's readings in two thirds of the time.

    Parameters
    ----------
    detector : BlazeFace
        Finds faces.
    mesh : Mesh
        Reads each.
    """

    #: The scheme of its points.
    scheme = MEDIAPIPE_478

    def __init__(self, detector: BlazeFace, mesh: Mesh) -> None:
        self._detector, self._mesh = detector, mesh

    def detect(self, pixels: Pixels) -> list[Reading]:
        """Faces in an RGB picture (H, W, 3), the largest first; empty where there is none."""
        return self.detect_each([pixels])[0]

    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        """As `detect`, for several pictures at once."""
        places = [
            (number, box)
            for number, found in enumerate(self._detector.find(pictures))
            for box in found
        ]
        pieces = self._detector.cut_out(
            ((pictures[number], box) for number, box in places), INPUT_SIDE
        )
        faces = [
            (number, box.to_picture(points, INPUT_SIDE))
            for (number, box), (points, score) in zip(
                places, self._mesh.read_squares(pieces), strict=True
            )
            if score >= LEAST_SCORE
        ]
        weights = self._mesh.weigh_faces([points for _, points in faces])
        readings: list[list[Reading]] = [[] for _ in pictures]
        for (number, points), own in zip(faces, weights, strict=True):
            readings[number].append(Reading(points, own))
        return [sorted(each, key=lambda reading: reading.area, reverse=True) for each in readings]


@dataclass(frozen=True, eq=False)
class MediapipeModel:
    """The networks of a ``face_landmarker.task`` file.

    Attributes
    ----------
    canonical : Canonical
        The face that it takes for normal.
    landmarker : QuickLandmarker or Landmarker
        Finds faces in a picture.
    mesh : Mesh
        Reads a face whose place is known.
    provenance : dict
        Versions, and the file's hash.
    scheme : Scheme
        The scheme of the points.
    """

    canonical: Canonical = field(repr=False)
    landmarker: QuickLandmarker | Landmarker = field(repr=False)
    mesh: Mesh = field(repr=False)
    provenance: dict[str, Any]
    scheme: Scheme = MEDIAPIPE_478

    @classmethod
    def load(cls, path: Path, threads: int | None = None, *, graph: bool = False) -> MediapipeModel:
        """Load the networks of a model file.

        Parameters
        ----------
        path : Path
            The file.
        threads : int, optional
            Threads for one reading, see `Mesh`.
        graph : bool
            Find faces by MediaPipe itself.

        Raises
        ------
        ModelError
            If it is missing or can't be loaded.
        """
        provenance = {
            "mediapipe": version("mediapipe"),
            "litert": version("ai-edge-litert"),
            "model_sha256": file_sha256(path),
        }
        mesh = Mesh(path, threads=threads)
        canonical = load_canonical(path)
        if graph:
            return cls(canonical, Landmarker(path), mesh, provenance)
        quick = QuickLandmarker(BlazeFace(path, threads=threads), mesh)
        return cls(canonical, quick, mesh, provenance)

    def detect(self, pixels: Pixels) -> list[Reading]:
        """Faces in an RGB picture (H, W, 3), the largest first."""
        return self.landmarker.detect(pixels)

    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        """Faces in each of several pictures."""
        return self.landmarker.detect_each(pictures)

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        """Points of the face in a square picture, and how sure the network is of one."""
        return self.mesh.read_square(picture)

    def read_squares(self, pictures: Sequence[Pixels]) -> list[tuple[FloatArray, float]]:
        """Points of the face in each of several square pictures, and how sure the network is of it."""
        return self.mesh.read_squares(pictures)

    def weigh_expressions(self, points: FloatArray) -> FloatArray:
        """Expression weights (52,) of a face's points (478, 3)."""
        return self.mesh.weigh_expressions(points)

    def close(self) -> None:
        """Free the model; safe to call twice."""
        if isinstance(self.landmarker, Landmarker):
            self.landmarker.close()

    def leave_to_parent(self) -> None:
        """In a forked child: forget the parent's networks, whose threads did not come along."""
        if isinstance(self.landmarker, Landmarker):
            self.landmarker.close.detach()
