"""MediaPipe's Face Landmarker: one RGB picture in, its faces out. The only module that imports mediapipe."""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.libraries import search_by_name
from asymmetry.core.quiet import quiet
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import InvalidInputError, ModelError
from asymmetry.extract.model.file import model_file

__all__ = ["Landmarker", "Reading"]

# Faces looked for in a photo: enough to see that there are several.
_MAX_FACES = 4


@dataclass(frozen=True)
class Reading:
    """One face as the model reads it.

    Attributes
    ----------
    points : ndarray, shape (k, 3)
        Pixel-edge coordinates, y down, z away from the camera in px of x.
    blendshapes : ndarray, shape (52,)
        Expression weights, 0 to 1.
    """

    points: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)

    @property
    def area(self) -> float:
        """Area of the bounding box, px²."""
        width, height = np.ptp(self.points[:, :2], axis=0)
        return float(width * height)

    def scaled(self, across: float, down: float) -> Reading:
        """The reading in a picture that is ``across`` times as wide and ``down`` times as high."""
        return Reading(self.points * (across, down, across), self.blendshapes)


class Landmarker:
    """The model, loaded once. A context manager; ``close()`` frees it and may be called twice.

    Parameters
    ----------
    model : path, optional
        A ``face_landmarker.task`` file. Default: the one that is installed with the package.

    Raises
    ------
    ModelError
        If the file is missing or can't be loaded.
    """

    #: The scheme of its points.
    scheme = MEDIAPIPE_478

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        path = model_file(model)
        with quiet(), search_by_name():
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision

            self._image = mediapipe.Image
            self._format = mediapipe.ImageFormat.SRGB
            options = vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(path)),
                num_faces=_MAX_FACES,
                output_face_blendshapes=True,
            )
            try:
                self._task: Any = vision.FaceLandmarker.create_from_options(options)
            except (RuntimeError, ValueError) as error:
                raise ModelError(f"{path}: MediaPipe can't load this model ({error})") from error
            # MediaPipe's own __del__ fails when the interpreter ends; this closes it before.
            self.close = weakref.finalize(self, _close, self._task)
            # The first call still reports on itself.
            self.detect(np.zeros((8, 8, 3), np.uint8))

    def detect(self, pixels: Pixels) -> list[Reading]:
        """Faces in an RGB picture (H, W, 3), the largest first.

        Returns
        -------
        list of Reading
            Empty where there is none.

        Raises
        ------
        InvalidInputError
            If it was closed.
        """
        if not self.close.alive:
            raise InvalidInputError("this Extractor is closed; use it inside its with block")
        height, width = pixels.shape[:2]
        result = self._task.detect(self._image(self._format, np.ascontiguousarray(pixels)))
        size = np.array([width, height, width], dtype=np.float64)
        readings = [
            Reading(
                points=np.array([(p.x, p.y, p.z) for p in points]) * size,
                blendshapes=np.array([shape.score for shape in shapes]),
            )
            for points, shapes in zip(result.face_landmarks, result.face_blendshapes, strict=True)
        ]
        return sorted(readings, key=lambda reading: reading.area, reverse=True)

    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        """As `detect`, for several pictures, one by one."""
        return [self.detect(pixels) for pixels in pictures]

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _close(task: Any) -> None:
    """Free the model. When the interpreter ends, MediaPipe's threads are gone; then the process frees it."""
    try:
        task.close()
    except RuntimeError:
        task._handle = None  # or its own __del__ tries once more, and complains
