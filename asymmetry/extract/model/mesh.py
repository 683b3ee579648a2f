"""The landmark model's own network, for a face whose place is known.

MediaPipe's Face Landmarker looks for a face with a detector, cuts it out and hands it to this network. A
chimera is drawn where the face shall be. So nothing has to be looked for, and a detector's small shifts from
one time to the next are not in the reading.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import ModelError
from asymmetry.extract.model.file import model_file
from asymmetry.extract.model.runtime import load_network, reading_threads, run_network

__all__ = ["INPUT_FILL", "INPUT_SIDE", "LEAST_SCORE", "Mesh"]

#: Width and height of the picture that the network reads, px, and the share of it that a face fills:
#: MediaPipe cuts out 1.5 times the larger extent of the points.
INPUT_SIDE, INPUT_FILL = 256, 1 / 1.5
#: A picture shows a face if its score is above this, the logit of MediaPipe's 0.5.
LEAST_SCORE = 0.0
_POINTS_MEMBER = "face_landmarks_detector.tflite"
_WEIGHTS_MEMBER = "face_blendshapes.tflite"
# Of 255, of each pixel value.
_SHARES = np.divide(np.arange(256), 255, dtype=np.float32)


class Mesh:
    """The networks for points and for expression weights, loaded once.

    Parameters
    ----------
    model : path, optional
        A ``face_landmarker.task`` file. Default: the one that is installed with the package.
    threads : int, optional
        Threads that share pictures read in one call; they change no number. Default: two, or one where
        OpenCV has been given one.

    Raises
    ------
    ModelError
        If the file is missing, or holds no such networks.
    InvalidInputError
        If ``threads`` is no number above 0.
    """

    def __init__(
        self, model: str | os.PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        path = model_file(model)
        threads = reading_threads(threads)
        try:
            with zipfile.ZipFile(path) as archive:
                self._points = load_network(archive.read(_POINTS_MEMBER), threads)
                self._weights = load_network(archive.read(_WEIGHTS_MEMBER), threads)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path}: its networks can't be read ({error})") from error

    def read(self, picture: Pixels) -> FloatArray | None:
        """The face's points in a picture that it is upright in the middle of.

        Parameters
        ----------
        picture : ndarray of uint8, shape (INPUT_SIDE, INPUT_SIDE, 3)
            RGB; the face fills `INPUT_FILL` of its height.

        Returns
        -------
        ndarray, shape (478, 3), or None
            Pixel-edge coordinates, y down; None if the network sees no face.
        """
        points, score = self.read_square(picture)
        return points if score > LEAST_SCORE else None

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        """As `read`, with how sure the network is of a face: no face up to `LEAST_SCORE`."""
        return self.read_squares([picture])[0]

    def read_squares(self, pictures: Sequence[Pixels]) -> list[tuple[FloatArray, float]]:
        """As `read_square`, for several pictures at once."""
        if not pictures:
            return []
        given = [np.asarray(cv2.LUT(picture, _SHARES), np.float32) for picture in pictures]
        points, scores, *_ = run_network(self._points, given)
        placed = np.asarray(points, dtype=np.float64).reshape(-1, MEDIAPIPE_478.size, 3)
        return list(zip(placed, scores.ravel().tolist(), strict=True))

    def weigh_expressions(self, points: FloatArray) -> FloatArray:
        """Expression weights (52,) of a face's points (478, 3), in px of any scale."""
        weights: FloatArray = self.weigh_faces([points])[0]
        return weights

    def weigh_faces(self, points: Sequence[FloatArray]) -> FloatArray:
        """As `weigh_expressions`, for several faces at once: (n, 52)."""
        if not points:
            return np.empty((0, len(MEDIAPIPE_478.expressions)))
        shown = np.stack([each[MEDIAPIPE_478.expressive, :2] for each in points])
        weights, *_ = run_network(self._weights, shown.astype(np.float32))
        return np.array(weights, dtype=np.float64).reshape(len(points), -1)
