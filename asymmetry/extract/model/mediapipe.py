"""MediaPipe's Face Landmarker as a `Model`: the one that comes with the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, Scheme
from asymmetry.extract.model.blazeface import BlazeFace, cut_out
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.file import file_sha256
from asymmetry.extract.model.landmarker import Landmarker, Reading
from asymmetry.extract.model.mesh import INPUT_SIDE, LEAST_SCORE, Mesh

__all__ = ["MediapipeModel", "QuickLandmarker"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]


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
        readings = []
        for box in self._detector.find(pixels):
            points, score = self._mesh.read_square(cut_out(pixels, box, INPUT_SIDE))
            if score >= LEAST_SCORE:
                placed = box.to_picture(points, INPUT_SIDE)
                readings.append(Reading(placed, self._mesh.weigh_expressions(placed)))
        return sorted(readings, key=lambda reading: reading.area, reverse=True)


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
        landmarker = Landmarker(path) if graph else QuickLandmarker(BlazeFace(path), mesh)
        return cls(load_canonical(path), landmarker, mesh, provenance)

    def detect(self, pixels: Pixels) -> list[Reading]:
        """Faces in an RGB picture (H, W, 3), the largest first."""
        return self.landmarker.detect(pixels)

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        """Points of the face in a square picture, and how sure the network is of one."""
        return self.mesh.read_square(picture)

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
